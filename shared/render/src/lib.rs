//! An export, from document to file, and single frames of it.
//!
//! ```text
//! assets ─> probe ─┬─> sound: decoders ─ mix ─ limiter ─> samples on disk ┐
//!                  └─> picture: decoders ─> Scene::draw ─> frames ────────┴─> encoder ─> file
//! ```
//!
//! Decoding, drawing and encoding overlap: each decoder is two pictures ahead
//! in its own process, and finished frames wait in a queue of two for the
//! encoder's pipe. Nothing grows with the length of the timeline but the mixed
//! samples, which lie on disk.
//!
//! Knows no service: progress, cancel and assets come from the caller.

mod error;
mod frames;
mod limiter;
mod media;
mod mix;
mod pipeline;
mod sound;
mod spec;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use darkroom_compositor::{Fonts, Scene, YuvFrame};
use darkroom_editor_state::{Asset, EditorState, frame_count};
use darkroom_media::Tools;

pub use error::{AssetError, RenderError};
pub use spec::{ExportSpec, Format, Phase};

use media::Media;
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
    /// `scratch` must be there; what is left in it is the caller's to remove.
    pub fn new(tools: Tools, fonts: Fonts, scratch: PathBuf) -> Self {
        Self {
            tools,
            fonts,
            scratch,
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
    let media = fetch_and_probe(doc, assets, env, progress).await?;
    progress.phase(Phase::Rendering);
    let total = frame_count(doc.duration(), spec.fps);
    progress.frame(0, total);
    let counter = Arc::new(Counter::default());
    // Dropping this future stops the thread at its next frame.
    let stop = StopOnDrop(Arc::clone(&counter));
    let job = pipeline::Job {
        doc: doc.clone(),
        spec: spec.clone(),
        env: env.clone(),
        media,
        out: out.to_owned(),
        counter: Arc::clone(&counter),
    };
    let mut running = tokio::task::spawn_blocking(move || job.run());
    loop {
        tokio::select! {
            ended = &mut running => {
                drop(stop);
                let report = ended.map_err(|error| RenderError::Crashed(error.to_string()))??;
                progress.frame(report.frames, report.frames);
                return Ok(report);
            }
            () = tokio::time::sleep(LOOK) => {
                progress.frame(counter.frames.load(Ordering::Relaxed).min(total), total);
                if progress.canceled() {
                    counter.stop.store(true, Ordering::Relaxed);
                }
            }
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
) -> Result<YuvFrame, RenderError> {
    let media = fetch_and_probe(doc, assets, env, &Nobody).await?;
    let (doc, spec, env) = (doc.clone(), spec.clone(), env.clone());
    tokio::task::spawn_blocking(move || pipeline::one_frame(&doc, &spec, &env, &media, frame))
        .await
        .map_err(|error| RenderError::Crashed(error.to_string()))?
}

async fn fetch_and_probe(
    doc: &EditorState,
    assets: &dyn AssetSource,
    env: &RenderEnv,
    progress: &dyn Progress,
) -> Result<Media, RenderError> {
    let mut files = Vec::new();
    for id in media::used_assets(doc) {
        if progress.canceled() {
            return Err(RenderError::Canceled);
        }
        let asset = doc
            .assets
            .get(id)
            .ok_or_else(|| RenderError::NoAsset(id.to_owned()))?;
        let path = assets
            .fetch(asset)
            .await
            .map_err(|cause| RenderError::Asset {
                id: id.to_owned(),
                cause,
            })?;
        files.push((asset.clone(), path));
    }
    let tools = env.tools.clone();
    tokio::task::spawn_blocking(move || Media::probe(&tools, files))
        .await
        .map_err(|error| RenderError::Crashed(error.to_string()))?
}

struct StopOnDrop(Arc<Counter>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Relaxed);
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

fn scene(doc: &EditorState, spec: &ExportSpec, env: &RenderEnv) -> Result<Scene, RenderError> {
    Ok(Scene::new(doc, spec.layout(doc), env.fonts.clone())?)
}

/// Whether the caller wants the work to end.
fn stopped(stop: &AtomicBool) -> Result<(), RenderError> {
    if stop.load(Ordering::Relaxed) {
        Err(RenderError::Canceled)
    } else {
        Ok(())
    }
}
