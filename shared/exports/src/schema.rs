//! Schemas of the request bodies, for the tests that make `openapi.json`.
//!
//! Bodies are read field by field, with every fault reported ([`crate::request`],
//! [`crate::project`]), so no type is made of them as a whole; these say the same rules
//! in the words of JSON Schema. The api's tests send every field at and past each limit
//! that stands here, and every word of the readers' sources as a field that does not, and
//! compare what the readers say.

#![expect(dead_code, reason = "only their schemas are used")]

use darkroom_editor_state::names;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Object, Ref};

use crate::request::Format;

/// One of several words.
pub(crate) fn words(description: &str, words: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new()
        .description(Some(description))
        .schema_type(Type::String)
        .enum_values(Some(words))
        .build()
}

/// A state that is sent.
fn sent_state() -> Ref {
    Ref::from_schema_name("EditorStateInput")
}

/// A state that was kept.
pub(crate) fn kept_state() -> Ref {
    Ref::from_schema_name("EditorState")
}

fn ratios() -> Object {
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
        .enum_values(Some([30, 60]))
        .build()
}

fn version() -> Object {
    ObjectBuilder::new()
        .description(Some("Version field of generation 1."))
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .enum_values(Some([Some("v1"), None]))
        .build()
}

fn hashes() -> Array {
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
        .max_items(Some(100))
        .build()
}

fn part_numbers() -> Array {
    let number = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(100));
    ArrayBuilder::new()
        .description(Some("Which parts, counted from 1."))
        .items(number)
        .min_items(Some(1))
        .max_items(Some(100))
        .build()
}

fn headers() -> Object {
    ObjectBuilder::new()
        .description(Some(
            "Headers to send there, by name: 4 KiB in all, and none of the connection, the body \
             or the signatures. They are kept apart and never shown.",
        ))
        .schema_type(SchemaType::from_iter([Type::Object, Type::Null]))
        .max_properties(Some(20))
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

/// An export of a document.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateExport {
    /// Your own id of the task: while it is known, and no `Idempotency-Key` is sent, the
    /// same request is answered by the same task.
    #[schema(max_length = 128)]
    client_task_id: Option<String>,
    /// Name of the download.
    #[schema(min_length = 1, max_length = 255)]
    filename: Option<String>,
    #[schema(required, schema_with = sent_state)]
    editor_state: (),
    /// Version field of generation 0; any is taken.
    #[schema(max_length = 32)]
    state_version: Option<String>,
    #[schema(required = false, schema_with = version)]
    state_schema_version: (),
    #[schema(schema_with = rates)]
    fps: (),
    /// Width of the canvas in place of the document's.
    #[schema(minimum = 50, maximum = 1920)]
    composition_width: Option<i64>,
    /// Height of the canvas in place of the document's.
    #[schema(minimum = 50, maximum = 1920)]
    composition_height: Option<i64>,
    #[schema(schema_with = ratios)]
    ratio: (),
    /// Output pixels for each pixel of the canvas.
    #[schema(minimum = 0.6, maximum = 8)]
    scale: f64,
    #[schema(schema_with = formats)]
    format: (),
    /// Address to tell that rendering began and how it ended: https on the public
    /// internet, or http where the deployment allows it. The account needs a webhook
    /// secret.
    #[schema(min_length = 1, max_length = 1024, format = "uri")]
    callback_url: Option<String>,
    #[schema(required = false, schema_with = headers)]
    callback_headers: (),
}

/// An export of a project's latest synced state, which stays as it is now.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateProjectExport {
    /// Your own id of the task, as of an export of a document.
    #[schema(max_length = 128)]
    client_task_id: Option<String>,
    /// Name of the download.
    #[schema(min_length = 1, max_length = 255)]
    filename: Option<String>,
    #[schema(schema_with = rates)]
    fps: (),
    #[schema(schema_with = ratios)]
    ratio: (),
    /// Output pixels for each pixel of the canvas.
    #[schema(minimum = 0.6, maximum = 8)]
    scale: f64,
    #[schema(schema_with = formats)]
    format: (),
    /// Address to tell that rendering began and how it ended: https on the public
    /// internet, or http where the deployment allows it. The account needs a webhook
    /// secret.
    #[schema(min_length = 1, max_length = 1024, format = "uri")]
    callback_url: Option<String>,
    #[schema(required = false, schema_with = headers)]
    callback_headers: (),
}

/// A project with its first state.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateProject {
    /// Title; `Untitled` where there is none.
    #[schema(max_length = 120)]
    title: Option<String>,
    /// Description.
    #[schema(max_length = 500)]
    description: Option<String>,
    #[schema(required, schema_with = sent_state)]
    editor_state: (),
    /// Version field of generation 0; any is taken.
    #[schema(max_length = 32)]
    state_version: Option<String>,
    #[schema(required = false, schema_with = version)]
    state_schema_version: (),
}

/// What changes of a project; what is left out stays.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PatchProject {
    /// The new title.
    #[schema(required = false, max_length = 120)]
    title: String,
    /// The new description; null takes it away.
    #[schema(max_length = 500)]
    description: Option<String>,
}

/// The new state of a project.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SyncProject {
    #[schema(required, schema_with = sent_state)]
    editor_state: (),
    /// Version field of generation 0; any is taken.
    #[schema(max_length = 32)]
    state_version: Option<String>,
    #[schema(required = false, schema_with = version)]
    state_schema_version: (),
}

/// An asset to bind.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddProjectAsset {
    /// Id of an asset of yours.
    #[schema(format = "uuid")]
    asset_id: String,
}

/// A file that comes in parts.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateUpload {
    /// Name of the file.
    #[schema(
        min_length = 1,
        max_length = 512,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*$"
    )]
    filename: String,
    /// Media type of the file.
    #[schema(min_length = 1, max_length = 255)]
    content_type: String,
    /// Bytes: at most 800 MiB of a video or picture, 25 MiB of a sound, 10 MiB of captions.
    #[schema(minimum = 1, maximum = 838_860_800)]
    size: u32,
    #[schema(schema_with = hashes)]
    part_sha256: (),
    /// A project to bind the asset to.
    #[schema(format = "uuid")]
    project_id: Option<String>,
}

/// Parts whose addresses are wanted.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignUploadParts {
    #[schema(schema_with = part_numbers)]
    part_numbers: (),
}
