//! Schemas of single fields that utoipa does not derive: words of a table, numbers of a
//! list, documents, and lists and maps with limits of their entries.

use darkroom_editor_state::names;
use serde_json::{Value, json};
use utoipa::openapi::schema::{Array, ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Object, Ref};

use crate::callback::MAX_HEADERS;
use crate::request::{Format, RATES};
use crate::upload::MAX_PARTS;

/// One of several words.
pub(crate) fn words(description: &str, words: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new()
        .description(Some(description))
        .schema_type(Type::String)
        .enum_values(Some(words))
        .build()
}

/// A state that is sent.
pub(crate) fn sent_state() -> Ref {
    Ref::from_schema_name("EditorStateInput")
}

/// A state that was kept.
pub(crate) fn kept_state() -> Ref {
    Ref::from_schema_name("EditorState")
}

pub(crate) fn ratios() -> Object {
    words(
        "Aspect ratio of the output; `custom` keeps the canvas's own.",
        names::ids(names::RATIOS),
    )
}

pub(crate) fn formats() -> Object {
    words(
        "Container and codecs: H.264 and AAC, or VP9 and Opus.",
        Format::ALL.map(Format::as_str),
    )
}

pub(crate) fn rates() -> Object {
    ObjectBuilder::new()
        .description(Some("Frames a second."))
        .schema_type(Type::Integer)
        .enum_values(Some(RATES))
        .build()
}

pub(crate) fn version() -> Object {
    ObjectBuilder::new()
        .description(Some("Version field of generation 1."))
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .enum_values(Some([Some("v1"), None]))
        .build()
}

pub(crate) fn hashes() -> Array {
    let hash = ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some("^[0-9a-f]{64}$"));
    ArrayBuilder::new()
        .description(Some(
            "SHA-256 of each part of 8 MiB in order (the last one is shorter), in hex: as many as \
             the file's size has.",
        ))
        .items(hash)
        .min_items(Some(1))
        .max_items(Some(MAX_PARTS as usize))
        .build()
}

pub(crate) fn part_numbers() -> Array {
    let number = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(MAX_PARTS));
    ArrayBuilder::new()
        .description(Some("Which parts, counted from 1."))
        .items(number)
        .min_items(Some(1))
        .max_items(Some(MAX_PARTS as usize))
        .build()
}

pub(crate) fn headers() -> Object {
    ObjectBuilder::new()
        .description(Some(
            "Headers to send there, by name: 4 KiB in all, and none of the connection, the body \
             or the signatures. They are kept apart and never shown.",
        ))
        .schema_type(SchemaType::from_iter([Type::Object, Type::Null]))
        .max_properties(Some(MAX_HEADERS))
        .additional_properties(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

/// A rule of both creates that no type can say: headers need an address to go to.
pub fn headers_need_an_address() -> Value {
    json!({ "callbackHeaders": { "anyOf": [
        {
            "required": ["callbackUrl"], "additionalProperties": true,
            "properties": { "callbackUrl": { "type": "string" } },
        },
        {
            "additionalProperties": true,
            "properties": { "callbackHeaders": { "maxProperties": 0 } },
        },
    ] } })
}
