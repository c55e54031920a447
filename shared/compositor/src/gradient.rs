//! CSS `linear-gradient()` and `repeating-linear-gradient()`, and what browsers keep of
//! their drafts under `-webkit-`: angles run anticlockwise from the right, sides are those
//! that the gradient comes from, corners are joined by the line itself, and there is
//! neither `to` nor a hint.

use crate::bitmap::Bitmap;
use crate::color::Color;

/// Where a gradient runs to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Direction {
    /// Degrees, 0 up, clockwise.
    Angle(f64),
    /// A corner: horizontal (-1 left, 1 right), vertical (-1 top, 1 bottom).
    Corner(f64, f64),
    /// Straight to a corner from the opposite one.
    Diagonal(f64, f64),
}

/// A place on the gradient line.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Length {
    /// Part of the line, 1 being its end.
    Part(f64),
    /// CSS pixels from its start.
    Pixels(f64),
}

/// One entry of the list of stops.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Entry {
    Stop(Color, Option<Length>),
    /// Where the colours beside it meet halfway.
    Hint(Length),
}

/// A parsed gradient.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gradient {
    direction: Direction,
    entries: Vec<Entry>,
    repeats: bool,
}

/// A stop with its place known: part of the line, premultiplied colour.
#[derive(Debug, Clone, Copy)]
struct Stop {
    at: f64,
    color: [f64; 4],
    /// Part of the way to the next stop at which half of the change is done.
    halfway: f64,
}

impl Gradient {
    /// Reads a gradient; `None` for what CSS would refuse, and for colour spaces
    /// other than sRGB.
    pub(crate) fn parse(css: &str) -> Option<Self> {
        let css = css.trim().trim_end_matches(';').trim_end();
        let (name, rest) = css.split_once('(')?;
        let name = name.to_ascii_lowercase();
        let draft = name.strip_prefix("-webkit-");
        let repeats = match draft.unwrap_or(&name) {
            "linear-gradient" => false,
            "repeating-linear-gradient" => true,
            _ => return None,
        };
        let body = rest.strip_suffix(')')?;
        let mut arguments = split(body, |ch| ch == ',').into_iter().peekable();
        let mut direction = Direction::Angle(180.0);
        let parse_direction = if draft.is_some() {
            parse_draft_direction
        } else {
            parse_direction
        };
        if let Some(first) = arguments.peek().and_then(|first| parse_direction(first)) {
            direction = first;
            arguments.next();
        }
        let mut entries = Vec::new();
        for argument in arguments {
            parse_entry(&argument, &mut entries)?;
        }
        let stops = entries
            .iter()
            .filter(|entry| matches!(entry, Entry::Stop(..)));
        let ends = [entries.first(), entries.last()];
        let hints_inside = ends.iter().all(|end| matches!(end, Some(Entry::Stop(..))));
        let apart = entries
            .windows(2)
            .all(|pair| !matches!(pair, [Entry::Hint(_), Entry::Hint(_)]));
        let stops = stops.count();
        let known = draft.is_none() || stops == entries.len();
        (stops >= 2 && hints_inside && apart && known).then_some(Self {
            direction,
            entries,
            repeats,
        })
    }

    /// Draws it over `below` on a canvas of `scale` pixels a CSS pixel.
    pub(crate) fn draw(&self, width: usize, height: usize, scale: f64, below: Color) -> Bitmap {
        let (w, h) = (width as f64, height as f64);
        let ((dx, dy), line) = self.line(w, h);
        let stops = self.stops(line / scale);
        let mut data = Vec::with_capacity(width * height * 4);
        for y in 0..height {
            for x in 0..width {
                let (x, y) = (x as f64 + 0.5 - w / 2.0, y as f64 + 0.5 - h / 2.0);
                let at = (x * dx + y * dy) / line + 0.5;
                let over = over(self.color(&stops, at), below);
                data.extend(over.map(|c| (c * 255.0).round().clamp(0.0, 255.0) as u8));
                data.push(255);
            }
        }
        Bitmap {
            width,
            height,
            data,
            opaque: true,
        }
    }

    /// Its colour over `below` in the middle of such a canvas, where half of the
    /// line always lies.
    pub(crate) fn middle(&self, width: f64, height: f64, scale: f64, below: Color) -> Color {
        let (_, line) = self.line(width, height);
        let [r, g, b] = over(self.color(&self.stops(line / scale), 0.5), below);
        Color([r as f32, g as f32, b as f32, 1.0])
    }

