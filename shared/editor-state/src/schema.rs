//! Walks a document along the table of rules (`rules.rs`) and reports every fault.

mod describe;
mod rules;

use serde_json::{Map, Value};

pub use describe::json_schemas;

use crate::fault::{Fault, FaultCode, Faults, join};
use crate::names::{Name, nearest};

/// What a value has to be.
#[derive(Clone, Copy)]
pub(crate) enum Rule {
    /// Anything.
    Any,
    /// `true` or `false`.
    Bool,
    /// A string of at least so many characters.
    Text(usize),
    /// A string of a vocabulary; the code of an unknown one.
    Word(&'static [Name], FaultCode),
    /// A string of a short list.
    Choice(&'static [&'static str]),
    /// Exactly this integer.
    Exactly(i64),
    /// A finite number within limits.
    Number(f64, f64),
    /// A whole number (`1.0` is one) within limits.
    Whole(f64, f64),
    /// Null, or the rule.
    Nullable(&'static Rule),
    /// A string, a number or a boolean.
    Primitive,
    /// A non-empty string, a list of them, or null.
    Slot,
    /// A string, an object, or null.
    UploadError,
    /// A list of at least so many entries.
    List(usize, &'static Rule),
    /// An object with free keys, at least so many.
    Map(usize, &'static Rule),
    /// An object with known fields.
    Object(&'static Shape),
    /// An object whose shape one of its fields tells.
    Tagged(&'static Tagged),
}

/// An object with known fields.
pub(crate) struct Shape {
    /// Groups of fields, so that types can share some.
    pub(crate) groups: &'static [&'static [Field]],
    /// No other key is allowed.
    pub(crate) closed: bool,
    /// Keys that must not be there.
    pub(crate) forbidden: &'static [&'static str],
}

/// One field of a [`Shape`].
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) rule: Rule,
}

/// Shapes told apart by the string in one field.
pub(crate) struct Tagged {
    pub(crate) what: &'static str,
    pub(crate) tag: &'static str,
    /// Checked whatever the tag says.
    pub(crate) base: Option<&'static Shape>,
    pub(crate) variants: &'static [(&'static str, Rule)],
    /// An unknown tag is a fault; otherwise the base alone holds.
    pub(crate) strict: bool,
}

/// Every fault of a document, already in ticks, against the schema alone, in the
/// order of the document. Equal in verdict to the public JSON schema.
pub fn check(document: &Value) -> Vec<Fault> {
    let mut faults = Faults::default();
    collect(document, &mut faults);
    faults.into_sorted(document)
}

pub(crate) fn collect(document: &Value, faults: &mut Faults) {
    check_rule(&rules::ROOT, document, "", faults);
}

/// Every fault of a motion graphic's file but what its items hold.
pub(crate) fn collect_graphic(file: &Value, faults: &mut Faults) {
    check_rule(&rules::GRAPHIC, file, "", faults);
}

/// Every fault of a `$count` whose props are filled in.
pub(crate) fn collect_count(count: &Value, path: &str, faults: &mut Faults) {
    check_rule(&rules::RUNNING_NUMBER, count, path, faults);
}

/// The fields of an item type.
pub(crate) fn item_fields(kind: &str) -> impl Iterator<Item = &'static str> {
    let variant = rules::ITEM.variants.iter().find(|(name, _)| *name == kind);
    let groups = match variant {
        Some((_, Rule::Object(shape))) => shape.groups,
        _ => &[],
    };
    groups.iter().copied().flatten().map(|field| field.name)
}

