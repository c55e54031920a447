//! From a chart item and a tick to its art.

use std::sync::Arc;

use darkroom_editor_state::{Background, ChartItem, ItemKind, Ticks};
use parley::FontContext;

use crate::art::Art;
use crate::chart::{Chart, Ink, growth};
use crate::color::Color;
use crate::gradient::Gradient;
use crate::text::Fonts;
use crate::timeline::{Clip, geometry};

/// What is kept of a chart between frames.
#[derive(Default)]
pub(super) struct ChartCache {
    laid_out: Option<((f64, f64), Option<Chart>)>,
    art: Option<([f64; 3], Arc<Art>)>,
}

/// A chart's picture in a box of that size, and what names it among the item's others.
pub(super) fn chart_art(
    chart: &ChartItem,
    local: Ticks,
    size: (f64, f64),
    ink: Ink,
    fonts: &Fonts,
    context: &mut FontContext,
    cache: &mut ChartCache,
) -> (Arc<Art>, [f64; 3]) {
    let grown = growth(chart, local);
    let variant = [size.0, size.1, grown];
    if let Some((last, art)) = &cache.art
        && *last == variant
    {
        return (Arc::clone(art), variant);
    }
    if cache
        .laid_out
        .as_ref()
        .is_none_or(|(last, _)| *last != size)
    {
        cache.laid_out = Some((size, Chart::new(chart, size, ink, fonts, context)));
    }
    let laid_out = cache
        .laid_out
        .as_ref()
        .and_then(|(_, chart)| chart.as_ref());
    let art = Arc::new(laid_out.map_or_else(Art::default, |chart| chart.art(grown)));
    cache.art = Some((variant, Arc::clone(&art)));
    (art, variant)
}

/// The colour in the middle of the global background; black where it is a picture.
pub(super) fn middle(background: &Background) -> Color {
    let Background::Color { color, gradient } = background else {
        return Color::BLACK;
    };
    let color = Color::parse(color).unwrap_or(Color::BLACK);
    let gradient = gradient.as_deref().and_then(Gradient::parse);
    let middle = gradient.map(|gradient| gradient.draw(1, 1, 1.0, color).data);
    match middle.as_deref() {
        Some([r, g, b, _]) => {
            let [r, g, b] = [r, g, b].map(|x| f32::from(*x) / 255.0);
            Color([r, g, b, 1.0])
        }
        _ => color,
    }
}

/// The ink for the chart `clips[index]`: what it lies on when it begins decides.
pub(super) fn ink(clips: &[Clip], index: usize, background: Color) -> Ink {
    let (below, chart) = match (clips.get(..index), clips.get(index)) {
        (Some(below), Some(chart)) => (below, chart),
        _ => return Ink::on(background),
    };
    let start = chart.item.start;
    let boxed = |clip: &Clip| {
        let geometry = geometry(&clip.item.kind)?;
        let at = start - clip.item.start;
        let corner = (geometry.left.at(at), geometry.top.at(at));
        let size = (geometry.width.at(at), geometry.height.at(at));
        (geometry.opacity.at(at) > 0.5).then_some((corner, size))
    };
    let Some(((left, top), (width, height))) = boxed(chart) else {
        return Ink::on(background);
    };
    let centre = (left + width / 2.0, top + height / 2.0);
    let holds = |clip: &&Clip| {
        let shows = clip.item.start <= start && start < clip.item.end();
        shows
            && boxed(clip).is_some_and(|((left, top), (width, height))| {
                let along = left <= centre.0 && centre.0 <= left + width;
                along && top <= centre.1 && centre.1 <= top + height
            })
    };
    let found = below
        .iter()
        .rev()
        .filter(holds)
        .find_map(|clip| match &clip.item.kind {
            ItemKind::Solid(solid) => Color::parse(&solid.color)
                .filter(|color| color.0[3] > 0.5)
                .map(Ink::on),
            ItemKind::Image(_) | ItemKind::Video(_) | ItemKind::Gif(_) => Some(Ink::LIGHT),
            _ => None,
        });
    found.unwrap_or_else(|| Ink::on(background))
}
