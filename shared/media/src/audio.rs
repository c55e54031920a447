//! Decodes sound into 48 kHz stereo samples, faster or slower at the same pitch.
//!
//! The first sample given is the one at the wanted source time. Decoding begins
//! a little earlier, because a decoder's first samples after a jump are not
//! right, and is cut by time stamps; where the sound begins later than its
//! file, or has gaps of more than 50 ms, there is silence.
//!
//! Another speed keeps the pitch by laying pieces of 1/24 s over one another, so
//! what is sudden is heard up to 1/20 s too early or too late.

use std::path::Path;

use crate::child::{Running, cause, command, read_file};
use crate::error::MediaError;
use crate::limits::Allowance;
use crate::pipe::Output;
use crate::probe::{AudioStream, Probe};
use crate::tools::Tools;

/// Samples a second of everything mixed and encoded.
pub const SAMPLE_RATE: u32 = 48_000;
/// Channels of everything mixed and encoded.
pub const CHANNELS: usize = 2;

/// Decoded before the wanted time.
const RUN_UP_SECONDS: f64 = 0.5;
/// Formats without time stamps: after a jump ffmpeg only guesses where it is,
/// so these are decoded from their start.
const CLOCKLESS: [&str; 5] = ["mp3", "aac", "amr", "ac3", "eac3"];
/// A source that ends this much before its own header says, with complaints, is damaged.
pub(crate) const BREAK_SECONDS: f64 = 0.5;
/// Source seconds per output second at most: of an hour 4 ms are left, and nobody hears
/// how much faster it is. Each doubling takes a filter of its own.
const FASTEST: f64 = (1 << 20) as f64;
/// What time stamps may be off by, in seconds, before silence is filled in or samples are
/// left out, either of which can be heard: more than the stamps of live recordings jitter by.
/// ffmpeg's own, 0.1 s, leaves shorter gaps out and all after them too early.
const GAP_SECONDS: f64 = 0.05;
/// Bytes of a sample of one channel.
const SAMPLE_BYTES: usize = size_of::<f32>();
/// Float files can hold anything. 60 dB above full scale is noise whatever it
/// was, and what is mixed from it stays finite.
const LOUDEST: f32 = 1000.0;

/// Which sound of a file is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AudioRequest {
    /// Source time of the first sample, from the file's start; not negative.
    pub start_seconds: f64,
    /// Source seconds per output second.
    pub rate: f64,
    /// Output samples (a pair counts once) at most.
    pub samples: u64,
}

/// A running decoder; dropping it ends its process.
#[derive(Debug)]
pub struct AudioDecoder {
    output: Output,
    running: Option<Running>,
    request: AudioRequest,
    /// The stream's own length in seconds, where it is known.
    declared: Option<f64>,
    given: u64,
    bytes: Vec<u8>,
}

impl AudioDecoder {
    /// Starts decoding the file's first audio stream.
    pub fn start(
        tools: &Tools,
        path: &Path,
        probe: &Probe,
        request: &AudioRequest,
    ) -> Result<Self, MediaError> {
        let stream = probe.audio.as_ref().ok_or(MediaError::Missing("sound"))?;
        let mut ffmpeg = command(&tools.ffmpeg);
        ffmpeg.args(["-nostdin", "-threads", "1", "-copyts"]);
        let from = request.start_seconds - RUN_UP_SECONDS;
        if from > 0.0 && !CLOCKLESS.contains(&probe.format.as_str()) {
            ffmpeg.args(["-noaccurate_seek", "-ss", &format!("{from:.6}")]);
        }
        let view = read_file(&mut ffmpeg, path)?;
        ffmpeg
            .args(["-map", "0:a:0", "-vn", "-sn", "-dn"])
            .args(["-af", &filters(stream, probe, request)])
            .args(["-f", "f32le", "pipe:1"]);
        let allowance = Allowance::DECODER.within(tools.memory_bytes);
        let mut running = Running::start(ffmpeg, tools, allowance, view)?;
        Ok(Self {
            output: running.output()?,
            running: Some(running),
            request: *request,
            declared: stream.duration_seconds,
            given: 0,
            bytes: Vec::new(),
        })
    }

