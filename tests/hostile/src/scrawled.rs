//! What is hardly JSON is refused with its place, or read as JSON is.

use serde_json::json;

use crate::{Hostile, INVALID, MANY, SCHEMA, body, refused, taken};

const NO_NUMBERS: [&str; 16] = [
    "NaN",
    "-NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "-1e999",
    "0x10",
    "+1",
    ".5",
    "1.",
    "01",
    "1_000",
    "1,5",
    "--1",
    "1e",
    "undefined",
];

/// A create with `value` as the square's opacity, whatever it is.
fn opaque(value: &str) -> String {
    let mut body = body();
    body["editorState"]["items"]["square"]["opacity"]["value"] = json!("HERE");
    body.to_string().replace("\"HERE\"", value)
}

pub(crate) fn all() -> Vec<Hostile> {
    let mut all = numbers();
    for (name, open) in [("lists", "["), ("objects", "{\"a\":")] {
        let deep = format!("{{\"editorState\":{}", open.repeat(MANY));
        let says = "recursion limit exceeded";
        let name = format!("100,000 nested {name}");
        all.push(refused(name, deep, 400, INVALID, says));
    }
    for (name, cut) in [
        ("nothing", ""),
        ("a brace", "{"),
        ("a key alone", "{\"editorState\""),
        ("a byte order mark", "\u{feff}{}"),
        ("two objects", "{} {}"),
        ("half a surrogate", "\"\\ud800\""),
    ] {
        let says = "the body is not JSON";
        all.push(refused(name, cut.to_owned(), 400, INVALID, says));
    }
    // Of a key that is given twice the last one counts, and the first is no way around it.
    let twice = |fps: &str| body().to_string().replace("\"fps\":30", fps);
    let bad = twice("\"fps\":30,\"fps\":31");
    all.push(refused("a key twice, then bad", bad, 400, INVALID, "/fps"));
    let good = twice("\"fps\":31,\"fps\":30");
    all.push(taken("a key twice, then good", good));
    all
}

fn numbers() -> Vec<Hostile> {
    let place = "the body is not JSON at line 1, column";
    let no_numbers = NO_NUMBERS.map(|number| {
        let name = format!("{number} for a number");
        refused(name, opaque(number), 400, INVALID, place)
    });
    let path = "/editorState/items/square/opacity/value";
    let others = ["null", "\"1\"", "\"NaN\"", "[]", "{}", "true"].map(|other| {
        let name = format!("{other} for a number");
        refused(name, opaque(other), 422, SCHEMA, path)
    });
    let numbers = [
        "-0.0",
        "1e-320",
        "1e308",
        "0.1000000000000000000000000000000000001",
    ];
    let numbers = numbers.map(|number| taken(number, opaque(number)));
    no_numbers
        .into_iter()
        .chain(others)
        .chain(numbers)
        .collect()
}
