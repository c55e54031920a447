//! A true-peak limiter: what stays below -1 dBTP passes unchanged, what would
//! rise above is turned down smoothly before it comes.
//!
//! Peaks between samples are found by eight-fold interpolation. The gain is the
//! smallest that any peak near needs, held while the peak lasts, released slowly,
//! then averaged over a window that lies ahead, so that it is reached in full
//! before the samples of its peak come. What goes in comes out in step, later.
//!
//! The ceiling is that of what the encoder gets. A codec at 128 kb/s makes other samples of
//! these: of ten tones limited by 19 dB, AAC decodes to peaks of 1.09, where a player cuts.

use std::collections::VecDeque;

use darkroom_media::CHANNELS;

/// Samples that the gain is averaged over: 5 ms.
const SMOOTH: usize = 240;
/// -1 dB, with a hair of room for the interpolation's error.
const CEILING: f32 = 0.885;
/// Share of the way back to full gain that is gone each sample: about 100 ms.
const RELEASE: f64 = 0.000_2;
/// Samples on each side that an interpolated one is made of.
const SIDE: usize = 12;
/// Instants between two samples that are looked at.
const BETWEEN: usize = 7;
/// Positions that are told quiet together.
const QUIET: usize = 64;
/// A gain is in force from [`SIDE`] samples before its peak to [`SIDE`] after it,
/// since a peak is made of all of them.
const HOLD: u64 = (SMOOTH + 2 * SIDE + 1) as u64;

type Kernel = [f32; 2 * SIDE];

/// A limiter in the middle of a stream.
pub(crate) struct Limiter {
    kernels: [Kernel; BETWEEN],
    /// What interpolation makes of samples of 1 at most.
    overshoot: f32,
    /// Samples that are still needed.
    channels: [Vec<f32>; CHANNELS],
    /// Where in `channels` the next peak is looked for: at this sample and between
    /// it and the next one.
    peak_at: usize,
    /// Where in `channels` the next sample to give back is.
    give_at: usize,
    gains: Gains,
    /// Samples taken in and not given back.
    inside: usize,
}

impl Limiter {
    pub(crate) fn new() -> Self {
        let kernels = std::array::from_fn(|n| kernel((n + 1) as f32 / (BETWEEN + 1) as f32));
        let size = |kernel: &Kernel| kernel.iter().map(|weight| weight.abs()).sum::<f32>();
        Self {
            overshoot: kernels.iter().map(size).fold(1.0, f32::max),
            kernels,
            // Silence before the first sample.
            channels: std::array::from_fn(|_| vec![0.0; SIDE - 1]),
            peak_at: SIDE - 1,
            give_at: SIDE - 1,
            gains: Gains::new(),
            inside: 0,
        }
    }

    /// Takes samples in (left, right, ...) and gives those back whose gain is known.
    pub(crate) fn process(&mut self, samples: &[f32]) -> Vec<f32> {
        for (channel, values) in self.channels.iter_mut().enumerate() {
            values.extend(samples.iter().skip(channel).step_by(CHANNELS));
        }
        self.inside += samples.len() / CHANNELS;
        let mut out = Vec::with_capacity(samples.len());
        let known = self.length().saturating_sub(SIDE);
        while self.peak_at < known {
            let count = QUIET.min(known - self.peak_at);
            let quiet = self.is_quiet(count);
            for at in self.peak_at..self.peak_at + count {
                let peak = if quiet { 0.0 } else { self.peak(at) };
                self.gains.push(if peak > CEILING {
                    f64::from(CEILING) / f64::from(peak)
                } else {
                    1.0
                });
                if at + 1 >= self.give_at + SMOOTH + SIDE {
                    self.give(&mut out);
                }
            }
            self.peak_at += count;
        }
        let gone = self.give_at.min(self.peak_at + 1 - SIDE);
        for values in &mut self.channels {
            values.drain(..gone);
        }
        (self.peak_at, self.give_at) = (self.peak_at - gone, self.give_at - gone);
        out
    }

    /// Gives back the rest.
    pub(crate) fn finish(mut self) -> Vec<f32> {
        let left = self.inside * CHANNELS;
        let mut out = self.process(&[0.0; (SMOOTH + 2 * SIDE) * CHANNELS]);
        out.truncate(left);
        out
    }

    fn length(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// Whether none of the next `count` positions can reach the ceiling.
    fn is_quiet(&self, count: usize) -> bool {
        let (from, to) = (self.peak_at + 1 - SIDE, self.peak_at + count + SIDE);
        self.channels.iter().all(|values| {
            let near = values.get(from..to).unwrap_or_default();
            near.iter().all(|s| s.abs() * self.overshoot < CEILING)
        })
    }

    /// Largest magnitude at a sample and between it and the next one.
    fn peak(&self, at: usize) -> f32 {
        let mut peak = 0_f32;
        for values in &self.channels {
            let near = values.get(at + 1 - SIDE..=at + SIDE).unwrap_or_default();
            peak = peak.max(near.get(SIDE - 1).map_or(0.0, |sample| sample.abs()));
            for kernel in &self.kernels {
                let between: f32 = near.iter().zip(kernel).map(|(s, weight)| s * weight).sum();
                peak = peak.max(between.abs());
            }
        }
        peak
    }

    fn give(&mut self, out: &mut Vec<f32>) {
        let gain = self.gains.smooth();
        for values in &self.channels {
            let sample = values.get(self.give_at).copied().unwrap_or(0.0);
            out.push(gain.map_or(sample, |gain| (f64::from(sample) * gain) as f32));
        }
        self.give_at += 1;
        self.inside = self.inside.saturating_sub(1);
    }
}

/// Gains over time: held, released, smoothed.
struct Gains {
    pushed: u64,
    /// Gains needed lately, as a falling-minimum queue of (when, gain).
    needed: VecDeque<(u64, f64)>,
    gain: f64,
    /// The last [`SMOOTH`] gains, and how many of them are below 1.
    recent: VecDeque<f64>,
    reduced: usize,
}

impl Gains {
    fn new() -> Self {
        Self {
            pushed: 0,
            needed: VecDeque::new(),
            gain: 1.0,
            recent: VecDeque::from(vec![1.0; SMOOTH]),
            reduced: 0,
        }
    }