    /// Fills `out` (left, right, left, ...) and answers how many values came;
    /// fewer than asked for only at the end of the sound.
    pub fn read(&mut self, out: &mut [f32]) -> Result<usize, MediaError> {
        if self.running.is_none() {
            return Ok(0);
        }
        self.bytes.resize(out.len() * SAMPLE_BYTES, 0);
        let length = self.output.fill(&mut self.bytes)?;
        let count = length / SAMPLE_BYTES;
        let bytes = self.bytes.iter().take(count * SAMPLE_BYTES);
        let mut bytes = bytes.copied();
        for value in out.iter_mut().take(count) {
            let sample = f32::from_le_bytes(std::array::from_fn(|_| bytes.next().unwrap_or(0)));
            *value = if sample.is_nan() {
                0.0
            } else {
                sample.clamp(-LOUDEST, LOUDEST)
            };
        }
        self.given += (count / CHANNELS) as u64;
        if count < out.len() {
            self.ended()?;
        }
        Ok(count)
    }

    fn ended(&mut self) -> Result<(), MediaError> {
        let Some(running) = self.running.take() else {
            return Ok(());
        };
        let ended = running.end()?;
        let complained = !ended.words.trim().is_empty();
        if self.given == 0 && !ended.well() {
            return Err(MediaError::Unreadable(cause(&ended.words)));
        }
        let seconds = self.given as f64 / f64::from(SAMPLE_RATE);
        let reached = self.request.start_seconds + seconds * self.request.rate;
        match self.declared {
            Some(declared)
                if complained
                    && self.given < self.request.samples
                    && reached + BREAK_SECONDS < declared =>
            {
                Err(MediaError::BreaksOff { reached, declared })
            }
            _ => Ok(()),
        }
    }
}

fn filters(stream: &AudioStream, probe: &Probe, request: &AudioRequest) -> String {
    let zero = probe.start_seconds + request.start_seconds;
    let mut chain = format!("asetpts=round(PTS-({zero:.9})/TB),");
    if stream.channels == 1 {
        // As a browser does; ffmpeg's own up-mix is 3 dB lower.
        chain.push_str("pan=stereo|c0=c0|c1=c0,");
    }
    chain.push_str(&format!(
        "aresample={SAMPLE_RATE}:async=1:min_comp=0.00001:min_hard_comp={GAP_SECONDS}:\
         first_pts=0,aformat=sample_fmts=flt:channel_layouts=stereo"
    ));
    for factor in tempo_factors(request.rate) {
        chain.push_str(&format!(",atempo={factor:.9}"));
    }
    chain.push_str(&format!(",atrim=end_sample={}", request.samples));
    chain
}

/// `atempo` takes 0.5 to 100, and is at its best up to 2. No more than [`FASTEST`] in all.
fn tempo_factors(rate: f64) -> Vec<f64> {
    let mut factors = Vec::new();
    let mut left = rate.min(FASTEST);
    while left < 0.5 {
        factors.push(0.5);
        left /= 0.5;
    }
    while left > 2.0 {
        factors.push(2.0);
        left /= 2.0;
    }
    if (left - 1.0).abs() > 1e-9 {
        factors.push(left);
    }
    factors
}

#[cfg(test)]
mod tests {
    use super::{FASTEST, tempo_factors};

    #[test]
    fn factors_multiply_to_the_rate_and_stay_in_range() {
        for rate in [0.01, 0.3, 1.0, 1.5, 7.0, 100.0] {
            let factors = tempo_factors(rate);
            let product: f64 = factors.iter().product();
            assert!((product - rate).abs() < 1e-9, "{rate}: {factors:?}");
            assert!(
                factors.iter().all(|f| (0.5..=2.0).contains(f)),
                "{rate}: {factors:?}"
            );
        }
    }

    #[test]
    fn no_rate_takes_more_filters_than_the_fastest_one() {
        let most = tempo_factors(FASTEST).len();
        assert_eq!(most, 20);
        for rate in [1e9, 1e300, f64::MAX] {
            assert_eq!(tempo_factors(rate).len(), most, "{rate}");
        }
    }
}
