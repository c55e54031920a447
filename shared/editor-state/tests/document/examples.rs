//! The public example documents get the verdict that their names promise.

use darkroom_editor_state::{FaultCode, Library, read};
use serde_json::{Value, json};

#[test]
fn every_public_example_gets_its_verdict() {
    let folder = crate::common::tools().join("examples");
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| {
        panic!(
            "{} cannot be read ({error}); run `cargo xtask setup` to fetch it",
            folder.display()
        )
    });
    let (mut valid, mut invalid) = (0, 0);
    for file in files {
        let name = file.unwrap().file_name().into_string().unwrap();
        if !name.starts_with("editor-state.") {
            continue;
        }
        let verdict = read(
            crate::common::tool_json(&format!("examples/{name}")),
            &Library::default(),
        );
        println!("{name}: {:?}", verdict.as_ref().err());
        if name.starts_with("editor-state.valid.") {
            valid += 1;
            assert_eq!(verdict.err(), None, "{name}");
        } else {
            invalid += 1;
            let faults = verdict.unwrap_err();
            assert!(faults.iter().all(|f| !f.message.is_empty()), "{name}");
            let code = match name.split('.').nth(2).unwrap() {
                "effect" => FaultCode::EffectTypeInvalid,
                "filter" => FaultCode::FilterTypeInvalid,
                "transition" => FaultCode::TransitionTypeInvalid,
                _ => FaultCode::SchemaInvalid,
            };
            assert!(
                faults.iter().any(|fault| fault.code == code),
                "{name}: {faults:?}"
            );
        }
    }
    assert_eq!(
        (valid, invalid),
        (7, 8),
        "run `cargo xtask setup` to fetch all 15 examples"
    );
}

#[test]
fn the_assets_in_the_readme_are_valid() {
    let readme = include_str!("../../../../README.md");
    let blocks = readme.split("```json\n").skip(1);
    let mut kinds = Vec::new();
    for block in blocks {
        let text = format!("{{{}}}", block.split("```").next().unwrap());
        let shown: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
        let assets = shown.get("assets").unwrap_or(&shown).clone();
        let all = assets.as_object().unwrap().values();
        kinds.extend(all.map(|asset| asset["type"].as_str().unwrap().to_owned()));
        let document = json!({
            "stateSchemaVersion": "v1", "compositionWidth": 64, "compositionHeight": 64,
            "timebaseTicksPerSecond": 240_000, "assets": assets, "items": {}, "transitions": {},
            "tracks": [{ "id": "t", "items": [], "hidden": false, "muted": false }],
        });
        let verdict = read(document, &Library::default());
        assert_eq!(verdict.err(), None, "{text}");
    }
    assert_eq!(kinds, ["video", "caption"]);
}