fn check_rule(rule: &Rule, value: &Value, path: &str, faults: &mut Faults) {
    if faults.is_full() {
        return;
    }
    match rule {
        Rule::Any => {}
        Rule::Bool => expect(value.is_boolean(), "true or false", value, path, faults),
        Rule::Text(min) => check_text(*min, value, path, faults),
        Rule::Word(names, code) => {
            let words: Vec<_> = names.iter().map(|name| name.id).collect();
            check_choice(&words, *code, value, path, faults);
        }
        Rule::Choice(words) => {
            check_choice(words, FaultCode::SchemaInvalid, value, path, faults);
        }
        Rule::Exactly(wanted) => {
            let equal = value
                .as_f64()
                .is_some_and(|n| n.to_bits() == (*wanted as f64).to_bits());
            expect(equal, &format!("exactly {wanted}"), value, path, faults);
        }
        Rule::Number(min, max) => check_number(*min, *max, false, value, path, faults),
        Rule::Whole(min, max) => check_number(*min, *max, true, value, path, faults),
        Rule::Nullable(inner) => {
            if !value.is_null() {
                check_rule(inner, value, path, faults);
            }
        }
        Rule::Primitive => {
            let primitive = value.is_string() || value.is_number() || value.is_boolean();
            expect(
                primitive,
                "a string, a number or a boolean",
                value,
                path,
                faults,
            );
        }
        Rule::Slot => match value {
            Value::Null => {}
            Value::Array(_) => check_rule(&rules::SLOT_LIST, value, path, faults),
            Value::String(_) => check_text(1, value, path, faults),
            _ => expect(
                false,
                "a string, a list of strings or null",
                value,
                path,
                faults,
            ),
        },
        Rule::UploadError => {
            let fits = value.is_string() || value.is_object() || value.is_null();
            expect(fits, "a string, an object or null", value, path, faults);
        }
        Rule::List(min, inner) => check_list(*min, inner, value, path, faults),
        Rule::Map(min, inner) => check_map(*min, inner, value, path, faults),
        Rule::Object(shape) => match value.as_object() {
            Some(map) => check_shape(shape, map, path, faults),
            None => expect(false, "an object", value, path, faults),
        },
        Rule::Tagged(tagged) => check_tagged(tagged, value, path, faults),
    }
}

fn schema_fault(path: &str, message: String, faults: &mut Faults) {
    faults.push(FaultCode::SchemaInvalid, path.to_owned(), message);
}

fn expect(holds: bool, wanted: &str, value: &Value, path: &str, faults: &mut Faults) {
    if !holds {
        let message = format!("{} must be {wanted}, not {}.", subject(path), show(value));
        schema_fault(path, message, faults);
    }
}

fn check_text(min: usize, value: &Value, path: &str, faults: &mut Faults) {
    match value.as_str() {
        None => expect(false, "a string", value, path, faults),
        Some(text) if min > 0 && text.chars().take(min).count() < min => {
            expect(false, "a string that is not empty", value, path, faults);
        }
        Some(_) => {}
    }
}

fn check_choice(words: &[&str], code: FaultCode, value: &Value, path: &str, faults: &mut Faults) {
    let given = value.as_str();
    if given.is_some_and(|given| words.contains(&given)) {
        return;
    }
    let message = format!(
        "{} must be one of {}, not {}.{}",
        subject(path),
        words.join(", "),
        show(value),
        did_you_mean(words.iter().copied(), given)
    );
    faults.push(code, path.to_owned(), message);
}

fn did_you_mean<'a>(words: impl IntoIterator<Item = &'a str>, given: Option<&str>) -> String {
    given
        .and_then(|given| nearest(words, given))
        .map(|word| format!(" Did you mean {word}?"))
        .unwrap_or_default()
}

fn check_number(min: f64, max: f64, whole: bool, value: &Value, path: &str, faults: &mut Faults) {
    let kind = if whole { "a whole number" } else { "a number" };
    let fits = value
        .as_f64()
        .is_some_and(|n| n.is_finite() && n >= min && n <= max && (!whole || n.fract() == 0.0));
    if fits {
        return;
    }
    let limits = match (min.is_finite(), max.is_finite()) {
        (true, true) => format!("{kind} from {min} to {max}"),
        (true, false) => format!("{kind}, {min} or more"),
        _ => kind.to_owned(),
    };
    expect(false, &limits, value, path, faults);
}

fn check_list(min: usize, inner: &Rule, value: &Value, path: &str, faults: &mut Faults) {
    let Some(list) = value.as_array() else {
        return expect(false, "a list", value, path, faults);
    };
    if list.len() < min {
        let message = format!(
            "{} has {} entries; at least {min} must be there. Add what is missing.",
            subject(path),
            list.len()
        );
        schema_fault(path, message, faults);
    }
    for (index, entry) in list.iter().enumerate() {
        if faults.is_full() {
            return;
        }
        check_rule(inner, entry, &format!("{path}/{index}"), faults);
    }
}

