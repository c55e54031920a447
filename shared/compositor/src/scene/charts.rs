//! From a chart item and a tick to its art.

use std::sync::Arc;

use darkroom_editor_state::{Animations, Background, ChartItem, ItemKind, OutputLayout, Ticks};

use crate::art::Art;
use crate::chart::{Chart, Ink, growth};
use crate::color::Color;
use crate::geometry::{Affine, Placement, Rect, Stage, place};
use crate::gradient::Gradient;
use crate::timeline::{Clip, geometry};

/// What is kept of a chart between frames.
#[derive(Default)]
pub(super) struct ChartCache {
    laid_out: Option<(Size, Option<Chart>)>,
    art: Option<([f64; 4], Arc<Art>)>,
}

/// Width and height of a box.
type Size = (f64, f64);

impl ChartCache {
    /// A chart's picture in a box of that size, and what names it among the item's
    /// others. `lay_out` is asked when the size has changed.
    #[expect(clippy::float_cmp, reason = "only the same box has the same art")]
    pub(super) fn art(
        &mut self,
        item: &ChartItem,
        local: Ticks,
        size: Size,
        lay_out: impl FnOnce(&ChartItem, Size) -> Option<Chart>,
    ) -> (Arc<Art>, [f64; 4]) {
        let grown = growth(item, local);
        let variant = [size.0, size.1, grown, 0.0];
        if let Some((last, art)) = &self.art
            && *last == variant
        {
            return (Arc::clone(art), variant);
        }
        if self.laid_out.as_ref().is_none_or(|(last, _)| *last != size) {
            self.laid_out = Some((size, lay_out(item, size)));
        }
        let chart = self.laid_out.as_ref().and_then(|(_, chart)| chart.as_ref());
        let art = Arc::new(chart.map_or_else(Art::default, |chart| chart.art(grown)));
        self.art = Some((variant, Arc::clone(&art)));
        (art, variant)
    }
}

/// The colour in the middle of the global background, as it lies on the canvas; black
/// where it is a picture.
pub(super) fn middle(background: &Background, layout: OutputLayout) -> Color {
    let Background::Color { color, gradient } = background else {
        return Color::BLACK;
    };
    let color = Color::parse(color).unwrap_or(Color::BLACK).over_black();
    let gradient = gradient.as_deref().and_then(Gradient::parse);
    let (width, height) = (f64::from(layout.width), f64::from(layout.height));
    gradient.map_or(color, |gradient| {
        gradient.middle(width, height, layout.scale, color)
    })
}

/// The ink for the chart `clips[index]`: what it lies on when it begins decides.
pub(super) fn ink(clips: &[Clip], index: usize, background: Color) -> Ink {
    let (Some(below), Some(chart)) = (clips.get(..index), clips.get(index)) else {
        return Ink::on(background);
    };
    let start = chart.item.start;
    let Some(own) = at_rest(chart, start) else {
        return Ink::on(background);
    };
    let middle = own.matrix.apply((own.width / 2.0, own.height / 2.0));
    let lies_on = |clip: &&Clip| at_rest(clip, start).is_some_and(|below| holds(&below, middle));
    let found = below
        .iter()
        .rev()
        .filter(lies_on)
        .find_map(|clip| match &clip.item.kind {
            ItemKind::Solid(solid) => Color::parse(&solid.color)
                .filter(|color| color.0[3] > 0.5)
                .map(Ink::on),
            ItemKind::Image(_) | ItemKind::Video(_) | ItemKind::Gif(_) => Some(Ink::LIGHT),
            _ => None,
        });
    found.unwrap_or_else(|| Ink::on(background))
}

/// Where an item that can be seen at an instant lies in the composition, its animations
/// left out.
fn at_rest(clip: &Clip, tick: Ticks) -> Option<Placement> {
    let item = &clip.item;
    let lasts = item.start <= tick && tick < item.end();
    let geometry = geometry(&item.kind).filter(|_| lasts)?;
    let nothing = Rect::new(0.0, 0.0, 0.0, 0.0);
    let stage = Stage {
        to_canvas: Affine::IDENTITY,
        composition: nothing,
        sliding: false,
    };
    let (local, still) = (tick - item.start, Animations::default());
    let placed = place(geometry, still, local, item.duration, stage, |_, _| nothing);
    (placed.opacity > 0.5).then_some(placed)
}

