//! Timed text in pages.
//!
//! Entries are taken in the order of their starts and packed, as many as fit, into
//! pages that last no longer than `pageDurationTicks` and have no more than `maxLines`
//! lines in the box's width at the item's start. What the editor-state reference leaves
//! open:
//!
//! - **Joining.** Entries timed by line stand in lines of their own. Entries timed by
//!   word follow one another in lines that wrap. Where any of them begins or ends with
//!   a space (as Whisper writes them), spaces are where the entries have them, and a
//!   page does not begin in the middle of a word; else there is one between any two,
//!   but not between characters of scripts written without. Other white space at the
//!   ends of entries is dropped, and inside becomes one space; line breaks inside are
//!   kept where entries are lines. Entries without text are left out.
//! - **Too long.** An entry longer than `pageDurationTicks` has a page of its own for
//!   as long as it lasts. One with more lines than `maxLines` is split into pages of so
//!   many, which share its time in proportion to their characters.
//! - **Too much.** No page has more than 40,000 bytes of text, whatever its lines and
//!   its length allow, but for an entry that alone is longer.
//! - **Gaps.** Within a page nothing is highlighted between entries; between pages
//!   nothing shows. Where pages overlap, the later one shows.
//! - **Place.** A page begins at the top of the box, as text does.
//!
//! Pages are packed from the first entry on, whatever part of them an item shows, so
//! that cutting an item in two leaves its pages as they are.

use std::collections::VecDeque;
use std::ops::Range;

use darkroom_editor_state::{Caption, Ticks, TimedText, Timing, is_unspaced};

/// What shows at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub text: String,
    /// The entries in it, in order.
    pub parts: Vec<Part>,
    /// First tick of the captions' own time it shows on.
    pub start: Ticks,
    /// First tick it does not show on any more.
    pub end: Ticks,
}

/// An entry on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// Bytes of the page's text.
    pub range: Range<usize>,
    pub start: Ticks,
    pub end: Ticks,
}

/// The most that a page may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub duration: Ticks,
    pub lines: usize,
}

impl Page {
    /// Bytes of what is spoken at a time, in the order of the text.
    pub(crate) fn spoken(&self, time: Ticks) -> Vec<Range<usize>> {
        let parts = self.parts.iter();
        parts
            .filter(|part| part.start <= time && time < part.end)
            .map(|part| part.range.clone())
            .collect()
    }

    /// How many entries have begun, and how many have ended: while neither changes,
    /// the same is spoken.
    pub(crate) fn beat(&self, time: Ticks) -> usize {
        let begun = self.parts.iter().filter(|part| part.start <= time).count();
        let ended = self.parts.iter().filter(|part| part.end <= time).count();
        begun + ended
    }
}

/// The page that shows at a time, by its place among all.
pub(crate) fn at(pages: &[Page], time: Ticks) -> Option<(usize, &Page)> {
    let after = pages.partition_point(|page| page.start <= time);
    let index = after.checked_sub(1)?;
    let page = pages.get(index)?;
    (time < page.end).then_some((index, page))
}

/// An entry with what stands before it.
#[derive(Debug, Clone)]
struct Entry {
    text: String,
    start: Ticks,
    end: Ticks,
    /// Between it and the entry before it on the same page.
    gap: &'static str,
    /// A page may begin with it.
    opens: bool,
}

/// Packs entries into pages. `lines` tells the bytes of each line of a text.
pub(crate) fn pack(
    said: &TimedText,
    limits: Limits,
    mut lines: impl FnMut(&str) -> Vec<Range<usize>>,
) -> Vec<Page> {
    let mut queue = entries(said);
    let mut pages: Vec<Page> = Vec::new();
    while !queue.is_empty() {
        let taken = match fit(&queue, limits, &mut lines) {
            Taken::Whole(count) => count.max(1),
            Taken::Part(ends) => {
                split(&mut queue, &ends);
                1
            }
        };
        pages.extend(page(queue.iter().take(taken)));
        queue.drain(..taken.min(queue.len()));
    }
    for index in 1..pages.len() {
        if let Some([before, after]) = pages.get_mut(index - 1..=index) {
            after.start = after.start.max(before.start);
            before.end = before.end.min(after.start);
        }
    }
    pages
}

/// What of the entries goes on a page.
enum Taken {
    /// So many of them.
    Whole(usize),
    /// A part of the first, which has too many lines: where pages of it end, in bytes.
    Part(Vec<usize>),
}

/// Bytes that are laid out at first to see how much of them fits; doubled until more
/// does not fit, so that the work grows with the text and no faster.
const FIRST_TRY: usize = 128;
/// Bytes of a page of several entries at most: its letters are kept as outlines.
const MOST_BYTES: usize = 40_000;

