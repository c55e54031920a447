//! Lyrics: `[minutes:seconds.hundredths]` before a line of text, several for a line
//! that is sung again. A line lasts until the next begins, an empty one ends it, the
//! last lasts [`LAST_MS`]. `<minutes:seconds.hundredths>` before a word times it; where a
//! line is sung again, its words keep their distances. `[offset:ms]` makes all lines come
//! sooner; other `[name:value]` lines are left out, with brackets in their
//! values.

use super::{
    Cue, MAX_SUBTITLE_BYTES, Mark, SubtitleError, fraction, letters, number, sixtieth,
    without_angles, wrong,
};

pub(super) const EXAMPLE: &str = "[00:01.00]words";

/// How long the last line lasts, in milliseconds.
const LAST_MS: u64 = 5000;

pub(super) fn read<'a>(
    lines: impl Iterator<Item = (usize, &'a str)>,
) -> Result<Vec<Cue>, SubtitleError> {
    // Bytes of all text, repetitions included, stay within those of a file.
    let mut sung: Vec<(u64, String, Vec<Mark>)> = Vec::new();
    let (mut sooner, mut length) = (0_i64, 0_usize);
    for (number, line) in lines {
        let line = line.trim();
        let mut rest = line;
        if rest.is_empty() {
            continue;
        }
        let mut times = Vec::new();
        while let Some((tag, after)) = tag(rest) {
            if let Some(time) = time(tag) {
                times.push(time);
            } else if let (Some((name, value)), true) = (metadata(tag), times.is_empty()) {
                if name.eq_ignore_ascii_case("offset") {
                    sooner = offset(value).ok_or(wrong(number, "an offset that is no number"))?;
                }
            } else {
                // Brackets within the text.
                break;
            }
            rest = after.trim_start();
        }
        if times.is_empty() && !rest.is_empty() {
            if is_metadata(line) {
                continue;
            }
            return Err(wrong(number, "not a line like [00:01.00]words"));
        }
        let (text, marks) = words(rest);
        length = times
            .len()
            .saturating_mul(text.len() + size_of_val(marks.as_slice()))
            .saturating_add(length);
        if length > MAX_SUBTITLE_BYTES {
            return Err(wrong(number, "text that is sung again too often"));
        }
        let first = times.first().copied().unwrap_or_default();
        sung.extend(times.into_iter().map(|time| {
            let later = |mark: &Mark| Mark {
                time_ms: mark.time_ms.saturating_sub(first) + time,
                ..*mark
            };
            (time, text.clone(), marks.iter().map(later).collect())
        }));
    }
    Ok(timed(sung, sooner))
}

/// The text of a line, and the times in it.
fn words(line: &str) -> (String, Vec<Mark>) {
    let (mut marks, mut place, mut counted) = (Vec::new(), 0, 0);
    let text = without_angles(line, |tag, before| {
        let Some(time_ms) = time(tag) else {
            return false;
        };
        place += letters(before.get(counted..).unwrap_or_default());
        counted = before.len();
        marks.push(Mark { place, time_ms });
        true
    });
    (text.trim().to_owned(), marks)
}

/// What is in the brackets that a text begins with, and what follows them.
fn tag(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('[')?.split_once(']')
}

fn metadata(tag: &str) -> Option<(&str, &str)> {
    let (name, value) = tag.split_once(':')?;
    let named = name.starts_with(|ch: char| ch.is_ascii_alphabetic());
    named.then_some((name.trim(), value.trim()))
}

/// Whether a line without times is metadata as a whole: a value may hold brackets, of which
/// the one that the line begins with closes at its end.
fn is_metadata(line: &str) -> bool {
    let named = tag(line).and_then(|(tag, _)| metadata(tag));
    let mut open = 0_usize;
    let closes = line.find(|ch| {
        match ch {
            '[' => open += 1,
            ']' => open = open.saturating_sub(1),
            _ => {}
        }
        open == 0
    });
    named.is_some() && closes.is_some_and(|at| at + 1 == line.len())
}

/// Milliseconds, a sign before them or not; 0 where nothing is given.
fn offset(value: &str) -> Option<i64> {
    if value.is_empty() {
        return Some(0);
    }
    let (sign, digits) = match value.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, value.strip_prefix('+').unwrap_or(value)),
    };
    Some(sign * number(digits, 1..=9)?.cast_signed())
}

/// `minutes:seconds`, and a fraction after a point or a colon.
fn time(tag: &str) -> Option<u64> {
    let (minutes, rest) = tag.split_once(':')?;
    let (seconds, part) = match rest.split_once(['.', ':']) {
        Some((seconds, part)) => (seconds, fraction(part)?),
        None => (rest, 0),
    };
    Some((number(minutes, 1..=4)? * 60 + sixtieth(seconds)?) * 1000 + part)
}

/// Each line until the next one that begins later.
fn timed(mut sung: Vec<(u64, String, Vec<Mark>)>, sooner: i64) -> Vec<Cue> {
    sung.sort_by_key(|(time, ..)| *time);
    let moved = |time: u64| time.saturating_add_signed(-sooner);
    let mut cues: Vec<Cue> = Vec::with_capacity(sung.len());
    let mut end = None;
    for (time, text, mut marks) in sung.into_iter().rev() {
        let next = match end {
            Some((from, until)) if from == time => until,
            Some((from, _)) => from,
            None => time + LAST_MS,
        };
        end = Some((time, next));
        for mark in &mut marks {
            mark.time_ms = moved(mark.time_ms);
        }
        cues.push(Cue {
            start_ms: moved(time),
            end_ms: moved(next),
            text,
            marks,
        });
    }
    cues.reverse();
    cues
}
