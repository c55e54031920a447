//! Illustrations: the library's drawings, tinted and fitted into their boxes.
//!
//! A drawing is an SVG file of `illustrations/` on a canvas of 240 x 180, called as in
//! `darkroom_editor_state::names::ILLUSTRATIONS`. Its shapes have no colours but a class,
//! which names a tone (`main` to fill with it, `s-main` to draw a line in it):
//!
//! | tone | what it is |
//! |---|---|
//! | `main` | the item's colour |
//! | `deep` | the same hue, darker |
//! | `soft` | 45 % of the way from white to `main` |
//! | `pale` | 15 % of the way from white to `main` |
//! | `ink` | nearly black, of the same hue |
//! | `paper` | white |
//! | `skin`, `tan` | two skin tones, whatever the colour |
//!
//! Of a colour that is nearly white, `soft` and `pale` are darker instead. The colour's
//! opacity is that of the whole drawing. Files hold flat fills and strokes
//! only (`tests` below sees to it): they become the same vector marks as text and
//! shapes, and are rasterised in the size they are shown in.

use std::sync::Arc;

use darkroom_editor_state::IllustrationItem;
use include_dir::{Dir, include_dir};
use tiny_skia_path::Transform;
use usvg::{Group, Node, Options, Paint, Tree};

use crate::art::{Art, Mark};
use crate::color::{Color, from_oklch, to_oklch};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/illustrations");

/// Canvas of every drawing.
const CANVAS: (f64, f64) = (240.0, 180.0);

/// OKLCH lightness above which there is no room for lighter tones.
const NEARLY_WHITE: f32 = 0.94;

/// What is kept of an illustration between frames.
#[derive(Default)]
pub(crate) struct DrawingCache {
    drawing: Option<Art>,
    fitted: Option<((f64, f64), Arc<Art>)>,
}

impl DrawingCache {
    /// The drawing in a box of that size; nothing for a name that is not known.
    pub(crate) fn fitted(&mut self, item: &IllustrationItem, size: (f64, f64)) -> Arc<Art> {
        if let Some((last, art)) = &self.fitted
            && *last == size
        {
            return Arc::clone(art);
        }
        let color = Color::parse(&item.color).unwrap_or(Color::BLACK);
        let drawing = self
            .drawing
            .get_or_insert_with(|| drawing(&item.name, color).unwrap_or_default());
        let art = Arc::new(fit(drawing, size, item.keep_aspect_ratio));
        self.fitted = Some((size, Arc::clone(&art)));
        art
    }
}

/// How opaque the drawing is by its colour, 0..=1.
pub(crate) fn opacity(item: &IllustrationItem) -> f64 {
    Color::parse(&item.color).map_or(1.0, |color| f64::from(color.0[3]))
}

/// Maps the canvas onto a box.
fn fit(drawing: &Art, (width, height): (f64, f64), keep: bool) -> Art {
    let (mut x, mut y) = (width / CANVAS.0, height / CANVAS.1);
    if keep {
        (x, y) = (x.min(y), x.min(y));
    }
    let left = (width - CANVAS.0 * x) / 2.0;
    let top = (height - CANVAS.1 * y) / 2.0;
    let map = Transform::from_row(x as f32, 0.0, 0.0, y as f32, left as f32, top as f32);
    let marks = drawing.marks.iter().filter_map(|mark| match mark {
        Mark::Fill { path, color } => path.clone().transform(map).map(|path| Mark::Fill {
            path,
            color: *color,
        }),
        // A drawing is made of fills alone.
        Mark::Picture { .. } | Mark::Shaded { .. } | Mark::Group { .. } => None,
    });
    Art {
        marks: marks.collect(),
    }
}

/// A drawing on its own canvas.
fn drawing(name: &str, color: Color) -> Option<Art> {
    let tree = parse(name, color)?;
    let mut marks = Vec::new();
    collect(tree.root(), &mut marks);
    Some(Art { marks })
}

fn parse(name: &str, color: Color) -> Option<Tree> {
    let svg = FILES.get_file(format!("{name}.svg"))?.contents_utf8()?;
    let options = Options {
        style_sheet: Some(style_sheet(color)),
        ..Options::default()
    };
    Tree::from_str(svg, &options).ok()
}

