//! What a document may name, and gets.

use super::*;
use crate::{Item, ItemKind, read};

fn ant(value: f64) -> Value {
    json!({ "value": value, "keyframes": [] })
}

/// A document with so many motion graphics.
fn document(graphics: impl IntoIterator<Item = (String, u32)>, ticks: i64) -> Value {
    let item = |index: usize, id: &str, version: u32| {
        let id = json!({
            "id": index.to_string(), "type": "motion-graphic", "motionGraphicId": id,
            "motionGraphicVersion": version, "props": { "words": "Hi" }, "slots": {},
            "startTicks": 0, "durationTicks": ticks, "isDraggingInTimeline": false,
            "top": ant(0.0), "left": ant(0.0), "width": ant(80.0), "height": ant(40.0),
            "scaleX": ant(1.0), "scaleY": ant(1.0), "opacity": ant(1.0), "rotation": ant(0.0),
        });
        (index.to_string(), id)
    };
    let graphics = graphics.into_iter().enumerate();
    let items: Map<String, Value> = graphics
        .map(|(index, (id, version))| item(index, &id, version))
        .collect();
    let tracks: Vec<Value> = items
        .keys()
        .map(|id| json!({ "id": id, "items": [id], "hidden": false, "muted": false }))
        .collect();
    json!({
        "stateSchemaVersion": "v1", "compositionWidth": 100, "compositionHeight": 100,
        "timebaseTicksPerSecond": 240_000, "assets": {}, "items": items, "transitions": {},
        "tracks": tracks,
    })
}

fn quotes(versions: &[u32]) -> Library {
    let mut library = Library::default();
    for version in versions {
        let mut file = quote();
        file["version"] = json!(version);
        library.add(MotionGraphic::from_json(&file.to_string()).unwrap().into());
    }
    library
}

#[test]
fn a_document_is_filled_in_from_the_library_it_is_read_with() {
    let parts = |ticks| -> Vec<Item> {
        let document = document([("big-quote".to_owned(), 2)], ticks);
        let read = read(document, &quotes(&[1, 2])).unwrap();
        match &read.state.items["0"].kind {
            ItemKind::Group(group) => group.parts.clone(),
            other => panic!("{other:?}"),
        }
    };
    // Frame, words, number; the slot is empty. The number starts after a second.
    assert_eq!(parts(480_000).len(), 3);
    assert_eq!(parts(240_001).len(), 3);
    assert_eq!(parts(240_000).len(), 2);
}

#[test]
fn what_the_library_has_not_is_a_fault_that_says_what_it_has() {
    let fault = |library: &Library, id: &str, version| {
        let faults = read(document([(id.to_owned(), version)], 10), library).unwrap_err();
        let [fault] = faults.as_slice() else {
            panic!("{faults:?}")
        };
        (fault.path.clone(), fault.message.clone())
    };
    let mut library = quotes(&[1, 2]);
    let (path, message) = fault(&library, "big-quote", 4);
    assert_eq!(path, "/items/0/motionGraphicVersion");
    assert!(
        message.contains("the versions 1 and 2. Use one"),
        "{message}"
    );
    library.add_name(GraphicName::new("big-quote", 10).unwrap());
    let (_, message) = fault(&library, "big-quote", 4);
    assert!(message.contains("the versions 1, 2 and 10."), "{message}");
    let (path, message) = fault(&library, "big-qoute", 1);
    assert_eq!(path, "/items/0/motionGraphicId");
    assert!(message.contains("Did you mean big-quote?"), "{message}");
    let (path, _) = fault(&Library::default(), "big-quote", 1);
    assert_eq!(path, "/items/0/motionGraphicId");
}

#[test]
fn a_document_names_few_motion_graphics_of_the_operator() {
    let own = |count: u32| {
        document(
            (1..=count).map(|version| ("big-quote".to_owned(), version)),
            10,
        )
    };
    let all: Vec<u32> = (1..=17).collect();
    assert!(read(own(16), &quotes(&all)).is_ok());
    let faults = read(own(17), &quotes(&all)).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert_eq!(
        faults[0].path, "/items/9/motionGraphicId",
        "the last in order"
    );
    assert!(
        faults[0].message.contains("16 motion graphics"),
        "{}",
        faults[0]
    );

    let names = |id: &str, version| own_names(&document([(id.to_owned(), version)], 10)).len();
    assert_eq!(names("big-quote", 1), 1);
    for (id, version) in [("../secret", 1), ("counter", 7), ("big-quote", 0), ("", 1)] {
        assert_eq!(names(id, version), 0, "{id}");
    }
}

#[test]
fn motion_graphics_come_to_no_more_than_is_allowed() {
    let mut file = quote();
    file["items"][0]["color"] = json!("c".repeat(60_000));
    let mut library = Library::default();
    library.add(MotionGraphic::from_json(&file.to_string()).unwrap().into());
    let many = |count| document(vec![("big-quote".to_owned(), 1); count], 10);
    assert!(read(many(500), &library).is_ok());
    let faults = read(many(600), &library).unwrap_err();
    assert_eq!((faults.len(), faults[0].path.as_str()), (1, "/items"));
}
