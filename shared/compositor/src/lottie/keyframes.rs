//! Animated properties of a Lottie file, at one instant.

use std::borrow::Cow;

use kurbo::{CubicBez, ParamCurve as _, ParamCurveArclen as _, Point, Size, Vec2};
use serde_json::{Value, json};

/// Error of arc lengths, in the animation's pixels.
const ACCURACY: f64 = 0.01;
/// Numbers are cut to this: measuring the length of a longer curve might never end.
const LARGEST: f64 = 1e6;

/// A number of the file.
pub(super) fn bounded(value: &Value) -> Option<f64> {
    Some(value.as_f64()?.clamp(-LARGEST, LARGEST))
}

/// A property's value at a frame: a number, a list of numbers, or a path. `Null` where
/// there is none. Expressions are not run: what they stand on is shown.
pub(super) fn value_at(property: &Value, frame: f64) -> Cow<'_, Value> {
    match keyframes(&property["k"]) {
        Some(list) => Cow::Owned(at(list, frame)),
        None => Cow::Borrowed(&property["k"]),
    }
}

/// A number, alone or the first of a list.
pub(super) fn number_at(property: &Value, frame: f64, default: f64) -> f64 {
    let value = value_at(property, frame);
    let number = bounded(&value).or_else(|| bounded(value.get(0)?));
    number.unwrap_or(default)
}

/// A list of numbers.
pub(super) fn numbers_at(property: &Value, frame: f64) -> Vec<f64> {
    numbers(&value_at(property, frame))
}

/// Two numbers, in one property or, as positions may be, in one for each axis.
pub(super) fn pair_at(property: &Value, frame: f64, default: (f64, f64)) -> (f64, f64) {
    if property["s"] == true {
        let axis = |key, default| number_at(&property[key], frame, default);
        return (axis("x", default.0), axis("y", default.1));
    }
    match numbers_at(property, frame).as_slice() {
        [x, y, ..] => (*x, *y),
        _ => default,
    }
}

pub(super) fn point_at(property: &Value, frame: f64) -> Point {
    pair_at(property, frame, (0.0, 0.0)).into()
}

pub(super) fn size_at(property: &Value, frame: f64) -> Size {
    pair_at(property, frame, (0.0, 0.0)).into()
}

pub(super) fn scale_at(property: &Value, frame: f64) -> Vec2 {
    pair_at(property, frame, (100.0, 100.0)).into()
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value
        .as_array()
        .map_or(std::slice::from_ref(value), Vec::as_slice);
    list.iter().filter_map(bounded).collect()
}

/// The keyframes of a property that has some.
fn keyframes(value: &Value) -> Option<&[Value]> {
    let list = value.as_array()?;
    let first = list.first()?.as_object()?;
    first.contains_key("t").then_some(list)
}

fn time(keyframe: &Value) -> f64 {
    keyframe["t"].as_f64().unwrap_or_default()
}

fn at(keyframes: &[Value], frame: f64) -> Value {
    let after = keyframes.partition_point(|keyframe| time(keyframe) <= frame);
    let index = after.saturating_sub(1);
    let Some(from) = keyframes.get(index) else {
        return Value::Null;
    };
    // Files of old have an end in each keyframe, and no start in the last one.
    let before = index
        .checked_sub(1)
        .and_then(|before| keyframes.get(before));
    let start = from
        .get("s")
        .or_else(|| before?.get("e"))
        .or_else(|| before?.get("s"));
    let start = start.unwrap_or(&Value::Null);
    let next = keyframes.get(index + 1);
    let end = from.get("e").or_else(|| next?.get("s")).unwrap_or(start);
    let (Some(next), false) = (next, from["h"] == 1) else {
        return unwrapped(start).clone();
    };
    let span = time(next) - time(from);
    if span <= 0.0 || frame <= time(from) {
        return unwrapped(start).clone();
    }
    let done = ((frame - time(from)) / span).clamp(0.0, 1.0);
    between(from, start, end, done)
}

/// A path stands in a list of one.
fn unwrapped(value: &Value) -> &Value {
    match value.get(0) {
        Some(path @ Value::Object(_)) => path,
        _ => value,
    }
}

fn between(keyframe: &Value, start: &Value, end: &Value, done: f64) -> Value {
    let (start, end) = (unwrapped(start), unwrapped(end));
    let ease = |axis: usize| eased(keyframe, axis, done);
    if start.is_object() {
        return path_between(start, end, ease(0));
    }
    let (start, end) = (numbers(start), numbers(end));
    let mut mixed: Vec<f64> = start
        .iter()
        .zip(&end)
        .enumerate()
        .map(|(axis, (start, end))| start + (end - start) * ease(axis))
        .collect();
    let bend = (numbers(&keyframe["to"]), numbers(&keyframe["ti"]));
    if let (Some(from), Some(to), Some(out), Some(back)) =
        (point(&start), point(&end), point(&bend.0), point(&bend.1))
        && (out != Point::ZERO || back != Point::ZERO)
    {
        let curve = CubicBez::new(from, from + out.to_vec2(), to + back.to_vec2(), to);
        let way = curve.arclen(ACCURACY);
        let along = curve.inv_arclen(way * ease(0), ACCURACY);
        let place = curve.eval(along.clamp(0.0, 1.0));
        for (number, place) in mixed.iter_mut().zip([place.x, place.y]) {
            *number = place;
        }
    }
    json!(mixed)
}

