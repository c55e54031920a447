//! Decodes sound into 48 kHz stereo samples, faster or slower at the same pitch.

use std::io::{BufReader, Read};
use std::path::Path;
use std::process::{ChildStdout, Stdio};

use crate::child::{INPUT_GUARD, Running, cause, command, file_argument};
use crate::error::MediaError;
use crate::tools::Tools;

/// Samples a second of everything mixed and encoded.
pub const SAMPLE_RATE: u32 = 48_000;
/// Channels of everything mixed and encoded.
pub const CHANNELS: usize = 2;

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
    stdout: BufReader<ChildStdout>,
    running: Option<Running>,
}

impl AudioDecoder {
    /// Starts decoding the file's first audio stream.
    pub fn start(tools: &Tools, path: &Path, request: &AudioRequest) -> Result<Self, MediaError> {
        let mut ffmpeg = command(&tools.ffmpeg);
        let mut filters = format!(
            "aresample={SAMPLE_RATE}:async=1:first_pts=0,aformat=sample_fmts=flt:channel_layouts=stereo"
        );
        for factor in tempo_factors(request.rate) {
            filters.push_str(&format!(",atempo={factor:.9}"));
        }
        filters.push_str(&format!(",atrim=end_sample={}", request.samples));
        ffmpeg
            .args(["-nostdin", "-threads", "1"])
            .args(["-ss", &format!("{:.6}", request.start_seconds)])
            .args(INPUT_GUARD)
            .arg("-i")
            .arg(file_argument(path))
            .args([
                "-map", "0:a:0", "-vn", "-sn", "-dn", "-af", &filters, "-f", "f32le", "pipe:1",
            ])
            .stdout(Stdio::piped());
        let mut running = Running::start(&mut ffmpeg)?;
        let stdout = running.stdout().ok_or(MediaError::Missing("sound"))?;
        Ok(Self {
            stdout: BufReader::with_capacity(1 << 16, stdout),
            running: Some(running),
        })
    }

    /// Fills `out` (left, right, left, ...) and answers how many values came;
    /// fewer than asked for only at the end of the sound.
    pub fn read(&mut self, out: &mut [f32]) -> Result<usize, MediaError> {
        let mut count = 0;
        for value in out.iter_mut() {
            let mut bytes = [0; 4];
            match self.stdout.read_exact(&mut bytes) {
                Ok(()) => *value = f32::from_le_bytes(bytes),
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                    self.ended()?;
                    break;
                }
                Err(error) => return Err(MediaError::Unreadable(error.to_string())),
            }
            count += 1;
        }
        Ok(count)
    }

    fn ended(&mut self) -> Result<(), MediaError> {
        let Some(running) = self.running.take() else {
            return Ok(());
        };
        let (status, words) = running.end();
        if status.is_some_and(|status| status.success()) {
            Ok(())
        } else {
            Err(MediaError::Unreadable(cause(&words)))
        }
    }
}

/// `atempo` takes 0.5 to 100, and is at its best up to 2.
fn tempo_factors(rate: f64) -> Vec<f64> {
    let mut factors = Vec::new();
    let mut left = rate;
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
    use super::tempo_factors;

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
}
