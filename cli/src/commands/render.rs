//! `darkroom render`: a document to a video file, without the service.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use darkroom_editor_state::{Document, EditorState, Ratio};
use darkroom_render::{ExportSpec, Format, Phase, Progress, RenderEnv, RenderError};
use serde_json::json;

use crate::document;
use crate::graphics::GraphicsFolder;
use crate::local_assets::{LocalAssets, publish};
use crate::output::Ending;
use crate::progress::Meter;
use crate::serve::parts;
use crate::signals::unless_stopped;

/// Render a document to a video file, without the service.
///
/// Media are looked for in --assets by remoteKey, by filename and by id, and
/// fetched from their remoteUrl where the folder has none. Standard error shows a progress
/// bar on a terminal and JSON lines otherwise.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The document, `-` for standard input.
    #[arg(value_name = "STATE.json")]
    state: PathBuf,
    /// The file to write; its extension, mp4 or webm, decides the format.
    #[arg(short, long, value_name = "OUT", value_parser = video)]
    output: Video,
    #[command(flatten)]
    pub(crate) picture: Picture,
    /// Print progress and the result as JSON lines on standard output.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A file to write, and the format that its name asks for.
#[derive(Debug, Clone)]
pub(crate) struct Video {
    pub(crate) path: PathBuf,
    pub(crate) format: Format,
}

pub(crate) fn video(text: &str) -> Result<Video, String> {
    let path = PathBuf::from(text);
    let extension = path.extension().and_then(|text| text.to_str());
    let format = match extension.map(str::to_ascii_lowercase).as_deref() {
        Some("mp4") => Format::Mp4,
        Some("webm") => Format::Webm,
        _ => return Err("the name must end in .mp4 or .webm".to_owned()),
    };
    Ok(Video { path, format })
}

/// Options that `render` and `frame` share.
#[derive(Debug, clap::Args)]
pub(crate) struct Picture {
    /// Folder with the document's media.
    #[arg(long, value_name = "DIR")]
    pub(crate) assets: Option<PathBuf>,
    /// Folder with font files of your own, beside the installed fonts.
    #[arg(long, value_name = "DIR")]
    pub(crate) fonts: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) graphics: GraphicsFolder,
    /// Frames a second.
    #[arg(long, default_value_t = 30, value_parser = fps)]
    fps: u32,
    /// Output size as a multiple of the composition's, 0.6 to 8.
    #[arg(long, default_value_t = 1.0, value_parser = scale)]
    scale: f64,
    /// Output ratio: 16:9, 9:16, 1:1, 4:3, 3:4, or custom for the composition's own. Without
    /// it, the document's `outputRatio`, else custom.
    #[arg(long, value_parser = ratio)]
    ratio: Option<Ratio>,
}

fn fps(text: &str) -> Result<u32, String> {
    match text {
        "30" => Ok(30),
        "60" => Ok(60),
        _ => Err("it must be 30 or 60".to_owned()),
    }
}

fn scale(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(scale) if (0.6..=8.0).contains(&scale) => Ok(scale),
        _ => Err("it must be a number from 0.6 to 8".to_owned()),
    }
}

fn ratio(text: &str) -> Result<Ratio, String> {
    Ratio::parse(text).ok_or_else(|| "it must be 16:9, 9:16, 1:1, 4:3, 3:4 or custom".to_owned())
}

impl Picture {
    pub(crate) fn spec(&self, format: Format, state: &EditorState) -> ExportSpec {
        ExportSpec {
            format,
            fps: self.fps,
            ratio: self.ratio.or(state.output_ratio).unwrap_or(Ratio::Custom),
            scale: self.scale,
            composition: None,
        }
    }

    /// Reads the document of a file; `None` where it, or a motion graphic, has faults, which
    /// are printed.
    pub(crate) fn document(&self, file: &Path, json: bool) -> anyhow::Result<Option<Document>> {
        let text = document::read_text(file)?;
        let Some(library) = self.graphics.library(json)? else {
            return Ok(None);
        };
        let read = document::read_local(&text, &library);
        if let Err(faults) = &read {
            document::print_faults(file, faults, json);
        }
        Ok(read.ok())
    }

    pub(crate) fn fps(&self) -> u32 {
        self.fps
    }
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Ending> {
    let Some(document) = args.picture.document(&args.state, args.json)? else {
        return Ok(Ending::Refused);
    };
    unless_stopped(render(&args, &document)).await
}

/// Tells why nothing was drawn.
pub(crate) fn failed(error: RenderError, env: &RenderEnv, json: bool) -> anyhow::Result<Ending> {
    // An ffmpeg that is too old fails in many ways, none of which says so.
    env.check_tools()?;
    if error.is_callers_fault() {
        crate::output::report_error(&error.into(), json);
        return Ok(Ending::Refused);
    }
    Err(error.into())
}

async fn render(args: &Args, document: &Document) -> anyhow::Result<Ending> {
    // Beside the target: the finished file is renamed, never copied or seen half written.
    let Video { path, format } = &args.output;
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    let part = tempfile::Builder::new()
        .prefix(".darkroom-render-")
        .suffix(&format!(".{}", format.as_str()))
        .tempfile_in(dir.unwrap_or_else(|| std::path::Path::new(".")))
        .with_context(|| format!("cannot write beside {}", path.display()))?;
    let scratch = tempfile::tempdir().context("cannot make scratch space")?;
    let assets = LocalAssets::new(
        args.picture.assets.clone(),
        parts::fetcher()?,
        scratch.path().to_owned(),
    );
    let env = parts::render_env(args.picture.fonts.as_deref())?;
    let spec = args.picture.spec(*format, &document.state);
    let shown = Shown(Meter::frames(args.json));
    let export =
        darkroom_render::export(&document.state, &spec, &assets, &env, part.path(), &shown);
    let result = export.await;
    shown.0.end();
    let report = match result {
        Ok(report) => report,
        Err(error) => return failed(error, &env, args.json),
    };
    publish(part, path)?;
    finish(args, &report);
    Ok(Ending::Done)
}

/// Tells what was drawn otherwise than the document says.
pub(crate) fn warn(warnings: &[String]) {
    for warning in warnings {
        eprintln!("warning: {warning}");
    }
}

fn finish(args: &Args, report: &darkroom_render::Report) {
    warn(&report.warnings);
    let bytes = std::fs::metadata(&args.output.path).map_or(0, |meta| meta.len());
    let output = args.output.path.display();
    if args.json {
        let line = json!({
            "output": output.to_string(), "frames": report.frames, "bytes": bytes,
            "width": report.width, "height": report.height, "warnings": report.warnings,
        });
        println!("{line}");
    } else {
        println!(
            "{output}: {} frames, {}x{}, {bytes} bytes",
            report.frames, report.width, report.height
        );
    }
}

struct Shown(Meter);

impl Progress for Shown {
    fn phase(&self, phase: Phase) {
        self.0.phase(phase.as_str());
    }

    fn frame(&self, done: u64, total: u64) {
        self.0.frame_is(done, total);
    }

    fn canceled(&self) -> bool {
        false
    }
}
