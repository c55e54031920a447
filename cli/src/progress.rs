//! Shows how far a render, an export or an upload is: a bar on a terminal, else JSON lines.

use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use serde_json::{Value, json};

/// Between two JSON lines of the same phase.
const LINE_INTERVAL: Duration = Duration::from_millis(500);

/// A progress display; safe to call from any thread.
#[derive(Debug)]
pub(crate) enum Meter {
    /// On a terminal.
    Bar(ProgressBar),
    /// One JSON object a line: on standard output where JSON was asked for, else on standard
    /// error, so that standard output holds the result alone.
    Lines(Mutex<Lines>),
}

#[derive(Debug)]
pub(crate) struct Lines {
    json: bool,
    start: Instant,
    last: Option<Instant>,
    phase: String,
}

impl Meter {
    /// Counts frames, with speed and time left.
    pub(crate) fn frames(json: bool) -> Self {
        Self::new(
            json,
            "{phase:<9} {wide_bar} {pos}/{len} frames  {speed}  {eta} left",
        )
    }

    /// Counts percent.
    pub(crate) fn percent(json: bool) -> Self {
        Self::new(json, "{phase:<10} {wide_bar} {percent:>3} %  {eta} left")
    }

    /// Counts bytes, with speed and time left.
    pub(crate) fn bytes(json: bool) -> Self {
        Self::new(
            json,
            "{phase:<9} {wide_bar} {bytes}/{total_bytes}  {binary_bytes_per_sec}  {eta} left",
        )
    }

    fn new(json: bool, template: &str) -> Self {
        if json || !std::io::stderr().is_terminal() {
            return Self::Lines(Mutex::new(Lines {
                json,
                start: Instant::now(),
                last: None,
                phase: String::new(),
            }));
        }
        let bar = ProgressBar::new(0);
        // The phase is the bar's message; a bad template falls back to the plain bar.
        let template = template.replace("{phase", "{msg");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style.with_key(
                "speed",
                |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                    // Nothing is lost when the bar has no room for it.
                    let _ = write!(text, "{:.1} frames/s", state.per_sec());
                },
            ));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self::Bar(bar)
    }

    /// A new phase, shown at once.
    pub(crate) fn phase(&self, name: &str) {
        match self {
            Self::Bar(bar) => bar.set_message(name.to_owned()),
            Self::Lines(lines) => {
                if let Some(mut lines) = lock(lines)
                    && lines.phase != name
                {
                    name.clone_into(&mut lines.phase);
                    lines.last = None;
                    lines.print(&json!({ "phase": name }));
                }
            }
        }
    }

    /// `done` of `total` frames are finished.
    pub(crate) fn frame_is(&self, done: u64, total: u64) {
        match self {
            Self::Bar(bar) => {
                bar.set_length(total);
                bar.set_position(done);
            }
            Self::Lines(lines) => {
                let Some(mut lines) = lock(lines) else { return };
                if !lines.due(done == total) {
                    return;
                }
                let seconds = lines.start.elapsed().as_secs_f64();
                let speed = done as f64 / seconds.max(1e-3);
                let left = total.saturating_sub(done) as f64 / speed;
                lines.print(&json!({
                    "phase": lines.phase,
                    "frame": done,
                    "frames": total,
                    "framesPerSecond": (speed * 10.0).round() / 10.0,
                    // Nobody can tell before the first frame is done.
                    "secondsLeft": (done > 0).then(|| (left * 10.0).round() / 10.0),
                }));
            }
        }
    }

    /// `done` of `total` bytes are finished.
    pub(crate) fn bytes_are(&self, done: u64, total: u64) {
        match self {
            Self::Bar(bar) => {
                bar.set_length(total);
                bar.set_position(done);
            }
            Self::Lines(lines) => {
                let Some(mut lines) = lock(lines) else { return };
                if lines.due(done == total) {
                    let phase = &lines.phase;
                    lines.print(&json!({ "phase": phase, "bytes": done, "totalBytes": total }));
                }
            }
        }
    }

    /// An export stands at `percent`, 0..=100.
    pub(crate) fn percent_is(&self, phase: &str, percent: f64) {
        match self {
            Self::Bar(bar) => {
                bar.set_length(100);
                bar.set_message(phase.to_owned());
                bar.set_position(percent.round().clamp(0.0, 100.0) as u64);
            }
            Self::Lines(lines) => {
                let Some(mut lines) = lock(lines) else { return };
                let new_phase = lines.phase != phase;
                phase.clone_into(&mut lines.phase);
                if lines.due(new_phase) {
                    lines.print(&json!({ "phase": phase, "progress": percent }));
                }
            }
        }
    }

    /// Takes the bar away, so that what is printed next stands alone.
    pub(crate) fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

impl Lines {
    fn print(&self, line: &Value) {
        if self.json {
            println!("{line}");
        } else {
            eprintln!("{line}");
        }
    }

    fn due(&mut self, always: bool) -> bool {
        let due = always || self.last.is_none_or(|last| last.elapsed() >= LINE_INTERVAL);
        if due {
            self.last = Some(Instant::now());
        }
        due
    }
}

/// A poisoned lock means another thread died while printing: nothing to show then.
fn lock(lines: &Mutex<Lines>) -> Option<std::sync::MutexGuard<'_, Lines>> {
    lines.lock().ok()
}
