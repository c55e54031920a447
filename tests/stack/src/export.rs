//! Exports as the API commits them, without its HTTP.

use darkroom_exports::bodies::{self, RequestBody as _};
use darkroom_exports::{
    CallbackPolicy, CreateExport, Envelope, Limits, PriceTable, Task, TaskId, TraceId,
};
use darkroom_store::{ApiKey, Created, NewExport, Store};
use serde_json::{Value, json};

/// The trace that every export made here belongs to.
pub const TRACE: &str = "b1c0ffee00000000000000000000cafe";

/// Commits and sends an export of a state; `more` are further fields of its request.
/// Callbacks may be of this machine.
pub async fn create(store: &Store, key: &ApiKey, state: &Value, more: &Value) -> TaskId {
    let (task, created) = ask_for(store, key, state, more).await;
    assert_eq!(created, Created::New);
    let trace = TraceId::parse(TRACE).unwrap();
    let sent = store.send_render(&key.user, task, Some(&trace));
    sent.await.unwrap();
    task
}

/// Asks for an export, and sends nothing; what came of it.
pub async fn ask_for(
    store: &Store,
    key: &ApiKey,
    state: &Value,
    more: &Value,
) -> (TaskId, Created) {
    let mut body = json!({
        "editorState": state, "stateSchemaVersion": "v1",
        "ratio": "custom", "scale": 1, "fps": 30, "format": "mp4",
    });
    let fields = more.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(fields);
    let library = store.library(state).await.unwrap();
    let limits = Limits {
        callbacks: CallbackPolicy::Local,
        ..Limits::default()
    };
    let identity = Envelope::of(&body).with_document(state);
    let sent = bodies::CreateExport::read(body).unwrap();
    let export = CreateExport::new(&sent, &identity, &limits, &library).unwrap();
    store
        .put_document(&export.state.hash, &export.state.bytes)
        .await
        .unwrap();
    let task = Task::new(&export, &key.key_id, &PriceTable::default());
    let trace = TraceId::parse(TRACE).unwrap();
    let new = NewExport {
        key,
        task: &task,
        export: &export,
        brought: Some(state),
        body: "{}",
        idempotency: None,
        active_limit: 2,
        trace: Some(&trace),
    };
    (task.id, store.create_export(&new).await.unwrap())
}

/// A red square on a canvas of `size` x `size` pixels.
pub fn square(size: u32, seconds: u32) -> Value {
    let number = |value: u32| json!({ "value": value, "keyframes": [] });
    json!({
        "stateSchemaVersion": "v1",
        "compositionWidth": size, "compositionHeight": size,
        "timebaseTicksPerSecond": 240_000,
        "tracks": [{ "id": "t", "items": ["square"], "hidden": false, "muted": false }],
        "assets": {}, "transitions": {},
        "items": { "square": {
            "id": "square", "type": "solid", "startTicks": 0, "durationTicks": 240_000 * seconds,
            "isDraggingInTimeline": false, "color": "#ff0000", "shape": "rectangle",
            "keepAspectRatio": false, "borderRadius": number(0), "rotation": number(0),
            "top": number(0), "left": number(0), "width": number(size / 2), "height": number(size / 2),
            "scaleX": number(1), "scaleY": number(1), "opacity": number(1),
        }},
    })
}
