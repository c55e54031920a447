//! A document as HTML and CSS, written from the editor-state reference alone: nothing
//! here is shared with the compositor.
//!
//! Browsers paint boxes on whole pixels, transforms anywhere: positions are therefore
//! written as a `translate`, and sizes that are no whole numbers cannot be compared.

mod behind;
mod changes;
mod faces;
mod items;
mod typed;
mod words;

use std::fmt::Write as _;

use serde_json::Value;

use crate::film::{FRAME, Film};
use changes::Cut;

/// Frames of films, each at its place on one page.
pub(super) struct Page {
    styles: String,
    body: String,
}

impl Page {
    pub(super) fn new() -> Self {
        let styles =
            "*{margin:0;padding:0} body{background:#000;text-rendering:geometricPrecision}";
        Self {
            styles: styles.to_owned() + &faces::rules(),
            body: String::new(),
        }
    }

    pub(super) fn html(&self) -> String {
        let Self { styles, body } = self;
        format!("<!doctype html><meta charset=utf-8><style>{styles}</style>{body}")
    }

    /// Adds frame `n` of a film, at 30 fps, `left` and `top` from the corner.
    pub(super) fn add(&mut self, film: &Film, n: u64, (left, top): (usize, usize)) {
        let (width, height) = film.size;
        let mut frame = Frame {
            document: film.json(),
            time: n as i64 * FRAME,
            canvas: film.size,
            styles: &mut self.styles,
        };
        let drawn = frame.draw();
        let shown = format!(
            "position:absolute;left:{left}px;top:{top}px;width:{width}px;height:{height}px;overflow:hidden;isolation:isolate"
        );
        write!(self.body, "<div style='{shown}'>{drawn}</div>").unwrap();
    }
}

/// One frame of a document.
struct Frame<'a> {
    document: Value,
    time: i64,
    canvas: (u32, u32),
    /// Where animations are put.
    styles: &'a mut String,
}

impl Frame<'_> {
    fn draw(&mut self) -> String {
        let mut drawn = behind::background(&self.document, self.time);
        let tracks = self.document["tracks"].clone();
        for track in tracks.as_array().unwrap().iter().rev() {
            let cut = self.cut(track);
            for id in track["items"].as_array().unwrap() {
                let item = self.document["items"][id.as_str().unwrap()].clone();
                let joined = cut.as_ref().is_some_and(|cut| cut.clips.contains(&item));
                let local = self.local(&item);
                if joined || !(0..ticks(&item, "durationTicks")).contains(&local) {
                    continue;
                }
                drawn = match item["type"].as_str().unwrap() {
                    "effect" => changes::effect(&drawn, &item, local),
                    "filter" => changes::filter(&drawn, &item),
                    _ => drawn + &self.item(&item, local),
                };
            }
            if let Some(cut) = cut {
                let clips = cut.clips.each_ref();
                let clips = clips.map(|clip| self.item(clip, self.local(clip)));
                drawn += &changes::transition(&cut, &clips, self.canvas);
            }
        }
        drawn
    }

    /// Ticks since an item's start.
    fn local(&self, item: &Value) -> i64 {
        self.time - ticks(item, "startTicks")
    }

    /// The transition of a track that is under way.
    fn cut(&self, track: &Value) -> Option<Cut> {
        let transitions = self.document["transitions"].as_object().unwrap();
        let mut cuts = transitions.values().filter_map(|transition| {
            let clip = |key: &str| &self.document["items"][transition[key].as_str().unwrap()];
            let clips = ["fromClipId", "toClipId"].map(clip);
            let lasts = [transition, clips[0], clips[1]].map(|part| ticks(part, "durationTicks"));
            let lasts = lasts.into_iter().min().unwrap();
            let done = self.local(clips[1]) + lasts / 2;
            let easing = transition["easing"].as_str().unwrap();
            let direction = transition["params"]["direction"].as_str();
            let under_way = transition["trackId"] == track["id"] && (0..lasts).contains(&done);
            under_way.then(|| Cut {
                clips: clips.map(Value::clone),
                kind: transition["type"].as_str().unwrap().to_owned(),
                direction: direction.unwrap_or_default().to_owned(),
                progress: changes::eased(easing, done as f64 / lasts as f64),
            })
        });
        cuts.next()
    }

    fn item(&mut self, item: &Value, local: i64) -> String {
        let at = |key: &str| number(&item[key], local);
        let inside = match item["type"].as_str().unwrap() {
            "image" | "video" | "gif" => items::picture(item, local),
            "lottie" => items::sticker(item),
            "solid" => items::solid(item, local),
            "illustration" => items::illustration(item),
            "text" => typed::text(item, local),
            "text-template" => items::template(item),
            "captions" => {
                let asset = item["assetId"].as_str().unwrap();
                words::captions(item, &self.document["assets"][asset], local)
            }
            kind => panic!("{kind} has no counterpart in CSS here"),
        };
        let animation = self.animation(item, local);
        format!(
            "<div style='position:absolute;width:{}px;height:{}px;transform:translate({}px,{}px)'>\
             <div style='width:100%;height:100%;{animation}'>\
             <div style='width:100%;height:100%;opacity:{};\
             transform:rotate({}deg) scale({},{})'>{inside}</div></div></div>",
            at("width"),
            at("height"),
            at("left"),
            at("top"),
            at("opacity"),
            at("rotation"),
            at("scaleX"),
            at("scaleY"),
        )
    }

    /// A paused CSS animation at its instant, so that the easing is the browser's.
    fn animation(&mut self, item: &Value, local: i64) -> String {
        let duration = ticks(item, "durationTicks");
        for (side, end) in [("in", "from"), ("out", "to")] {
            let animation = &item["animations"][side];
            let Some(lasts) = animation["durationTicks"].as_i64() else {
                continue;
            };
            let done = if side == "in" {
                local
            } else {
                local - (duration - lasts)
            };
            if !(0..lasts).contains(&done) {
                continue;
            }
            let name = format!("k{}", self.styles.len());
            let kind = animation["type"].as_str().unwrap();
            let away = changes::away(kind, side, item, local, self.canvas);
            write!(self.styles, "@keyframes {name}{{{end}{{{away}}}}}").unwrap();
            let seconds = |ticks: i64| ticks as f64 / 240_000.0;
            return format!(
                "animation:{name} {}s {} {}s both paused",
                seconds(lasts),
                animation["easing"].as_str().unwrap(),
                -seconds(done),
            );
        }
        String::new()
    }
}

fn ticks(part: &Value, key: &str) -> i64 {
    part[key].as_i64().unwrap()
}

/// An animated number at a tick of its item; 0 where there is none.
fn number(animated: &Value, local: i64) -> f64 {
    let value = animated["value"].as_f64().unwrap_or(0.0);
    let mut before = (0, value);
    for keyframe in animated["keyframes"].as_array().into_iter().flatten() {
        let time = keyframe["timeTicks"].as_i64().unwrap();
        let value = keyframe["value"].as_f64().unwrap();
        if local < time {
            let part = (local - before.0) as f64 / (time - before.0) as f64;
            return before.1 + (value - before.1) * part;
        }
        before = (time, value);
    }
    before.1
}