/// Whether a point of the composition lies in a box.
fn holds(placed: &Placement, point: (f64, f64)) -> bool {
    placed.matrix.inverse().is_some_and(|back| {
        let (x, y) = back.apply(point);
        (0.0..=placed.width).contains(&x) && (0.0..=placed.height).contains(&y)
    })
}

#[cfg(test)]
mod tests {
    use darkroom_editor_state::{
        AnimatedNumber, ChartData, ChartTable, Geometry, TICKS_PER_SECOND,
    };

    use super::*;

    fn layout() -> OutputLayout {
        OutputLayout {
            width: 400,
            height: 200,
            scale: 2.0,
            offset_x: 0.0,
            offset_y: 0.0,
        }
    }

    fn item() -> ChartItem {
        let number = || AnimatedNumber::constant(1.0);
        ChartItem {
            data: ChartData::Bar(ChartTable::default()),
            theme_color: "red".to_owned(),
            growth: Ticks(TICKS_PER_SECOND),
            geometry: Geometry {
                left: number(),
                top: number(),
                width: number(),
                height: number(),
                scale_x: number(),
                scale_y: number(),
                opacity: number(),
                rotation: number(),
            },
            animations: Animations::default(),
        }
    }

    #[test]
    fn a_chart_is_laid_out_once_a_size_and_drawn_once_a_stage() {
        let (mut cache, item, mut laid_out) = (ChartCache::default(), item(), Vec::new());
        let mut art = |ticks: i64, size: Size| {
            let made = cache.art(&item, Ticks(ticks), size, |_, size| {
                laid_out.push(size);
                None
            });
            made.0
        };
        let (small, large) = ((10.0, 10.0), (20.0, 10.0));
        let young = art(1000, small);
        let grown = art(TICKS_PER_SECOND, small);
        assert!(!Arc::ptr_eq(&young, &grown));
        assert!(Arc::ptr_eq(&grown, &art(9 * TICKS_PER_SECOND, small)));
        assert!(!Arc::ptr_eq(&grown, &art(9 * TICKS_PER_SECOND, large)));
        assert_eq!(laid_out, [small, large]);
    }

    #[test]
    fn ink_is_read_on_what_the_background_is_in_its_middle() {
        let middle_of = |color: &str, gradient: Option<&str>| {
            let background = Background::Color {
                color: color.to_owned(),
                gradient: gradient.map(str::to_owned),
            };
            middle(&background, layout())
        };
        assert_eq!(Ink::on(middle_of("white", None)), Ink::DARK);
        assert_eq!(Ink::on(middle(&Background::None, layout())), Ink::LIGHT);
        let to_white = Some("linear-gradient(90deg, #ddd, #fff)");
        assert_eq!(Ink::on(middle_of("black", to_white)), Ink::DARK);
        // Before black, white that one sees through is dark.
        assert_eq!(
            Ink::on(middle_of("rgba(255, 255, 255, 0.1)", None)),
            Ink::LIGHT
        );
        let thin = Some("linear-gradient(rgba(0, 0, 0, 0.1), rgba(0, 0, 0, 0.1))");
        assert_eq!(Ink::on(middle_of("white", thin)), Ink::DARK);
        assert_eq!(
            Ink::on(middle_of("rgba(255, 255, 255, 0.1)", thin)),
            Ink::LIGHT
        );
    }

    #[test]
    fn ink_is_read_on_a_gradient_in_the_middle_of_the_whole_canvas() {
        // 100 CSS pixels down, 200 across.
        for (css, ink) in [
            ("linear-gradient(black 40px, white 45px)", Ink::DARK),
            ("linear-gradient(black 55px, white 60px)", Ink::LIGHT),
            ("linear-gradient(90deg, black 90px, white 95px)", Ink::DARK),
            ("linear-gradient(90deg, white 90px, black 95px)", Ink::LIGHT),
        ] {
            let background = Background::Color {
                color: "#808080".to_owned(),
                gradient: Some(css.to_owned()),
            };
            assert_eq!(Ink::on(middle(&background, layout())), ink, "{css}");
        }
    }
}
