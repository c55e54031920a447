//! The operator's motion graphics: kept once, found by what names them, and refused
//! where they are not.

use darkroom_editor_state::{GraphicName, MotionGraphic};
use darkroom_store::{Added, Store, StoreConfig};
use darkroom_test_stack::REGION;
use serde_json::{Value, json};

use crate::common::{Service, answer, assert_problem, body_of, state, with};

/// A panel in a colour that a document chooses.
fn panel(version: u32) -> MotionGraphic {
    let file = json!({
        "id": "panel", "version": version, "label": "Panel", "width": 100, "height": 100,
        "props": { "color": { "type": "color", "default": "#00ff00" }, "title": { "type": "string" } },
        "slots": {},
        "items": [{
            "type": "solid", "width": 100, "height": 100, "shape": "rectangle",
            "color": { "$prop": "color" },
        }],
    });
    MotionGraphic::from_json(&file.to_string()).unwrap()
}

fn named(id: &str, version: u32, props: &Value) -> Value {
    let mut state = state(100, 100, 1.0);
    let item = state["items"]["square"].take();
    let graphic = json!({
        "type": "motion-graphic", "motionGraphicId": id, "motionGraphicVersion": version,
        "props": props, "slots": {},
    });
    state["items"]["square"] = with(item, graphic);
    state
}

fn titled(version: u32) -> Value {
    named("panel", version, &json!({ "title": "Hi" }))
}

