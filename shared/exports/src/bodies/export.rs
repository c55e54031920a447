//! The bodies that ask for an export, of a document of their own or of a project.

use std::collections::BTreeMap;

use darkroom_editor_state::Ratio;
use serde_json::Value;

use super::RequestBody;
use super::document::{editor_state, state_schema_version, state_version};
use super::reader::{Reader, integer};
use crate::callback::{self, Callback, CallbackPolicy};
use crate::problem::Problem;
use crate::request::{Format, RATES};

/// An export of a document.
// Without `Debug`: the values of the headers are the caller's secrets.
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct CreateExport {
    /// Your own id of the task: while it is known, and no `Idempotency-Key` is sent, the
    /// same request is answered by the same task.
    #[cfg_attr(feature = "openapi", schema(max_length = 128))]
    pub client_task_id: Option<String>,
    /// Name of the download.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 255))]
    pub filename: Option<String>,
    #[cfg_attr(feature = "openapi", schema(required, schema_with = crate::schema::sent_state))]
    pub editor_state: Value,
    /// Version field of generation 0; any is taken.
    #[cfg_attr(feature = "openapi", schema(max_length = 32))]
    pub state_version: Option<String>,
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::version))]
    pub state_schema_version: Option<Value>,
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::rates))]
    pub fps: u32,
    /// Width of the canvas in place of the document's.
    #[cfg_attr(feature = "openapi", schema(minimum = 50, maximum = 1920))]
    pub composition_width: Option<u32>,
    /// Height of the canvas in place of the document's.
    #[cfg_attr(feature = "openapi", schema(minimum = 50, maximum = 1920))]
    pub composition_height: Option<u32>,
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::ratios))]
    pub ratio: Ratio,
    /// Output pixels for each pixel of the canvas.
    #[cfg_attr(feature = "openapi", schema(minimum = 0.6, maximum = 8))]
    pub scale: f64,
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::formats))]
    pub format: Format,
    /// Address to tell that rendering began and how it ended: https on the public
    /// internet, or http where the deployment allows it. The account needs a webhook
    /// secret.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 1024, format = "uri")
    )]
    pub callback_url: Option<String>,
    #[cfg_attr(
        feature = "openapi",
        schema(required = false, schema_with = crate::schema::headers)
    )]
    pub callback_headers: BTreeMap<String, String>,
}

impl RequestBody for CreateExport {
    fn fill(reader: &mut Reader) -> Option<Self> {
        let client_task_id = client_task_id(reader);
        let filename = filename(reader);
        let (callback_url, callback_headers) = callback::read(reader);
        let state_version = state_version(reader);
        let (fps, ratio) = (fps(reader), ratio(reader));
        let (scale, format) = (scale(reader), format(reader));
        let composition_width = side(reader, "compositionWidth");
        let composition_height = side(reader, "compositionHeight");
        let editor_state = editor_state(reader, "the document to export");
        let state_schema_version = state_schema_version(reader);
        Some(Self {
            client_task_id,
            filename,
            editor_state: editor_state?,
            state_version,
            state_schema_version,
            fps: fps?,
            composition_width,
            composition_height,
            ratio: ratio?,
            scale: scale?,
            format: format?,
            callback_url,
            callback_headers,
        })
    }
}

/// An export of a project's latest synced state, which stays as it is now.
// Without `Debug`, as above.
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    serde(rename_all = "camelCase", deny_unknown_fields)
)]
pub struct CreateProjectExport {
    /// Your own id of the task, as of an export of a document.
    #[cfg_attr(feature = "openapi", schema(max_length = 128))]
    pub client_task_id: Option<String>,
    /// Name of the download.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 255))]
    pub filename: Option<String>,
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::rates))]
    pub fps: u32,
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::ratios))]
    pub ratio: Ratio,
    /// Output pixels for each pixel of the canvas.
    #[cfg_attr(feature = "openapi", schema(minimum = 0.6, maximum = 8))]
    pub scale: f64,
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::formats))]
    pub format: Format,
    /// Address to tell that rendering began and how it ended: https on the public
    /// internet, or http where the deployment allows it. The account needs a webhook
    /// secret.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 1024, format = "uri")
    )]
    pub callback_url: Option<String>,
    #[cfg_attr(
        feature = "openapi",
        schema(required = false, schema_with = crate::schema::headers)
    )]
    pub callback_headers: BTreeMap<String, String>,
}

impl RequestBody for CreateProjectExport {
    fn fill(reader: &mut Reader) -> Option<Self> {
        let client_task_id = client_task_id(reader);
        let filename = filename(reader);
        let (callback_url, callback_headers) = callback::read(reader);
        let (fps, ratio) = (fps(reader), ratio(reader));
        let (scale, format) = (scale(reader), format(reader));
        Some(Self {
            client_task_id,
            filename,
            fps: fps?,
            ratio: ratio?,
            scale: scale?,
            format: format?,
            callback_url,
            callback_headers,
        })
    }
}

impl CreateProjectExport {
    /// Where its webhooks shall go, if anywhere.
    ///
    /// # Errors
    /// An address that the deployment does not allow (`CALLBACK_URL_FORBIDDEN`).
    pub fn callback(&self, policy: CallbackPolicy) -> Result<Option<Callback>, Problem> {
        Callback::of(self.callback_url.as_deref(), &self.callback_headers, policy)
    }
}

/// A blank id identifies nothing: clients do not count on it either.
fn client_task_id(reader: &mut Reader) -> Option<String> {
    let id = reader.text("clientTaskId", 0, 128);
    id.filter(|id| !id.trim().is_empty())
}

fn filename(reader: &mut Reader) -> Option<String> {
    reader.text("filename", 1, 255)
}

fn fps(reader: &mut Reader) -> Option<u32> {
    reader.required("fps", "30 or 60", |value| {
        integer(value).filter(|fps| RATES.contains(fps))
    })
}

fn ratio(reader: &mut Reader) -> Option<Ratio> {
    reader.required("ratio", "16:9, 9:16, 1:1, 4:3, 3:4 or custom", |value| {
        Ratio::parse(value.as_str()?)
    })
}

fn scale(reader: &mut Reader) -> Option<f64> {
    reader.required("scale", "a number from 0.6 to 8", |value| {
        value.as_f64().filter(|scale| (0.6..=8.0).contains(scale))
    })
}

fn format(reader: &mut Reader) -> Option<Format> {
    reader.required("format", "mp4 or webm", |value| {
        Format::parse(value.as_str()?)
    })
}

fn side(reader: &mut Reader, field: &str) -> Option<u32> {
    reader.optional(field, "an integer from 50 to 1920", |value| {
        integer(value).filter(|side| (50..=1920).contains(side))
    })
}
