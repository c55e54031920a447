//! The scenes of `events/scenes`, which people try first: all are valid,
//! and those without media of their own show something all along.

use std::path::Path;

use darkroom_editor_state::{EditorState, Library, read};
use serde_json::Value;

use crate::rig::{Rig, spec};

fn scenes() -> Vec<(String, EditorState)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/scenes");
    let mut scenes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let whole = || -> Value { serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap() };
        let document = match name.split_once('.') {
            Some((_, "editor-state.json")) => whole(),
            Some((_, "export.json")) => whole()["editorState"].clone(),
            _ => continue,
        };
        let state = read(document, &Library::default())
            .unwrap_or_else(|faults| panic!("{name}: {faults:?}"));
        scenes.push((name, state.state));
    }
    scenes
}

#[tokio::test]
async fn every_scene_is_drawn() {
    let rig = Rig::new();
    let mut drawn = 0;
    for (name, state) in scenes() {
        let is_file = |asset: &darkroom_editor_state::Asset| asset.captions.is_none();
        if state.assets.values().any(is_file) {
            continue;
        }
        drawn += 1;
        for second in (1..state.duration().seconds() as u64).step_by(2) {
            let frame = rig.drawn(&state, &spec(30), second * 30 + 15).await;
            let (least, most) = (frame.y().iter().min(), frame.y().iter().max());
            let range = most.unwrap() - least.unwrap();
            assert!(range > 60, "{name} shows nothing at {second}.5 s");
        }
    }
    assert!(drawn >= 6, "{drawn}");
}
