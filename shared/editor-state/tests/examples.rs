//! The public example documents get the verdict that their names promise.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests: a panic is the verdict, values are exact"
)]

mod common;

use darkroom_editor_state::{FaultCode, Library, read};

#[test]
fn every_public_example_gets_its_verdict() {
    let folder = common::tools().join("examples");
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
            common::tool_json(&format!("examples/{name}")),
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
