//! Exports as the API commits them, without its HTTP.

use darkroom_exports::{
    CallbackPolicy, CreateExport, Limits, PriceTable, Task, TaskId, TaskState, Timestamp,
};
use darkroom_store::{ApiKey, Created, NewExport, Store};
use serde_json::{Value, json};

/// Commits and sends an export of a state; `more` are further fields of its request.
/// Callbacks may be of this machine.
pub async fn create(store: &Store, key: &ApiKey, state: &Value, more: &Value) -> TaskId {
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
    let export = darkroom_exports::request::parse(&body, &limits, &library).unwrap();
    store
        .put_document(&export.state.hash, &export.state.bytes)
        .await
        .unwrap();
    let task = new_task(key, &export);
    let new = NewExport {
        key,
        task: &task,
        export: &export,
        body: "{}",
        idempotency: None,
        active_limit: 2,
    };
    assert_eq!(store.create_export(&new).await.unwrap(), Created::New);
    store.send_render(&key.user, task.id).await.unwrap();
    task.id
}

fn new_task(key: &ApiKey, export: &CreateExport) -> Task {
    let layout = export.layout;
    let quote = PriceTable::default().quote(
        export.duration,
        layout.width,
        layout.height,
        export.settings.fps,
    );
    Task {
        id: TaskId::generate(),
        project: None,
        created_by_key: key.key_id.clone(),
        client_task_id: None,
        filename: None,
        state: TaskState::Pending,
        progress: 0,
        phase: None,
        error: None,
        output_key: None,
        callback_url: export
            .callback
            .as_ref()
            .map(|callback| callback.url.clone()),
        warnings: Vec::new(),
        duration: export.duration,
        standard_seconds: quote.standard_seconds,
        credits: quote.credits,
        created_at: Timestamp::now(),
        completed_at: None,
    }
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
