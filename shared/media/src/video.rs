//! Decodes a video into one picture an output frame.
//!
//! ffmpeg's `fps` filter with `round=up` shows, at output time t, the source
//! frame whose interval holds t: a frame enters at the first output frame not
//! before its time stamp. Decoding starts at the key frame before the wanted
//! time, so that the frame which is already showing then is not lost, however
//! long it shows. Past the end of the source the caller keeps the last frame;
//! where the first wanted frame already lies there, or the last one may have
//! been stepped over, the last frame is found and given.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};

use crate::audio::BREAK_SECONDS;
use crate::child::{Running, cause, command, read_file};
use crate::error::MediaError;
use crate::limits::Allowance;
use crate::pipe::Output;
use crate::probe::{Probe, VideoStream};
use crate::tools::Tools;
use crate::{PixelFormat, Raster, tone};

/// Decoded ahead of the one that is being drawn.
const AHEAD: usize = 2;
/// Bytes of the line that begins a yuv4mpeg stream, at most.
const HEADER_BYTES: usize = 512;
/// What stands before every picture of such a stream.
const FRAME: &[u8] = b"FRAME\n";
/// Formats with an index of key frames. In others a jump may land behind the key
/// frame that the wanted frame needs, so they are decoded from their start.
const INDEXED: [&str; 2] = ["mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"];
/// The format of animated PNG, by ffmpeg's name.
const ANIMATED_PNG: &str = "apng";
/// As browsers do, and ffmpeg with GIF: a delay of at most 10 ms (100 frames a second)
/// stands for 100 ms.
const DELAYS: [&str; 4] = ["-max_fps", "99", "-default_fps", "10"];
/// Copies of a source's last frame that are held behind it, at most. Where a fast source
/// would need more, its last frame is looked for instead ([`VideoDecoder::ended`]).
const MOST_HELD: f64 = 100_000.0;
/// Later than any file ends, and still a time that ffmpeg reads.
const LATEST_SECONDS: f64 = 1e9;

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
    source: Source,
    pictures: Receiver<Result<Raster, MediaError>>,
    used: Sender<Vec<u8>>,
    running: Option<Running>,
    given: u64,
}

/// All that is needed to start a decoder, once more if need be.
#[derive(Debug)]
struct Source {
    tools: Tools,
    path: PathBuf,
    start_seconds: f64,
    indexed: bool,
    animated_png: bool,
    stream: VideoStream,
    request: VideoRequest,
}

impl VideoDecoder {
    /// Starts decoding at once, a few pictures ahead.
    pub fn start(
        tools: &Tools,
        path: &Path,
        probe: &Probe,
        request: &VideoRequest,
    ) -> Result<Self, MediaError> {
        let stream = probe.video.clone().ok_or(MediaError::Missing("picture"))?;
        let source = Source {
            tools: tools.clone(),
            path: path.to_owned(),
            start_seconds: probe.start_seconds,
            indexed: INDEXED.contains(&probe.format.as_str()),
            animated_png: probe.format == ANIMATED_PNG,
            stream,
            request: request.clone(),
        };
        let mut running = source.decode(&source.filters(), Some(request.frames))?;
        let mut stream = Stream::new(running.output()?, request);
        let (send, pictures) = sync_channel(AHEAD);
        let (used, empty) = channel::<Vec<u8>>();
        std::thread::spawn(move || {
            loop {
                let room = empty.try_recv().unwrap_or_default();
                let picture = stream.next(room).transpose();
                let last = !matches!(picture, Some(Ok(_)));
                // Nobody listens any more, or nothing more comes: done.
                if picture.is_none_or(|picture| send.send(picture).is_err()) || last {
                    return;
                }
            }
        });
        Ok(Self {
            source,
            pictures,
            used,
            running: Some(running),
            given: 0,
        })
    }

    /// Takes back the bytes of a picture that nobody needs any more, for one to come.
    pub fn reuse(&self, data: Vec<u8>) {
        // Nothing more comes: nothing is needed.
        let _ = self.used.send(data);
    }

    /// The next picture; `None` past the end of the source.
    pub fn next_frame(&mut self) -> Result<Option<Raster>, MediaError> {
        match self.pictures.recv() {
            Ok(Ok(picture)) => {
                self.given += 1;
                Ok(Some(picture))
            }
            Ok(Err(error)) => Err(error),
            Err(_) => self.ended(),
        }
    }