    /// The direction of the gradient line on a canvas, and its length in pixels.
    fn line(&self, width: f64, height: f64) -> ((f64, f64), f64) {
        let (dx, dy) = match self.direction {
            Direction::Angle(degrees) => {
                let map = crate::geometry::Affine::rotate(degrees);
                map.apply((0.0, -1.0))
            }
            // At right angles to the diagonal between the two other corners.
            Direction::Corner(x, y) => {
                let length = width.hypot(height);
                (x * height / length, y * width / length)
            }
            Direction::Diagonal(x, y) => {
                let length = width.hypot(height);
                (x * width / length, y * height / length)
            }
        };
        ((dx, dy), (width * dx).abs() + (height * dy).abs())
    }

    /// Places every stop (CSS "color stop fixup").
    fn stops(&self, line: f64) -> Vec<Stop> {
        let part = |length: Length| match length {
            Length::Part(part) => part,
            Length::Pixels(pixels) if line > 0.0 => pixels / line,
            Length::Pixels(_) => 0.0,
        };
        let last = self.entries.len().saturating_sub(1);
        let mut places: Vec<Option<f64>> = Vec::new();
        let mut furthest = f64::NEG_INFINITY;
        for (index, entry) in self.entries.iter().enumerate() {
            let place = match *entry {
                Entry::Stop(_, Some(length)) | Entry::Hint(length) => Some(part(length)),
                Entry::Stop(_, None) if index == 0 => Some(0.0),
                Entry::Stop(_, None) if index == last => Some(1.0),
                Entry::Stop(_, None) => None,
            };
            let place = place.map(|place| place.max(furthest));
            furthest = place.unwrap_or(furthest);
            places.push(place);
        }
        spread_out(&mut places);
        let mut stops: Vec<Stop> = Vec::new();
        let mut hint = None;
        for (entry, place) in self.entries.iter().zip(places) {
            let place = place.unwrap_or(0.0);
            match *entry {
                Entry::Hint(_) => hint = Some(place),
                Entry::Stop(color, _) => {
                    if let (Some(hint), Some(before)) = (hint.take(), stops.last_mut()) {
                        let gap = place - before.at;
                        before.halfway = if gap > 0.0 {
                            (hint - before.at) / gap
                        } else {
                            0.5
                        };
                    }
                    let [r, g, b, a] = color.0.map(f64::from);
                    stops.push(Stop {
                        at: place,
                        color: [r * a, g * a, b * a, a],
                        halfway: 0.5,
                    });
                }
            }
        }
        stops
    }

    /// Premultiplied colour at a place on the line.
    fn color(&self, stops: &[Stop], at: f64) -> [f64; 4] {
        let (Some(first), Some(last)) = (stops.first(), stops.last()) else {
            return [0.0; 4];
        };
        let length = last.at - first.at;
        let at = if !self.repeats {
            at
        } else if length > 0.0 {
            first.at + (at - first.at).rem_euclid(length)
        } else {
            return last.color;
        };
        if at < first.at {
            return first.color;
        }
        let next = stops.partition_point(|stop| stop.at <= at);
        let (Some(before), Some(after)) = (stops.get(next.wrapping_sub(1)), stops.get(next)) else {
            return last.color;
        };
        let done = (at - before.at) / (after.at - before.at);
        let done = bend(done, before.halfway);
        let mut color = [0.0; 4];
        for ((out, from), to) in color.iter_mut().zip(before.color).zip(after.color) {
            *out = from + (to - from) * done;
        }
        color
    }
}

/// A premultiplied colour over an opaque one.
fn over([r, g, b, a]: [f64; 4], below: Color) -> [f64; 3] {
    let under = below.0.map(f64::from);
    let keep = (1.0 - a) * under[3];
    [
        r + under[0] * keep,
        g + under[1] * keep,
        b + under[2] * keep,
    ]
}

/// Progress with the midpoint moved to `halfway` (CSS colour hints).
fn bend(done: f64, halfway: f64) -> f64 {
    if halfway <= 0.0 {
        1.0
    } else if halfway >= 1.0 {
        0.0
    } else if (halfway - 0.5).abs() < 1e-12 {
        done
    } else {
        done.powf(0.5_f64.ln() / halfway.ln())
    }
}

