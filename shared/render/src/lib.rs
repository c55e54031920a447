//! An export, from document to file, and single frames of it.
//!
//! ```text
//! assets ─> probe ─┬─> sound: decoders ─ mix ─ limiter ─> samples ──┐
//!                  └─> picture: decoders ─ Scene::draw ─> frames ───┴─> encoder ─> file
//! ```
//!
//! Decoding, drawing, mixing and encoding overlap: each decoder is two pictures
//! ahead in its own process, finished frames wait in a queue of two for the
//! encoder's pipe, and the sound is mixed on its own thread into a pipe of its
//! own. Nothing grows with the length of the timeline, nothing but the output and what
//! is made of animated WebP files is written to disk, and what shows at one instant has a bound
//! (`budget`).
//!
//! Knows no service: progress, cancel and assets come from the caller.

mod at_once;
mod budget;
mod error;
mod frames;
mod limiter;
mod media;
mod mix;
mod pipeline;
mod sound;
mod spec;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use darkroom_compositor::{Fonts, Scene, YuvFrame};
use darkroom_editor_state::{Asset, Background, EditorState, frame_count};
use darkroom_media::{MediaError, Tools};

pub use error::{AssetError, RenderError};
pub use spec::{ExportSpec, Format, Phase};

use media::{Media, Roles, Source};
use pipeline::Counter;

/// A future that an implementor of [`AssetSource`] answers with.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Brings assets onto the local disk.
pub trait AssetSource: Send + Sync {
    /// The path of the asset's file. Asked once an asset and export.
    fn fetch<'a>(&'a self, asset: &'a Asset) -> BoxFuture<'a, Result<PathBuf, AssetError>>;
}

/// Follows an export, and may end it.
pub trait Progress: Send + Sync {
    /// A new phase began.
    fn phase(&self, phase: Phase);
    /// `done` of `total` frames have gone to the encoder.
    fn frame(&self, done: u64, total: u64);
    /// Whether to stop; asked several times a second.
    fn canceled(&self) -> bool;
}

/// What an export works with; cheap to clone.
#[derive(Clone)]
pub struct RenderEnv {
    tools: Tools,
    fonts: Fonts,
    scratch: PathBuf,
}

impl RenderEnv {
    /// The programs that decode and encode, and the fonts of texts.
    pub fn new(tools: Tools, fonts: Fonts) -> Self {
        let scratch = std::env::temp_dir();
        Self {
            tools,
            fonts,
            scratch,
        }
    }

    /// The same where files that are needed on the way are made in `folder`, not in the
    /// system's temporary one.
    #[must_use]
    pub fn with_scratch(self, folder: &Path) -> Self {
        let scratch = folder.to_owned();
        Self { scratch, ..self }
    }

    /// Whether ffmpeg and ffprobe are new enough: see [`Tools::check`].
    pub fn check_tools(&self) -> Result<(), MediaError> {
        self.tools.check()
    }

    fn stopped_by(&self, stop: &StopOnDrop) -> Self {
        Self {
            tools: self.tools.stopped_by(Arc::clone(&stop.0)),
            ..self.clone()
        }
    }
}

/// What was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Frames encoded.
    pub frames: u64,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Whether the file has sound.
    pub sound: bool,
    /// What was drawn otherwise than the document says, and why.
    pub warnings: Vec<String>,
}

/// One frame.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnFrame {
    /// Its pixels.
    pub picture: YuvFrame,
    /// What of the document, not of this frame alone, is drawn otherwise than it says: the
    /// [`Report::warnings`] of its export.
    pub warnings: Vec<String>,
}

/// Between two looks at progress and cancel.
const LOOK: Duration = Duration::from_millis(100);

