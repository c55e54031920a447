//! The table of rules written as JSON Schema (2020-12), for the API's description.
//!
//! Nothing is stated here that the table does not state: `tests/differential.rs`
//! compares the verdicts of the two on the same documents.

use serde_json::{Map, Value, json};

use super::{Field, Rule, Shape, Tagged, rules};

/// Where a `$ref` of the answer leads.
const PLACE: &str = "#/components/schemas/";

/// The schema of an editor state of generation 1 as `EditorState`, and of its parts by
/// name, each referred to as `#/components/schemas/<name>`.
pub fn json_schemas() -> Map<String, Value> {
    let mut whole: Vec<(String, Value)> = Vec::new();
    for (name, rule) in rules::NAMED {
        if let Rule::Tagged(tagged) = rule
            && tagged.base.is_some()
        {
            for variant in tagged.variants {
                whole.push((
                    format!("{name}{}", pascal(variant.0)),
                    of_variant(tagged, variant),
                ));
            }
        }
        whole.push(((*name).to_owned(), of(rule)));
    }
    let named = whole.iter().map(|(name, schema)| {
        let mut short = schema.clone();
        refer_inside(&mut short, &whole);
        (name.clone(), short)
    });
    named.collect()
}

/// Puts references in the place of named schemas inside a schema.
fn refer_inside(schema: &mut Value, whole: &[(String, Value)]) {
    let inside: Vec<&mut Value> = match schema {
        Value::Object(map) => map.values_mut().collect(),
        Value::Array(list) => list.iter_mut().collect(),
        _ => return,
    };
    for part in inside {
        match whole.iter().find(|(_, named)| named == part) {
            Some((name, _)) => *part = json!({ "$ref": format!("{PLACE}{name}") }),
            None => refer_inside(part, whole),
        }
    }
}

fn of(rule: &Rule) -> Value {
    match rule {
        Rule::Any => json!({}),
        Rule::Bool => json!({ "type": "boolean" }),
        Rule::Text(min) => at_least(json!({ "type": "string" }), "minLength", *min),
        Rule::Word(names, _) => {
            let words: Vec<_> = names.iter().map(|name| name.id).collect();
            json!({ "type": "string", "enum": words })
        }
        Rule::Choice(words) => json!({ "type": "string", "enum": words }),
        Rule::Exactly(wanted) => json!({ "type": "integer", "const": wanted }),
        Rule::Number(min, max) => within("number", *min, *max),
        Rule::Whole(min, max) => within("integer", *min, *max),
        Rule::Nullable(inner) => or_null(of(inner)),
        Rule::Primitive => json!({ "type": ["string", "number", "boolean"] }),
        Rule::Slot => json!({
            "type": ["string", "array", "null"], "minLength": 1, "items": of(slot_entry()),
        }),
        Rule::UploadError => json!({ "type": ["string", "object", "null"] }),
        Rule::List(min, inner) => {
            let list = json!({ "type": "array", "items": of(inner) });
            at_least(list, "minItems", *min)
        }
        Rule::Map(min, inner) => {
            let map = json!({ "type": "object", "additionalProperties": of(inner) });
            at_least(map, "minProperties", *min)
        }
        Rule::Object(shape) => of_fields(shape.groups.iter().copied().flatten(), shape, None),
        Rule::Tagged(tagged) => of_tagged(tagged),
    }
}

fn slot_entry() -> &'static Rule {
    match &rules::SLOT_LIST {
        Rule::List(_, entry) => entry,
        other => other,
    }
}

fn at_least(mut schema: Value, keyword: &str, min: usize) -> Value {
    if min > 0 {
        schema[keyword] = json!(min);
    }
    schema
}

fn within(kind: &str, min: f64, max: f64) -> Value {
    let mut schema = json!({ "type": kind });
    for (keyword, limit) in [("minimum", min), ("maximum", max)] {
        if limit.is_finite() {
            schema[keyword] = number(limit);
        }
    }
    schema
}

/// Whole limits are written without a point.
fn number(limit: f64) -> Value {
    if limit.fract() == 0.0 {
        json!(limit as i64)
    } else {
        json!(limit)
    }
}

fn or_null(mut schema: Value) -> Value {
    let kind = schema["type"].as_str().unwrap_or_default();
    if kind == "object" || schema.get("enum").is_some() || kind.is_empty() {
        return json!({ "anyOf": [schema, { "type": "null" }] });
    }
    schema["type"] = json!([kind, "null"]);
    schema
}

/// An object of those fields; `tag` is a field and the only value that it has here.
fn of_fields<'a>(
    fields: impl Iterator<Item = &'a Field>,
    shape: &Shape,
    tag: Option<(&str, &str)>,
) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in fields {
        properties.insert(field.name.to_owned(), of(&field.rule));
        if field.required && tag.is_none_or(|(name, _)| name != field.name) {
            required.push(field.name);
        }
    }
    if let Some((name, value)) = tag {
        properties.insert(name.to_owned(), json!({ "const": value }));
        required.push(name);
    }
    for name in shape.forbidden {
        properties.insert((*name).to_owned(), json!(false));
    }
    required.sort_unstable();
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    if shape.closed {
        schema["additionalProperties"] = json!(false);
    }
    schema
}

fn of_tagged(tagged: &Tagged) -> Value {
    let variants = tagged.variants.iter();
    if tagged.strict {
        let variants: Vec<Value> = variants
            .map(|variant| of_variant(tagged, variant))
            .collect();
        return json!({ "oneOf": variants });
    }
    // An unknown tag is no fault here: the base alone holds.
    let base = tagged.base.map(|base| of(&Rule::Object(base)));
    let variants = variants.map(|(name, rule)| {
        let given =
            json!({ "properties": { tagged.tag: { "const": name } }, "required": [tagged.tag] });
        json!({ "if": given, "then": of(rule) })
    });
    let all: Vec<Value> = base.into_iter().chain(variants).collect();
    json!({ "allOf": all })
}

/// One variant with the base's fields and its tag.
fn of_variant(tagged: &Tagged, (name, rule): &(&'static str, Rule)) -> Value {
    let base = tagged.base.map_or(&[][..], |base| base.groups);
    let base = base.iter().copied().flatten();
    let tag = Some((tagged.tag, *name));
    match rule {
        Rule::Object(shape) => of_fields(
            base.chain(shape.groups.iter().copied().flatten()),
            shape,
            tag,
        ),
        other => json!({ "allOf": [of_fields(base, &rules::OPEN, tag), of(other)] }),
    }
}

/// `motion-graphic` as a part of a name: `MotionGraphic`.
fn pascal(words: &str) -> String {
    let words = words.split('-').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}
