//! `SubRip`: blocks of a number, a line of times and lines of text, with empty lines
//! between them. The number may be missing and counts for nothing. After the times may
//! stand a position, which is left out, as are `<b>`, `<i>`, `<u>`, `<s>`, `<font>` and
//! `{\...}` in the text.

use super::{Cue, SubtitleError, ass, clock, number, without_angles, wrong};

pub(super) const EXAMPLE: &str = "00:00:01,000 --> 00:00:02,500";
const TIMES: &str = "not times like 00:00:01,000 --> 00:00:02,500";

pub(super) fn read<'a>(
    lines: impl Iterator<Item = (usize, &'a str)>,
) -> Result<Vec<Cue>, SubtitleError> {
    let mut lines = lines.peekable();
    let mut cues = Vec::new();
    while let Some((line, first)) = lines.next() {
        if first.trim().is_empty() {
            continue;
        }
        let (line, times) = match number(first.trim(), 1..=9) {
            Some(_) => lines
                .next()
                .ok_or(wrong(line, "a number and no times after it"))?,
            None => (line, first),
        };
        let (start_ms, end_ms) = range(times).ok_or(wrong(line, TIMES))?;
        if end_ms < start_ms {
            return Err(wrong(line, "it ends before it begins"));
        }
        let mut text = String::new();
        while let Some((line, next)) = lines.next_if(|(_, next)| !next.trim().is_empty()) {
            if range(next).is_some() {
                return Err(wrong(
                    line,
                    "times within text; is an empty line missing before it?",
                ));
            }
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&plain(next.trim()));
        }
        cues.push(Cue {
            start_ms,
            end_ms,
            text,
            marks: Vec::new(),
        });
    }
    Ok(cues)
}

fn range(line: &str) -> Option<(u64, u64)> {
    let (start, rest) = line.split_once("-->")?;
    let end = rest.split_whitespace().next()?;
    Some((clock(start.trim(), &[',', '.'])?, clock(end, &[',', '.'])?))
}

/// Text without markup.
fn plain(text: &str) -> String {
    const TAGS: [&str; 5] = ["b", "i", "u", "s", "font"];
    let text = ass::without_overrides(text, |block, _| block.starts_with('\\'));
    without_angles(&text, |tag, _| {
        let name = tag.trim_start_matches('/').split_whitespace().next();
        name.is_some_and(|name| TAGS.iter().any(|known| known.eq_ignore_ascii_case(name)))
    })
}
