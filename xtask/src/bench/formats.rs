//! The 1080p workload as WebM beside the same as MP4: what a pixel of each format takes.
//! `work_percent` of `shared/exports/src/limits.rs` stays above the wall time of the one in
//! the other.

use std::path::Path;

use anyhow::Context as _;
use serde_json::json;

use super::contestants::render;
use super::measure::{self, Cost, median};
use super::workload;

/// File formats, the one that others are compared with first.
const FORMATS: [&str; 2] = ["mp4", "webm"];
/// Canvas height of the workload.
const HEIGHT: u32 = 1080;

/// What a format took, a value a repetition.
#[derive(Default)]
struct Taken {
    cpu_seconds: Vec<f64>,
    wall_seconds: Vec<f64>,
    wall_to_mp4: Vec<f64>,
    peak_mib: Vec<f64>,
}

/// Measures every format and prints a row each.
pub(crate) fn run_all(folder: &Path, repeat: usize, as_json: bool) -> anyhow::Result<()> {
    let mut taken = FORMATS.map(|_| Taken::default());
    for number in 1..=repeat.max(1) {
        eprintln!("bench: formats, repetition {number} of {repeat}");
        let mut mp4 = None;
        for (format, taken) in FORMATS.iter().zip(&mut taken) {
            let cost = measured(folder, format)?;
            let first: Cost = *mp4.get_or_insert(cost);
            taken.cpu_seconds.push(cost.cpu_seconds);
            taken.wall_seconds.push(cost.wall_seconds);
            let ratio = cost.wall_seconds / first.wall_seconds;
            taken.wall_to_mp4.push(ratio);
            taken
                .peak_mib
                .push(cost.peak_bytes as f64 / f64::from(1 << 20));
        }
    }
    if !as_json {
        println!("format  wall to mp4  CPU s  wall s  peak MiB");
    }
    for (format, taken) in FORMATS.iter().zip(taken) {
        taken.print(format, as_json);
    }
    Ok(())
}

/// One export of the workload's document.
fn measured(folder: &Path, format: &str) -> anyhow::Result<Cost> {
    let state = workload(folder, HEIGHT);
    let output = folder.join(format!("format-{HEIGHT}.{format}"));
    measure::run(&mut render(&state, &output, folder, 30))
        .with_context(|| format!("the workload as {format}"))
}

impl Taken {
    fn print(mut self, format: &str, as_json: bool) {
        let ratio = median(&mut self.wall_to_mp4);
        let cpu = median(&mut self.cpu_seconds);
        let wall = median(&mut self.wall_seconds);
        let peak = median(&mut self.peak_mib);
        if as_json {
            let line = json!({
                "format": format, "wallToMp4": ratio, "cpuSeconds": cpu, "wallSeconds": wall,
                "peakMib": peak,
            });
            println!("{line}");
        } else {
            println!("{format:>6}  {ratio:>11.2}  {cpu:>5.1}  {wall:>6.1}  {peak:>8.0}");
        }
    }
}
