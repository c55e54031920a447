//! What shapes are painted with.

use kurbo::{Point, Vec2};
use serde_json::Value;
use tiny_skia as skia;

use super::keyframes::{number_at, numbers_at, point_at};

/// The paint of one fill or stroke.
#[derive(Debug, Clone)]
pub(super) struct Paint {
    source: Source,
    /// Overlapping parts of a fill are left free by turns.
    pub even_odd: bool,
    dash: Option<Dash>,
}

/// Lengths of dashes and gaps by turns, and where in them a stroke begins.
#[derive(Debug, Clone)]
struct Dash {
    skia: skia::StrokeDash,
    /// Length of all of them.
    period: f32,
}

/// Dashes of one path at most; one of more is a line.
const MOST_DASHES: f32 = 50_000.0;

#[derive(Debug, Clone)]
enum Source {
    Color([f32; 4]),
    Gradient(Gradient),
}

#[derive(Debug, Clone)]
struct Gradient {
    radial: bool,
    start: Point,
    end: Point,
    /// Where a radial gradient begins.
    focus: Point,
    /// Offset, then red, green, blue and alpha.
    stops: Vec<(f32, [f32; 4])>,
}

/// What the strongest red, green or blue of a flat paint is written as: 255 before
/// version 4.1.9 of the format, 1 from there on.
pub(super) fn full(file: &Value) -> f64 {
    let numbers = |version: &str| {
        let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
        let mut next = || parts.next().flatten();
        Some((next()?, next().unwrap_or(0), next().unwrap_or(0)))
    };
    match file["v"].as_str().and_then(numbers) {
        Some(version) if version < (4, 1, 9) => 255.0,
        _ => 1.0,
    }
}

impl Paint {
    pub(super) fn flat(color: [f32; 4]) -> Self {
        Self {
            source: Source::Color(color),
            even_odd: false,
            dash: None,
        }
    }

    /// Of an `fl`, `st`, `gf` or `gs`; `full` is the strongest red of a flat one.
    pub(super) fn read(item: &Value, frame: f64, full: f64) -> Self {
        let source = match item["ty"].as_str() {
            Some("gf" | "gs") => Source::Gradient(Gradient::read(item, frame)),
            _ => Source::Color(color(&numbers_at(&item["c"], frame), full)),
        };
        Self {
            source,
            even_odd: item["r"] == 2,
            dash: dash(&item["d"], frame),
        }
    }

    /// The dashes of a stroke along a path.
    pub(super) fn dash(&self, path: &skia::Path) -> Option<skia::StrokeDash> {
        let dash = self.dash.as_ref()?;
        let bounds = path.bounds();
        let longest = (bounds.width() + bounds.height()) * path.len() as f32;
        (longest / dash.period < MOST_DASHES).then(|| dash.skia.clone())
    }

    /// `None` where nothing is painted.
    pub(super) fn shader(&self, opacity: f32) -> Option<skia::Shader<'static>> {
        match &self.source {
            Source::Color(rgba) => Some(skia::Shader::SolidColor(to_skia(*rgba, opacity)?)),
            Source::Gradient(gradient) => gradient.shader(opacity),
        }
    }
}

fn to_skia([r, g, b, a]: [f32; 4], opacity: f32) -> Option<skia::Color> {
    let [r, g, b, a] = [r, g, b, a * opacity].map(|channel| channel.clamp(0.0, 1.0));
    skia::Color::from_rgba(r, g, b, a)
}

fn color(numbers: &[f64], full: f64) -> [f32; 4] {
    let channel = |index: usize| {
        numbers
            .get(index)
            .map_or(0.0, |value| (value / full) as f32)
    };
    [channel(0), channel(1), channel(2), 1.0]
}

/// The list of dashes, gaps and one offset of a stroke.
fn dash(list: &Value, frame: f64) -> Option<Dash> {
    let (mut lengths, mut offset) = (Vec::new(), 0.0);
    for part in list.as_array()? {
        let length = number_at(&part["v"], frame, 0.0) as f32;
        match part["n"].as_str() {
            Some("o") => offset = length,
            _ => lengths.push(length.max(0.0)),
        }
    }
    if lengths.len() % 2 == 1 {
        lengths.extend_from_within(..);
    }
    Some(Dash {
        period: lengths.iter().sum(),
        skia: skia::StrokeDash::new(lengths, offset)?,
    })
}

