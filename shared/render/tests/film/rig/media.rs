//! Media made by ffmpeg, in a directory that goes with the test.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// BT.709, limited range: what needs no conversion.
pub const TAGS: [&str; 6] = [
    "-colorspace",
    "bt709",
    "-color_range",
    "tv",
    "-color_primaries",
    "bt709",
];

pub struct Media(TempDir);

impl Media {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn dir(&self) -> &Path {
        self.0.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir().join(name)
    }

    /// Runs ffmpeg to make the file `name`; `args` are what is before it.
    pub fn make(&self, name: &str, args: &[&str]) -> &Self {
        let status = Command::new(real("ffmpeg"))
            .current_dir(self.dir())
            .args(["-v", "error", "-nostdin", "-y"])
            .args(args)
            .arg(name)
            .status()
            .unwrap();
        assert!(status.success(), "{name}");
        self
    }

    /// 32-bit float sound at 48 kHz, exactly as `expression` says: channels
    /// are parted by `|`, `n` is the sample, `t` the time.
    pub fn wav(&self, name: &str, expression: &str, seconds: f64) -> &Self {
        let source = format!("aevalsrc='{expression}':s=48000:d={seconds}");
        self.make(
            name,
            &[
                "-f",
                "lavfi",
                "-i",
                &source,
                "-c:a",
                "pcm_f32le",
                "-f",
                "wav",
            ],
        )
    }

    /// A video of 64x64 whose frame n is grey of luma 16 + 2 n, `bframes`
    /// reordered pictures in a row.
    pub fn counting(
        &self,
        name: &str,
        fps: u32,
        frames: u32,
        bframes: u32,
        more: &[&str],
    ) -> &Self {
        let source = counting(fps);
        let frames = frames.to_string();
        let reorder = format!("bframes={bframes}:b-adapt=0:scenecut=0");
        let mut args = vec!["-f", "lavfi", "-i", &source, "-frames:v", &frames];
        args.extend(["-c:v", "libx264", "-qp", "1", "-x264-params", &reorder]);
        args.extend(TAGS);
        args.extend(more);
        self.make(name, &args)
    }

    /// When each stream of a file starts, in seconds.
    pub fn starts(&self, name: &str) -> Vec<f64> {
        let output = Command::new(real("ffprobe"))
            .current_dir(self.dir())
            .args(["-v", "error", "-show_entries", "stream=start_time"])
            .args(["-of", "csv=p=0", name])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        // A transport stream lists its streams twice.
        let starts = text
            .split_ascii_whitespace()
            .filter_map(|line| line.trim_end_matches(',').parse().ok());
        starts.take(2).collect()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        std::fs::write(self.path(name), bytes).unwrap();
        self
    }
}

/// The colours of [`quarters`]: above left and right, below left and right.
pub const QUARTERS: [[u8; 3]; 4] = [[204, 51, 51], [51, 153, 51], [51, 85, 204], [238, 204, 51]];

/// Four quarters, no two alike, at 30 fps: tells every turn from every other.
pub fn quarters(width: u32, height: u32) -> String {
    let channel = |at: usize| {
        let [a, b, c, d] = QUARTERS.map(|color| color[at]);
        format!("if(lt(Y,H/2),if(lt(X,W/2),{a},{b}),if(lt(X,W/2),{c},{d}))")
    };
    let [r, g, b] = [0, 1, 2].map(channel);
    format!("nullsrc=s={width}x{height}:r=30,format=gbrp,geq=r='{r}':g='{g}':b='{b}'")
}

/// Asserts that a colour is within `near` levels of the wanted one.
pub fn assert_color(found: [u8; 3], wanted: [u8; 3], near: u8, what: &str) {
    let is = found.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= near);
    assert!(is, "{what}: {found:?}, not {wanted:?}");
}

/// Grey that tells the frame's number.
pub fn counting(fps: u32) -> String {
    // On one pixel: the expression is slow.
    format!(
        "color=black:s=2x2:r={fps},format=yuv420p,geq=lum='16+2*N':cb=128:cr=128,\
         scale=64:64:flags=neighbor"
    )
}

/// ffmpeg or ffprobe as the library finds them.
pub fn real(tool: &str) -> String {
    let variable = format!("DARKROOM_{}", tool.to_uppercase());
    std::env::var(variable).unwrap_or_else(|_| tool.to_owned())
}