fn fit(
    queue: &VecDeque<Entry>,
    limits: Limits,
    lines: &mut impl FnMut(&str) -> Vec<Range<usize>>,
) -> Taken {
    let start = queue.front().map_or(Ticks(0), |entry| entry.start);
    let fits = |at: usize, length: usize| {
        let entry = queue.get(at);
        entry.is_some_and(|entry| {
            let in_time = entry.end - start <= limits.duration;
            at == 0 || (in_time && length + entry.text.len() <= MOST_BYTES)
        })
    };
    let most = limits.lines.max(1);
    let mut bytes = FIRST_TRY;
    loop {
        let (mut count, mut length) = (0, 0);
        while fits(count, length) && length < bytes {
            length += queue.get(count).map_or(0, |entry| entry.text.len() + 1);
            count += 1;
        }
        let (text, parts) = joined(queue.iter().take(count));
        let broken = lines(&text);
        if let Some(last) = broken.get(most - 1).filter(|_| broken.len() > most) {
            let whole = parts.iter().take_while(|part| part.range.end <= last.end);
            return match whole.count() {
                0 => Taken::Part(
                    broken
                        .iter()
                        .skip(most - 1)
                        .step_by(most)
                        .map(|line| line.end)
                        .collect(),
                ),
                whole => Taken::Whole(between_words(queue, whole)),
            };
        }
        if !fits(count, length) {
            return Taken::Whole(between_words(queue, count));
        }
        bytes = bytes.saturating_mul(2);
    }
}

/// At most `count` entries, so that the next page does not begin within a word.
fn between_words(queue: &VecDeque<Entry>, count: usize) -> usize {
    let opens = |at: &usize| queue.get(*at).is_none_or(|entry| entry.opens);
    (1..=count).rev().find(opens).unwrap_or(count)
}

/// Cuts the first entry into pieces that end at these bytes; its time is shared by
/// characters.
fn split(queue: &mut VecDeque<Entry>, ends: &[usize]) {
    let Some(entry) = queue.pop_front() else {
        return;
    };
    let length = (entry.end - entry.start).0 as f64;
    let whole = entry.text.chars().count().max(1) as f64;
    let time = |characters: usize| {
        entry.start + Ticks((length * characters as f64 / whole).round() as i64)
    };
    let (mut rest, mut cut, mut before) = (entry.text.as_str(), 0, 0);
    let mut pieces = Vec::new();
    let inside = ends.iter().filter(|&&end| end < entry.text.len());
    for &end in inside.chain([&entry.text.len()]) {
        let Some((head, tail)) = rest.split_at_checked(end - cut) else {
            continue;
        };
        let after = before + head.chars().count();
        if !head.trim().is_empty() {
            pieces.push(Entry {
                text: head.trim().to_owned(),
                start: time(before),
                end: time(after),
                opens: entry.opens || !pieces.is_empty(),
                ..entry
            });
        }
        (rest, cut, before) = (tail, end, after);
    }
    for piece in pieces.into_iter().rev() {
        queue.push_front(piece);
    }
}

fn joined<'a>(entries: impl Iterator<Item = &'a Entry>) -> (String, Vec<Part>) {
    let mut text = String::new();
    let parts = entries.map(|entry| {
        if !text.is_empty() {
            text.push_str(entry.gap);
        }
        let start = text.len();
        text.push_str(&entry.text);
        Part {
            range: start..text.len(),
            start: entry.start,
            end: entry.end,
        }
    });
    let parts = parts.collect();
    (text, parts)
}

fn page<'a>(entries: impl Iterator<Item = &'a Entry>) -> Option<Page> {
    let (text, parts) = joined(entries);
    Some(Page {
        start: parts.first()?.start,
        end: parts.iter().map(|part| part.end).max()?,
        text,
        parts,
    })
}

/// The entries that have text, in the order of their starts.
fn entries(said: &TimedText) -> VecDeque<Entry> {
    let mut captions: Vec<&Caption> = said.entries.iter().collect();
    captions.retain(|caption| !caption.text.trim().is_empty());
    captions.sort_by_key(|caption| caption.start);
    let spaced = captions.iter().any(|caption| {
        caption.text.starts_with(char::is_whitespace) || caption.text.ends_with(char::is_whitespace)
    });
    let mut entries = VecDeque::with_capacity(captions.len());
    let mut before = "";
    for caption in captions {
        let (gap, opens) = match said.timing {
            Timing::Line => ("\n", true),
            Timing::Word => gap(before, &caption.text, spaced),
        };
        entries.push_back(Entry {
            text: clean(&caption.text, said.timing),
            start: caption.start,
            end: caption.end.max(caption.start),
            gap,
            opens,
        });
        before = &caption.text;
    }
    entries
}

/// What goes between two words, and whether a page may begin between them.
fn gap(before: &str, after: &str, spaced: bool) -> (&'static str, bool) {
    let ends = (before.chars().next_back(), after.chars().next());
    let unspaced = matches!(ends, (Some(one), Some(two)) if is_unspaced(one) || is_unspaced(two));
    match ends {
        (None, _) => ("", true),
        (Some(one), Some(two)) if one.is_whitespace() || two.is_whitespace() => (" ", true),
        _ if unspaced => ("", true),
        _ if spaced => ("", false),
        _ => (" ", true),
    }
}

/// Text without white space at its ends, and one space for any inside.
fn clean(text: &str, timing: Timing) -> String {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    match timing {
        Timing::Word => words(text),
        Timing::Line => {
            let lines: Vec<String> = text.trim().lines().map(words).collect();
            lines.join("\n")
        }
    }
}

#[cfg(test)]
mod tests;