    /// What comes after the last picture: nothing, the source's last picture
    /// where it may not have been given yet, or what is wrong with the source.
    fn ended(&mut self) -> Result<Option<Raster>, MediaError> {
        let Some(running) = self.running.take() else {
            return Ok(None);
        };
        let ended = running.end()?;
        let request = &self.source.request;
        let complained = !ended.words.trim().is_empty();
        let reached = request.start_of(request.skip + self.given);
        match self.source.stream.duration_seconds {
            Some(declared)
                if complained
                    && self.given < request.frames
                    && reached + BREAK_SECONDS < declared =>
            {
                return Err(if reached <= 0.0 {
                    unreadable(&ended.words)
                } else {
                    MediaError::BreaksOff { reached, declared }
                });
            }
            _ => {}
        }
        if self.given == 0 && !ended.well() {
            return Err(unreadable(&ended.words));
        }
        // A source that runs fast may be stepped over in its last pictures.
        let stepped_over = request.rate > 1.0 && self.given < request.frames;
        if self.given > 0 && !stepped_over {
            return Ok(None);
        }
        self.source.request.skip += self.given;
        self.given += 1;
        self.source.last_picture().map(Some)
    }
}

impl VideoRequest {
    /// Source time of an output frame.
    fn start_of(&self, frame: u64) -> f64 {
        self.start_seconds + frame as f64 / f64::from(self.fps) * self.rate
    }
}

impl Source {
    fn decode(&self, filters: &str, frames: Option<u64>) -> Result<Running, MediaError> {
        let mut ffmpeg = command(&self.tools.ffmpeg);
        let threads = self.tools.decoder_threads.to_string();
        ffmpeg.args(["-nostdin", "-threads", &threads, "-copyts"]);
        // ffmpeg's own decoders drop the alpha plane.
        match self.stream.codec.as_str() {
            "vp8" if self.stream.has_alpha => ffmpeg.args(["-c:v", "libvpx"]),
            "vp9" if self.stream.has_alpha => ffmpeg.args(["-c:v", "libvpx-vp9"]),
            _ => &mut ffmpeg,
        };
        let from = self.request.start_of(self.request.skip);
        let from = from.min(LATEST_SECONDS);
        if self.request.loops {
            ffmpeg.args(["-stream_loop", "-1"]);
        } else if from > 0.0 && self.indexed {
            ffmpeg.args(["-noaccurate_seek", "-ss", &format!("{from:.6}")]);
        }
        if self.animated_png {
            ffmpeg.args(DELAYS);
        }
        let view = read_file(&mut ffmpeg, &self.path)?;
        ffmpeg
            .args(["-map", "0:V:0", "-an", "-sn", "-dn"])
            .args(["-vf", filters, "-fps_mode", "passthrough"])
            .args(["-pix_fmt", self.request.format.name()]);
        if let Some(frames) = frames {
            ffmpeg.args(["-frames:v", &frames.to_string()]);
        }
        match self.request.format {
            // Written from where it was decoded to, where raw video is copied first.
            PixelFormat::Yuv420 => {
                ffmpeg.args(["-c:v", "wrapped_avframe", "-f", "yuv4mpegpipe"]);
            }
            PixelFormat::Rgba => {
                ffmpeg.args(["-f", "rawvideo"]);
            }
        }
        ffmpeg.arg("pipe:1");
        let allowance = Allowance::DECODER.within(self.tools.memory_bytes);
        Running::start(ffmpeg, &self.tools, allowance, view)
    }

    /// The last picture there is: of all from the last key frame on, what comes last.
    fn last_picture(&self) -> Result<Raster, MediaError> {
        let mut running = self.decode(&self.conversion(), None)?;
        let mut stream = Stream::new(running.output()?, &self.request);
        let mut last: Option<Raster> = None;
        let mut room = Vec::new();
        while let Some(picture) = stream.next(room)? {
            room = last.replace(picture).map_or_else(Vec::new, |old| old.data);
        }
        let ended = running.end()?;
        last.ok_or_else(|| {
            if ended.words.trim().is_empty() {
                MediaError::Missing("picture in it")
            } else {
                unreadable(&ended.words)
            }
        })
    }

