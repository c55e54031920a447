//! Real Lottie files, from npm packages, drawn here and by their own player, lottie-web,
//! in the browser: three frames of each, near its start, middle and end.
//!
//! What is not drawn as there is in [`EXCEPTIONS`] with the reason. Everything else must
//! be as similar as [`LEAST`] says, or be refused with a sentence.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::score::Score;
use super::{COLOR, browser, compare};
use crate::film::{Film, film, sticker};
use crate::stage::{self, draw, try_draw};

/// Least similarity of luma of the three frames side by side. Less than is asked of boxes:
/// what is compared with is no CSS but another player, which writes its own SVG of curves
/// and strokes for the browser, and on cells this small edges are most of a picture.
const LEAST: f64 = 0.97;
/// Similarity from which on a file is no exception any more.
const ALIKE: f64 = 0.99;
/// Files that are less similar, and why.
const EXCEPTIONS: [(&str, &str); 6] = [
    ("banner.json", "its text layers are not drawn"),
    ("error.json", "an expression shakes it"),
    ("lights.json", "expressions place its lamps"),
    ("ripple.json", "expressions place its dots"),
    ("starfish.json", "expressions turn and show its star"),
    ("twitter.json", "an expression repeats its beat of wings"),
];
/// Side of a cell, and cells in a row: a file each has three.
const SIDE: usize = 96;
const STRIPS: usize = 5;
/// Colour behind them: neither black nor white, as parts of some files are.
const BEHIND: &str = "#80a080";
/// How many files there must be: none may be lost by a change of a package.
const FILES: usize = 90;

/// A file and where its frames are drawn.
struct File {
    name: String,
    json: Value,
}

impl File {
    fn number(&self, key: &str) -> f64 {
        self.json[key].as_f64().unwrap_or_default()
    }

    /// Width and height in whole pixels.
    fn size(&self) -> (f64, f64) {
        let (width, height) = (self.number("w"), self.number("h"));
        let fit = SIDE as f64 / width.max(height);
        ((width * fit).round(), (height * fit).round())
    }

    /// Ticks from its start of the three frames; a quarter frame away from keyframes.
    fn ticks(&self) -> [i64; 3] {
        let frames = self.number("op") - self.number("ip");
        let middle = (frames / 2.0).floor() + 0.25;
        let last = (frames - 1.25).max(0.0);
        let tick = |frame: f64| (frame / self.number("fr") * 240_000.0).round() as i64;
        [0.25, middle, last].map(tick)
    }

    /// The frame, parts included, at a tick from its start.
    fn frame(&self, ticks: i64) -> f64 {
        ticks as f64 / 240_000.0 * self.number("fr")
    }

    fn film(&self) -> Film {
        let (width, height) = self.size();
        let items = self.ticks().into_iter().enumerate().map(|(cell, ticks)| {
            let place = [(cell * SIDE) as f64, 0.0, width, height];
            sticker(&self.name, place).with("sourceStartTicks", ticks)
        });
        items.fold(empty(), |film, item| film.track([item]))
    }
}

/// Where the three frames of a file are drawn.
fn empty() -> Film {
    let background = json!({ "type": "color", "color": BEHIND, "gradient": null });
    film()
        .size(3 * SIDE as u32, SIDE as u32)
        .background(background)
}

fn tools() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../target/tools/lottie"
    ))
}

/// All files by name, put where the renderer finds them.
fn files() -> Vec<File> {
    let mut paths = BTreeMap::new();
    for folder in ["lottie-web/test/animations", "react-useanimations/lib"] {
        let mut folders = vec![tools().join(folder)];
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(&folder).unwrap_or_else(|error| {
                let folder = folder.display();
                panic!("{folder}: {error}; `cargo xtask test --only fidelity` fetches it")
            });
            for path in entries.map(|entry| entry.unwrap().path()) {
                if path.is_dir() && !path.ends_with("footage") {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "json") {
                    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                    paths.insert(name, path);
                }
            }
        }
    }
    let read = |(name, path)| {
        let text = fs::read(path).unwrap();
        fs::write(stage::media_dir().join(&name), &text).unwrap();
        let json = serde_json::from_slice(&text).unwrap();
        File { name, json }
    };
    paths.into_iter().map(read).collect()
}

/// A page on which lottie-web draws all files, and where each is.
fn page(files: &[File]) -> (String, usize) {
    let player = tools().join("lottie-web/build/player/lottie.min.js");
    let player = fs::read_to_string(player).unwrap();
    let mut html = format!(
        "<!doctype html><style>html {{ background: {BEHIND} }} \
         div {{ position: absolute; overflow: hidden }}</style><script>{player}</script>"
    );
    for (index, file) in files.iter().enumerate() {
        let (left, top) = place(index);
        let (width, height) = file.size();
        // Nothing in a file may end the script that it is in.
        let json = file.json.to_string().replace("</", "<\\/");
        write!(html, "<script>window.file = {json}</script>").unwrap();
        for (cell, ticks) in file.ticks().into_iter().enumerate() {
            let left = left + cell * SIDE;
            let frame = file.frame(ticks);
            write!(
                html,
                "<div id=c{index}-{cell} style='left:{left}px;top:{top}px;width:{width}px;\
                 height:{height}px'></div><script>lottie.loadAnimation({{\
                 container: document.getElementById('c{index}-{cell}'), renderer: 'svg', \
                 loop: false, autoplay: false, animationData: structuredClone(window.file), \
                 rendererSettings: {{ preserveAspectRatio: 'none' }} \
                 }}).goToAndStop({frame}, true)</script>"
            )
            .unwrap();
        }
    }
    (html, files.len().div_ceil(STRIPS) * SIDE)
}

fn place(index: usize) -> (usize, usize) {
    (index % STRIPS * 3 * SIDE, index / STRIPS * SIDE)
}

#[test]
#[ignore = "needs Chromium and npm packages: cargo xtask test --only fidelity"]
fn lottie_files_are_drawn_as_by_their_player() {
    let files = files();
    assert_eq!(files.len(), FILES);
    let (html, height) = page(&files);
    let shot = browser::shoot(&html, (STRIPS * 3 * SIDE, height));
    let nothing = draw(&empty().track([]), 0);
    let mut faults = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let theirs = browser::crop(&shot, place(index), (3 * SIDE, SIDE));
        let film = file.film();
        let known = EXCEPTIONS.iter().find(|(name, _)| *name == file.name);
        let ours = match try_draw(&film, 0) {
            Ok(ours) => ours,
            Err(error) => {
                assert!(error.is_callers_fault() && known.is_some(), "{error}");
                println!("{}: {error}", file.name);
                continue;
            }
        };
        assert!(ours == draw(&film, 0), "{}: not the same twice", file.name);
        assert!(ours != nothing, "{}: nothing is drawn", file.name);
        let name = file.name.trim_end_matches(".json");
        let Score { similarity, color } = compare(name, &ours, &theirs).whole;
        println!("{similarity:.4} {color:.2} {}", file.name);
        match known {
            None if similarity < LEAST || color > COLOR => {
                faults.push(format!(
                    "{name}: {similarity:.4}, colours off by {color:.2}"
                ));
            }
            Some((_, why)) if similarity >= ALIKE => {
                faults.push(format!("{name}: no exception any more ({why})"));
            }
            _ => {}
        }
    }
    assert!(
        faults.is_empty(),
        "{} of {} files are not drawn as by lottie-web (at least {LEAST}); see target/fidelity:\n{}",
        faults.len(),
        files.len(),
        faults.join("\n")
    );
}
