//! The create request: read whole, every fault reported, then typed.

use darkroom_editor_state::{
    Document, Library, OutputLayout, Ratio, Ticks, frame_count, output_layout, read, unsupported,
};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::idempotency::{Fingerprint, canonical};
use crate::limits::Limits;
use crate::problem::{ErrorCode, Fault, Problem};

/// Container of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// H.264 and AAC.
    Mp4,
    /// VP9 and Opus.
    Webm,
}

impl Format {
    /// `mp4` or `webm`, which is the file extension too.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Webm => "webm",
        }
    }

    /// Reads what [`Self::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Mp4, Self::Webm]
            .into_iter()
            .find(|format| format.as_str() == text)
    }

    /// Media type of the file.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Mp4 => "video/mp4",
            Self::Webm => "video/webm",
        }
    }
}

/// How the document is to be drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Container.
    pub format: Format,
    /// 30 or 60.
    pub fps: u32,
    /// Aspect ratio.
    pub ratio: Ratio,
    /// 0.6..=8.
    pub scale: f64,
    /// Composition size that replaces the document's.
    pub composition: Option<(u32, u32)>,
}

impl Settings {
    /// The form kept with the task.
    pub fn to_value(&self) -> Value {
        json!({
            "format": self.format.as_str(),
            "fps": self.fps,
            "ratio": self.ratio.as_str(),
            "scale": self.scale,
            "composition": self.composition,
        })
    }

    /// Reads what [`Self::to_value`] wrote.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            format: Format::parse(value.get("format")?.as_str()?)?,
            fps: u32::try_from(value.get("fps")?.as_u64()?).ok()?,
            ratio: Ratio::parse(value.get("ratio")?.as_str()?)?,
            scale: value.get("scale")?.as_f64()?,
            composition: serde_json::from_value(value.get("composition")?.clone()).ok()?,
        })
    }

    /// Canvas of a document drawn with these settings.
    pub fn layout(&self, document: &Document) -> OutputLayout {
        let own = (
            document.state.composition_width,
            document.state.composition_height,
        );
        output_layout(self.composition.unwrap_or(own), self.ratio, self.scale)
    }
}

/// A create request without faults, within the deployment's limits.
#[derive(Debug, Clone)]
pub struct CreateExport {
    /// Caller's own id of the task.
    pub client_task_id: Option<String>,
    /// Name of the download.
    pub filename: Option<String>,
    /// How to draw.
    pub settings: Settings,
    /// What to draw.
    pub document: Document,
    /// Canvas.
    pub layout: OutputLayout,
    /// Timeline length.
    pub duration: Ticks,
    /// The body without its document: what a 409 compares.
    pub envelope: Value,
    /// Canonical bytes of the normalised document, as stored.
    pub document_bytes: Vec<u8>,
    /// Lower-case SHA-256 of those bytes: the name of the document.
    pub document_hash: String,
    /// Identity of the whole request.
    pub fingerprint: Fingerprint,
}

/// Fields of the body; any other is refused, so that nothing is ignored.
const FIELDS: [&str; 13] = [
    "clientTaskId",
    "filename",
    "editorState",
    "stateVersion",
    "stateSchemaVersion",
    "fps",
    "compositionWidth",
    "compositionHeight",
    "ratio",
    "scale",
    "format",
    "callbackUrl",
    "callbackHeaders",
];

/// Most unknown fields that one answer names, and most characters of each name.
const MAX_UNKNOWN: usize = 50;
const MAX_UNKNOWN_CHARS: usize = 200;

