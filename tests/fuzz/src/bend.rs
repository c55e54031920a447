//! Documents, bent value by value: they stay JSON, and often valid. A fuzzer that knows
//! bytes alone seldom gets past the JSON reader.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use darkroom_editor_state::json_schemas;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Map, Value, json};

/// Share of inputs that are bent as bytes, which need not stay JSON.
const AS_BYTES: f64 = 0.2;
/// Most changes of a document at once.
const MOST_CHANGES: u32 = 4;

/// Changes `data[..size]`, at most `max_size` bytes afterwards, and answers how many they
/// are; the same `seed` makes the same change. `bend_bytes` is libFuzzer's own way, for
/// what is no JSON or would become too long.
pub fn bend_json(
    data: &mut [u8],
    size: usize,
    max_size: usize,
    seed: u32,
    bend_bytes: impl FnOnce(&mut [u8], usize, usize) -> usize,
) -> usize {
    let mut random = StdRng::seed_from_u64(u64::from(seed));
    if !random.random_bool(AS_BYTES)
        && let Some(text) = data.get(..size)
        && let Ok(mut document) = serde_json::from_slice(text)
    {
        for _ in 0..random.random_range(1..=MOST_CHANGES) {
            change(&mut document, &mut random);
        }
        let text = document.to_string();
        if text.len() <= max_size
            && let Some(place) = data.get_mut(..text.len())
        {
            place.copy_from_slice(text.as_bytes());
            return text.len();
        }
    }
    bend_bytes(data, size, max_size)
}

/// One change somewhere in a document.
fn change(document: &mut Value, random: &mut StdRng) {
    let all = count(document);
    let copied = at(document, random.random_range(0..all)).ok().cloned();
    let Ok(place) = at(document, random.random_range(0..all)) else {
        return;
    };
    match random.random_range(0..10) {
        0..=2 => *place = hostile(random),
        3 => *place = json!(word(random)),
        4 => *place = copied.unwrap_or_default(),
        5 => insert(place, copied.unwrap_or_default(), random),
        6 => drop_one(place, random),
        _ => nudge(place, random),
    }
}

/// A little more, a little less: what is near a limit.
fn nudge(place: &mut Value, random: &mut StdRng) {
    match place {
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            let near = [
                number + 1.0,
                number - 1.0,
                number * 2.0,
                number / 2.0,
                -number,
                number * 1000.0,
                number + 0.001,
            ];
            let near = near.choose(random).copied().unwrap_or_default();
            // A whole number stays one: many fields take no other.
            *place = if near.fract() == 0.0 && near.abs() < 1e15 {
                json!(near as i64)
            } else {
                json!(near)
            };
        }
        Value::Bool(value) => *value = !*value,
        Value::String(text) => match random.random_range(0..3) {
            0 => text.push_str(word(random)),
            1 => *text = text.chars().rev().collect(),
            _ => *text = text.repeat(random.random_range(0..20)),
        },
        place => *place = hostile(random),
    }
}

/// One entry or field more; anything else is replaced.
fn insert(place: &mut Value, value: Value, random: &mut StdRng) {
    match place {
        Value::Array(list) => list.push(value),
        Value::Object(map) => {
            map.insert(word(random).to_owned(), value);
        }
        place => *place = value,
    }
}

/// One entry or field less, where there is any.
fn drop_one(place: &mut Value, random: &mut StdRng) {
    match place {
        Value::Array(list) if !list.is_empty() => {
            list.remove(random.random_range(0..list.len()));
        }
        Value::Object(map) if !map.is_empty() => {
            let key = map.keys().nth(random.random_range(0..map.len())).cloned();
            map.remove(&key.unwrap_or_default());
        }
        _ => {}
    }
}

