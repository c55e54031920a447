//! `darkroom frame`: one frame of a document as a PNG.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use darkroom_compositor::YuvFrame;
use darkroom_editor_state::{Document, TICKS_PER_SECOND, Ticks, frame_count};
use darkroom_render::{DrawnFrame, Format};
use serde_json::json;

use super::render::Picture;
use crate::local_assets::{LocalAssets, publish};
use crate::output::Ending;
use crate::serve::parts;
use crate::signals::unless_stopped;
use crate::still;

/// Draw one frame of a document as a PNG.
///
/// The frame is the very one that `render` gives to the encoder: same pixels,
/// converted back to RGB. Standard error names what is drawn otherwise than the
/// document says.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("when").required(true).args(["at", "frame"])))]
pub(crate) struct Args {
    /// The document, `-` for standard input.
    #[arg(value_name = "STATE.json")]
    state: PathBuf,
    /// The frame shown at this time, as in 2.5s, 2500ms or 600000 ticks (600000t).
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<Ticks>,
    /// The frame with this number, counted from 0.
    #[arg(long, value_name = "N")]
    frame: Option<u64>,
    /// The PNG to write; its name must end in .png.
    #[arg(short, long, value_name = "OUT.png", value_parser = png_name)]
    output: PathBuf,
    #[command(flatten)]
    picture: Picture,
    /// Print what was drawn as one JSON line.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A name with another extension would lie about what is written.
fn png_name(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match path.extension() {
        Some(extension) if extension.eq_ignore_ascii_case("png") => Ok(path),
        _ => Err("the name must end in .png".to_owned()),
    }
}

fn time(text: &str) -> Result<Ticks, String> {
    let wrong = || "it must be a time such as 2.5s, 2500ms or 600000t".to_owned();
    let number = |digits: &str| match digits.trim().parse::<f64>() {
        Ok(number) if number.is_finite() && number >= 0.0 => Ok(number),
        _ => Err(wrong()),
    };
    let seconds = if let Some(digits) = text.strip_suffix("ms") {
        number(digits)? / 1000.0
    } else if let Some(digits) = text.strip_suffix('t') {
        number(digits)? / TICKS_PER_SECOND as f64
    } else {
        number(text.strip_suffix('s').unwrap_or(text))?
    };
    Ok(Ticks::from_seconds(seconds))
}

pub(crate) async fn run(args: Args) -> anyhow::Result<Ending> {
    let Some(document) = args.picture.document(&args.state, args.json)? else {
        return Ok(Ending::Refused);
    };
    let fps = args.picture.fps();
    let frames = frame_count(document.state.duration(), fps);
    let number = match (args.frame, args.at) {
        (Some(number), _) => number,
        (None, Some(at)) => frame_at(at, fps),
        (None, None) => 0,
    };
    if number >= frames {
        anyhow::bail!(
            "frame {number} lies past the end: at {fps} fps the document has frames 0 to {}",
            frames.saturating_sub(1)
        );
    }
    unless_stopped(draw(&args, &document, number, frames)).await
}

async fn draw(
    args: &Args,
    document: &Document,
    number: u64,
    frames: u64,
) -> anyhow::Result<Ending> {
    let scratch = tempfile::tempdir().context("cannot make scratch space")?;
    let assets = LocalAssets::new(
        args.picture.assets.clone(),
        parts::fetcher()?,
        scratch.path().to_owned(),
    );
    let env = parts::render_env(args.picture.fonts.as_deref())?;
    let spec = args.picture.spec(Format::Mp4, &document.state);
    let drawn = darkroom_render::draw_frame(&document.state, &spec, &assets, &env, number).await;
    let drawn = match drawn {
        Ok(drawn) => drawn,
        Err(error) => return super::render::failed(error, &env, args.json),
    };
    write_png(&drawn.picture, &args.output)?;
    finish(args, &drawn, number, frames);
    Ok(Ending::Done)
}

fn finish(args: &Args, drawn: &DrawnFrame, number: u64, frames: u64) {
    super::render::warn(&drawn.warnings);
    let (width, height) = (drawn.picture.width, drawn.picture.height);
    let output = args.output.display();
    if args.json {
        let line = json!({
            "output": output.to_string(), "frame": number,
            "width": width, "height": height, "warnings": drawn.warnings,
        });
        println!("{line}");
    } else {
        println!("{output}: frame {number} of {frames}, {width}x{height}");
    }
}

/// The frame shown at a time: frame n shows tick n x 240000 / fps.
fn frame_at(at: Ticks, fps: u32) -> u64 {
    // A time past all documents lies past the end, however large it is.
    at.0.max(0).unsigned_abs().saturating_mul(fps.into()) / TICKS_PER_SECOND as u64
}

fn write_png(picture: &YuvFrame, output: &Path) -> anyhow::Result<()> {
    let cannot = || format!("cannot write {}", output.display());
    let dir = output.parent().filter(|dir| !dir.as_os_str().is_empty());
    let mut part = tempfile::Builder::new()
        .prefix(".darkroom-frame-")
        .tempfile_in(dir.unwrap_or_else(|| Path::new(".")))
        .with_context(cannot)?;
    let file = BufWriter::new(part.as_file_mut());
    still::write_png(picture, png::Compression::Balanced, file).with_context(cannot)?;
    part.flush().with_context(cannot)?;
    publish(part, output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_seconds_milliseconds_and_ticks() {
        assert_eq!(time("2.5s"), Ok(Ticks(600_000)));
        assert_eq!(time("2.5"), Ok(Ticks(600_000)));
        assert_eq!(time("2500ms"), Ok(Ticks(600_000)));
        assert_eq!(time("600000t"), Ok(Ticks(600_000)));
        for wrong in ["-1s", "soon", "", "s", "nan", "infs"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_time_falls_on_the_frame_that_is_shown_then() {
        assert_eq!(frame_at(time("2.5s").unwrap(), 30), 75);
        assert_eq!(frame_at(Ticks(8_000), 30), 1);
        assert_eq!(frame_at(Ticks(7_999), 30), 0);
        assert!(frame_at(time("1e300s").unwrap(), 60) > 1_000_000_000);
    }
}
