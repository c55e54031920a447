//! The create requests of an export, with a document of its own or of a project:
//! read whole, every fault reported, then typed.

use darkroom_editor_state::{Document, Library, OutputLayout, Ratio, Ticks, output_layout};
use serde_json::{Value, json};

use crate::billing::{PriceTable, Quote};
use crate::body::{Reader, integer};
use crate::callback::{Callback, CallbackPolicy};
use crate::id::ProjectId;
use crate::idempotency::Identity;
use crate::limits::Limits;
use crate::problem::Problem;
use crate::state::StateDocument;

/// Container of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// H.264 and AAC.
    Mp4,
    /// VP9 and Opus.
    Webm,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::Mp4, Self::Webm];

    /// `mp4` or `webm`, which is the file extension too.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Webm => "webm",
        }
    }

    /// Reads what [`Self::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == text)
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
    pub state: StateDocument,
    /// Where its webhooks go.
    pub callback: Option<Callback>,
    /// The project whose state it is.
    pub project: Option<ProjectId>,
    /// Canvas.
    pub layout: OutputLayout,
    /// Timeline length.
    pub duration: Ticks,
    /// What the request is recognised by when it is repeated.
    pub identity: Identity,
}

/// Fields of both bodies; any other is refused, so that nothing is ignored.
const FIELDS: [&str; 8] = [
    "clientTaskId",
    "filename",
    "fps",
    "ratio",
    "scale",
    "format",
    "callbackUrl",
    "callbackHeaders",
];
/// Further fields of a request that brings its document.
const DOCUMENT_FIELDS: [&str; 5] = [
    "editorState",
    "stateVersion",
    "stateSchemaVersion",
    "compositionWidth",
    "compositionHeight",
];

/// Reads, checks and measures a create body, whose document may name the motion graphics
/// of `library`.
///
/// # Errors
/// The first of these that applies, each with all of its faults: the body
/// (`REQUEST_INVALID`), the version, the callback, the document's faults, the output's
/// size and length.
pub fn parse(body: &Value, limits: &Limits, library: &Library) -> Result<CreateExport, Problem> {
    let fields = [FIELDS.as_slice(), &DOCUMENT_FIELDS].concat();
    let mut reader = Reader::new(body, &fields)?;
    let names = Names::read(&mut reader);
    reader.state_version();
    let requested = requested(&mut reader);
    let width = side(&mut reader, "compositionWidth");
    let height = side(&mut reader, "compositionHeight");
    reader.state("the document to export");
    let requested = reader.finish(requested)?;
    reader.version()?;
    names.check(limits.callbacks)?;
    let document = reader.given("editorState").cloned().unwrap_or_default();
    let state = StateDocument::read(document, library)?;
    let export = ProjectExport {
        identity: reader.identity(),
        names,
        requested: Requested {
            width,
            height,
            ..requested
        },
        project: None,
    };
    export.of(state, limits)
}

/// What a create is recognised by when it is repeated.
#[derive(Debug, Clone)]
pub struct Recognised {
    /// The request.
    pub identity: Identity,
    /// Caller's own id of the task.
    pub client_task_id: Option<String>,
}

/// What a create body is recognised by, whatever else is wrong with it, unless it is no
/// object: a request that was taken once may be one that is refused by now.
pub fn recognise(body: &Value) -> Option<Recognised> {
    let fields = [FIELDS.as_slice(), &DOCUMENT_FIELDS].concat();
    let mut reader = Reader::new(body, &fields).ok()?;
    Some(Recognised {
        client_task_id: client_task_id(&mut reader),
        identity: reader.identity(),
    })
}

/// An export of a project's state, before the state is known.
#[derive(Debug, Clone)]
pub struct ProjectExport {
    /// What the request is recognised by when it is repeated: the project and the
    /// body. The state is no part of it, so that a repeated request is the first
    /// one's task, whatever was synced meanwhile.
    pub identity: Identity,
    names: Names,
    requested: Requested,
    project: Option<ProjectId>,
}

impl ProjectExport {
    /// Reads a body that brings no document, and holds it against no limit yet.
    ///
    /// # Errors
    /// The body's faults (`REQUEST_INVALID`).
    pub fn parse(body: &Value, project: ProjectId) -> Result<Self, Problem> {
        let mut reader = Reader::new(body, &FIELDS)?;
        let names = Names::read(&mut reader);
        let requested = requested(&mut reader);
        let requested = reader.finish(requested)?;
        let mut envelope = reader.envelope();
        envelope.insert("projectId".to_owned(), project.to_string().into());
        Ok(Self {
            names,
            requested,
            project: Some(project),
            identity: Identity::new(envelope.into(), None),
        })
    }

    /// Holds what does not hang on the state against the deployment's limits.
    ///
    /// # Errors
    /// That of the callback.
    pub fn check(&self, limits: &Limits) -> Result<(), Problem> {
        self.names.check(limits.callbacks)
    }

    /// Caller's own id of the task.
    pub fn client_task_id(&self) -> Option<&str> {
        self.names.client_task_id.as_deref()
    }

    /// The export of a state.
    ///
    /// # Errors
    /// The output's size and length.
    pub fn of(self, state: StateDocument, limits: &Limits) -> Result<CreateExport, Problem> {
        let settings = self.requested.over(&state.document);
        let layout = settings.layout(&state.document);
        let duration = state.document.state.duration();
        limits.check(&layout, duration, settings.fps, settings.format)?;
        Ok(CreateExport {
            client_task_id: self.names.client_task_id,
            filename: self.names.filename,
            callback: self.names.callback,
            settings,
            state,
            project: self.project,
            layout,
            duration,
            identity: self.identity,
        })
    }
}

/// What the caller calls the task and its file, and where it is told of them.
#[derive(Debug, Clone)]
struct Names {
    client_task_id: Option<String>,
    filename: Option<String>,
    callback: Option<Callback>,
}

impl Names {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            client_task_id: client_task_id(reader),
            filename: reader.text("filename", 1, 255),
            callback: Callback::read(reader),
        }
    }

    /// Holds the callback's address against what the deployment allows.
    fn check(&self, policy: CallbackPolicy) -> Result<(), Problem> {
        let callback = self.callback.as_ref();
        callback.map_or(Ok(()), |callback| callback.check(policy))
    }
}

/// A blank id identifies nothing: clients do not count on it either.
fn client_task_id(reader: &mut Reader<'_>) -> Option<String> {
    let id = reader.text("clientTaskId", 0, 128);
    id.filter(|id| !id.trim().is_empty())
}

/// Settings as asked for: each side of the composition may be left to the document.
#[derive(Debug, Clone, Copy)]
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
    Some(Requested {
        format: format?,
        fps: fps?,
        ratio: ratio?,
        scale: scale?,
        width: None,
        height: None,
    })
}

fn side(reader: &mut Reader<'_>, field: &str) -> Option<u32> {
    reader.given(field)?;
    reader.one_of(field, "an integer from 50 to 1920", |value| {
        integer(value).filter(|side| (50..=1920).contains(side))
    })
}

impl CreateExport {
    /// What it costs.
    pub fn quote(&self, prices: &PriceTable) -> Quote {
        let OutputLayout { width, height, .. } = self.layout;
        prices.quote(self.duration, width, height, self.settings.fps)
    }
}
