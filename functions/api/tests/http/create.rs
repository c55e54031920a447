//! `POST /v1/exports`: what is accepted, what it answers, and what is refused.

use serde_json::{Value, json};

use crate::common::{
    Service, answer, assert_problem, body, body_of, body_with, geometry, slid_from_a_corner, state,
    with,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_create_answers_its_figures_and_leaves_a_task_a_message_and_the_document() {
    let service = Service::start().await;
    let more = json!({ "filename": "film", "clientTaskId": "mine", "fps": 60 });
    let created = service.create(&body_with(more)).await;
    assert_eq!(created.status, 201);
    assert!(!created.replayed());
    let data = created.data();
    let keys: Vec<&String> = data.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "billedStandardSeconds",
            "chargedCreditPool",
            "chargedCredits",
            "createdAt",
            "durationSeconds",
            "projectId",
            "taskId",
        ]
    );
    assert_eq!(data["durationSeconds"], 2);
    assert_eq!(data["billedStandardSeconds"], json!(4));
    assert!(created.text.contains("\"billedStandardSeconds\":4,"));
    assert_eq!(data["chargedCredits"], "0.4");
    assert_eq!(data["projectId"], Value::Null);

    let task = service.task(&created.task()).await;
    assert_eq!(
        task,
        json!({
            "taskId": data["taskId"], "projectId": null, "createdByApiKeyId": service.key.key_id,
            "clientTaskId": "mine", "filename": "film", "status": "PENDING", "progress": 0,
            "error": null, "outputUrl": null, "durationSeconds": 2, "billedStandardSeconds": 4,
            "chargedCredits": "0.4", "callbackUrl": null, "createdAt": data["createdAt"],
            "completedAt": null,
        })
    );
    let at = data["createdAt"].as_str().unwrap();
    assert!(
        at.len() == 24 && at.ends_with('Z') && at.contains('.'),
        "{at}"
    );
    assert_eq!(service.account().await, (vec![created.task()], None));
    assert_eq!(service.queued().await, 1);
    assert_eq!(service.objects("documents/").await.len(), 1);
    assert_eq!(service.items("ann", "C#mine").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_generations_are_read_and_stored_in_ticks() {
    let service = Service::start().await;
    let ant = json!({ "value": 0, "keyframes": [] });
    let sound = json!({
        "id": "sound", "type": "audio", "assetId": "a", "startTicks": 0, "durationTicks": 240_000,
        "audioStartFromInSeconds": 1.5, "decibelAdjustment": ant, "playbackRate": 1,
        "audioFadeInDurationInSeconds": 0.25, "audioFadeOutDurationInSeconds": 0,
    });
    let asset = json!({
        "id": "a", "type": "audio", "filename": "a.mp3", "size": 1, "mimeType": "audio/mpeg",
        "remoteUrl": null, "remoteKey": "uploads/x/a.mp3", "durationInSeconds": 3,
    });
    let gen0 = json!({
        "compositionWidth": 100, "compositionHeight": 100,
        "tracks": [{ "id": "t", "items": ["sound"], "hidden": false, "muted": false }],
        "items": { "sound": with(geometry(50), sound) }, "assets": { "a": asset },
        "transitions": {},
    });
    let mut old = body_of(gen0);
    old.as_object_mut().unwrap().remove("stateSchemaVersion");
    let created = answer(
        service
            .to(reqwest::Method::POST, "/v1/exports")
            .header("x-api-key", &service.secret)
            .json(&with(old.clone(), json!({ "stateVersion": "anything" }))),
    )
    .await;
    assert_eq!(created.status, 201, "{}", created.text);
    let hash = service.items("ann", "T#").await[0]["documentHash"]["S"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        service.objects("documents/").await,
        [format!("documents/{hash}.json")].into()
    );
    let document = service.store().get_document(&hash).await.unwrap();
    assert_eq!(document["stateSchemaVersion"], "v1");
    let item = &document["items"]["sound"];
    assert_eq!(item["sourceStartTicks"], 360_000);
    assert_eq!(item["audioFadeInDurationTicks"], 60_000);
    assert_eq!(item.get("audioStartFromInSeconds"), None);

    // Neither version field is needed; both together are taken.
    assert_eq!(service.create(&old).await.status, 201);
    for id in service.account().await.0 {
        assert_eq!(service.cancel(&id).await.status, 200);
    }
    let both = body_with(json!({ "stateVersion": "1" }));
    assert_eq!(service.create(&both).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_faulty_field_is_named_at_once() {
    let service = Service::start().await;
    let refused = service.create(&json!({})).await;
    assert_problem(&refused, 400, "REQUEST_INVALID");
    assert_eq!(
        refused.paths(),
        ["/fps", "/ratio", "/scale", "/format", "/editorState"]
    );
    let refused = service
        .create(&body_with(json!({
            "clientTaskId": "x".repeat(129), "filename": "", "stateVersion": "v".repeat(33),
            "fps": 25, "ratio": "2:1", "scale": 8.1, "format": "gif", "compositionWidth": 49,
            "compositionHeight": 1920.5, "more": 1,
        })))
        .await;
    assert_problem(&refused, 400, "REQUEST_INVALID");
    assert_eq!(
        refused.paths(),
        [
            "/more",
            "/clientTaskId",
            "/filename",
            "/stateVersion",
            "/fps",
            "/ratio",
            "/scale",
            "/format",
            "/compositionWidth",
            "/compositionHeight",
        ]
    );
    for error in refused.json["errors"].as_array().unwrap() {
        assert_eq!(error["code"], "REQUEST_INVALID");
    }
    let mut hostile = serde_json::Map::new();
    for index in 0..10_000 {
        hostile.insert(format!("{index}{}", "x".repeat(400)), json!(1));
    }
    let refused = service.create(&Value::Object(hostile)).await;
    assert_problem(&refused, 400, "REQUEST_INVALID");
    assert!(refused.text.len() < 50_000, "{}", refused.text.len());
    service.assert_nothing_created().await;
    assert!(service.objects("").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_exported_is_refused_with_its_code_and_place() {
    let service = Service::start().await;
    let mut broken = state(100, 100, 2.0);
    broken["items"]["square"]["opacity"]["keyframes"] =
        json!([{ "timeTicks": 480_000, "value": 1 }]);
    let as_item = |own: serde_json::Value| {
        let mut state = state(100, 100, 2.0);
        state["items"]["square"] = with(state["items"]["square"].clone(), own);
        state
    };
    let illustrated = as_item(json!({ "type": "illustration", "illustrationName": "IHelo" }));
    let animated = as_item(json!({
        "type": "motion-graphic", "motionGraphicId": "m", "motionGraphicVersion": 1,
        "props": {}, "slots": {},
    }));
    let slid = slid_from_a_corner(state(100, 100, 2.0));
    let full = |scale: f64, seconds: f64| {
        with(
            body_of(state(1920, 1080, seconds)),
            json!({ "scale": scale }),
        )
    };
    for (body, code, paths) in [
        (
            body_of(broken),
            "KEYFRAME_OUT_OF_BOUNDS",
            vec!["/editorState/items/square/opacity/keyframes/0/timeTicks"],
        ),
        (
            body_of(illustrated),
            "EDITOR_ILLUSTRATION_NOT_FOUND",
            vec!["/editorState/items/square/illustrationName"],
        ),
        (
            body_of(animated),
            "EDITOR_MOTION_GRAPHIC_NOT_FOUND",
            vec!["/editorState/items/square/motionGraphicId"],
        ),
        (
            body_of(slid),
            "EDITOR_TRANSITION_TYPE_INVALID",
            vec!["/editorState/transitions/cut/params/direction"],
        ),
        (
            body_of(json!([])),
            "EDITOR_SCHEMA_INVALID",
            vec!["/editorState"],
        ),
        (full(8.0, 1.0), "EXPORT_OUTPUT_TOO_LARGE", vec![]),
        (full(1.0, 301.0), "EXPORT_TOO_LONG", vec![]),
        (
            with(full(1.0, 299.0), json!({ "format": "webm" })),
            "EXPORT_TOO_LONG",
            vec![],
        ),
        (
            body_with(json!({ "stateSchemaVersion": "v2" })),
            "STATE_SCHEMA_VERSION_UNSUPPORTED",
            vec![],
        ),
        (
            body_with(json!({ "callbackUrl": "http://example.com/" })),
            "CALLBACK_URL_FORBIDDEN",
            vec![],
        ),
    ] {
        let refused = service.create(&body).await;
        assert_problem(&refused, 422, code);
        assert_eq!(refused.json["type"], "UNPROCESSABLE_CONTENT");
        if !paths.is_empty() {
            assert_eq!(refused.paths(), paths);
        }
    }
    service.assert_nothing_created().await;
    assert!(
        service.objects("").await.is_empty(),
        "a refused document is not kept"
    );

    // At the edge they are taken, and one side of the composition may come from the document.
    assert_eq!(service.create(&full(1.0, 300.0)).await.status, 201);
    let wide = body_with(json!({ "compositionWidth": 1920, "scale": 2.0, "fps": 30.0 }));
    let created = service.create(&wide).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let items = service.items("ann", &format!("T#{}", created.task())).await;
    let settings: Value =
        serde_json::from_str(items[0]["settings"]["S"].as_str().unwrap()).unwrap();
    assert_eq!(settings["composition"], json!([1920, 100]));
    let _ = body();
}