/// Collects the faults of one body.
struct Reader<'a> {
    body: &'a Map<String, Value>,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    fn fault(&mut self, field: &str, message: String) {
        let path = format!("/{}", field.replace('~', "~0").replace('/', "~1"));
        self.faults
            .push(Fault::new(ErrorCode::RequestInvalid, path, message));
    }

    /// A field that is there and not null.
    fn given(&self, field: &str) -> Option<&'a Value> {
        self.body.get(field).filter(|value| !value.is_null())
    }

    fn text(&mut self, field: &str, least: usize, most: usize) -> Option<String> {
        let value = self.given(field)?;
        match value.as_str() {
            Some(text) if (least..=most).contains(&text.chars().count()) => Some(text.to_owned()),
            _ => {
                self.fault(
                    field,
                    format!("must be a string of {least} to {most} characters"),
                );
                None
            }
        }
    }

    fn one_of<T>(
        &mut self,
        field: &str,
        allowed: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Option<T> {
        let found = self.given(field).and_then(read);
        if found.is_none() {
            let message = match self.given(field) {
                None => format!("is required: {allowed}"),
                Some(value) => format!("is {}; it must be {allowed}", shorten(value)),
            };
            self.fault(field, message);
        }
        found
    }

    fn side(&mut self, field: &str) -> Option<u32> {
        self.given(field)?;
        self.one_of(field, "an integer from 50 to 1920", |value| {
            integer(value).filter(|side| (50..=1920).contains(side))
        })
    }
}

/// A whole number, however it is written (`30` or `30.0`).
fn integer(value: &Value) -> Option<u32> {
    let number = value.as_f64()?;
    (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number))
        .then_some(number as u32)
}

