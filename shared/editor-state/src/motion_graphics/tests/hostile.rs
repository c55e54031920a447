//! Files that nobody would write.

use super::*;

#[test]
fn hostile_files_are_refused_and_nothing_panics() {
    for text in [
        "",
        "{",
        "7",
        "[]",
        "null",
        "{}",
        "{\"id\":{},\"props\":7,\"slots\":[],\"items\":[1,null]}",
    ] {
        assert!(MotionGraphic::from_json(text).is_err(), "{text}");
    }
    let large = format!("\"{}\"", "a".repeat(MAX_BYTES));
    assert!(
        MotionGraphic::from_json(&large).unwrap_err()[0]
            .message
            .contains("at most 65536")
    );
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(
        MotionGraphic::from_json(&deep).unwrap_err()[0]
            .message
            .contains("recursion")
    );
    // Written out it would be longer than may be read again.
    let mut file = quote();
    file["items"][0]["color"] = json!("c".repeat(MAX_BYTES - quote().to_string().len() - 20));
    assert!(faults_of(&file)[0].message.contains("at most 65536"));
    // Every value of the file in turn is something else.
    let mut pointers = Vec::new();
    places(&quote(), &mut String::new(), &mut pointers);
    for pointer in pointers {
        for other in [
            json!(null),
            json!(-1e308),
            json!(""),
            json!({ "$prop": "size" }),
            json!([[]]),
        ] {
            let mut file = quote();
            *file.pointer_mut(&pointer).unwrap() = other;
            let _ = faults_of(&file);
        }
    }
}

fn places(value: &Value, at: &mut String, found: &mut Vec<String>) {
    found.push(at.clone());
    let entries: Vec<(String, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), value))
            .collect(),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(i, v)| (i.to_string(), v))
            .collect(),
        _ => Vec::new(),
    };
    for (key, value) in entries {
        let length = at.len();
        at.push_str(&format!("/{key}"));
        places(value, at, found);
        at.truncate(length);
    }
}