impl Gradient {
    fn read(item: &Value, frame: f64) -> Self {
        let (start, end) = (point_at(&item["s"], frame), point_at(&item["e"], frame));
        let way = end - start;
        // The focus is that part of the radius away from the centre.
        let part = (number_at(&item["h"], frame, 0.0) / 100.0).clamp(-0.99, 0.99);
        let angle = way.atan2() + number_at(&item["a"], frame, 0.0).to_radians();
        let colors = item["g"]["p"].as_u64().unwrap_or_default() as usize;
        Self {
            radial: item["t"] == 2,
            start,
            end,
            focus: start + Vec2::from_angle(angle) * (way.hypot() * part),
            stops: stops(&numbers_at(&item["g"]["k"], frame), colors),
        }
    }

    fn shader(&self, opacity: f32) -> Option<skia::Shader<'static>> {
        let stop = |(offset, rgba): &(f32, [f32; 4])| {
            Some(skia::GradientStop::new(*offset, to_skia(*rgba, opacity)?))
        };
        let stops = self.stops.iter().map(stop).collect::<Option<Vec<_>>>()?;
        let point = |point: Point| skia::Point::from_xy(point.x as f32, point.y as f32);
        let (mode, as_is) = (skia::SpreadMode::Pad, skia::Transform::identity());
        if self.radial {
            let radius = (self.end - self.start).hypot() as f32;
            let (focus, centre) = (point(self.focus), point(self.start));
            skia::RadialGradient::new(focus, 0.0, centre, radius, stops, mode, as_is)
        } else {
            skia::LinearGradient::new(point(self.start), point(self.end), stops, mode, as_is)
        }
    }
}

/// Four numbers a colour stop, then two an opacity stop: one list of both.
fn stops(numbers: &[f64], colors: usize) -> Vec<(f32, [f32; 4])> {
    let (colors, alphas) = numbers.split_at(colors.saturating_mul(4).min(numbers.len()));
    let colors: Vec<(f64, [f64; 3])> = colors
        .chunks_exact(4)
        .map(|stop| (stop[0], [stop[1], stop[2], stop[3]]))
        .collect();
    let alphas: Vec<(f64, [f64; 1])> = alphas
        .chunks_exact(2)
        .map(|stop| (stop[0], [stop[1]]))
        .collect();
    let mut offsets: Vec<f64> = colors.iter().map(|stop| stop.0).collect();
    offsets.extend(alphas.iter().map(|stop| stop.0));
    offsets.sort_by(f64::total_cmp);
    offsets.dedup();
    let both = |offset: f64| {
        let [r, g, b] = on_ramp(&colors, offset).unwrap_or_default();
        let [a] = on_ramp(&alphas, offset).unwrap_or([1.0]);
        (offset as f32, [r, g, b, a].map(|channel| channel as f32))
    };
    offsets.into_iter().map(both).collect()
}

/// The value at an offset, linear between stops.
fn on_ramp<const N: usize>(stops: &[(f64, [f64; N])], offset: f64) -> Option<[f64; N]> {
    let after = stops.partition_point(|stop| stop.0 <= offset);
    let before = after.checked_sub(1).and_then(|before| stops.get(before));
    let (one, two) = match (before, stops.get(after)) {
        (Some(one), Some(two)) => (one, two),
        (one, two) => return one.or(two).map(|stop| stop.1),
    };
    let done = (offset - one.0) / (two.0 - one.0);
    let mut value = one.1;
    for (value, to) in value.iter_mut().zip(two.1) {
        *value += (to - *value) * done;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_and_opacities_have_stops_of_their_own() {
        let numbers = [
            0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.5, 0.0, 1.0, 1.0,
        ];
        let found = stops(&numbers, 2);
        let middle = (0.5, [0.5, 0.0, 0.5, 0.0]);
        let expected = [
            (0.0, [1.0, 0.0, 0.0, 1.0]),
            middle,
            (1.0, [0.0, 0.0, 1.0, 1.0]),
        ];
        assert_eq!(found, expected);
    }
}
