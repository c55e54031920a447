//! The demo's sample media, drawn and played by ffmpeg's own generators.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::shell::ffmpeg_once;

/// A file to upload.
pub(crate) struct File {
    pub(crate) name: &'static str,
    pub(crate) media_type: &'static str,
    pub(crate) path: PathBuf,
    pub(crate) kibibytes: u64,
}

/// Name and media type of each file.
const FILES: [(&str, &str); 4] = [
    ("clip.mp4", "video/mp4"),
    ("spiral.png", "image/png"),
    ("valley.png", "image/png"),
    ("music.mp3", "audio/mpeg"),
];

/// Makes what is missing in a folder.
pub(crate) fn make(folder: &Path) -> anyhow::Result<Vec<File>> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    clip(folder)?;
    fractal(
        folder,
        "spiral.png",
        "start_x=-0.743643887037151:start_y=0.131825904205330:start_scale=0.0045",
    )?;
    fractal(
        folder,
        "valley.png",
        "start_x=-0.754:start_y=0.099:start_scale=0.02",
    )?;
    music(folder)?;
    FILES
        .into_iter()
        .map(|(name, media_type)| {
            let path = folder.join(name);
            let kibibytes = fs::metadata(&path)
                .with_context(|| format!("cannot read {}", path.display()))?
                .len()
                / 1024;
            Ok(File {
                name,
                media_type,
                path,
                kibibytes,
            })
        })
        .collect()
}

/// Slow waves of colour: computed small, enlarged smoothly.
fn clip(folder: &Path) -> anyhow::Result<()> {
    let red = "70+110*pow(0.5+0.5*sin(X/35+0.9*sin(Y/25+0.7*T)+0.5*T),2)";
    let green = "22+70*pow(0.5+0.5*sin(X/47-Y/30+0.8*sin(X/40-0.5*T)+2),3)";
    let blue = "90+110*(0.5+0.5*sin(Y/33+sin(X/43+0.6*T)-0.4*T))";
    let filter = format!(
        "format=gbrp,geq=r='{red}':g='{green}':b='{blue}',\
         scale=1920:1080:flags=bicubic:out_color_matrix=bt709:out_range=tv,format=yuv420p"
    );
    let source = ["-f", "lavfi", "-i", "nullsrc=s=160x90:r=30:d=10"];
    let codec = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "21"];
    let tags = [
        "-colorspace",
        "bt709",
        "-color_primaries",
        "bt709",
        "-color_trc",
        "bt709",
        "-color_range",
        "tv",
    ];
    let filter = ["-vf", &filter];
    ffmpeg_once(
        folder,
        "clip.mp4",
        &[&source[..], &filter, &codec, &tags].concat(),
    )
}

/// A place in the Mandelbrot set, from indigo over coral to cream.
fn fractal(folder: &Path, name: &str, place: &str) -> anyhow::Result<()> {
    let source = format!(
        "mandelbrot=s=2560x1440:{place}:maxiter=500:inner=black:outer=normalized_iteration_count"
    );
    let blue = "clip(60+(val-60)*0.9-2*max(val-140,0)+3.2*max(val-180,0),40,220)";
    let filter = format!(
        "scale=1280:720:flags=area,format=gray,format=gbrp,\
         lutrgb=r='clip((val-70)*1.9,14,255)':g='clip((val-135)*2.2,10,236)':b='{blue}'"
    );
    let arguments = [
        "-f",
        "lavfi",
        "-i",
        &source,
        "-frames:v",
        "1",
        "-vf",
        &filter,
    ];
    ffmpeg_once(folder, name, &arguments)
}

/// Four chords, broken into notes that ring out, over a soft bass.
fn music(folder: &Path) -> anyhow::Result<()> {
    // 0: chord, 1: time in the note, 2: number of the note, 3: root in Hz, 4: interval.
    let chord = "st(0,floor(t/2.5))";
    let note = "st(1,mod(t,0.3125));st(2,mod(floor(t/0.3125),4))";
    let root = "st(3,if(eq(ld(0),0),220,if(eq(ld(0),1),174.61,if(eq(ld(0),2),261.63,196))))";
    let third = "if(eq(ld(0),0),1.1892,1.2599)";
    let interval =
        format!("st(4,if(eq(ld(2),0),1,if(eq(ld(2),1),{third},if(eq(ld(2),2),1.4983,2))))");
    let pluck = "0.22*sin(4*PI*ld(3)*ld(4)*t)*exp(-7*ld(1))*min(1,ld(1)*200)";
    let pad = "0.1*sin(PI*ld(3)*t)+0.05*sin(2*PI*ld(3)*1.4983*t)+0.04*sin(4*PI*ld(3)*1.0015*t)";
    let source = format!("aevalsrc='{chord};{note};{root};{interval};{pluck}+{pad}':s=44100:d=10");
    let filter = "aecho=0.8:0.7:180|310:0.3|0.2,pan=stereo|c0=c0|c1=c0,atrim=0:10";
    let arguments = [
        "-f",
        "lavfi",
        "-i",
        &source,
        "-af",
        filter,
        "-c:a",
        "libmp3lame",
        "-b:a",
        "128k",
    ];
    ffmpeg_once(folder, "music.mp3", &arguments)
}
