//! What one deployment accepts.

use darkroom_editor_state::{OutputLayout, Ticks, frame_count};

use crate::callback::CallbackPolicy;
use crate::problem::{ErrorCode, Problem};
use crate::request::Format;

/// Longest side of an output in pixels (editor-state reference, "Output size").
pub const MAX_SIDE: u32 = 8192;

/// Most requests a minute that a key may be given: a hundred a second, twice what API
/// Gateway lets through by default for all keys together.
pub const MAX_REQUESTS_PER_MINUTE: u32 = 6000;

/// What a pixel of a format takes, in hundredths of what one of mp4 does. The 1080p workload
/// as webm took 1.3 to 1.5 times the wall time of the same as mp4 in three runs on two busy
/// cores, at as much processor time: VP9 keeps fewer cores at work. The rest of the figure
/// is room for films that are harder on it. `cargo xtask bench` measures it (`wall to mp4`).
const fn work_percent(format: Format) -> u64 {
    match format {
        Format::Mp4 => 100,
        Format::Webm => 250,
    }
}

/// Limits of a deployment; accounts carry their own active limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Active tasks an account may have when nobody set its own limit.
    pub active_tasks: u32,
    /// Requests a minute of a key that has no rate of its own, 1 to
    /// [`MAX_REQUESTS_PER_MINUTE`]. Ten a second is more than a client needs that
    /// looks at each of its exports once a second.
    pub requests_per_minute: u32,
    /// Most pixels of one output frame.
    pub output_pixels: u64,
    /// Most output pixels x frames that one render function finishes within its
    /// time limit of 15 minutes, as mp4; a pixel of webm counts more (`work_percent`). The
    /// default is five minutes of 1080p at 30 fps as mp4, two as webm.
    /// The 1080p workload of `cargo xtask bench` was measured at 17 s of processor
    /// time for its 622 million pixels (x86-64, two noisy cores), 36 million a
    /// core-second; the default is then 520 core-seconds, which leaves room for
    /// scenes three times as dear on two cores. `PixelBudget` in template.yaml sets
    /// it for a deployment.
    pub pixel_budget: u64,
    /// Where webhooks may be sent.
    pub callbacks: CallbackPolicy,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            active_tasks: 2,
            requests_per_minute: 600,
            output_pixels: 3840 * 2160,
            pixel_budget: 1920 * 1080 * 30 * 60 * 5,
            callbacks: CallbackPolicy::Https,
        }
    }
}

impl Limits {
    /// Refuses an output that is too large or that one function cannot finish.
    pub fn check(
        &self,
        layout: &OutputLayout,
        duration: Ticks,
        fps: u32,
        format: Format,
    ) -> Result<(), Problem> {
        let (width, height) = (layout.width, layout.height);
        let pixels = u64::from(width) * u64::from(height);
        if width > MAX_SIDE || height > MAX_SIDE || pixels > self.output_pixels {
            return Err(Problem::new(
                ErrorCode::OutputTooLarge,
                format!(
                    "the output would be {width} x {height} pixels; at most {MAX_SIDE} a side and \
                     {} in all are allowed: lower `scale` or the composition size",
                    self.output_pixels
                ),
            ));
        }
        self.check_work(layout, frame_count(duration, fps), fps, format)
    }

    /// Refuses what one function cannot finish.
    fn check_work(
        &self,
        layout: &OutputLayout,
        frames: u64,
        fps: u32,
        format: Format,
    ) -> Result<(), Problem> {
        let (width, height) = (layout.width, layout.height);
        let pixels = u64::from(width) * u64::from(height);
        let work = pixels.saturating_mul(frames);
        let percent = work_percent(format);
        let budget = self.pixel_budget.saturating_mul(100) / percent;
        if work <= budget {
            return Ok(());
        }
        let most = budget / pixels.max(1) / u64::from(fps);
        let (as_format, instead) = match format {
            Format::Mp4 => ("", "use 30 fps"),
            Format::Webm => (" as webm", "use 30 fps or mp4"),
        };
        Err(Problem::new(
            ErrorCode::TooLong,
            format!(
                "{frames} frames of {width} x {height} pixels are {work} pixels; at most {budget} \
                 can be rendered in one go{as_format}, about {most} s at this size and {fps} fps: \
                 shorten the timeline, lower `scale` or {instead}"
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use darkroom_editor_state::{Ratio, output_layout};

    fn check_as(format: Format, scale: f64, seconds: f64) -> Option<Problem> {
        let layout = output_layout((1920, 1080), Ratio::Custom, scale);
        Limits::default()
            .check(&layout, Ticks::from_seconds(seconds), 30, format)
            .err()
    }

    fn check(scale: f64, seconds: f64) -> Option<ErrorCode> {
        check_as(Format::Mp4, scale, seconds).map(|problem| problem.code)
    }

    #[test]
    fn what_takes_longer_may_be_less_long() {
        let longest = 300.0 * 100.0 / work_percent(Format::Webm) as f64;
        assert!(longest < 300.0);
        assert_eq!(check_as(Format::Webm, 1.0, longest), None);
        let refused = check_as(Format::Webm, 1.0, longest + 0.1).unwrap();
        assert_eq!(refused.code, ErrorCode::TooLong);
        let says = ["in one go as webm", "or mp4"];
        assert!(says.iter().all(|words| refused.detail.contains(words)));
        assert!(refused.detail.contains(&format!("about {longest} s at")));
        // What is too large is so in any format.
        let large = check_as(Format::Webm, 2.1, 1.0).unwrap();
        assert_eq!(large.code, ErrorCode::OutputTooLarge);
    }

    #[test]
    fn size_and_length_are_bounded() {
        assert_eq!(check(1.0, 300.0), None);
        assert_eq!(check(1.0, 300.1), Some(ErrorCode::TooLong));
        assert_eq!(check(2.0, 75.0), None);
        assert_eq!(check(2.1, 1.0), Some(ErrorCode::OutputTooLarge));
        assert_eq!(check(8.0, 1.0), Some(ErrorCode::OutputTooLarge));
    }
}
