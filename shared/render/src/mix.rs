//! Mixes a timeline's sound, block by block: summed without normalising, then
//! limited.

use std::sync::atomic::AtomicBool;

use darkroom_editor_state::{
    EditorState, MAX_SOUNDS_AT_ONCE, MAX_TICKS, TICKS_PER_SECOND, Ticks, frame_count,
};
use darkroom_media::{
    AudioDecoder, AudioRequest, CHANNELS, MediaError, SAMPLE_RATE, SoundInput, Tools,
};

use crate::error::RenderError;
use crate::limiter::Limiter;
use crate::media::Media;
use crate::sound::{Clip, clips};
use crate::{at_once, stopped};

/// Ticks of one sample; whole, so that clips start on the sample.
const TICKS: u64 = TICKS_PER_SECOND as u64 / SAMPLE_RATE as u64;
/// Samples mixed at a time.
const BLOCK: usize = 4800;
/// Samples over which a changing gain runs linearly.
const RAMP: usize = 48;

/// What is heard, and for how long there is sound.
pub(crate) struct Mix<'a> {
    /// Last to begin first.
    waiting: Vec<Part<'a>>,
    media: &'a Media,
    tools: &'a Tools,
    total: u64,
}

/// A clip and the samples of the timeline that it is heard in.
struct Part<'a> {
    clip: Clip<'a>,
    from: u64,
    to: u64,
}

/// A clip that is being mixed.
struct Voice<'a> {
    part: Part<'a>,
    decoder: AudioDecoder,
}

impl<'a> Mix<'a> {
    /// The sound of a document, as long as its picture; `None` where no clip
    /// that may be heard has any.
    pub(crate) fn new(
        doc: &'a EditorState,
        media: &'a Media,
        tools: &'a Tools,
        fps: u32,
    ) -> Result<Option<Self>, RenderError> {
        let total = frame_count(doc.duration(), fps).saturating_mul(u64::from(SAMPLE_RATE / fps));
        let mut waiting = Vec::new();
        for clip in clips(doc) {
            if media.get(clip.asset_id)?.probe.audio.is_some() {
                waiting.push(part(clip, total));
            }
        }
        if waiting.is_empty() {
            return Ok(None);
        }
        waiting.retain(|part| part.from < part.to);
        let heard = waiting.iter().map(|part| {
            let ticks = |sample: u64| Ticks((sample * TICKS) as i64);
            (ticks(part.from), ticks(part.to))
        });
        at_once::check("sounds are heard", MAX_SOUNDS_AT_ONCE, heard)?;
        waiting.sort_by_key(|part| std::cmp::Reverse(part.from));
        Ok(Some(Self {
            waiting,
            media,
            tools,
            total,
        }))
    }

    /// Mixes all of it into `out`.
    pub(crate) fn run(
        mut self,
        out: &mut SoundInput,
        stop: &AtomicBool,
    ) -> Result<(), RenderError> {
        let mut limiter = Limiter::new();
        let mut voices: Vec<Voice<'_>> = Vec::new();
        let mut at = 0;
        while at < self.total {
            stopped(stop)?;
            let length = (self.total - at).min(BLOCK as u64);
            while let Some(part) = self.waiting.pop_if(|part| part.from < at + length) {
                voices.push(self.open(part)?);
            }
            let mut block = vec![0_f32; length as usize * CHANNELS];
            for voice in &mut voices {
                voice
                    .add(at, &mut block)
                    .map_err(|cause| RenderError::of_asset(voice.part.clip.asset_id, cause))?;
            }
            at += length;
            voices.retain(|voice| voice.part.to > at);
            out.write(&limiter.process(&block))?;
        }
        out.write(&limiter.finish())?;
        Ok(())
    }

    fn open(&self, part: Part<'a>) -> Result<Voice<'a>, RenderError> {
        let Part { clip, from, to } = &part;
        let rate = clip.source.playback_rate;
        let local = (from * TICKS) as f64 - clip.start.0 as f64;
        // A fast source may be asked for what no number of seconds holds.
        let start = (clip.source.start.0 as f64 + local * rate).clamp(0.0, MAX_TICKS);
        let request = AudioRequest {
            start_seconds: start / TICKS_PER_SECOND as f64,
            rate,
            samples: to - from,
        };
        let file = self.media.get(clip.asset_id)?;
        let decoder = AudioDecoder::start(self.tools, &file.path, &file.probe, &request)
            .map_err(|cause| RenderError::of_asset(clip.asset_id, cause))?;
        Ok(Voice { part, decoder })
    }
}

fn part(clip: Clip<'_>, total: u64) -> Part<'_> {
    // A clip that starts early cannot start before its source does.
    let lead = clip.source.start.0.max(0) as f64 / clip.source.playback_rate;
    let material = Ticks(clip.start.0.saturating_sub(lead as i64));
    Part {
        from: sample_of(clip.heard_from().max(material)),
        to: sample_of(clip.heard_to()).min(total),
        clip,
    }
}

/// The sample at (or next after) a tick; before the timeline's start, 0.
fn sample_of(tick: Ticks) -> u64 {
    tick.0.max(0).unsigned_abs().div_ceil(TICKS)
}

impl Voice<'_> {
    /// Adds what is heard of this clip to the block that begins at sample `at`.
    fn add(&mut self, at: u64, block: &mut [f32]) -> Result<(), MediaError> {
        let end = at + (block.len() / CHANNELS) as u64;
        let (from, to) = (self.part.from.max(at), self.part.to.min(end));
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
        let clip = &self.part.clip;
        let exact = |sample: u64| clip.gain_at(Ticks((sample * TICKS) as i64 - clip.start.0));
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
