//! Listening to samples.

use std::path::Path;
use std::process::Command;

use super::media::real;

/// Interleaved stereo at 48 kHz.
pub type Sound = [f32];

pub fn left(sound: &Sound) -> Vec<f32> {
    sound.chunks_exact(2).map(|pair| pair[0]).collect()
}

pub fn right(sound: &Sound) -> Vec<f32> {
    sound.chunks_exact(2).map(|pair| pair[1]).collect()
}

pub fn peak(channel: &[f32]) -> f32 {
    channel.iter().fold(0.0, |peak, s| peak.max(s.abs()))
}

pub fn rms(channel: &[f32]) -> f64 {
    let sum: f64 = channel.iter().map(|s| f64::from(*s).powi(2)).sum();
    (sum / channel.len() as f64).sqrt()
}

/// Frequency of a tone in Hz, by its rising zero crossings.
pub fn frequency(channel: &[f32]) -> f64 {
    let rising: Vec<usize> = (1..channel.len())
        .filter(|n| channel[n - 1] < 0.0 && channel[*n] >= 0.0)
        .collect();
    let (first, last) = (rising[0], rising[rising.len() - 1]);
    (rising.len() - 1) as f64 * 48_000.0 / (last - first) as f64
}

/// Amplitude of the tone of `frequency` Hz (Goertzel); the other tones in it must
/// have whole periods in `channel`.
pub fn tone_level(channel: &[f32], frequency: f64) -> f64 {
    let step = std::f64::consts::TAU * frequency / 48_000.0;
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in channel.iter().enumerate() {
        let (sin, cos) = (step * n as f64).sin_cos();
        re += f64::from(*sample) * cos;
        im += f64::from(*sample) * sin;
    }
    2.0 * re.hypot(im) / channel.len() as f64
}

/// The sound of a file from its first sample on.
pub fn samples(file: &Path) -> Vec<f32> {
    let output = Command::new(real("ffmpeg"))
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(file)
        .args(["-ar", "48000", "-ac", "2", "-f", "f32le", "-"])
        .output()
        .unwrap();
    assert!(output.status.success());
    output
        .stdout
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes(b.try_into().unwrap()))
        .collect()
}
