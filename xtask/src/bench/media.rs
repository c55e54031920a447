//! The workload's media, made by ffmpeg alone.

use std::path::Path;

use crate::shell::ffmpeg_once;

/// The font of the pictures and of the title, from the Debian package that setup installs.
pub(crate) const FONT: &str = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf";

/// Makes what is missing in a folder.
pub(crate) fn make(folder: &Path) -> anyhow::Result<()> {
    clip(folder)?;
    let text = |words: &str, size: u32, color: &str| {
        format!(
            "drawtext=fontfile={FONT}:text='{words}':fontsize={size}:fontcolor={color}\
             :x=(w-tw)/2:y=(h-th)/2"
        )
    };
    // Left to right less and less transparent, within a transparent frame of 24 pixels.
    let alpha = "geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)'\
                 :a='if(lt(X,24)+lt(Y,24)+gt(X,615)+gt(Y,335),0,160+95*X/640)'";
    let white_line = "drawbox=x=24:y=24:w=592:h=312:color=white:t=6";
    let pip = format!(
        "format=rgba,{white_line},{alpha},{}",
        text("PiP", 140, "white")
    );
    still(folder, "pip.png", "640x360", "0xff8800:c1=0x0044ff", &pip)?;
    let a = format!(
        "drawgrid=w=120:h=120:t=2:c=white@0.4,{}",
        text("STILL A", 240, "white")
    );
    still(
        folder,
        "still-a.png",
        "1920x1080",
        "0x103020:c1=0xe0e040",
        &format!("{a},format=rgb24"),
    )?;
    let b = format!(
        "drawgrid=w=160:h=90:t=2:c=black@0.4,{}",
        text("STILL B", 240, "black")
    );
    still(
        folder,
        "still-b.png",
        "1920x1080",
        "0x400060:c1=0x20d0ff",
        &format!("{b},format=rgb24"),
    )?;
    music(folder)
}

/// Twelve seconds of detailed, noisy motion with a tone.
fn clip(folder: &Path) -> anyhow::Result<()> {
    let graph = "[0:v]scale=1920:1080:flags=bicubic,format=yuv444p,noise=alls=2:allf=t[m];\
                 [m][1:v]overlay=W-w-32:H-h-32:format=auto,\
                 scale=out_color_matrix=bt709:out_range=tv,format=yuv420p[v];\
                 [2:a]volume=2,pan=stereo|c0=c0|c1=c0[a]";
    ffmpeg_once(
        folder,
        "bg.mp4",
        &[
            "-f",
            "lavfi",
            "-i",
            "mandelbrot=s=960x540:r=30:end_scale=0.02:maxiter=400",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=480x270:r=30",
            "-f",
            "lavfi",
            "-i",
            "sine=f=440:r=48000",
            "-t",
            "12",
            "-filter_complex",
            graph,
            "-map",
            "[v]",
            "-map",
            "[a]",
            "-c:v",
            "libx264",
            "-preset",
            "medium",
            "-crf",
            "22",
            "-g",
            "60",
            "-bf",
            "2",
            "-colorspace",
            "bt709",
            "-color_primaries",
            "bt709",
            "-color_trc",
            "bt709",
            "-color_range",
            "tv",
            "-c:a",
            "aac",
            "-b:a",
            "128k",
            "-ar",
            "48000",
        ],
    )
}

fn still(folder: &Path, name: &str, size: &str, colors: &str, filter: &str) -> anyhow::Result<()> {
    let (width, height) = size.split_once('x').unwrap_or(("1920", "1080"));
    let source =
        format!("gradients=s={size}:c0={colors}:x0=0:y0=0:x1={width}:y1={height}:d=1:r=1:seed=1");
    ffmpeg_once(
        folder,
        name,
        &[
            "-f",
            "lavfi",
            "-i",
            &source,
            "-frames:v",
            "1",
            "-vf",
            filter,
        ],
    )
}

/// Two detuned chords at 44.1 kHz, so that a renderer has to resample.
fn music(folder: &Path) -> anyhow::Result<()> {
    let side = |detune: f64, wave: &str| {
        format!(
            "0.2*sin(2*PI*{:.1}*t)+0.15*sin(2*PI*{:.1}*t)+0.1*sin(2*PI*{:.1}*t)*(1+{wave}(4*PI*t))/2",
            220.0 + detune,
            277.2 + detune,
            329.6 + detune
        )
    };
    let source = format!(
        "aevalsrc='{}|{}':s=44100",
        side(0.0, "sin"),
        side(0.5, "cos")
    );
    ffmpeg_once(
        folder,
        "music.mp3",
        &[
            "-f",
            "lavfi",
            "-i",
            &source,
            "-t",
            "12",
            "-c:a",
            "libmp3lame",
            "-b:a",
            "192k",
        ],
    )
}
