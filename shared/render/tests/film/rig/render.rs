//! Exports, and what is given to the encoder.

use std::num::NonZeroU8;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use darkroom_compositor::{Fonts, YuvFrame, font_dirs};
use darkroom_editor_state::{Asset, EditorState, Ratio};
use darkroom_media::Tools;
use darkroom_render::{
    AssetError, AssetSource, BoxFuture, ExportSpec, Format, Phase, Progress, RenderEnv,
    RenderError, Report, draw_frame, export,
};

use super::document::Film;
use super::media::{Media, real};

pub fn spec(fps: u32) -> ExportSpec {
    ExportSpec {
        format: Format::Mp4,
        fps,
        ratio: Ratio::Custom,
        scale: 1.0,
        composition: None,
    }
}

/// Assets lie in the media directory under their ids.
struct Folder<'a>(&'a Path);

impl AssetSource for Folder<'_> {
    fn fetch<'a>(&'a self, asset: &'a Asset) -> BoxFuture<'a, Result<PathBuf, AssetError>> {
        let path = self.0.join(&asset.id);
        Box::pin(async move { Ok(path) })
    }
}

/// Counts what is reported; cancels once `cancel_at` frames are done.
#[derive(Default)]
pub struct Watching {
    pub frames: AtomicU64,
    pub canceled: AtomicBool,
}

impl Progress for Watching {
    fn phase(&self, _phase: Phase) {}

    fn frame(&self, done: u64, _total: u64) {
        self.frames.store(done, Ordering::Relaxed);
    }

    fn canceled(&self) -> bool {
        self.canceled.load(Ordering::Relaxed)
    }
}

/// What the encoder was given.
pub struct Captured {
    pub report: Report,
    /// Raw frames, one after the other.
    pub frames: Vec<u8>,
    /// Samples, left and right in turn; empty without sound.
    pub sound: Vec<f32>,
}

impl Captured {
    /// Bytes of frame `n`.
    pub fn frame(&self, n: usize) -> &[u8] {
        let bytes = YuvFrame::bytes(self.report.width, self.report.height);
        &self.frames[n * bytes..][..bytes]
    }

    /// A pixel of frame `n` as sRGB.
    pub fn pixel(&self, n: usize, x: usize, y: usize) -> [u8; 3] {
        let (width, height) = (self.report.width, self.report.height);
        let data = self.frame(n).to_vec();
        let frame = YuvFrame {
            width,
            height,
            data,
        };
        let at = (y * width as usize + x) * 3;
        frame.to_rgb()[at..at + 3].try_into().unwrap()
    }

    /// Which frame of a counting source each frame shows in its middle.
    pub fn numbers(&self) -> Vec<u8> {
        let (width, height) = (self.report.width as usize, self.report.height as usize);
        let middle = width * (height / 2) + width / 2;
        (0..self.report.frames as usize)
            .map(|n| (self.frame(n)[middle].wrapping_sub(15)) / 2)
            .collect()
    }
}

/// Renders films of one media directory.
pub struct Rig {
    pub media: Media,
    fonts: Fonts,
}

impl Rig {
    pub fn new() -> Self {
        Self {
            media: Media::new(),
            fonts: Fonts::load(&font_dirs()).unwrap(),
        }
    }

    fn env(&self, tools: Tools) -> RenderEnv {
        RenderEnv::new(tools, self.fonts.clone())
    }

    /// Renders to a file.
    pub async fn export(&self, film: &Film, spec: &ExportSpec) -> PathBuf {
        let out = self.media.path(&format!("out.{}", spec.format.as_str()));
        let env = self.env(Tools::discover().unwrap());
        let state = film.state();
        let source = Folder(self.media.dir());
        export(&state, spec, &source, &env, &out, &Watching::default())
            .await
            .unwrap();
        out
    }

    /// Renders with these programs in place of ffmpeg.
    pub async fn export_with(
        &self,
        film: &Film,
        ffmpeg: &Path,
        watching: &Watching,
    ) -> Result<Report, RenderError> {
        self.export_state(&film.state(), ffmpeg, watching).await
    }