    /// One picture an output frame.
    fn filters(&self) -> String {
        let (stream, request) = (&self.stream, &self.request);
        let slack = stream.slack_seconds();
        let zero = (self.start_seconds + request.start_seconds + slack) * 240_000.0;
        let rate = request.rate;
        let fps = request.fps;
        let skip = request.skip as f64 / f64::from(fps);
        // Without it `fps` loses a last frame that is shorter than an output frame.
        let hold = if stream.frame_rate > 0.0 {
            let frames = (rate * stream.frame_rate / f64::from(fps)).ceil() + 1.0;
            let frames = frames.min(MOST_HELD);
            format!("tpad=stop_mode=clone:stop={frames},")
        } else {
            String::new()
        };
        format!(
            "settb=expr=1/240000,{hold}setpts=floor((PTS-{zero:.3})/{rate}),             fps=fps={fps}:start_time={skip:.6}:round=up:eof_action=pass,{}",
            self.conversion()
        )
    }

    /// To the wanted size and layout, whatever size and layout come.
    fn conversion(&self) -> String {
        let (stream, request) = (&self.stream, &self.request);
        let (width, height) = request.size;
        // Does nothing while pictures are as wanted, and keeps pictures whole
        // if a stream changes its size.
        let mut scale = format!("scale={width}:{height}");
        let native = stream.pixel_format == "yuv420p"
            && stream.matrix == "bt709"
            && !stream.full_range
            && stream.high_range.is_none();
        let same_size = request.size == (stream.width, stream.height);
        if request.format == PixelFormat::Rgba || !native || !same_size {
            scale.push_str(":flags=area+accurate_rnd+full_chroma_int");
            if let Some(transfer) = stream.high_range {
                let down = tone::filters(stream, transfer, request.format);
                return format!("{scale},{down},format={}", request.format.name());
            }
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
        }
        format!("{scale},format={}", request.format.name())
    }
}

/// What a decoder says of a stream that holds nothing.
const EMPTY: [&str; 2] = [
    "Cannot determine format of input stream",
    "Error marking filters as finished",
];

/// What a decoder's last words say of the file, or of the decoder.
fn unreadable(words: &str) -> MediaError {
    if words.contains("No such filter") {
        return MediaError::FilterMissing;
    }
    let empty = |line: &str| EMPTY.iter().any(|words| line.contains(words));
    if words.lines().all(empty) {
        return MediaError::Missing("picture in it");
    }
    MediaError::Unreadable(cause(words))
}

/// The pictures that a decoder writes.
struct Stream {
    output: Output,
    size: (u32, u32),
    format: PixelFormat,
    begun: bool,
}

impl Stream {
    fn new(output: Output, request: &VideoRequest) -> Self {
        Self {
            output,
            size: request.size,
            format: request.format,
            begun: false,
        }
    }

    /// The next picture, written into `room` if it is large enough; `None` at the end.
    /// What is left of a broken off one is dropped.
    fn next(&mut self, mut room: Vec<u8>) -> Result<Option<Raster>, MediaError> {
        if self.format == PixelFormat::Yuv420 && !self.frame_begins()? {
            return Ok(None);
        }
        let (width, height) = self.size;
        room.resize(self.format.bytes(width, height), 0);
        if self.output.fill(&mut room)? < room.len() {
            return Ok(None);
        }
        Ok(Some(Raster {
            width,
            height,
            format: self.format,
            data: room,
        }))
    }

    /// Reads what a yuv4mpeg stream says before a picture; false at its end.
    fn frame_begins(&mut self) -> Result<bool, MediaError> {
        if !self.begun {
            let mut byte = [0];
            let mut length = 0;
            while byte != *b"\n" {
                if self.output.fill(&mut byte)? == 0 {
                    return Ok(false);
                }
                length += 1;
                if length > HEADER_BYTES {
                    return Err(out_of_step());
                }
            }
            self.begun = true;
        }
        let mut said = [0; FRAME.len()];
        if self.output.fill(&mut said)? < said.len() {
            return Ok(false);
        }
        if said == FRAME {
            Ok(true)
        } else {
            Err(out_of_step())
        }
    }
}

fn out_of_step() -> MediaError {
    MediaError::Pipe("ffmpeg wrote no yuv4mpeg picture".to_owned())
}
