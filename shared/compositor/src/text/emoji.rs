//! Which characters are drawn as colour emoji.

use std::ops::Range;

/// Characters below U+1F000 that are emoji without a variation selector
/// (Unicode `Emoji_Presentation`).
const EARLY: [(u32, u32); 37] = [
    (0x231a, 0x231b),
    (0x23e9, 0x23ec),
    (0x23f0, 0x23f0),
    (0x23f3, 0x23f3),
    (0x25fd, 0x25fe),
    (0x2614, 0x2615),
    (0x2648, 0x2653),
    (0x267f, 0x267f),
    (0x2693, 0x2693),
    (0x26a1, 0x26a1),
    (0x26aa, 0x26ab),
    (0x26bd, 0x26be),
    (0x26c4, 0x26c5),
    (0x26ce, 0x26ce),
    (0x26d4, 0x26d4),
    (0x26ea, 0x26ea),
    (0x26f2, 0x26f3),
    (0x26f5, 0x26f5),
    (0x26fa, 0x26fa),
    (0x26fd, 0x26fd),
    (0x2705, 0x2705),
    (0x270a, 0x270b),
    (0x2728, 0x2728),
    (0x274c, 0x274c),
    (0x274e, 0x274e),
    (0x2753, 0x2755),
    (0x2757, 0x2757),
    (0x2795, 0x2797),
    (0x27b0, 0x27b0),
    (0x27bf, 0x27bf),
    (0x2b1b, 0x2b1c),
    (0x2b50, 0x2b50),
    (0x2b55, 0x2b55),
    (0x1f004, 0x1f004),
    (0x1f0cf, 0x1f0cf),
    (0x1f18e, 0x1f18e),
    (0x1f191, 0x1f19a),
];

const TEXT_SELECTOR: char = '\u{fe0e}';
const EMOJI_SELECTOR: char = '\u{fe0f}';
const JOINER: char = '\u{200d}';
const KEYCAP: char = '\u{20e3}';

fn is_emoji(ch: char) -> bool {
    let code = u32::from(ch);
    EARLY.iter().any(|&(from, to)| (from..=to).contains(&code))
        || (0x1f1e6..=0x1f1ff).contains(&code)
        || (0x1f201..=0x1f265).contains(&code)
        || (0x1f300..=0x1faff).contains(&code)
}

/// Whether a character continues the emoji before it.
fn continues(ch: char) -> bool {
    matches!(ch, EMOJI_SELECTOR | JOINER | KEYCAP)
        || ('\u{1f3fb}'..='\u{1f3ff}').contains(&ch)
        || ('\u{e0020}'..='\u{e007f}').contains(&ch)
}

/// Byte ranges of `text` that are emoji.
pub(super) fn ranges(text: &str) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut chars = text.char_indices().peekable();
    let mut joined = false;
    while let Some((at, ch)) = chars.next() {
        let next = chars.peek().map(|&(_, next)| next);
        let touching = ranges.last().is_some_and(|last| last.end == at);
        let is = match next {
            Some(TEXT_SELECTOR) => false,
            Some(EMOJI_SELECTOR) => true,
            _ => is_emoji(ch) || (touching && (joined || continues(ch))),
        };
        joined = ch == JOINER;
        if !is {
            continue;
        }
        let end = at + ch.len_utf8();
        match ranges.last_mut() {
            Some(last) if last.end == at => last.end = end,
            _ => ranges.push(at..end),
        }
    }
    ranges
}
