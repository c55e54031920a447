//! Draws films.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use darkroom_compositor::{Fonts, YuvFrame};
use darkroom_editor_state::Asset;
use darkroom_media::Tools;
use darkroom_render::{
    AssetError, AssetSource, BoxFuture, ExportSpec, Format, Phase, Progress, RenderEnv,
    RenderError, draw_frame, export,
};
use tempfile::TempDir;

use crate::film::Film;
use crate::media;

/// Files the pictures are drawn with, below `/usr/share/fonts`; `cargo xtask setup`
/// installs them.
const FONTS: [&str; 17] = [
    "truetype/dejavu/DejaVuSans.ttf",
    "truetype/dejavu/DejaVuSans-Bold.ttf",
    "truetype/dejavu/DejaVuSerif.ttf",
    "truetype/dejavu/DejaVuSansMono.ttf",
    "truetype/roboto/unhinted/RobotoTTF/Roboto-Thin.ttf",
    "truetype/roboto/unhinted/RobotoTTF/Roboto-Light.ttf",
    "truetype/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf",
    "truetype/roboto/unhinted/RobotoTTF/Roboto-Italic.ttf",
    "truetype/roboto/unhinted/RobotoTTF/Roboto-Medium.ttf",
    "truetype/roboto/unhinted/RobotoTTF/Roboto-Bold.ttf",
    "truetype/roboto/unhinted/RobotoTTF/Roboto-BoldItalic.ttf",
    "truetype/roboto/unhinted/RobotoTTF/Roboto-Black.ttf",
    "truetype/noto/NotoNaskhArabic-Regular.ttf",
    "truetype/noto/NotoSansHebrew-Regular.ttf",
    "truetype/noto/NotoSansDevanagari-Regular.ttf",
    "truetype/noto/NotoColorEmoji.ttf",
    "opentype/noto/NotoSansCJK-Regular.ttc",
];

/// The tests' fonts.
pub(crate) fn fonts() -> Fonts {
    let files = FONTS.map(|file| Path::new("/usr/share/fonts").join(file));
    for file in &files {
        assert!(
            file.is_file(),
            "{} is not there; run `cargo xtask setup`",
            file.display()
        );
    }
    Fonts::load(&files).unwrap()
}

struct Stage {
    runtime: tokio::runtime::Runtime,
    env: RenderEnv,
    fonts: Fonts,
    media: PathBuf,
    _scratch: TempDir,
}

fn stage() -> &'static Stage {
    static STAGE: OnceLock<Stage> = OnceLock::new();
    STAGE.get_or_init(|| {
        let scratch = tempfile::tempdir().unwrap();
        let media = scratch.path().join("media");
        std::fs::create_dir(&media).unwrap();
        let fonts = fonts();
        Stage {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
            env: RenderEnv::new(Tools::discover().unwrap(), fonts.clone()),
            fonts,
            media,
            _scratch: scratch,
        }
    })
}

/// Where test media are made.
pub(crate) fn media_dir() -> &'static Path {
    &stage().media
}

/// Hands out the files of `media`, by their key or URL.
struct Files(&'static Path);

impl AssetSource for Files {
    fn fetch<'a>(&'a self, asset: &'a Asset) -> BoxFuture<'a, Result<PathBuf, AssetError>> {
        let name = asset.remote_key.as_ref().or(asset.remote_url.as_ref());
        let file = name.map(|name| media::file(self.0, name));
        Box::pin(async { file.ok_or_else(|| AssetError::refused("no file")) })
    }
}

/// Frame `n` of a film at 30 fps.
pub(crate) fn draw(film: &Film, n: u64) -> YuvFrame {
    try_draw(film, n).unwrap()
}

pub(crate) fn try_draw(film: &Film, n: u64) -> Result<YuvFrame, RenderError> {
    let stage = stage();
    let state = film.state();
    let (spec, files) = (spec(film), Files(&stage.media));
    let drawn = draw_frame(&state, &spec, &files, &stage.env, n);
    Ok(stage.runtime.block_on(drawn)?.picture)
}

fn spec(film: &Film) -> ExportSpec {
    ExportSpec {
        format: Format::Mp4,
        fps: 30,
        ratio: film.ratio,
        scale: film.scale,
        composition: None,
    }
}

/// What an export gives to the encoder.
#[derive(PartialEq)]
pub(crate) struct Given {
    /// Every frame, one after the other.
    pub(crate) frames: Vec<u8>,
    /// Every sample; nothing without sound.
    pub(crate) sound: Vec<u8>,
}

/// What an export of a film at 30 fps gives to the encoder, each file decoded on that many
/// threads.
pub(crate) fn given(film: &Film, threads: u8) -> Given {
    let stage = stage();
    let scratch = tempfile::tempdir().unwrap();
    let program = writing_to(scratch.path());
    let tools = Tools::at(&program, Path::new(&real("ffprobe")));
    let tools = tools.unwrap().with_scratch(scratch.path());
    let tools = tools.with_decoder_threads(threads.try_into().unwrap());
    let state = film.state();
    let (spec, files) = (spec(film), Files(&stage.media));
    let (env, out) = (
        RenderEnv::new(tools, stage.fonts.clone()),
        scratch.path().join("none"),
    );
    let exported = export(&state, &spec, &files, &env, &out, &Unwatched);
    let report = stage.runtime.block_on(exported).unwrap();
    let sound = std::fs::read(scratch.path().join(SOUND)).unwrap_or_default();
    assert_eq!(report.sound, !sound.is_empty());
    Given {
        frames: std::fs::read(scratch.path().join(FRAMES)).unwrap(),
        sound,
    }
}

/// What is written by the program of [`writing_to`].
const FRAMES: &str = "frames.yuv";
const SOUND: &str = "sound.f32";

/// A program that is ffmpeg, but for encoding, which is to write down what it is given.
fn writing_to(dir: &Path) -> PathBuf {
    let (path, ffmpeg) = (dir.join("ffmpeg"), real("ffmpeg"));
    let (frames, sound) = (dir.join(FRAMES), dir.join(SOUND));
    let text = format!(
        "#!/bin/sh\ncase \" $* \" in *' pipe:0 '*) ;; *) exec '{ffmpeg}' \"$@\" ;; esac\n\
         if [ -e /proc/self/fd/3 ]; then cat <&3 >'{}' & fi\ncat >'{}'\nwait\n",
        sound.display(),
        frames.display()
    );
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// ffmpeg or ffprobe as the library finds them.
fn real(tool: &str) -> String {
    let variable = format!("DARKROOM_{}", tool.to_uppercase());
    std::env::var(variable).unwrap_or_else(|_| tool.to_owned())
}

struct Unwatched;

impl Progress for Unwatched {
    fn phase(&self, _phase: Phase) {}
    fn frame(&self, _done: u64, _total: u64) {}
    fn canceled(&self) -> bool {
        false
    }
}

/// sRGB pixels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rgb {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) data: Vec<u8>,
}

impl Rgb {
    pub(crate) fn of(frame: &YuvFrame) -> Self {
        Self {
            width: frame.width as usize,
            height: frame.height as usize,
            data: frame.to_rgb(),
        }
    }

    pub(crate) fn at(&self, x: usize, y: usize) -> [u8; 3] {
        assert!(x < self.width && y < self.height);
        let start = (y * self.width + x) * 3;
        self.data[start..start + 3].try_into().unwrap()
    }
}