    fn push(&mut self, need: f64) {
        while self.needed.back().is_some_and(|(_, gain)| *gain >= need) {
            self.needed.pop_back();
        }
        self.needed.push_back((self.pushed, need));
        self.pushed += 1;
        while self
            .needed
            .front()
            .is_some_and(|(at, _)| at + HOLD < self.pushed)
        {
            self.needed.pop_front();
        }
        let least = self.needed.front().map_or(1.0, |(_, gain)| *gain);
        let released = self.gain + (1.0 - self.gain) * RELEASE;
        // All the way back at last, so that quiet sound is untouched again.
        let released = if released > 0.999_5 { 1.0 } else { released };
        self.gain = least.min(released);
        self.recent.push_back(self.gain);
        let gone = self.recent.pop_front().unwrap_or(1.0);
        self.reduced += usize::from(self.gain < 1.0);
        self.reduced -= usize::from(gone < 1.0);
    }

    /// The average of the recent gains, `None` for exactly 1.
    fn smooth(&self) -> Option<f64> {
        // Summed anew: a running sum would carry its rounding along.
        (self.reduced > 0).then(|| self.recent.iter().sum::<f64>() / SMOOTH as f64)
    }
}

/// Weights that interpolate at `part` between the two middle samples: a
/// windowed sinc.
fn kernel(part: f32) -> Kernel {
    let mut weights = [0.0; 2 * SIDE];
    for (index, weight) in weights.iter_mut().enumerate() {
        let x = index as f32 - (SIDE as f32 - 1.0) - part;
        let window = (std::f32::consts::FRAC_PI_2 * x / SIDE as f32)
            .cos()
            .powi(2);
        let angle = std::f32::consts::PI * x;
        *weight = angle.sin() / angle * window;
    }
    let sum: f32 = weights.iter().sum();
    weights.map(|weight| weight / sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limited(samples: &[f32]) -> Vec<f32> {
        let stereo: Vec<f32> = samples.iter().flat_map(|s| [*s, *s]).collect();
        let mut limiter = Limiter::new();
        let mut out = Vec::new();
        for block in stereo.chunks(1000) {
            out.extend(limiter.process(block));
        }
        out.extend(limiter.finish());
        out.chunks_exact(2).map(|pair| pair[0]).collect()
    }

    fn sine(amplitude: f32, frequency: f32, phase: f32) -> Vec<f32> {
        let step = std::f32::consts::TAU * frequency / 48_000.0;
        (0..20_000)
            .map(|n| amplitude * (step * n as f32 + phase).sin())
            .collect()
    }

    #[test]
    fn quiet_sound_is_untouched_and_in_step() {
        let quiet = sine(0.8, 997.0, 0.0);
        assert_eq!(limited(&quiet), quiet);
    }

    #[test]
    fn loud_sound_stays_below_the_ceiling() {
        let out = limited(&sine(2.0, 997.0, 0.3));
        assert_eq!(out.len(), 20_000);
        let peak = out.iter().fold(0_f32, |peak, s| peak.max(s.abs()));
        assert!(peak < 0.8913 && peak > 0.8, "{peak}");
    }

    #[test]
    fn a_peak_between_samples_counts() {
        // A quarter of the sample rate, samples 45 degrees off the crests: 3 dB hide.
        let out = limited(&sine(1.2, 12_000.0, std::f32::consts::FRAC_PI_4));
        let steady = &out[5000..15_000];
        let peak = steady.iter().fold(0_f32, |peak, s| peak.max(s.abs()));
        assert!(peak * std::f32::consts::SQRT_2 < 0.8913, "{peak}");
    }

    #[test]
    fn what_comes_out_is_as_long_as_what_went_in_however_it_is_cut() {
        let loud = sine(3.0, 440.0, 0.0);
        let whole = limited(&loud);
        for length in [1, 7, 300, 4800] {
            let mut limiter = Limiter::new();
            let mut out = Vec::new();
            for block in loud.chunks(length) {
                let stereo: Vec<f32> = block.iter().flat_map(|s| [*s, *s]).collect();
                out.extend(limiter.process(&stereo));
            }
            out.extend(limiter.finish());
            let left: Vec<f32> = out.chunks_exact(2).map(|pair| pair[0]).collect();
            assert!(left == whole, "blocks of {length}");
        }
        assert!(limited(&[]).is_empty());
        assert_eq!(limited(&[0.25]), [0.25]);
    }

    #[test]
    fn the_loudest_sound_there_can_be_is_turned_down_too() {
        let peak = limited(&vec![1e13; 5000])
            .iter()
            .fold(0_f32, |peak, s| peak.max(s.abs()));
        assert!((0.5..0.8913).contains(&peak), "{peak}");
    }

    #[test]
    fn quiet_sound_comes_back_after_a_burst() {
        let mut samples = vec![3.0; 10];
        samples.extend(vec![0.5; 60_000]);
        assert_eq!(limited(&samples).last(), Some(&0.5));
    }
}
