//! Decodes a video into one picture an output frame.
//!
//! ffmpeg's `fps` filter with `round=up` shows, at output time t, the source
//! frame whose interval holds t: a frame enters at the first output frame not
//! before its time stamp. Decoding starts at the key frame before the wanted
//! time, so that the frame which is already showing then is not lost, however
//! long it shows. Past the end of the source the caller keeps the last frame.

use std::io::Read;
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use crate::child::{INPUT_GUARD, Running, cause, command, file_argument};
use crate::error::MediaError;
use crate::probe::{Probe, VideoStream};
use crate::tools::Tools;
use crate::{PixelFormat, Raster};

/// Decoded ahead of the one that is being drawn.
const AHEAD: usize = 2;
/// A decoder that gives nothing for this long is stuck.
const STUCK: Duration = Duration::from_secs(60);
/// Time stamps coarser than this are taken for rounded ones.
const COARSE_SECONDS: f64 = 1.0 / 10_000.0;

/// Which pictures of a file are wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoRequest {
    /// Source time of output frame 0, from the file's start. Negative: the
    /// source's first picture stands until the source begins.
    pub start_seconds: f64,
    /// Output frames to leave out before the first picture given. What is
    /// given after them does not depend on how many they are.
    pub skip: u64,
    /// Source seconds per output second.
    pub rate: f64,
    /// Output frames a second.
    pub fps: u32,
    /// How many pictures at most.
    pub frames: u64,
    /// Starts over at the end.
    pub loops: bool,
    /// Layout of the pictures.
    pub format: PixelFormat,
    /// Size of the pictures; the stream's own, or smaller.
    pub size: (u32, u32),
}

/// A running decoder; dropping it ends its process.
#[derive(Debug)]
pub struct VideoDecoder {
    pictures: Receiver<Result<Raster, String>>,
    running: Option<Running>,
    given: u64,
}

impl VideoDecoder {
    /// Starts decoding at once, a few pictures ahead.
    pub fn start(
        tools: &Tools,
        path: &Path,
        probe: &Probe,
        request: &VideoRequest,
    ) -> Result<Self, MediaError> {
        let stream = probe.video.as_ref().ok_or(MediaError::Missing("picture"))?;
        let mut ffmpeg = command(&tools.ffmpeg);
        ffmpeg.args(["-nostdin", "-threads", "2"]);
        if stream.has_alpha && ["vp8", "vp9"].contains(&stream.codec.as_str()) {
            // ffmpeg's own decoder drops the alpha plane.
            ffmpeg.args([
                "-c:v",
                if stream.codec == "vp9" {
                    "libvpx-vp9"
                } else {
                    "libvpx"
                },
            ]);
        }
        let from =
            request.start_seconds + request.skip as f64 / f64::from(request.fps) * request.rate;
        if request.loops {
            ffmpeg.args(["-stream_loop", "-1"]);
        } else if from > 0.0 {
            ffmpeg.args(["-noaccurate_seek", "-ss", &format!("{from:.6}")]);
        }
        ffmpeg
            .args(INPUT_GUARD)
            .args(["-copyts", "-i"])
            .arg(file_argument(path));
        ffmpeg
            .args(["-map", "0:V:0", "-an", "-sn", "-dn"])
            .args(["-vf", &filters(stream, probe, request)])
            .args(["-frames:v", &request.frames.to_string()])
            .args([
                "-fps_mode",
                "passthrough",
                "-pix_fmt",
                request.format.name(),
            ])
            .args(["-f", "rawvideo", "pipe:1"])
            .stdout(Stdio::piped());
        let mut running = Running::start(&mut ffmpeg)?;
        let (send, pictures) = sync_channel(AHEAD);
        if let Some(stdout) = running.stdout() {
            let (size, format) = (request.size, request.format);
            std::thread::spawn(move || {
                let mut stdout = stdout;
                loop {
                    let picture = read_picture(&mut stdout, size, format);
                    let last = !matches!(picture, Some(Ok(_)));
                    // Nobody listens any more, or nothing more comes: done.
                    if picture.is_none_or(|picture| send.send(picture).is_err()) || last {
                        return;
                    }
                }
            });
        }
        Ok(Self {
            pictures,
            running: Some(running),
            given: 0,
        })
    }

    /// The next picture; `None` past the end of the source.
    pub fn next_frame(&mut self) -> Result<Option<Raster>, MediaError> {
        match self.pictures.recv_timeout(STUCK) {
            Ok(Ok(picture)) => {
                self.given += 1;
                Ok(Some(picture))
            }
            Ok(Err(error)) => Err(MediaError::Unreadable(error)),
            Err(RecvTimeoutError::Timeout) => Err(MediaError::Stuck {
                seconds: STUCK.as_secs(),
            }),
            Err(RecvTimeoutError::Disconnected) => self.ended().map(|()| None),
        }
    }

    /// A source that broke off after some pictures ends there, as players do;
    /// one that gave none is broken.
    fn ended(&mut self) -> Result<(), MediaError> {
        let Some(running) = self.running.take() else {
            return Ok(());
        };
        let (status, words) = running.end();
        if self.given == 0 {
            let well = status.is_some_and(|status| status.success()) && words.trim().is_empty();
            return Err(if well {
                MediaError::Missing("picture at the wanted time")
            } else {
                MediaError::Unreadable(cause(&words))
            });
        }
        Ok(())
    }
}

fn filters(stream: &VideoStream, probe: &Probe, request: &VideoRequest) -> String {
    // A time stamp of a coarse clock stands for its whole unit.
    let slack = if stream.time_base_seconds > COARSE_SECONDS {
        stream.time_base_seconds / 2.0
    } else {
        0.0
    };
    let zero = (probe.start_seconds + request.start_seconds + slack) * 240_000.0;
    let rate = request.rate;
    let fps = request.fps;
    let skip = request.skip as f64 / f64::from(fps);
    let mut chain = vec![
        "settb=expr=1/240000".to_owned(),
        format!("setpts=(PTS-{zero:.3})/{rate}"),
        format!("fps=fps={fps}:start_time={skip:.6}:round=up:eof_action=pass"),
    ];
    let native = stream.pixel_format == "yuv420p" && stream.matrix == "bt709" && !stream.full_range;
    let same_size = request.size == (stream.width, stream.height);
    if request.format == PixelFormat::Rgba || !native || !same_size {
        let (width, height) = request.size;
        let mut scale = format!("scale={width}:{height}:flags=area+accurate_rnd+full_chroma_int");
        if stream.matrix != "rgb" {
            let range = if stream.full_range { "pc" } else { "tv" };
            scale.push_str(&format!(
                ":in_color_matrix={}:in_range={range}",
                stream.matrix
            ));
        }
        if request.format == PixelFormat::Yuv420 {
            scale.push_str(":out_color_matrix=bt709:out_range=tv");
        }
        chain.push(scale);
    }
    chain.push(format!("format={}", request.format.name()));
    chain.join(",")
}

fn read_picture(
    stdout: &mut impl Read,
    size: (u32, u32),
    format: PixelFormat,
) -> Option<Result<Raster, String>> {
    let (width, height) = size;
    let mut data = vec![0; format.bytes(width, height)];
    match stdout.read_exact(&mut data) {
        Ok(()) => Some(Ok(Raster {
            width,
            height,
            format,
            data,
        })),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => None,
        Err(error) => Some(Err(error.to_string())),
    }
}
