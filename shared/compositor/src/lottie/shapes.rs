//! Parts of a shape layer as velato's, at one frame.

use kurbo::{Affine, BezPath, Cap, Join, PathEl, Point, Rect, Shape as _, Size, Stroke, Vec2};
use serde_json::Value;
use velato::model::{self, Geometry, RepeaterComposite, animated, fixed};

use super::keyframes::{bounded, number_at, pair_at, point_at, scale_at, size_at, value_at};

/// Corners of a star at most.
const MOST_POINTS: f64 = 500.0;
/// Length of the handles of a quarter circle of radius 1.
const ROUND: f64 = 0.552_284_749_8;

pub(super) fn transform(value: &Value, frame: f64) -> Affine {
    // Of a layer in space, what turns it in the plane.
    let turn = if value["r"].is_null() {
        &value["rz"]
    } else {
        &value["r"]
    };
    let fixed = animated::Transform {
        anchor: model::Value::Fixed(point_at(&value["a"], frame)),
        position: animated::Position::Value(model::Value::Fixed(point_at(&value["p"], frame))),
        rotation: model::Value::Fixed(number_at(turn, frame, 0.0)),
        scale: model::Value::Fixed(scale_at(&value["s"], frame)),
        // velato's leans the other way.
        skew: model::Value::Fixed(-number_at(&value["sk"], frame, 0.0)),
        skew_angle: model::Value::Fixed(number_at(&value["sa"], frame, 0.0)),
    };
    fixed.evaluate(0.0)
}

/// Vertices with tangents as a path.
pub(super) fn path(value: &Value) -> Vec<PathEl> {
    let points = |key: &str| value[key].as_array().map_or(&[][..], Vec::as_slice);
    let point = |value: Option<&Value>| {
        let axis = |index: usize| value.and_then(|value| bounded(&value[index]));
        Point::new(axis(0).unwrap_or_default(), axis(1).unwrap_or_default())
    };
    let (vertices, into, out) = (points("v"), points("i"), points("o"));
    let mut path = BezPath::new();
    let Some(first) = vertices.first() else {
        return Vec::new();
    };
    path.move_to(point(Some(first)));
    let closed = value["c"] == true;
    for to in 1..vertices.len() + usize::from(closed) {
        let (from, to) = (to - 1, to % vertices.len());
        let (start, end) = (point(vertices.get(from)), point(vertices.get(to)));
        let (out, into) = (point(out.get(from)), point(into.get(to)));
        if out == Point::ZERO && into == Point::ZERO {
            path.line_to(end);
        } else {
            path.curve_to(start + out.to_vec2(), end + into.to_vec2(), end);
        }
    }
    if closed {
        path.close_path();
    }
    path.into_iter().collect()
}

/// A path or shape, and how many segments it has.
pub(super) fn geometry(item: &Value, frame: f64) -> Option<(Geometry, usize)> {
    let path = match item["ty"].as_str()? {
        "sh" => path(&value_at(&item["ks"], frame)),
        "rc" | "el" => {
            let centre = point_at(&item["p"], frame);
            let size = size_at(&item["s"], frame);
            let mut path = if item["ty"] == "el" {
                ellipse(centre, size)
            } else {
                rectangle(centre, size, number_at(&item["r"], frame, 0.0))
            };
            if item["d"] == 3 {
                path = path.reverse_subpaths();
            }
            path.into_iter().collect()
        }
        "sr" => return Some(star(item, frame)),
        _ => return None,
    };
    let segments = path.len();
    Some((Geometry::Fixed(path), segments))
}

/// Clockwise from its top.
fn ellipse(centre: Point, size: Size) -> BezPath {
    let (width, height) = (size.width / 2.0, size.height / 2.0);
    let at = |x: f64, y: f64| centre + Vec2::new(x * width, y * height);
    let mut path = BezPath::new();
    path.move_to(at(0.0, -1.0));
    path.curve_to(at(ROUND, -1.0), at(1.0, -ROUND), at(1.0, 0.0));
    path.curve_to(at(1.0, ROUND), at(ROUND, 1.0), at(0.0, 1.0));
    path.curve_to(at(-ROUND, 1.0), at(-1.0, ROUND), at(-1.0, 0.0));
    path.curve_to(at(-1.0, -ROUND), at(-ROUND, -1.0), at(0.0, -1.0));
    path.close_path();
    path
}

