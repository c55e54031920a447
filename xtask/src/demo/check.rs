//! Whether the downloaded film is what was asked for.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::shell::output;

const FRAMES: u64 = 300;
const SECONDS: f64 = 10.0;
const FRAME_SECONDS: f64 = 1.0 / 30.0;

/// Decodes every frame and compares; a sentence about what was seen.
pub(crate) fn film(path: &Path) -> anyhow::Result<String> {
    let printed = output(
        Command::new("ffprobe")
            .args(["-v", "error", "-count_frames", "-show_streams"])
            .args(["-of", "json"])
            .arg(path),
    )?;
    let probed: Value = serde_json::from_str(&printed).context("ffprobe printed no JSON")?;
    let stream = |kind: &str| {
        let streams = probed.get("streams").and_then(Value::as_array);
        streams
            .into_iter()
            .flatten()
            .find(|stream| stream.get("codec_type").and_then(Value::as_str) == Some(kind))
            .with_context(|| format!("the film has no {kind} stream"))
    };
    let (picture, sound) = (stream("video")?, stream("audio")?);
    equal(picture, "codec_name", "h264")?;
    equal(picture, "width", "1920")?;
    equal(picture, "height", "1080")?;
    equal(picture, "nb_read_frames", &FRAMES.to_string())?;
    equal(sound, "codec_name", "aac")?;
    equal(sound, "sample_rate", "48000")?;
    equal(sound, "channels", "2")?;
    for stream in [picture, sound] {
        let seconds: f64 = field(stream, "duration").parse().unwrap_or(0.0);
        if (seconds - SECONDS).abs() > FRAME_SECONDS {
            bail!("a stream of the film lasts {seconds} s; {SECONDS} s were asked for");
        }
    }
    Ok(format!(
        "checked by ffprobe: H.264 1920x1080, {FRAMES} frames, AAC stereo, both {SECONDS} s"
    ))
}

fn field(stream: &Value, name: &str) -> String {
    match stream.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "nothing".to_owned(),
    }
}

fn equal(stream: &Value, name: &str, wanted: &str) -> anyhow::Result<()> {
    let found = field(stream, name);
    if found != wanted {
        bail!("the film's {name} is {found}; {wanted} was asked for");
    }
    Ok(())
}