    async fn export_state(
        &self,
        state: &EditorState,
        ffmpeg: &Path,
        watching: &Watching,
    ) -> Result<Report, RenderError> {
        let mut tools = Tools::at(ffmpeg, Path::new(&real("ffprobe"))).unwrap();
        if ffmpeg.starts_with(self.media.dir()) {
            // A program of ours, which may write down what becomes of it.
            tools = tools.with_scratch(self.media.dir());
        }
        let source = Folder(self.media.dir());
        let out = self.media.path("out.mp4");
        let env = self.env(tools);
        export(state, &spec(30), &source, &env, &out, watching).await
    }

    /// Renders what must not be rendered; the sentence that says why.
    pub async fn refused(&self, film: &Film) -> String {
        self.refused_state(&film.state()).await
    }

    /// The same of a document that has no film to be read from.
    pub async fn refused_state(&self, state: &EditorState) -> String {
        let error = self
            .export_state(state, Path::new(&real("ffmpeg")), &Watching::default())
            .await
            .unwrap_err();
        assert!(error.is_callers_fault(), "{error}");
        error.to_string()
    }

    /// Renders with an encoder that writes down what it is given.
    pub async fn capture(&self, film: &Film, spec: &ExportSpec) -> Captured {
        self.captured(&film.state(), spec).await
    }

    /// The same, each file decoded on that many threads.
    pub async fn capture_on(&self, threads: u8, film: &Film, spec: &ExportSpec) -> Captured {
        let threads = NonZeroU8::new(threads);
        self.captured_on(threads, &film.state(), spec).await
    }

    /// Renders a document with an encoder that writes down what it is given.
    pub async fn captured(&self, state: &EditorState, spec: &ExportSpec) -> Captured {
        self.captured_on(None, state, spec).await
    }

    async fn captured_on(
        &self,
        threads: Option<NonZeroU8>,
        state: &EditorState,
        spec: &ExportSpec,
    ) -> Captured {
        let (frames, sound) = (self.media.path("frames.yuv"), self.media.path("sound.f32"));
        let _ = std::fs::remove_file(&sound);
        let script = self.script(
            "capture",
            &format!(
                "if [ -e /proc/self/fd/3 ]; then cat <&3 >'{}' & fi\ncat >'{}'\nwait",
                sound.display(),
                frames.display()
            ),
        );
        let tools = Tools::at(&script, Path::new(&real("ffprobe"))).unwrap();
        let tools = tools.with_scratch(self.media.dir());
        let tools = threads.map_or(tools.clone(), |threads| tools.with_decoder_threads(threads));
        let source = Folder(self.media.dir());
        let env = self.env(tools);
        let out = self.media.path("none");
        let report = export(state, spec, &source, &env, &out, &Watching::default())
            .await
            .unwrap();
        let bytes = std::fs::read(&sound).unwrap_or_default();
        assert_eq!(report.sound, !bytes.is_empty());
        Captured {
            report,
            frames: std::fs::read(&frames).unwrap(),
            sound: bytes
                .chunks_exact(4)
                .map(|b| f32::from_le_bytes(b.try_into().unwrap()))
                .collect(),
        }
    }

    /// Draws one frame alone.
    pub async fn frame(&self, film: &Film, spec: &ExportSpec, n: u64) -> YuvFrame {
        self.drawn(&film.state(), spec, n).await
    }

    /// Draws one frame of a document alone.
    pub async fn drawn(&self, state: &EditorState, spec: &ExportSpec, n: u64) -> YuvFrame {
        self.try_drawn(state, spec, n).await.unwrap()
    }

    /// Draws one frame of a document alone, if it can be drawn.
    pub async fn try_drawn(
        &self,
        state: &EditorState,
        spec: &ExportSpec,
        n: u64,
    ) -> Result<YuvFrame, RenderError> {
        let env = self.env(Tools::discover().unwrap());
        let source = Folder(self.media.dir());
        Ok(draw_frame(state, spec, &source, &env, n).await?.picture)
    }

    /// A program that is ffmpeg, but for encoding, which `encoder` (sh) does.
    pub fn script(&self, name: &str, encoder: &str) -> PathBuf {
        let ffmpeg = real("ffmpeg");
        let text = format!(
            "#!/bin/sh\ncase \" $* \" in *' pipe:0 '*) ;; *) exec '{ffmpeg}' \"$@\" ;; esac\n{encoder}\n"
        );
        self.program(name, &text)
    }

    pub fn program(&self, name: &str, text: &str) -> PathBuf {
        let path = self.media.path(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }
}
