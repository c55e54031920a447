//! Who is measured: our renderer, one hand-tuned ffmpeg filtergraph of the same
//! picture, and the two costs nobody can avoid.

use std::path::Path;
use std::process::Command;

use super::darkroom;
use super::media::FONT;
use crate::shell::run;

/// Encoder settings of every contestant, equal to ours.
pub(super) const VIDEO: [&str; 16] = [
    "-c:v",
    "libx264",
    "-preset",
    "veryfast",
    "-crf",
    "23",
    "-pix_fmt",
    "yuv420p",
    "-colorspace",
    "bt709",
    "-color_primaries",
    "bt709",
    "-color_trc",
    "bt709",
    "-color_range",
    "tv",
];
const AUDIO: [&str; 8] = ["-c:a", "aac", "-b:a", "128k", "-ar", "48000", "-ac", "2"];

#[derive(Debug, Clone, Copy)]
pub(crate) enum Contestant {
    /// `darkroom render`.
    Ours,
    /// The whole scene in one filtergraph, stills decoded and scaled once.
    Graph,
    /// Encoding the finished frames.
    Encode,
    /// Decoding the clip.
    Decode,
}

impl Contestant {
    pub(crate) fn command(self, folder: &Path, height: u32, state: &Path) -> Command {
        let output = folder.join(format!("{self:?}-{height}.mp4"));
        match self {
            Self::Ours => render(state, &output, folder, 30),
            Self::Graph => {
                let mut command = graph(folder, height);
                command.args(VIDEO).args(AUDIO).arg(output);
                command
            }
            Self::Encode => {
                let mut command = ffmpeg();
                let size = format!("{}x{height}", height * 16 / 9);
                command.args([
                    "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", &size, "-r", "30", "-i",
                ]);
                command.arg(folder.join(format!("frames-{height}.yuv")));
                command.arg("-i").arg(folder.join("mix.wav"));
                command.args(VIDEO).args(AUDIO).arg(output);
                command
            }
            Self::Decode => {
                let mut command = ffmpeg();
                command.arg("-i").arg(folder.join("bg.mp4"));
                command.args(["-t", "10", "-map", "0:v", "-f", "null", "-"]);
                command
            }
        }
    }
}

/// `darkroom render`.
pub(crate) fn render(state: &Path, output: &Path, folder: &Path, fps: u32) -> Command {
    let mut command = Command::new(darkroom());
    command.arg("render").arg(state).arg("-o").arg(output);
    command.arg("--assets").arg(folder);
    command.args(["--fps", &fps.to_string(), "--json"]);
    command
}

pub(crate) fn ffmpeg() -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"]);
    command
}

/// The filtergraph with its inputs; what encodes it is added behind.
fn graph(folder: &Path, height: u32) -> Command {
    let width = height * 16 / 9;
    let (still_width, still_height) = (width * 3 / 4, height * 3 / 4);
    let (still_x, still_y) = ((width - still_width) / 2, (height - still_height) / 2);
    let hold = |frames: u32| {
        format!(
            "loop=loop={}:size=1,settb=1/30,setpts=N,fps=30,trim=end_frame={frames}",
            frames - 1
        )
    };
    let still = format!(
        "scale={still_width}:{still_height}:flags=bilinear:out_color_matrix=bt709,setsar=1,\
         format=yuv420p,{}",
        hold(90)
    );
    let filter = format!(
        "[0:v]scale={width}:{height}:flags=bilinear,setsar=1,format=yuv420p[bg];\
         [1:v]{still}[a];[2:v]{still}[b];\
         [a][b]xfade=transition=fade:duration=1:offset=2,setpts=PTS+5/TB[stills];\
         [bg][stills]overlay=x={still_x}:y={still_y}:enable='gte(t,5)':eof_action=pass[v1];\
         [3:v]format=rgba,{},rotate=a='15*PI/180*t/10':ow='hypot(iw,ih)':oh=ow:c=none:bilinear=1,\
         fade=t=in:st=0:d=1:alpha=1,scale=out_color_matrix=bt709,format=yuva420p[pip];\
         [v1][pip]overlay=x='360+(W-720)*t/10-w/2':y='0.62*H-h/2':eval=frame:eof_action=pass[v2];\
         [v2]drawtext=fontfile={FONT}:text='Timeline Renderer':fontsize=80:fontcolor=white\
         :borderw=4:bordercolor=black:x=(w-tw)/2:y=0.12*h-th/2:enable='between(t,1,9)'\
         :alpha='clip(min((t-1)/0.5,(9-t)/0.5),0,1)'[v];\
         [4:a]aresample=48000,volume=-6dB[mu];[0:a][mu]amix=inputs=2:duration=first:normalize=0[s]",
        hold(300)
    );
    let mut command = ffmpeg();
    for input in [
        "bg.mp4",
        "still-a.png",
        "still-b.png",
        "pip.png",
        "music.mp3",
    ] {
        command.arg("-i").arg(folder.join(input));
    }
    command.args([
        "-filter_complex",
        &filter,
        "-map",
        "[v]",
        "-map",
        "[s]",
        "-t",
        "10",
        "-r",
        "30",
    ]);
    command
}

/// Draws the finished frames and their sound once, for the encode-only floor.
pub(crate) fn finished_frames(folder: &Path, height: u32) -> anyhow::Result<()> {
    let frames = folder.join(format!("frames-{height}.yuv"));
    if frames.exists() {
        return Ok(());
    }
    let part = folder.join("part-frames.mkv");
    let mut command = graph(folder, height);
    command
        .args([
            "-c:v",
            "rawvideo",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "pcm_s16le",
        ])
        .arg(&part);
    run(&mut command)?;
    run(ffmpeg()
        .arg("-i")
        .arg(&part)
        .args(["-vn", "-c:a", "copy"])
        .arg(folder.join("mix.wav")))?;
    let raw = folder.join("part-frames.yuv");
    run(ffmpeg()
        .arg("-i")
        .arg(&part)
        .args(["-an", "-c:v", "copy", "-f", "rawvideo"])
        .arg(&raw))?;
    std::fs::remove_file(part)?;
    std::fs::rename(raw, frames)?;
    Ok(())
}