/// Spreads unplaced stops evenly between their placed neighbours.
fn spread_out(places: &mut [Option<f64>]) {
    let mut last: Option<(usize, f64)> = None;
    for index in 0..places.len() {
        let Some(place) = places.get(index).copied().flatten() else {
            continue;
        };
        if let Some((from, start)) = last {
            let gaps = (index - from) as f64;
            for (step, place_between) in places.iter_mut().take(index).skip(from + 1).enumerate() {
                *place_between = Some(start + (place - start) * (step as f64 + 1.0) / gaps);
            }
        }
        last = Some((index, place));
    }
}

/// Splits outside parentheses; pieces may be empty.
fn split(text: &str, at: impl Fn(char) -> bool) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut depth = 0;
    for ch in text.chars() {
        match ch {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 && at(ch) {
            pieces.push(String::new());
        } else if let Some(piece) = pieces.last_mut() {
            piece.push(ch);
        }
    }
    pieces
        .into_iter()
        .map(|piece| piece.trim().to_owned())
        .collect()
}

fn parse_direction(text: &str) -> Option<Direction> {
    let text = text.to_ascii_lowercase();
    if let Some(sides) = text.strip_prefix("to ") {
        return parse_sides(sides).map(|sides| towards(sides, Direction::Corner));
    }
    parse_angle(&text).map(Direction::Angle)
}

fn parse_draft_direction(text: &str) -> Option<Direction> {
    let text = text.to_ascii_lowercase();
    if let Some((x, y)) = parse_sides(&text) {
        return Some(towards((-x, -y), Direction::Diagonal));
    }
    parse_angle(&text).map(|degrees| Direction::Angle(90.0 - degrees))
}

/// A side or a corner: horizontal (-1 left, 1 right), vertical (-1 top, 1 bottom).
fn parse_sides(text: &str) -> Option<(f64, f64)> {
    let (mut x, mut y) = (0.0, 0.0);
    for side in text.split_whitespace() {
        match side {
            "left" if x == 0.0 => x = -1.0,
            "right" if x == 0.0 => x = 1.0,
            "top" if y == 0.0 => y = -1.0,
            "bottom" if y == 0.0 => y = 1.0,
            _ => return None,
        }
    }
    (x != 0.0 || y != 0.0).then_some((x, y))
}

/// The direction of a side, or of a corner as `corner` has it.
fn towards(sides: (f64, f64), corner: fn(f64, f64) -> Direction) -> Direction {
    match sides {
        (0.0, y) => Direction::Angle(if y < 0.0 { 0.0 } else { 180.0 }),
        (x, 0.0) => Direction::Angle(if x < 0.0 { 270.0 } else { 90.0 }),
        (x, y) => corner(x, y),
    }
}

/// Degrees.
fn parse_angle(text: &str) -> Option<f64> {
    // "grad" ends in "rad": longer units first.
    let units = [
        ("deg", 1.0),
        ("grad", 0.9),
        ("turn", 360.0),
        ("rad", 180.0 / std::f64::consts::PI),
    ];
    for (unit, degrees) in units {
        if let Some(number) = text.strip_suffix(unit) {
            let number: f64 = number.trim().parse().ok()?;
            let angle = number * degrees;
            return angle.is_finite().then_some(angle);
        }
    }
    (text == "0").then_some(0.0)
}

fn parse_length(text: &str) -> Option<Length> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|x| x.is_finite());
    if let Some(percent) = text.strip_suffix('%') {
        return number(percent).map(|percent| Length::Part(percent / 100.0));
    }
    if let Some(pixels) = text.strip_suffix("px") {
        return number(pixels).map(Length::Pixels);
    }
    (number(text)? == 0.0).then_some(Length::Part(0.0))
}

fn parse_entry(text: &str, entries: &mut Vec<Entry>) -> Option<()> {
    if let Some(hint) = parse_length(text) {
        entries.push(Entry::Hint(hint));
        return Some(());
    }
    let mut words = split(text, char::is_whitespace);
    words.retain(|word| !word.is_empty());
    // CSS lets places stand on either side of the colour.
    let is_length = |word: &String| parse_length(word).is_some();
    let color_at = words.iter().position(|word| !is_length(word))?;
    let color = Color::parse(&words.remove(color_at))?;
    let places: Option<Vec<Length>> = words.iter().map(|word| parse_length(word)).collect();
    match places?.as_slice() {
        [] => entries.push(Entry::Stop(color, None)),
        [one] => entries.push(Entry::Stop(color, Some(*one))),
        [one, two] => {
            entries.push(Entry::Stop(color, Some(*one)));
            entries.push(Entry::Stop(color, Some(*two)));
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests;