/// Another process on the same stack, which remembers nothing.
async fn fresh(service: &Service) -> Store {
    let made = &service.stack.made;
    let config = StoreConfig::local(
        &service.stack.endpoint,
        REGION,
        &made.table,
        &made.bucket,
        made.queues(),
    );
    Store::new(config).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_motion_graphic_is_added_once_and_never_changes() {
    let service = Service::start().await;
    let store = service.store();
    assert!(store.list_motion_graphics().await.unwrap().is_empty());
    let [one, two, ten] = [1, 2, 10].map(panel);
    assert_eq!(store.add_motion_graphic(&one).await.unwrap(), Added::New);
    assert_eq!(store.add_motion_graphic(&one).await.unwrap(), Added::There);
    let other = one.to_json().replace("\"Panel\"", "\"Another\"");
    let other = MotionGraphic::from_json(&other).unwrap();
    assert_eq!(
        store.add_motion_graphic(&other).await.unwrap(),
        Added::Differs
    );
    for graphic in [&ten, &two] {
        assert_eq!(store.add_motion_graphic(graphic).await.unwrap(), Added::New);
    }
    let names = store.list_motion_graphics().await.unwrap();
    assert_eq!(
        names,
        [1, 2, 10].map(|version| panel(version).name()),
        "in order"
    );
    let found = fresh(&service)
        .await
        .motion_graphic(&one.name())
        .await
        .unwrap();
    assert_eq!(found.as_deref(), Some(&one), "as it was at first");
    assert_eq!(service.objects("motion-graphics/").await.len(), 3);
    assert!(
        service
            .objects("motion-graphics/")
            .await
            .contains("motion-graphics/panel/10.json")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_names_a_motion_graphic_as_soon_as_it_is_added() {
    let service = Service::start().await;
    let refused = service.create(&body_of(titled(1))).await;
    assert_problem(&refused, 422, "EDITOR_MOTION_GRAPHIC_NOT_FOUND");
    assert_eq!(
        refused.paths(),
        ["/editorState/items/square/motionGraphicId"]
    );

    service.store().add_motion_graphic(&panel(1)).await.unwrap();
    let recorder = service.store().recorder();
    recorder.take();
    let created = service.create(&body_of(titled(1))).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(
        recorder.take(),
        [
            "GetObject",
            "PutObject",
            "TransactWriteItems",
            "SendMessage"
        ]
    );
    // Once found it is remembered, and a document without one was never looked at.
    service.cancel(&created.task()).await;
    recorder.take();
    assert_eq!(service.create(&body_of(titled(1))).await.status, 201);
    assert_eq!(recorder.take(), ["TransactWriteItems", "SendMessage"]);

    let validated = async |state: Value| {
        let request = service.post("/v1/editor/validate", &json!({ "editorState": state }));
        answer(request).await.data().clone()
    };
    let good = validated(titled(1)).await;
    assert_eq!(good, json!({ "valid": true, "errors": [] }));
    let bare = validated(named("panel", 1, &json!({ "color": 7 }))).await;
    let paths = [0, 1].map(|index| bare["errors"][index]["path"].as_str().unwrap());
    assert_eq!(
        paths,
        ["/items/square/props/color", "/items/square/props/title"]
    );
    assert_eq!(recorder.take(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_version_is_refused_with_those_there_are() {
    let service = Service::start().await;
    for version in [1, 10, 2] {
        service
            .store()
            .add_motion_graphic(&panel(version))
            .await
            .unwrap();
    }
    let refused = service.create(&body_of(titled(3))).await;
    assert_problem(&refused, 422, "EDITOR_MOTION_GRAPHIC_NOT_FOUND");
    assert_eq!(
        refused.paths(),
        ["/editorState/items/square/motionGraphicVersion"]
    );
    let message = refused.json["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("the versions 1, 2 and 10."), "{message}");

    let document = json!({ "editorState": named("panle", 1, &json!({})) });
    let misspelt = answer(service.post("/v1/editor/validate", &document)).await;
    let error = &misspelt.data()["errors"][0];
    assert_eq!(error["path"], "/items/square/motionGraphicId");
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("Did you mean panel?"),
        "{error}"
    );
    service.assert_nothing_created().await;

    // It is not remembered as unknown.
    service.store().add_motion_graphic(&panel(3)).await.unwrap();
    assert_eq!(service.create(&body_of(titled(3))).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_costs_few_look_ups_and_reaches_no_other_object() {
    let service = Service::start().await;
    let recorder = service.store().recorder();
    let mut many = titled(1);
    for version in 1..=200 {
        let id = format!("g{version}");
        let item = titled(version)["items"]["square"].take();
        many["items"][&id] = with(item, json!({ "id": id }));
        let track = json!({ "id": id, "items": [id], "hidden": false, "muted": false });
        many["tracks"].as_array_mut().unwrap().push(track);
    }
    recorder.take();
    let document = json!({ "editorState": many });
    let answered = answer(service.post("/v1/editor/validate", &document)).await;
    assert_eq!(answered.data()["errors"].as_array().unwrap().len(), 201);
    let calls = recorder.take();
    assert_eq!(calls.len(), 17, "{calls:?}");
    assert_eq!(calls.last().map(String::as_str), Some("ListObjectsV2"));

    for id in ["../documents/x", "panel/1.json#", "PANEL", "", "counter"] {
        let document = json!({ "editorState": named(id, 1, &json!({})) });
        answer(service.post("/v1/editor/validate", &document))
            .await
            .data();
        assert_eq!(recorder.take(), [""; 0], "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_is_no_motion_graphic_is_the_services_fault() {
    let service = Service::start().await;
    let wrong_name = panel(1).to_json();
    let too_large = format!("{{\"id\":\"{}\"}}", "a".repeat(100_000));
    for (version, content) in [(1, "{}".to_owned()), (2, wrong_name), (3, too_large)] {
        let key = format!("motion-graphics/panel/{version}.json");
        let url = format!(
            "{}/{}/{key}",
            service.stack.endpoint, service.stack.made.bucket
        );
        let put = service.client.put(url).body(content).send().await.unwrap();
        assert!(put.status().is_success());
        let broken = service.create(&body_of(titled(version))).await;
        assert_problem(&broken, 500, "INTERNAL");
        let name = GraphicName::new("panel", version).unwrap();
        let error = service.store().motion_graphic(&name).await.unwrap_err();
        assert!(error.to_string().contains("cannot be used"), "{error}");
    }
    service.assert_nothing_created().await;
}
