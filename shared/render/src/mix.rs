//! Mixes a timeline's sound into raw samples on disk: summed without
//! normalising, then limited.

use std::io::{BufWriter, Write as _};
use std::sync::atomic::AtomicBool;

use darkroom_editor_state::{EditorState, TICKS_PER_SECOND, Ticks, frame_count};
use darkroom_media::{AudioDecoder, AudioRequest, CHANNELS, SAMPLE_RATE};
use tempfile::NamedTempFile;

use crate::error::RenderError;
use crate::limiter::Limiter;
use crate::media::Media;
use crate::sound::{Clip, clips};
use crate::{RenderEnv, stopped};

/// Ticks of one sample; whole, so that clips start on the sample.
const TICKS: u64 = TICKS_PER_SECOND as u64 / SAMPLE_RATE as u64;
/// Samples mixed at a time.
const BLOCK: usize = 4800;
/// Samples over which a changing gain runs linearly.
const RAMP: usize = 48;

/// A clip that is being mixed.
struct Voice<'a> {
    clip: Clip<'a>,
    /// Sample at which its decoder's first sample is heard.
    from: u64,
    to: u64,
    decoder: AudioDecoder,
}

/// The mixed samples (f32, stereo, 48 kHz, as long as the picture), or `None`
/// where nothing is heard at all.
pub(crate) fn mix(
    doc: &EditorState,
    media: &Media,
    env: &RenderEnv,
    fps: u32,
    stop: &AtomicBool,
) -> Result<Option<NamedTempFile>, RenderError> {
    let mut waiting = Vec::new();
    for clip in clips(doc) {
        if media.get(clip.asset_id)?.probe.audio.is_some() {
            waiting.push(clip);
        }
    }
    if waiting.is_empty() {
        return Ok(None);
    }
    waiting.sort_by_key(|clip| std::cmp::Reverse(clip.heard_from()));
    let total = frame_count(doc.duration(), fps) * u64::from(SAMPLE_RATE / fps);
    let failed = |source| RenderError::Scratch {
        path: env.scratch.clone(),
        source,
    };
    let file = tempfile::Builder::new()
        .prefix("sound-")
        .tempfile_in(&env.scratch)
        .map_err(failed)?;
    let mut out = BufWriter::with_capacity(1 << 18, file.as_file());
    let mut limiter = Limiter::new();
    let mut voices: Vec<Voice<'_>> = Vec::new();
    let mut at = 0;
    while at < total {
        stopped(stop)?;
        let length = (total - at).min(BLOCK as u64) as usize;
        while let Some(clip) =
            waiting.pop_if(|clip| sample_of(clip.heard_from()) < at + length as u64)
        {
            voices.extend(open(clip, media, env, total)?);
        }
        let mut block = vec![0_f32; length * CHANNELS];
        for voice in &mut voices {
            voice
                .add(at, &mut block)
                .map_err(|cause| RenderError::AssetMedia {
                    id: voice.clip.asset_id.to_owned(),
                    cause,
                })?;
        }
        at += length as u64;
        voices.retain(|voice| voice.to > at);
        write(&mut out, &limiter.process(&block)).map_err(failed)?;
    }
    write(&mut out, &limiter.finish()).map_err(failed)?;
    out.flush().map_err(failed)?;
    drop(out);
    Ok(Some(file))
}

fn write(out: &mut impl std::io::Write, samples: &[f32]) -> std::io::Result<()> {
    samples
        .iter()
        .try_for_each(|sample| out.write_all(&sample.to_le_bytes()))
}

/// The sample at (or next after) a tick; before the timeline's start, 0.
fn sample_of(tick: Ticks) -> u64 {
    tick.0.max(0).unsigned_abs().div_ceil(TICKS)
}

fn open<'a>(
    clip: Clip<'a>,
    media: &Media,
    env: &RenderEnv,
    total: u64,
) -> Result<Option<Voice<'a>>, RenderError> {
    let rate = clip.source.playback_rate;
    // A clip that starts early cannot start before its source does.
    let material = Ticks(clip.start.0 - (clip.source.start.0.max(0) as f64 / rate) as i64);
    let from = sample_of(clip.heard_from().max(material));
    let to = sample_of(clip.heard_to()).min(total);
    if to <= from {
        return Ok(None);
    }
    let local = (from * TICKS) as f64 - clip.start.0 as f64;
    let start = (clip.source.start.0 as f64 + local * rate) / TICKS_PER_SECOND as f64;
    let request = AudioRequest {
        start_seconds: start.max(0.0),
        rate,
        samples: to - from,
    };
    let file = media.get(clip.asset_id)?;
    let decoder = AudioDecoder::start(&env.tools, &file.path, &request).map_err(|cause| {
        RenderError::AssetMedia {
            id: clip.asset_id.to_owned(),
            cause,
        }
    })?;
    Ok(Some(Voice {
        clip,
        from,
        to,
        decoder,
    }))
}

impl Voice<'_> {
    /// Adds what is heard of this clip to the block that begins at sample `at`.
    fn add(&mut self, at: u64, block: &mut [f32]) -> Result<(), darkroom_media::MediaError> {
        let end = at + (block.len() / CHANNELS) as u64;
        let (from, to) = (self.from.max(at), self.to.min(end));
        if to <= from {
            return Ok(());
        }
        let mut samples = vec![0_f32; (to - from) as usize * CHANNELS];
        // Past the end of the source there is silence.
        self.decoder.read(&mut samples)?;
        let offset = (from - at) as usize * CHANNELS;
        let place = block.iter_mut().skip(offset);
        let gains = self.gains(from, (to - from) as usize);
        for ((out, sample), gain) in place
            .zip(&samples)
            .zip(gains.iter().flat_map(|gain| [gain; CHANNELS]))
        {
            *out += sample * gain;
        }
        Ok(())
    }

    /// One gain a sample: exact every [`RAMP`] samples of the timeline, linear between.
    fn gains(&self, from: u64, count: usize) -> Vec<f32> {
        let exact = |sample: u64| {
            self.clip
                .gain_at(Ticks((sample * TICKS) as i64 - self.clip.start.0))
        };
        let ramp = RAMP as u64;
        let mut gains = Vec::with_capacity(count);
        let mut step = from / ramp;
        let (mut left, mut right) = (exact(step * ramp), exact((step + 1) * ramp));
        for sample in from..from + count as u64 {
            if sample / ramp != step {
                step = sample / ramp;
                (left, right) = (right, exact((step + 1) * ramp));
            }
            let part = (sample % ramp) as f64 / ramp as f64;
            gains.push((left + (right - left) * part) as f32);
        }
        gains
    }
}
