//! Advanced `SubStation` Alpha: `Dialogue:` lines of the `[Events]` section, their
//! fields named by its `Format:` line. Styles, positions and effects are left out, as
//! are drawings; `\N` begins a line, `\n` and `\h` are spaces. `{\k50}`, `\K`, `\kf`
//! and `\ko` time the words after them: each lasts so many hundredths of a second.

use super::{Cue, Mark, SubtitleError, clock, letters, number, wrong};

/// With it the format begins.
pub(super) const FIRST: &str = "[Script Info]";
pub(super) const EXAMPLE: &str = "Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,words";

/// Fields where no `Format:` line names them.
const FIELDS: &str = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text";

/// Where a `Dialogue:` line has what is read.
struct Columns {
    start: usize,
    end: usize,
    /// The last field: it may hold commas.
    text: usize,
}

impl Columns {
    fn of(format: &str) -> Option<Self> {
        let fields: Vec<&str> = format.split(',').map(str::trim).collect();
        let find = |name: &str| {
            fields
                .iter()
                .position(|field| field.eq_ignore_ascii_case(name))
        };
        let text = find("Text").filter(|text| text + 1 == fields.len())?;
        Some(Self {
            start: find("Start")?,
            end: find("End")?,
            text,
        })
    }
}

pub(super) fn read<'a>(
    lines: impl Iterator<Item = (usize, &'a str)>,
) -> Result<Vec<Cue>, SubtitleError> {
    let mut lines = lines.filter(|(_, line)| !line.trim().is_empty());
    match lines.next() {
        Some((_, first)) if is_section(first, FIRST) => {}
        Some((line, _)) => {
            return Err(wrong(
                line,
                "not [Script Info], with which the format begins",
            ));
        }
        None => return Ok(Vec::new()),
    }
    let (mut columns, mut events, mut cues) = (Columns::of(FIELDS), false, Vec::new());
    for (number, line) in lines {
        if line.trim_start().starts_with('[') {
            events = is_section(line, "[Events]");
            continue;
        }
        if !events {
            continue;
        }
        let (kind, rest) = line.split_once(':').unwrap_or((line, ""));
        match kind.trim() {
            "Format" => {
                columns = Columns::of(rest);
                if columns.is_none() {
                    return Err(wrong(
                        number,
                        "a Format without Start, End, and Text at its end",
                    ));
                }
            }
            "Dialogue" => {
                let cue = columns.as_ref().and_then(|columns| dialogue(rest, columns));
                let cue = cue.ok_or(wrong(
                    number,
                    "not a Dialogue with times like 0:00:01.00 in the fields of Format",
                ))?;
                if cue.end_ms < cue.start_ms {
                    return Err(wrong(number, "it ends before it begins"));
                }
                cues.push(cue);
            }
            // Comments, and events that are not text.
            _ => {}
        }
    }
    Ok(cues)
}

fn is_section(line: &str, name: &str) -> bool {
    line.trim().eq_ignore_ascii_case(name)
}

fn dialogue(rest: &str, columns: &Columns) -> Option<Cue> {
    let fields: Vec<&str> = rest.splitn(columns.text + 1, ',').collect();
    let time = |column: usize| clock(fields.get(column)?.trim(), &['.']);
    let (start_ms, end_ms) = (time(columns.start)?, time(columns.end)?);
    let text = fields.get(columns.text)?.trim();
    // No override begins with these letters.
    let text = text
        .replace("\\N", "\n")
        .replace("\\n", " ")
        .replace("\\h", " ");
    let (mut marks, mut counted, mut now) = (Vec::new(), 0, start_ms);
    let mut place = 0;
    let text = without_overrides(&text, |block, before| {
        place += letters(before.get(counted..).unwrap_or_default());
        counted = before.len();
        for lasts_ms in tags(block).filter_map(lasting) {
            marks.push(Mark {
                place,
                time_ms: now,
            });
            now = now.saturating_add(lasts_ms);
        }
        // Without tags it is a comment.
        true
    });
    if !marks.is_empty() {
        let place = letters(&text);
        marks.push(Mark {
            place,
            time_ms: now,
        });
    }
    Some(Cue {
        start_ms,
        end_ms,
        text,
        marks,
    })
}

/// How long the words after a tag like `k50` last, in milliseconds.
fn lasting(tag: &str) -> Option<u64> {
    let digits = ["kf", "ko", "k", "K"]
        .iter()
        .find_map(|name| tag.strip_prefix(name))?;
    Some(number(digits.trim(), 1..=6)? * 10)
}

/// The tags of a `{\...}` block.
fn tags(block: &str) -> impl Iterator<Item = &str> {
    block.split('\\').skip(1).map(str::trim)
}

/// Text without `{...}` blocks, and without the drawings that `\p1` begins and `\p0`
/// ends. `leave_out` is told each block and the text before it; one that it does not
/// leave out is text.
pub(super) fn without_overrides(
    text: &str,
    mut leave_out: impl FnMut(&str, &str) -> bool,
) -> String {
    let mut plain = String::with_capacity(text.len());
    let (mut rest, mut drawing) = (text, false);
    while let Some((before, after)) = rest.split_once('{') {
        if !drawing {
            plain.push_str(before);
        }
        let Some((block, after)) = after.split_once('}') else {
            // No block ends any more.
            rest = rest.get(before.len()..).unwrap_or_default();
            break;
        };
        rest = after;
        if !leave_out(block, &plain) {
            if !drawing {
                plain.extend(["{", block, "}"]);
            }
            continue;
        }
        let modes = tags(block).filter_map(|tag| tag.strip_prefix('p'));
        let mode = modes.filter_map(|mode| mode.parse::<u8>().ok()).last();
        drawing = mode.map_or(drawing, |mode| mode > 0);
    }
    if !drawing {
        plain.push_str(rest);
    }
    plain
}