fn point(numbers: &[f64]) -> Option<Point> {
    Some(Point::new(*numbers.first()?, *numbers.get(1)?))
}

/// Vertices and tangents of two paths, mixed one by one.
fn path_between(start: &Value, end: &Value, done: f64) -> Value {
    let mix = |start: &Value, end: &Value| {
        let pair = |index| {
            let (start, end) = (bounded(&start[index])?, bounded(&end[index])?);
            Some(start + (end - start) * done)
        };
        json!([pair(0), pair(1)])
    };
    let list = |key: &str| -> Vec<Value> {
        let points = |path: &Value| path[key].as_array().cloned().unwrap_or_default();
        let (start, end) = (points(start), points(end));
        start
            .iter()
            .zip(&end)
            .map(|(start, end)| mix(start, end))
            .collect()
    };
    json!({ "v": list("v"), "i": list("i"), "o": list("o"), "c": start["c"] })
}

/// How far a number has come when a share `done` of the time has gone: a cubic curve
/// from (0, 0) to (1, 1) by way of the keyframe's two handles.
fn eased(keyframe: &Value, axis: usize, done: f64) -> f64 {
    let handle = |key: &str, coordinate: &str, default: f64| {
        let value = &keyframe[key][coordinate];
        let list = value
            .as_array()
            .map_or(std::slice::from_ref(value), Vec::as_slice);
        let own = list.get(axis).or(list.last());
        own.and_then(Value::as_f64).unwrap_or(default)
    };
    let x = [
        handle("o", "x", 0.0).clamp(0.0, 1.0),
        handle("i", "x", 1.0).clamp(0.0, 1.0),
    ];
    let y = [handle("o", "y", 0.0), handle("i", "y", 1.0)];
    let curve = |[one, two]: [f64; 2], u: f64| {
        let v = 1.0 - u;
        3.0 * v * v * u * one + 3.0 * v * u * u * two + u * u * u
    };
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if curve(x, middle) < done {
            low = middle;
        } else {
            high = middle;
        }
    }
    curve(y, f64::midpoint(low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_run_between_keyframes_and_stay_outside() {
        let property = json!({ "a": 1, "k": [{ "t": 10, "s": [0] }, { "t": 20, "s": [100] }] });
        let values = [0.0, 10.0, 12.5, 20.0, 99.0].map(|frame| number_at(&property, frame, 7.0));
        for (value, expected) in values.into_iter().zip([0.0, 0.0, 25.0, 100.0, 100.0]) {
            assert!((value - expected).abs() < 1e-6, "{values:?}");
        }
    }

    #[test]
    fn files_of_old_end_in_a_keyframe_of_a_time_alone() {
        let property = json!({ "k": [{ "t": 0, "s": [1, 2], "e": [3, 4] }, { "t": 10 }] });
        assert_eq!(*value_at(&property, 30.0), json!([3, 4]));
    }

    #[test]
    fn a_hold_keyframe_stays_until_the_next() {
        let property = json!({ "k": [{ "t": 0, "s": [1], "h": 1 }, { "t": 10, "s": [5] }] });
        assert_eq!(*value_at(&property, 9.9), json!([1]));
        assert_eq!(*value_at(&property, 10.0), json!([5]));
    }

    #[test]
    fn handles_bend_time() {
        let keyframe = json!({ "o": { "x": [0.42], "y": [0] }, "i": { "x": 0.58, "y": 1 } });
        // CSS ease-in-out at a quarter, by its definition.
        assert!((eased(&keyframe, 0, 0.25) - 0.1292).abs() < 1e-3);
        assert!((eased(&keyframe, 2, 0.5) - 0.5).abs() < 1e-6);
    }

    #[test]
    fn a_bent_way_is_gone_at_an_even_pace() {
        // Half a circle, roughly: half the way is its top.
        let property = json!({ "k": [
            { "t": 0, "s": [0, 0], "to": [0, -40], "ti": [0, -40] }, { "t": 10, "s": [60, 0] },
        ] });
        let middle = point_at(&property, 5.0);
        assert!(middle.distance(Point::new(30.0, -30.0)) < 0.1, "{middle}");
    }

    #[test]
    fn paths_are_mixed_vertex_by_vertex() {
        let path = |x: i32| json!([{ "v": [[x, 0], [5, 5]], "i": [[0, 0], [0, 0]], "o": [[0, 0], [0, 0]], "c": true }]);
        let property = json!({ "k": [{ "t": 0, "s": path(0) }, { "t": 4, "s": path(8) }] });
        let half = value_at(&property, 2.0);
        assert!((half["v"][0][0].as_f64().unwrap() - 4.0).abs() < 1e-6);
        assert_eq!(half["c"], json!(true));
    }

    #[test]
    fn positions_may_be_split() {
        let x = json!({ "a": 1, "k": [{ "t": 0, "s": [0] }, { "t": 2, "s": [2] }] });
        let split = json!({ "s": true, "x": x, "y": { "a": 0, "k": 7 } });
        assert!(point_at(&split, 1.0).distance(Point::new(1.0, 7.0)) < 1e-6);
    }
}