fn check_map(min: usize, inner: &Rule, value: &Value, path: &str, faults: &mut Faults) {
    let Some(map) = value.as_object() else {
        return expect(false, "an object", value, path, faults);
    };
    if map.len() < min {
        let message = format!(
            "{} has {} entries; at least {min} must be there. Add what is missing.",
            subject(path),
            map.len()
        );
        schema_fault(path, message, faults);
    }
    for (key, entry) in map {
        if faults.is_full() {
            return;
        }
        check_rule(inner, entry, &join(path, key), faults);
    }
}

fn check_shape(shape: &Shape, map: &Map<String, Value>, path: &str, faults: &mut Faults) {
    let fields = || shape.groups.iter().copied().flatten();
    for field in fields() {
        match map.get(field.name) {
            Some(value) => check_rule(&field.rule, value, &join(path, field.name), faults),
            None if field.required => {
                let message = format!(
                    "{} has no {}, which is required. Add it.",
                    subject(path),
                    field.name
                );
                schema_fault(&join(path, field.name), message, faults);
            }
            None => {}
        }
    }
    for name in shape.forbidden {
        if map.contains_key(*name) {
            let message = format!("{} must not have {name} here. Remove it.", subject(path));
            schema_fault(&join(path, name), message, faults);
        }
    }
    if shape.closed {
        for key in map.keys() {
            if faults.is_full() {
                return;
            }
            if !fields().any(|field| field.name == key) {
                let message = format!(
                    "{} has no field {}; it allows {} alone.{} Remove it.",
                    subject(path),
                    show(&Value::String(key.clone())),
                    fields()
                        .map(|field| field.name)
                        .collect::<Vec<_>>()
                        .join(", "),
                    did_you_mean(fields().map(|field| field.name), Some(key))
                );
                schema_fault(&join(path, key), message, faults);
            }
        }
    }
}

fn check_tagged(tagged: &Tagged, value: &Value, path: &str, faults: &mut Faults) {
    let Some(map) = value.as_object() else {
        return expect(
            false,
            &format!("an object, {}", tagged.what),
            value,
            path,
            faults,
        );
    };
    let given = map.get(tagged.tag);
    let variant = given
        .and_then(Value::as_str)
        .and_then(|tag| tagged.variants.iter().find(|(name, _)| *name == tag));
    if let Some((_, rule)) = variant {
        check_rule(rule, value, path, faults);
    } else if tagged.strict {
        let tag_path = join(path, tagged.tag);
        let words: Vec<_> = tagged.variants.iter().map(|(name, _)| *name).collect();
        if let Some(given) = given {
            check_choice(&words, FaultCode::SchemaInvalid, given, &tag_path, faults);
        } else {
            let message = format!(
                "{} has no {}, which is required. Add one of {}.",
                subject(path),
                tagged.tag,
                words.join(", ")
            );
            schema_fault(&tag_path, message, faults);
        }
    }
    if let Some(base) = tagged.base {
        check_shape(base, map, path, faults);
    }
}

/// How a sentence names the value at a pointer: its last step.
fn subject(path: &str) -> String {
    match path.rsplit('/').next() {
        Some(last) if !last.is_empty() => {
            let name = last.replace("~1", "/").replace("~0", "~");
            if name.bytes().all(|byte| byte.is_ascii_digit()) {
                format!("Entry {}", shorten(&name))
            } else {
                shorten(&name)
            }
        }
        _ => "The document".to_owned(),
    }
}

/// A value as a sentence quotes it, never long.
pub(crate) fn show(value: &Value) -> String {
    match value {
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) => format!("\"{}\"", shorten(text)),
        other => other.to_string(),
    }
}

fn shorten(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().nth(LONGEST).is_some() {
        text.chars().take(LONGEST).chain("...".chars()).collect()
    } else {
        text.to_owned()
    }
}