/// Clockwise from the upper end of its right side.
fn rectangle(centre: Point, size: Size, radius: f64) -> BezPath {
    let rect = Rect::from_center_size(centre, size).abs();
    let radius = radius.clamp(0.0, rect.width().min(rect.height()) / 2.0);
    let Rect { x0, y0, x1, y1 } = rect;
    let left = radius * (1.0 - ROUND);
    let mut path = BezPath::new();
    // Each corner: where it begins, its handles, where it ends.
    let corners = [
        [
            (x1, y1 - radius),
            (x1, y1 - left),
            (x1 - left, y1),
            (x1 - radius, y1),
        ],
        [
            (x0 + radius, y1),
            (x0 + left, y1),
            (x0, y1 - left),
            (x0, y1 - radius),
        ],
        [
            (x0, y0 + radius),
            (x0, y0 + left),
            (x0 + left, y0),
            (x0 + radius, y0),
        ],
        [
            (x1 - radius, y0),
            (x1 - left, y0),
            (x1, y0 + left),
            (x1, y0 + radius),
        ],
    ];
    path.move_to((x1, y0 + radius));
    for [begin, one, two, end] in corners {
        path.line_to(begin);
        if radius > 0.0 {
            path.curve_to(one, two, end);
        }
    }
    path.close_path();
    path
}

fn star(item: &Value, frame: f64) -> (Geometry, usize) {
    let number = |key: &str| model::Value::Fixed(number_at(&item[key], frame, 0.0));
    let points = number_at(&item["pt"], frame, 0.0).clamp(0.0, MOST_POINTS);
    let star = animated::Star {
        is_polygon: item["sy"] == 2,
        direction: if item["d"] == 3 { -1.0 } else { 1.0 },
        position: model::Value::Fixed(point_at(&item["p"], frame)),
        inner_radius: number("ir"),
        inner_roundness: number("is"),
        outer_radius: number("or"),
        outer_roundness: number("os"),
        rotation: number("r"),
        points: model::Value::Fixed(points),
    };
    (star.into_model(), 2 * points as usize + 2)
}

/// The corners of a box.
pub(super) fn edges(width: f64, height: f64) -> Vec<PathEl> {
    Rect::new(0.0, 0.0, width, height)
        .to_path(0.1)
        .into_iter()
        .collect()
}

pub(super) fn stroke(item: &Value, frame: f64) -> Stroke {
    let cap = match item["lc"].as_u64() {
        Some(2) => Cap::Round,
        Some(3) => Cap::Square,
        _ => Cap::Butt,
    };
    let join = match item["lj"].as_u64() {
        Some(2) => Join::Round,
        Some(3) => Join::Bevel,
        _ => Join::Miter,
    };
    Stroke::new(number_at(&item["w"], frame, 0.0).max(0.0))
        .with_caps(cap)
        .with_join(join)
        .with_miter_limit(item["ml"].as_f64().unwrap_or(4.0))
}

pub(super) fn trim(item: &Value, frame: f64) -> model::Trim {
    let share = |key: &str, default| number_at(&item[key], frame, default).clamp(0.0, 100.0);
    model::Trim::Fixed(fixed::Trim {
        start: share("s", 0.0),
        end: share("e", 100.0),
        offset: number_at(&item["o"], frame, 0.0),
    })
}

pub(super) fn repeater(item: &Value, frame: f64, copies: usize) -> model::Repeater {
    let own = &item["tr"];
    let number = |key: &str, default| number_at(&own[key], frame, default);
    model::Repeater::Fixed(fixed::Repeater {
        copies,
        offset: number_at(&item["o"], frame, 0.0),
        anchor_point: point_at(&own["a"], frame),
        position: pair_at(&own["p"], frame, (0.0, 0.0)).into(),
        rotation: number("r", 0.0),
        scale: scale_at(&own["s"], frame),
        start_opacity: number("so", 100.0),
        end_opacity: number("eo", 100.0),
        composite: if item["m"] == 2 {
            RepeaterComposite::Above
        } else {
            RepeaterComposite::Below
        },
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shapes_begin_where_the_format_says() {
        let start = |item: &Value| {
            let (geometry, _) = geometry(item, 0.0).unwrap();
            let mut path = Vec::new();
            geometry.evaluate(0.0, &mut path);
            let Some(PathEl::MoveTo(start)) = path.first().copied() else {
                panic!("{path:?}");
            };
            (start, BezPath::from_vec(path).area())
        };
        let shape =
            |kind: &str| json!({ "ty": kind, "p": { "k": [10, 20] }, "s": { "k": [8, 4] } });
        let (top, area) = start(&shape("el"));
        assert_eq!(top, Point::new(10.0, 18.0));
        assert!(
            (area - 8.0 * std::f64::consts::PI).abs() < 0.1,
            "clockwise: {area}"
        );
        let (corner, area) = start(&shape("rc"));
        assert_eq!(corner, Point::new(14.0, 18.0));
        assert!((area - 32.0).abs() < 1e-9, "clockwise: {area}");
    }

    #[test]
    fn stars_of_any_number_of_points_are_bounded() {
        let item = json!({ "ty": "sr", "sy": 1, "pt": { "k": 1e12 }, "or": { "k": 10 }, "ir": { "k": 5 } });
        let (geometry, segments) = geometry(&item, 0.0).unwrap();
        let mut path = Vec::new();
        geometry.evaluate(0.0, &mut path);
        assert!(path.len() <= 2 * segments, "{} of {segments}", path.len());
    }
}
