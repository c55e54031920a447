//! `cargo xtask bench`: what a render costs beside the least it could cost.
//!
//! The scene: ten seconds at 30 fps, a full-frame 1080p clip with sound, two
//! stills with a cross-fade, a picture-in-picture that moves, turns and fades in,
//! a stroked title, music at -6 dB. Every repetition runs each contestant once, in
//! turn; ratios are taken within a repetition, and the medians of ratios, seconds and
//! memory printed. Behind it come the same as WebM (`formats`), scenes of one kind of work
//! each (`scenes`), and what an answer to a hostile document takes (`hostile`).

mod contestants;
mod formats;
mod hostile;
mod measure;
mod media;
mod scene;
mod scenes;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde_json::json;

use crate::setup;
use crate::shell::{root, run};
use contestants::Contestant;
use measure::{Cost, median};

/// Measure speed: of rendering, as ratios within one run, and of answers.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Repetitions; medians are printed.
    #[arg(long, default_value_t = 5)]
    repeat: usize,
    /// Print one JSON line a canvas instead of the table.
    #[arg(long)]
    json: bool,
    /// Measure only this.
    #[arg(long, value_enum)]
    only: Option<Part>,
}

/// A part of the measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// The workload beside one filtergraph of it and the least that it could cost.
    Workload,
    /// The workload as MP4 and as WebM.
    Formats,
    /// Scenes of one kind of work each.
    Scenes,
    /// Answers to documents that nobody sends in good faith; fails where one takes a second.
    Hostile,
}

impl Args {
    fn wants(&self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }
}

/// Canvas heights of the workload.
const CANVASES: [u32; 2] = [720, 1080];

pub(crate) fn run_bench(args: &Args) -> anyhow::Result<()> {
    setup::everything()?;
    eprintln!("bench: building the release program");
    run(Command::new("cargo").current_dir(root()).args([
        "build",
        "--release",
        "--locked",
        "-p",
        "darkroom",
    ]))?;
    let folder = root().join("target/bench");
    fs::create_dir_all(&folder)?;
    if args.only != Some(Part::Hostile) {
        eprintln!("bench: making the media in {}", folder.display());
        media::make(&folder)?;
        for height in CANVASES {
            let state = serde_json::to_vec_pretty(&scene::state(height))?;
            fs::write(workload(&folder, height), state)?;
        }
    }
    if args.wants(Part::Workload) {
        canvases(args, &folder)?;
    }
    if args.wants(Part::Formats) {
        formats::run_all(&folder, args.repeat, args.json)?;
    }
    if args.wants(Part::Scenes) {
        scenes::run_all(&folder, args.repeat, args.json)?;
    }
    if args.wants(Part::Hostile) {
        hostile::run_all(&folder, args.repeat, args.json)?;
    }
    Ok(())
}

/// Where the workload's document is kept.
fn workload(folder: &Path, height: u32) -> PathBuf {
    folder.join(format!("workload-{height}.json"))
}

fn canvases(args: &Args, folder: &Path) -> anyhow::Result<()> {
    if !args.json {
        println!(
            "canvas  ours/graph CPU  wall  ours/floor CPU  graph/floor CPU  CPU s  wall s  peak MiB"
        );
    }
    for height in CANVASES {
        canvas(args, folder, height)?;
    }
    Ok(())
}

/// One canvas: repetitions in turn, then medians.
fn canvas(args: &Args, folder: &Path, height: u32) -> anyhow::Result<()> {
    let state = workload(folder, height);
    contestants::finished_frames(folder, height)?;
    let mut ratios = Ratios::default();
    for number in 1..=args.repeat.max(1) {
        eprintln!(
            "bench: {height} lines, repetition {number} of {}",
            args.repeat
        );
        let cost = |contestant: Contestant| -> anyhow::Result<Cost> {
            measure::run(&mut contestant.command(folder, height, &state))
                .with_context(|| format!("{contestant:?} at {height} lines"))
        };
        let ours = cost(Contestant::Ours)?;
        let graph = cost(Contestant::Graph)?;
        let encode = cost(Contestant::Encode)?;
        let decode = cost(Contestant::Decode)?;
        let floor = encode.cpu_seconds + decode.cpu_seconds;
        ratios.graph_cpu.push(ours.cpu_seconds / graph.cpu_seconds);
        ratios
            .graph_wall
            .push(ours.wall_seconds / graph.wall_seconds);
        ratios.floor_cpu.push(ours.cpu_seconds / floor);
        ratios.graph_floor_cpu.push(graph.cpu_seconds / floor);
        ratios.cpu_seconds.push(ours.cpu_seconds);
        ratios.wall_seconds.push(ours.wall_seconds);
        ratios
            .peak_mib
            .push(ours.peak_bytes as f64 / f64::from(1 << 20));
    }
    ratios.print(height, args.json);
    Ok(())
}

#[derive(Default)]
struct Ratios {
    graph_cpu: Vec<f64>,
    graph_wall: Vec<f64>,
    floor_cpu: Vec<f64>,
    graph_floor_cpu: Vec<f64>,
    cpu_seconds: Vec<f64>,
    wall_seconds: Vec<f64>,
    peak_mib: Vec<f64>,
}

impl Ratios {
    fn print(&mut self, height: u32, as_json: bool) {
        let graph_cpu = median(&mut self.graph_cpu);
        let graph_wall = median(&mut self.graph_wall);
        let floor_cpu = median(&mut self.floor_cpu);
        let graph_floor_cpu = median(&mut self.graph_floor_cpu);
        let cpu = median(&mut self.cpu_seconds);
        let wall = median(&mut self.wall_seconds);
        let peak_mib = median(&mut self.peak_mib);
        if as_json {
            let line = json!({
                "canvas": height, "cpuToGraph": graph_cpu, "wallToGraph": graph_wall,
                "cpuToFloor": floor_cpu, "graphCpuToFloor": graph_floor_cpu, "cpuSeconds": cpu,
                "wallSeconds": wall, "peakMib": peak_mib,
            });
            println!("{line}");
        } else {
            println!(
                "{height:>6}  {graph_cpu:>14.2}  {graph_wall:>4.2}  {floor_cpu:>14.2}  {graph_floor_cpu:>15.2}  {cpu:>5.1}  {wall:>6.1}  {peak_mib:>8.0}"
            );
        }
    }
}

/// The program that is measured.
fn darkroom() -> PathBuf {
    root().join("target/release/darkroom")
}
