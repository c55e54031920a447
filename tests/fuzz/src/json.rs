//! Documents, bent value by value: they stay JSON, and often valid.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::prop_oneof;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

#[derive(Debug, Clone)]
enum Change {
    /// Another value in the place of one.
    Replace(Value),
    /// What stands somewhere else in the document.
    Copy(Index),
    /// One of its fields or entries less.
    Drop(Index),
}

fn hostile() -> Vec<Value> {
    let mut values = vec![
        json!(null),
        json!(true),
        json!([]),
        json!({}),
        json!([[]]),
        json!({ "": {} }),
        json!("x".repeat(2000)),
    ];
    let numbers = [
        0.0, -0.0, 1.0, -1.0, 0.5, 3.0, 100.0, 1e-300, 1e9, 1e15, 1e308, -1e308,
    ];
    values.extend(numbers.map(|number| json!(number)));
    values.extend([0, 1, -1, 7, 8000, 9_007_199_254_740_993_i64].map(|number| json!(number)));
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
    values.extend(words.map(|word| json!(word)));
    values
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

impl Change {
    fn apply(self, document: &mut Value, index: Index) {
        let all = count(document);
        let copied = match &self {
            Self::Copy(from) => at(document, from.index(all)).ok().cloned(),
            _ => None,
        };
        let Ok(place) = at(document, index.index(all)) else {
            return;
        };
        match (self, place) {
            (Self::Replace(value), place) => *place = value,
            (Self::Copy(_), place) => *place = copied.unwrap_or_default(),
            (Self::Drop(which), Value::Array(list)) if !list.is_empty() => {
                list.remove(which.index(list.len()));
            }
            (Self::Drop(which), Value::Object(map)) if !map.is_empty() => {
                let key = map.keys().nth(which.index(map.len())).cloned();
                map.remove(&key.unwrap_or_default());
            }
            (Self::Drop(_), _) => {}
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => select(hostile()).prop_map(Change::Replace),
        2 => any::<Index>().prop_map(Change::Copy),
        1 => any::<Index>().prop_map(Change::Drop),
    ]
}

/// One of some documents, with one to five changes.
pub fn bent_json(documents: &[Value]) -> impl Strategy<Value = Value> + use<> {
    let changes = vec((any::<Index>(), change()), 1..6);
    (select(documents.to_vec()), changes).prop_map(|(mut document, changes)| {
        for (index, change) in changes {
            change.apply(&mut document, index);
        }
        document
    })
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
}