fn hostile(random: &mut StdRng) -> Value {
    let numbers = [
        0.0, -0.0, 1.0, -1.0, 0.5, 3.0, 100.0, 1e-300, 1e9, 1e15, 1e308, -1e308,
    ];
    let whole = [0, 1, -1, 7, 8000, 9_007_199_254_740_993_i64];
    let words = [
        "",
        " ",
        "x",
        "a/~1",
        "\0",
        "\n\n",
        "1",
        "NaN",
        "none",
        "red",
        "#f",
        "שלום",
        "夜\u{301}",
        "\u{202e}\u{200d}",
    ];
    let values = [json!(null), json!(true), json!([]), json!({}), json!([[]])];
    match random.random_range(0..6) {
        0 | 1 => json!(numbers.choose(random)),
        2 => json!(whole.choose(random)),
        3 => json!(words.choose(random)),
        4 => json!("x".repeat(random.random_range(0..3000))),
        _ => values.choose(random).cloned().unwrap_or_default(),
    }
}

/// A name of a field or of one of its values, of all that the schema knows: what is new in
/// it is tried without being listed here.
fn word(random: &mut StdRng) -> &'static str {
    static WORDS: OnceLock<Vec<String>> = OnceLock::new();
    let words = WORDS.get_or_init(|| vocabulary(&json_schemas()).into_iter().collect());
    words.choose(random).map_or("", String::as_str)
}

fn vocabulary(schemas: &Map<String, Value>) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut left: Vec<&Value> = schemas.values().collect();
    while let Some(value) = left.pop() {
        match value {
            Value::Array(list) => left.extend(list),
            Value::Object(map) => {
                let fields = map.get("properties").and_then(Value::as_object);
                words.extend(fields.into_iter().flat_map(Map::keys).cloned());
                let values = map.get("enum").and_then(Value::as_array);
                let values = values.into_iter().flatten().chain(map.get("const"));
                words.extend(values.filter_map(Value::as_str).map(str::to_owned));
                left.extend(map.values());
            }
            _ => {}
        }
    }
    words
}

/// How many values a document holds, itself included.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum(),
        _ => 0,
    }
}

/// The value of a number in the order of the document, or how many are missing to it.
fn at(value: &mut Value, number: usize) -> Result<&mut Value, usize> {
    let Some(mut left) = number.checked_sub(1) else {
        return Ok(value);
    };
    let children: Vec<&mut Value> = match value {
        Value::Array(list) => list.iter_mut().collect(),
        Value::Object(map) => map.values_mut().collect(),
        _ => Vec::new(),
    };
    for child in children {
        match at(child, left) {
            Ok(found) => return Ok(found),
            Err(missing) => left = missing,
        }
    }
    Err(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_a_number() {
        let mut document = json!({ "a": [1, { "b": 2 }], "c": "x" });
        assert_eq!(count(&document), 6);
        let found: Vec<Value> = (0..6)
            .map(|number| at(&mut document, number).unwrap().clone())
            .collect();
        assert_eq!(found[2], json!(1));
        assert_eq!(found[4], json!(2));
        assert_eq!(found[5], json!("x"));
        assert_eq!(at(&mut document, 6), Err(0));
    }

    #[test]
    fn the_vocabulary_has_fields_and_their_values() {
        let words = vocabulary(&json_schemas());
        for word in ["compositionWidth", "chartType", "scatter", "slide-up", "v1"] {
            assert!(words.contains(word), "{word} of {words:?}");
        }
    }

    #[test]
    fn bent_json_is_bounded_and_follows_its_seed() {
        let text = br#"{"a":[1,{"b":2}],"c":"x"}"#;
        let bent = |seed: u32| {
            let mut data = [0; 64];
            data[..text.len()].copy_from_slice(text);
            let size = bend_json(&mut data, text.len(), 64, seed, |data, size, _| {
                data[..size].fill(b'.');
                size
            });
            data[..size].to_vec()
        };
        let all: Vec<Vec<u8>> = (0..500).map(bent).collect();
        assert!(all.iter().all(|one| one.len() <= 64));
        assert_eq!(all[7], bent(7));
        let json = |one: &&Vec<u8>| serde_json::from_slice::<Value>(one).is_ok();
        let kept = all.iter().filter(json).count();
        assert!((200..500).contains(&kept), "{kept} of 500 are JSON");
        assert!(all.iter().collect::<BTreeSet<_>>().len() > 100);
    }
}