/// The tones of a colour, opaque.
fn tones(color: Color) -> [(&'static str, Color); 8] {
    let [r, g, b, _] = color.0;
    let main = Color([r, g, b, 1.0]);
    let [lightness, chroma, hue] = to_oklch(main);
    let towards_white = |part: f32| {
        let [r, g, b] = [r, g, b].map(|x| 1.0 - (1.0 - x) * part);
        Color([r, g, b, 1.0])
    };
    let darker = |by: f32| from_oklch([lightness - by, chroma, hue], 1.0);
    let (soft, pale) = if lightness > NEARLY_WHITE {
        (darker(0.12), darker(0.05))
    } else {
        (towards_white(0.45), towards_white(0.15))
    };
    let deep = from_oklch([(lightness * 0.68).max(0.2), chroma, hue], 1.0);
    let ink = from_oklch([0.26, chroma.min(0.05), hue], 1.0);
    [
        ("main", main),
        ("deep", deep),
        ("soft", soft),
        ("pale", pale),
        ("ink", ink),
        ("paper", Color([1.0; 4])),
        ("skin", Color([0.96, 0.78, 0.67, 1.0])),
        ("tan", Color([0.66, 0.45, 0.33, 1.0])),
    ]
}

fn style_sheet(color: Color) -> String {
    let mut css = String::new();
    for (name, color) in tones(color) {
        let [r, g, b, _] = color.premultiplied();
        css += &format!(
            ".{name}{{fill:rgb({r},{g},{b})}}.s-{name}{{fill:none;stroke:rgb({r},{g},{b})}}"
        );
    }
    css
}

fn collect(group: &Group, marks: &mut Vec<Mark>) {
    for node in group.children() {
        match node {
            Node::Group(group) => collect(group, marks),
            Node::Path(path) => {
                let map = path.abs_transform();
                let mut add = |outline: Option<tiny_skia_path::Path>, paint: &Paint, own: f32| {
                    let outline = outline.and_then(|outline| outline.transform(map));
                    if let (Some(path), Paint::Color(color)) = (outline, paint) {
                        let [r, g, b] =
                            [color.red, color.green, color.blue].map(|x| f32::from(x) / 255.0);
                        let color = Color([r, g, b, own]).premultiplied();
                        marks.push(Mark::Fill { path, color });
                    }
                };
                if let Some(fill) = path.fill() {
                    add(
                        Some(path.data().clone()),
                        fill.paint(),
                        fill.opacity().get(),
                    );
                }
                if let Some(stroke) = path.stroke() {
                    let outline = path.data().stroke(&stroke.to_tiny_skia(), 8.0);
                    add(outline, stroke.paint(), stroke.opacity().get());
                }
            }
            Node::Image(_) | Node::Text(_) => {}
        }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "whole numbers")]
mod tests {
    use std::collections::BTreeSet;

    use darkroom_editor_state::names::ILLUSTRATIONS;
    use usvg::FillRule;

    use super::*;

    #[test]
    fn every_name_has_a_drawing_and_every_drawing_a_name() {
        let files = FILES.files().map(|file| file.path().to_str().unwrap());
        let files: BTreeSet<_> = files.map(str::to_owned).collect();
        let names = ILLUSTRATIONS.iter().map(|name| format!("{}.svg", name.id));
        assert_eq!(names.collect::<BTreeSet<_>>(), files);
        assert!(ILLUSTRATIONS.len() >= 60);
    }

    /// Whether a drawing holds what [`collect`] would not draw as it is meant.
    fn is_flat(group: &Group) -> bool {
        let plain = group.opacity().get() == 1.0
            && group.clip_path().is_none()
            && group.mask().is_none()
            && group.filters().is_empty();
        plain
            && group.children().iter().all(|node| match node {
                Node::Group(group) => is_flat(group),
                Node::Path(path) => {
                    let color = |paint: &Paint| matches!(paint, Paint::Color(_));
                    let stroke = path.stroke();
                    path.fill()
                        .is_none_or(|fill| color(fill.paint()) && fill.rule() == FillRule::NonZero)
                        && stroke.is_none_or(|stroke| color(stroke.paint()))
                }
                _ => false,
            })
    }

    #[test]
    fn drawings_are_flat_and_tinted_and_stay_on_their_canvas() {
        for name in ILLUSTRATIONS {
            let red = Color::parse("#d02040").unwrap();
            let tree = parse(name.id, red).unwrap_or_else(|| panic!("{} is not read", name.id));
            let size = (
                f64::from(tree.size().width()),
                f64::from(tree.size().height()),
            );
            assert!(size == CANVAS, "{}", name.id);
            assert!(is_flat(tree.root()), "{} is not flat", name.id);
            let art = drawing(name.id, red).unwrap();
            let bounds = art.bounds().unwrap();
            let inside = bounds.x0 >= 0.0 && bounds.y0 >= 0.0 && bounds.x1 <= 240.0;
            assert!(inside && bounds.y1 <= 180.0, "{}: {bounds:?}", name.id);
            let colors = |art: &Art| -> Vec<[u8; 4]> {
                let fill = |mark: &Mark| match mark {
                    Mark::Fill { color, .. } => *color,
                    Mark::Picture { .. } | Mark::Shaded { .. } | Mark::Group { .. } => [0; 4],
                };
                art.marks.iter().map(fill).collect()
            };
            let tones: Vec<_> = tones(red).iter().map(|(_, c)| c.premultiplied()).collect();
            let drawn = colors(&art);
            assert!(drawn.contains(&red.premultiplied()), "{}", name.id);
            let tinted = drawn.iter().all(|color| tones.contains(color));
            assert!(tinted, "{} has a colour of its own", name.id);
        }
    }
}
