//! The sheet a chart is laid out on: what is free of the box, type size, legend, axes.

use parley::FontContext;

use super::colors::{self, Ink};
use super::scale::Scale;
use crate::art::Mark;
use crate::color::Color;
use crate::geometry::Rect;
use crate::shape::{Spot, rounded_rect};
use crate::text::{Fonts, Label, LabelStyle, label};

/// Type smaller than this, in composition pixels, is not read on any output.
const SMALLEST_TYPE: f64 = 6.0;

/// A chart being laid out.
pub(super) struct Sheet<'a> {
    /// Type size; every other length of a chart is a multiple of it.
    pub em: f64,
    /// What is still free of the box.
    pub area: Rect,
    /// What never changes while the chart grows, and lies below what does.
    pub marks: Vec<Mark>,
    pub ink: Ink,
    theme: Color,
    /// Whether the box has room for words.
    words: bool,
    fonts: &'a Fonts,
    context: &'a mut FontContext,
}

/// Which way a label goes from its point.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl<'a> Sheet<'a> {
    /// An empty sheet in a box of that size.
    ///
    /// The type is a thirtieth of the square root of the box's area, at most an
    /// eleventh of its height and a sixteenth of its width. A box too small for the
    /// smallest type that is read has no words at all, nor room kept for them.
    pub(super) fn new(
        (width, height): (f64, f64),
        theme: Color,
        ink: Ink,
        fonts: &'a Fonts,
        context: &'a mut FontContext,
    ) -> Self {
        let em = ((width * height).sqrt() / 30.0)
            .min(height / 11.0)
            .min(width / 16.0);
        let words = width >= 14.0 * SMALLEST_TYPE && height >= 9.0 * SMALLEST_TYPE;
        let em = em.max(if words { SMALLEST_TYPE } else { 3.0 });
        let rim = (em * 0.5).min(width / 8.0).min(height / 8.0);
        Self {
            em,
            area: Rect::new(rim, rim, width - rim, height - rim),
            marks: Vec::new(),
            ink,
            theme,
            words,
            fonts,
            context,
        }
    }

    pub(super) fn has_words(&self) -> bool {
        self.words
    }

    /// Colour of series `index`.
    pub(super) fn series(&self, index: usize) -> Color {
        colors::series(self.theme, index)
    }

    /// Sets a label, cut to `room` pixels.
    pub(super) fn label(&mut self, text: &str, room: f64) -> Label {
        self.set(text, room, self.ink.text, Some(self.ink.halo))
    }

    /// Sets a label in a colour of its own.
    pub(super) fn set(
        &mut self,
        text: &str,
        room: f64,
        color: Color,
        halo: Option<Color>,
    ) -> Label {
        let style = LabelStyle {
            size: self.em,
            weight: "500",
            color: color.premultiplied(),
            halo: halo.map(|halo| (halo.premultiplied(), self.em * 0.16)),
        };
        label(text, style, room, self.fonts, self.context)
    }

    /// Puts a label beside a point, its digits centred on the point's height.
    pub(super) fn put(&mut self, label: Label, at: Spot, anchor: Anchor) {
        self.marks.extend(placed(label, at, anchor, self.em));
    }

    /// A level line.
    pub(super) fn level(&mut self, y: f64, (left, right): (f64, f64), color: Color) {
        let half = (self.em * 0.035).max(0.25);
        let size = (right - left, 2.0 * half);
        if let Some(path) = rounded_rect((left, y - half), size, 0.0) {
            self.fill(path, color);
        }
    }

    pub(super) fn fill(&mut self, path: tiny_skia_path::Path, color: Color) {
        let color = color.premultiplied();
        self.marks.push(Mark::Fill { path, color });
    }

    /// A legend at the top: a swatch and a label an entry, in two lines at the most;
    /// what does not fit is counted at their end.
    pub(super) fn legend(&mut self, entries: &[(&str, Color)]) {
        const LINES: usize = 2;
        if !self.words {
            return;
        }
        let (em, area) = (self.em, self.area);
        let longest = (em * 14.0).min(area.width() - 1.2 * em);
        let more = 3.5 * em;
        let (mut x, mut line) = (area.x0, 0);
        let middle = |line: usize| area.y0 + em * (0.6 + 1.6 * line as f64);
        for (index, (text, color)) in entries.iter().enumerate() {
            let label = self.label(text, longest);
            let width = 1.1 * em + label.width;
            let last = index + 1 == entries.len();
            let keep = if line + 1 == LINES && !last {
                more
            } else {
                0.0
            };
            if x > area.x0 && x + width + keep > area.x1 {
                if line + 1 == LINES {
                    let rest = format!("+{}", entries.len() - index);
                    let rest = self.label(&rest, more);
                    self.put(rest, (x, middle(line)), Anchor::Start);
                    break;
                }
                line += 1;
                x = area.x0;
            }
            self.swatch((x, middle(line)), *color);
            self.put(label, (x + 1.1 * em, middle(line)), Anchor::Start);
            x += width + 1.3 * em;
        }
        self.area.y0 = middle(line) + 1.5 * em;
    }

    /// The coloured square before a legend's label.
    pub(super) fn swatch(&mut self, (x, y): Spot, color: Color) {
        let side = self.em * 0.72;
        let corner = (x, y - side / 2.0);
        if let Some(path) = rounded_rect(corner, (side, side), side * 0.3) {
            self.fill(path, color);
        }
    }

    /// How many steps a value axis of some height has at the most.
    pub(super) fn steps(&self, height: f64) -> usize {
        (height / (2.4 * self.em)).clamp(2.0, 6.0) as usize
    }

    /// The value axis on the left with its grid; takes its room from `area`, and
    /// keeps room for a line of labels below, of which it returns the middle.
    pub(super) fn values(&mut self, low: f64, high: f64) -> (Scale, f64) {
        let em = self.em;
        let below = if self.words { 1.7 * em } else { 0.0 };
        let height = self.area.height() - below;
        let scale = Scale::around(low, high, self.steps(height));
        let bottom = self.area.y1 - em * 0.5;
        if self.words {
            self.area.y0 += 0.4 * em;
        }
        self.area.y1 -= below;
        let ticks = scale.ticks();
        let labels: Vec<Label> = if self.words {
            let room = self.area.width() * 0.3;
            ticks
                .iter()
                .map(|tick| self.label(&scale.write(*tick), room))
                .collect()
        } else {
            Vec::new()
        };
        let widest = labels.iter().map(|label| label.width).fold(0.0, f64::max);
        let edge = self.area.x0 + widest;
        if self.words {
            self.area.x0 = edge + 0.7 * em;
        }
        let across = (self.area.x0, self.area.x1);
        for tick in &ticks {
            let y = self.up(&scale, *tick);
            let zero = *tick == 0.0;
            let color = if zero { self.ink.axis } else { self.ink.grid };
            self.level(y, across, color);
        }
        for (label, tick) in labels.into_iter().zip(&ticks) {
            let y = self.up(&scale, *tick);
            self.put(label, (edge, y), Anchor::End);
        }
        (scale, bottom)
    }

    /// Height of a value in the area.
    pub(super) fn up(&self, scale: &Scale, value: f64) -> f64 {
        self.area.y1 - scale.part(value) * self.area.height()
    }

    /// Labels below the area, as many as have room: every second, third and so on.
    /// `centre` tells where a row is, `step` how far rows are apart.
    pub(super) fn rows(
        &mut self,
        labels: &[&str],
        y: f64,
        step: f64,
        centre: impl Fn(usize) -> f64,
    ) {
        if !self.words || step <= 0.0 {
            return;
        }
        let (em, whole) = (self.em, self.area);
        let gap = 0.8 * em;
        // Labels are cut to what their row has, but never below a few letters.
        let every = ((3.2 * em) / step).ceil().max(1.0) as usize;
        let room = (step * every as f64 - gap)
            .max(2.4 * em)
            .min(whole.width() * 0.4);
        let wish = room.max(6.0 * em).min(whole.width() * 0.4);
        let mut set: Vec<(usize, Label)> = Vec::new();
        for (row, text) in labels.iter().enumerate().step_by(every) {
            set.push((row, self.label(text, wish)));
        }
        let widest = set.iter().map(|(_, label)| label.width).fold(0.0, f64::max);
        let skip = ((widest + gap) / (step * every as f64)).ceil().max(1.0) as usize;
        for (row, label) in set.into_iter().step_by(skip) {
            let half = label.width / 2.0;
            let middle = centre(row)
                .min(whole.x1 + 0.4 * em - half)
                .max(half + 0.2 * em);
            self.put(label, (middle, y), Anchor::Middle);
        }
    }
}

/// A label beside a point.
pub(super) fn placed(label: Label, (x, y): Spot, anchor: Anchor, em: f64) -> Vec<Mark> {
    let left = match anchor {
        Anchor::Start => x,
        Anchor::Middle => x - label.width / 2.0,
        Anchor::End => x - label.width,
    };
    // Half the height of a digit.
    label.at(left, y + em * 0.36).collect()
}
