//! An export that a request asks for, of a document that it brings or of a project: what
//! was sent ([`bodies`]), checked and measured.

use darkroom_editor_state::{Document, Library, OutputLayout, Ratio, Ticks, output_layout};
use serde_json::{Value, json};

use crate::billing::{PriceTable, Quote};
use crate::bodies::{self, check_version};
use crate::callback::Callback;
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

/// Frames a second that an output may have.
pub(crate) const RATES: [u32; 2] = [30, 60];

/// How the document is to be drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Container.
    pub format: Format,
    /// Frames a second, 30 or 60.
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

    /// Canvas and length of a document drawn with these settings, within the limits.
    fn measure(
        &self,
        document: &Document,
        limits: &Limits,
    ) -> Result<(OutputLayout, Ticks), Problem> {
        let layout = self.layout(document);
        let duration = document.state.duration();
        limits.check(&layout, duration, self.fps, self.format)?;
        Ok((layout, duration))
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

impl CreateExport {
    /// Checks and measures what was sent, whose document may name the motion graphics of
    /// `library`.
    ///
    /// # Errors
    /// The first of these that applies, each with all of its faults: the version, the
    /// callback, the document's faults, the output's size and length.
    pub fn new(
        sent: &bodies::CreateExport,
        identity: &Identity,
        limits: &Limits,
        library: &Library,
    ) -> Result<Self, Problem> {
        check_version(sent.state_schema_version.as_ref())?;
        let url = sent.callback_url.as_deref();
        let callback = Callback::of(url, &sent.callback_headers, limits.callbacks)?;
        let state = StateDocument::read_brought(&sent.editor_state, identity, library)?;
        let settings = Settings {
            format: sent.format,
            fps: sent.fps,
            ratio: sent.ratio,
            scale: sent.scale,
            composition: composition(sent, &state.document),
        };
        let (layout, duration) = settings.measure(&state.document, limits)?;
        Ok(Self {
            client_task_id: sent.client_task_id.clone(),
            filename: sent.filename.clone(),
            settings,
            state,
            callback,
            project: None,
            layout,
            duration,
            identity: identity.clone(),
        })
    }

    /// Measures the export of a project whose state is `state`. Its callback was checked
    /// ([`bodies::CreateProjectExport::callback`]).
    ///
    /// # Errors
    /// The output's size and length.
    pub fn of_project(
        project: ProjectId,
        sent: &bodies::CreateProjectExport,
        callback: Option<Callback>,
        identity: &Identity,
        state: StateDocument,
        limits: &Limits,
    ) -> Result<Self, Problem> {
        let settings = Settings {
            format: sent.format,
            fps: sent.fps,
            ratio: sent.ratio,
            scale: sent.scale,
            composition: None,
        };
        let (layout, duration) = settings.measure(&state.document, limits)?;
        Ok(Self {
            client_task_id: sent.client_task_id.clone(),
            filename: sent.filename.clone(),
            settings,
            state,
            callback,
            project: Some(project),
            layout,
            duration,
            identity: identity.clone(),
        })
    }

    /// What it costs.
    pub fn quote(&self, prices: &PriceTable) -> Quote {
        let OutputLayout { width, height, .. } = self.layout;
        prices.quote(self.duration, width, height, self.settings.fps)
    }
}

/// Composition size that replaces the document's, whose own each side may be left to.
fn composition(sent: &bodies::CreateExport, document: &Document) -> Option<(u32, u32)> {
    let (width, height) = (sent.composition_width, sent.composition_height);
    (width.is_some() || height.is_some()).then(|| {
        (
            width.unwrap_or(document.state.composition_width),
            height.unwrap_or(document.state.composition_height),
        )
    })
}
