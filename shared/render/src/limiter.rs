//! A true-peak limiter: what stays below -1 dBTP passes unchanged, what would
//! rise above is turned down smoothly before it comes.
//!
//! Peaks between samples are estimated by four-fold interpolation. The gain
//! is the smallest that any of the coming [`AHEAD`] samples needs, released
//! slowly, then averaged over the same window, so that it is reached in full
//! when its peak is. The signal is delayed by the window and given back in step.

use std::collections::VecDeque;

use darkroom_media::CHANNELS;

/// Look-ahead in samples: 5 ms.
const AHEAD: usize = 240;
/// -1 dB, with a hair of room for the interpolation's error.
const CEILING: f32 = 0.885;
/// Share of the way back to full gain that is gone each sample: about 100 ms.
const RELEASE: f32 = 0.000_2;
/// Samples on each side that an interpolated one is made of.
const SIDE: usize = 6;

/// Frame of samples, left and right.
type Frame = [f32; CHANNELS];

/// A limiter in the middle of a stream.
pub(crate) struct Limiter {
    kernels: [[f32; 2 * SIDE]; 3],
    /// The last samples, for the interpolation.
    recent: VecDeque<Frame>,
    /// Samples that wait for their gain.
    delayed: VecDeque<Frame>,
    /// Gains needed, falling-minimum queue of (index, gain).
    needed: VecDeque<(u64, f32)>,
    /// Held gains inside the averaging window, and how many are below 1.
    held: VecDeque<f32>,
    reduced: usize,
    gain: f32,
    taken: u64,
    given: u64,
}

impl Limiter {
    pub(crate) fn new() -> Self {
        Self {
            kernels: [kernel(0.25), kernel(0.5), kernel(0.75)],
            recent: VecDeque::from(vec![[0.0; CHANNELS]; 2 * SIDE]),
            delayed: VecDeque::new(),
            needed: VecDeque::new(),
            held: VecDeque::from(vec![1.0; AHEAD]),
            reduced: 0,
            gain: 1.0,
            taken: 0,
            given: 0,
        }
    }

    /// Takes samples in and gives those back whose gain is known.
    pub(crate) fn process(&mut self, samples: &[f32]) -> Vec<f32> {
        let mut out = Vec::with_capacity(samples.len());
        for pair in samples.chunks_exact(CHANNELS) {
            let mut frame = [0.0; CHANNELS];
            frame.copy_from_slice(pair);
            self.take(frame, &mut out);
        }
        out
    }

    /// Gives back the rest.
    pub(crate) fn finish(mut self) -> Vec<f32> {
        let mut out = Vec::new();
        let total = self.taken;
        while self.given < total {
            self.take([0.0; CHANNELS], &mut out);
        }
        out
    }

    fn take(&mut self, frame: Frame, out: &mut Vec<f32>) {
        self.recent.pop_front();
        self.recent.push_back(frame);
        self.delayed.push_back(frame);
        let peak = self.peak();
        let need = if peak > CEILING { CEILING / peak } else { 1.0 };
        while self.needed.back().is_some_and(|(_, gain)| *gain >= need) {
            self.needed.pop_back();
        }
        self.needed.push_back((self.taken, need));
        self.taken += 1;
        // The peak just measured lies SIDE samples back: the window covers both ways.
        while self
            .needed
            .front()
            .is_some_and(|(at, _)| at + (AHEAD as u64) < self.taken)
        {
            self.needed.pop_front();
        }
        let least = self.needed.front().map_or(1.0, |(_, gain)| *gain);
        let released = self.gain + (1.0 - self.gain) * RELEASE;
        // All the way back at last, so that quiet sound is untouched again.
        let released = if released > 0.999_5 { 1.0 } else { released };
        self.gain = least.min(released);
        self.hold(self.gain);
        if self.delayed.len() > AHEAD + SIDE {
            self.give(out);
        }
    }

    fn hold(&mut self, gain: f32) {
        self.held.push_back(gain);
        self.reduced += usize::from(gain < 1.0);
        if self.held.len() > AHEAD {
            let gone = self.held.pop_front().unwrap_or(1.0);
            self.reduced -= usize::from(gone < 1.0);
        }
    }

    fn give(&mut self, out: &mut Vec<f32>) {
        let Some(frame) = self.delayed.pop_front() else {
            return;
        };
        self.given += 1;
        if self.reduced == 0 {
            out.extend(frame);
            return;
        }
        // Summed anew: a running sum would carry its rounding along.
        let sum: f64 = self.held.iter().map(|gain| f64::from(*gain)).sum();
        let gain = (sum / self.held.len() as f64) as f32;
        out.extend(frame.map(|sample| sample * gain));
    }

    /// Largest magnitude at and between the two samples in the middle of what is recent.
    fn peak(&self) -> f32 {
        let mut peak = 0_f32;
        for frame in self.recent.iter().skip(SIDE - 1).take(2) {
            peak = frame
                .iter()
                .fold(peak, |peak, sample| peak.max(sample.abs()));
        }
        if peak < CEILING / 2.0 {
            // Interpolation adds at most a little over 6 dB to music.
            return peak;
        }
        for kernel in &self.kernels {
            let mut between = [0_f32; CHANNELS];
            for (frame, weight) in self.recent.iter().zip(kernel) {
                for (sum, sample) in between.iter_mut().zip(frame) {
                    *sum += sample * weight;
                }
            }
            peak = between
                .iter()
                .fold(peak, |peak, sample| peak.max(sample.abs()));
        }
        peak
    }
}

/// Weights that interpolate at `part` between the two middle samples: a
/// windowed sinc.
fn kernel(part: f32) -> [f32; 2 * SIDE] {
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
    fn quiet_sound_comes_back_after_a_burst() {
        let mut samples = vec![3.0; 10];
        samples.extend(vec![0.5; 60_000]);
        assert_eq!(limited(&samples).last(), Some(&0.5));
    }
}