fn shorten(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// Reads, checks and measures a create body, whose document may name the motion graphics
/// of `library`.
///
/// # Errors
/// The first of these that applies, each with all of its faults: the body
/// (`REQUEST_INVALID`), the version, the callback, the document's faults, what
/// is not drawn yet, the output's size and length.
pub fn parse(body: &Value, limits: &Limits, library: &Library) -> Result<CreateExport, Problem> {
    let Some(body) = body.as_object() else {
        let detail = "the body must be a JSON object";
        return Err(Problem::new(ErrorCode::RequestInvalid, detail));
    };
    let mut reader = Reader {
        body,
        faults: Vec::new(),
    };
    let known = |field: &&String| FIELDS.contains(&field.as_str());
    for field in body.keys().filter(|field| !known(field)).take(MAX_UNKNOWN) {
        let shown: String = field.chars().take(MAX_UNKNOWN_CHARS).collect();
        reader.fault(
            &shown,
            "is not a field of this request; remove it".to_owned(),
        );
    }
    // A blank id identifies nothing: clients do not count on it either.
    let client_task_id = reader
        .text("clientTaskId", 0, 128)
        .filter(|id| !id.trim().is_empty());
    let filename = reader.text("filename", 1, 255);
    // Of generation 0 any version is taken: its documents tell by their form what they are.
    reader.text("stateVersion", 0, 32);
    let requested = requested(&mut reader);
    if reader.given("editorState").is_none() {
        reader.fault(
            "editorState",
            "is required: the document to export".to_owned(),
        );
    }
    let requested = match requested {
        Some(requested) if reader.faults.is_empty() => requested,
        _ => {
            return Err(Problem::from_faults(
                ErrorCode::RequestInvalid,
                reader.faults,
            ));
        }
    };
    version(&reader)?;
    no_callback(&reader)?;
    let document = document(body, library)?;
    let settings = requested.over(&document);
    let layout = settings.layout(&document);
    let duration = document.state.duration();
    limits.check(&layout, duration, settings.fps)?;
    Ok(identified(
        body,
        client_task_id,
        filename,
        settings,
        document,
        layout,
        duration,
    ))
}

/// Settings as asked for: each side of the composition may be left to the document.
struct Requested {
    format: Format,
    fps: u32,
    ratio: Ratio,
    scale: f64,
    width: Option<u32>,
    height: Option<u32>,
}

impl Requested {
    fn over(self, document: &Document) -> Settings {
        let state = &document.state;
        let composition = (self.width.is_some() || self.height.is_some()).then(|| {
            (
                self.width.unwrap_or(state.composition_width),
                self.height.unwrap_or(state.composition_height),
            )
        });
        Settings {
            format: self.format,
            fps: self.fps,
            ratio: self.ratio,
            scale: self.scale,
            composition,
        }
    }
}

fn requested(reader: &mut Reader<'_>) -> Option<Requested> {
    let fps = reader.one_of("fps", "30 or 60", |value| {
        integer(value).filter(|fps| [30, 60].contains(fps))
    });
    let ratio = reader.one_of("ratio", "16:9, 9:16, 1:1, 4:3, 3:4 or custom", |value| {
        Ratio::parse(value.as_str()?)
    });
    let scale = reader.one_of("scale", "a number from 0.6 to 8", |value| {
        value.as_f64().filter(|scale| (0.6..=8.0).contains(scale))
    });
    let format = reader.one_of("format", "mp4 or webm", |value| {
        Format::parse(value.as_str()?)
    });
    let width = reader.side("compositionWidth");
    let height = reader.side("compositionHeight");
    Some(Requested {
        format: format?,
        fps: fps?,
        ratio: ratio?,
        scale: scale?,
        width,
        height,
    })
}

/// Generation 1 says `stateSchemaVersion: "v1"`; generation 0 says nothing here.
fn version(reader: &Reader<'_>) -> Result<(), Problem> {
    match reader.given("stateSchemaVersion") {
        Some(value) if value.as_str() != Some("v1") => Err(Problem::new(
            ErrorCode::StateSchemaVersionUnsupported,
            format!(
                "`stateSchemaVersion` is {}; this service reads \"v1\"",
                shorten(value)
            ),
        )),
        _ => Ok(()),
    }
}

/// Webhooks are not delivered by this build, so a callback is refused, not ignored.
fn no_callback(reader: &Reader<'_>) -> Result<(), Problem> {
    for field in ["callbackUrl", "callbackHeaders"] {
        if reader
            .given(field)
            .is_some_and(|value| value.as_object().is_none_or(|map| !map.is_empty()))
        {
            let detail = format!(
                "`{field}` is given, but this deployment sends no webhooks yet; leave it out and \
                 read the task instead"
            );
            return Err(Problem::new(ErrorCode::CallbackUrlForbidden, detail));
        }
    }
    Ok(())
}

fn document(body: &Map<String, Value>, library: &Library) -> Result<Document, Problem> {
    let value = body.get("editorState").cloned().unwrap_or_default();
    let document = read(value, library)
        .map_err(|faults| Problem::from_editor_faults("/editorState", &faults))?;
    let not_drawn = unsupported(&document.state);
    if !not_drawn.is_empty() {
        let mut problem = Problem::from_editor_faults("/editorState", &not_drawn);
        problem.code = ErrorCode::EditorItemUnsupported;
        return Err(problem);
    }
    Ok(document)
}

fn identified(
    body: &Map<String, Value>,
    client_task_id: Option<String>,
    filename: Option<String>,
    settings: Settings,
    document: Document,
    layout: OutputLayout,
    duration: Ticks,
) -> CreateExport {
    let mut envelope = body.clone();
    envelope.remove("editorState");
    let envelope = Value::Object(envelope);
    let document_bytes = canonical(&document.value);
    let document_hash = hex::encode(Sha256::digest(&document_bytes));
    let fingerprint = Fingerprint::of(&json!({ "body": envelope, "document": document_hash }));
    CreateExport {
        client_task_id,
        filename,
        settings,
        document,
        layout,
        duration,
        envelope,
        document_bytes,
        document_hash,
        fingerprint,
    }
}

impl CreateExport {
    /// Output pixels times frames.
    pub fn work_pixels(&self) -> u64 {
        let pixels = u64::from(self.layout.width) * u64::from(self.layout.height);
        pixels.saturating_mul(frame_count(self.duration, self.settings.fps))
    }
}