/// Renders a document into `out`. On an error `out` is not a whole file.
pub async fn export(
    doc: &EditorState,
    spec: &ExportSpec,
    assets: &dyn AssetSource,
    env: &RenderEnv,
    out: &Path,
    progress: &dyn Progress,
) -> Result<Report, RenderError> {
    progress.phase(Phase::Preparing);
    let counter = Arc::new(Counter::default());
    // Dropping this future stops its threads and their children, too.
    let stop = StopOnDrop(Arc::clone(&counter.stop));
    let env = env.stopped_by(&stop);
    let look = || {
        if progress.canceled() {
            stop.0.store(true, Ordering::Relaxed);
        }
    };
    let files = fetch(doc, assets, progress).await?;
    let (tools, scratch) = (env.tools.clone(), env.scratch.clone());
    let media = watched(move || Media::probe(&tools, &scratch, files), look).await?;
    progress.phase(Phase::Rendering);
    let total = frame_count(doc.duration(), spec.fps);
    progress.frame(0, total);
    // Here, where it is not made any more once this future is dropped.
    File::create(out).map_err(|source| MediaError::File {
        path: out.to_owned(),
        source,
    })?;
    let job = pipeline::Job {
        doc: doc.clone(),
        spec: spec.clone(),
        env,
        media,
        out: out.to_owned(),
        counter: Arc::clone(&counter),
    };
    let report = watched(
        move || job.run(),
        || {
            progress.frame(counter.frames.load(Ordering::Relaxed).min(total), total);
            look();
        },
    )
    .await?;
    progress.frame(report.frames, report.frames);
    Ok(report)
}

/// Runs `work` on a thread that may block, and `look` again and again meanwhile.
async fn watched<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RenderError> + Send + 'static,
    look: impl Fn(),
) -> Result<T, RenderError> {
    let mut running = tokio::task::spawn_blocking(work);
    loop {
        tokio::select! {
            ended = &mut running => {
                return ended.map_err(|error| RenderError::Crashed(error.to_string()))?;
            }
            () = tokio::time::sleep(LOOK) => look(),
        }
    }
}

/// Draws one frame: the very pixels that [`export`] gives to the encoder.
pub async fn draw_frame(
    doc: &EditorState,
    spec: &ExportSpec,
    assets: &dyn AssetSource,
    env: &RenderEnv,
    frame: u64,
) -> Result<DrawnFrame, RenderError> {
    // Dropping this future stops its thread and its children, too.
    let stop = StopOnDrop(Arc::default());
    let env = env.stopped_by(&stop);
    let files = fetch(doc, assets, &Nobody).await?;
    let (doc, spec) = (doc.clone(), spec.clone());
    let draw = move || {
        let media = Media::probe(&env.tools, &env.scratch, files)?;
        pipeline::one_frame(&doc, &spec, &env, &media, frame)
    };
    let drawing = tokio::task::spawn_blocking(draw);
    drawing
        .await
        .map_err(|error| RenderError::Crashed(error.to_string()))?
}

async fn fetch(
    doc: &EditorState,
    assets: &dyn AssetSource,
    progress: &dyn Progress,
) -> Result<Vec<(String, Roles, Source)>, RenderError> {
    let mut files = Vec::new();
    for (id, wanted) in media::used_assets(doc) {
        if progress.canceled() {
            return Err(RenderError::Canceled);
        }
        let asset = doc
            .assets
            .get(id)
            .ok_or_else(|| RenderError::NoAsset(id.to_owned()))?;
        if let Some(json) = &asset.animation {
            files.push((id.to_owned(), wanted, Source::Animation(Arc::clone(json))));
            continue;
        }
        let path = assets
            .fetch(asset)
            .await
            .map_err(|cause| RenderError::Asset {
                id: id.to_owned(),
                cause,
            })?;
        let source = match &asset.captions {
            Some(captions) => Source::Subtitles(path, captions.timing),
            None => Source::File(path),
        };
        files.push((id.to_owned(), wanted, source));
    }
    Ok(files)
}

struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Nobody;

impl Progress for Nobody {
    fn phase(&self, _phase: Phase) {}
    fn frame(&self, _done: u64, _total: u64) {}
    fn canceled(&self) -> bool {
        false
    }
}

fn scene(
    doc: &EditorState,
    spec: &ExportSpec,
    env: &RenderEnv,
    media: &Media,
) -> Result<Scene, RenderError> {
    let background = match &doc.background {
        Background::Image { asset_id } => Some(frames::still(media, &env.tools, asset_id)?),
        _ => None,
    };
    let layout = spec.layout(doc);
    let mut doc = media.with_words(doc);
    if let Some((width, height)) = spec.composition {
        let doc = doc.to_mut();
        (doc.composition_width, doc.composition_height) = (width, height);
    }
    let scene = Scene::new(&doc, layout, env.fonts.clone(), background.as_ref())?;
    budget::check(&doc, &scene, media)?;
    Ok(scene)
}

/// Whether the caller wants the work to end.
fn stopped(stop: &AtomicBool) -> Result<(), RenderError> {
    if stop.load(Ordering::Relaxed) {
        Err(RenderError::Canceled)
    } else {
        Ok(())
    }
}
