//! Subtitle files: `SubRip` (`.srt`), Advanced `SubStation` Alpha (`.ass`) and lyrics
//! (`.lrc`), read into timed text.
//!
//! Readers are strict: what is no part of the format is refused with the number of its
//! line, so that nobody finds a line missing in a finished film. Files are UTF-8, with
//! or without a byte order mark, lines ending in LF, CR LF or CR. Markup is removed.
//! Entries come back in the order of their starts; they may overlap, and entries
//! without text are left out.
//!
//! [`TimedText::of_subtitles`](crate::TimedText::of_subtitles) makes of them what a
//! caption asset of a document would say.

mod ass;
mod lrc;
mod srt;
mod words;

use crate::text_limits::MAX_CAPTION_CHARACTERS;

/// Largest file that is read: the upload limit of subtitles.
pub const MAX_SUBTITLE_BYTES: usize = 10 * 1024 * 1024;
/// Most words of a file, times within its text counted as such: more than a day of talk.
pub const MAX_SUBTITLE_WORDS: usize = 200_000;

/// A subtitle format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubtitleFormat {
    /// `SubRip`: numbered blocks with `00:00:01,000 --> 00:00:02,500`.
    Srt,
    /// Advanced `SubStation` Alpha, and its predecessor SSA: `Dialogue:` lines.
    Ass,
    /// Lyrics: `[00:01.00]words`. A line lasts until the next one.
    Lrc,
}

impl SubtitleFormat {
    /// The format that a file can be of: only `.ass` begins with `[Script Info]`, and
    /// only `.lrc` with another bracket.
    pub fn of(bytes: &[u8]) -> Self {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        // White space as readers take it; they refuse what is not UTF-8, whatever it is.
        let text = std::str::from_utf8(text).map_or_else(
            |_| text.trim_ascii_start(),
            |text| text.trim_start().as_bytes(),
        );
        let info = text.get(..ass::FIRST.len());
        if info.is_some_and(|info| info.eq_ignore_ascii_case(ass::FIRST.as_bytes())) {
            Self::Ass
        } else if text.starts_with(b"[") {
            Self::Lrc
        } else {
            Self::Srt
        }
    }

    /// What its timed text looks like.
    const fn example(self) -> &'static str {
        match self {
            Self::Srt => srt::EXAMPLE,
            Self::Ass => ass::EXAMPLE,
            Self::Lrc => lrc::EXAMPLE,
        }
    }
}

/// A piece of text and when it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// First millisecond it shows.
    pub start_ms: u64,
    /// First millisecond it does not show any more; never before `start_ms`.
    pub end_ms: u64,
    /// Plain text, lines separated by `\n`.
    pub text: String,
    /// Times that the format gives within the text, by place: `{\k50}` of `.ass`,
    /// `<00:01.50>` of `.lrc`.
    pub marks: Vec<Mark>,
}

/// A time within the text of a [`Cue`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Characters of the text before it, white space left out.
    pub place: usize,
    /// Milliseconds, whatever the times of the cue and of other marks are.
    pub time_ms: u64,
}

/// Why a subtitle file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubtitleError {
    /// Larger than [`MAX_SUBTITLE_BYTES`].
    #[error("the file has {0} bytes; subtitles may have {MAX_SUBTITLE_BYTES}")]
    TooLarge(usize),
    /// Not UTF-8.
    #[error("the file is not UTF-8 text; save it as UTF-8")]
    Encoding,
    /// No entry with text.
    #[error("the file holds no text with times like {}", .0.example())]
    Empty(SubtitleFormat),
    /// More than [`MAX_SUBTITLE_WORDS`].
    #[error("the file has {0} words; subtitles may have {MAX_SUBTITLE_WORDS}")]
    TooLong(usize),
    /// A cue of more than [`MAX_CAPTION_CHARACTERS`](crate::MAX_CAPTION_CHARACTERS).
    #[error(
        "{0} characters are shown at once; at most {MAX_CAPTION_CHARACTERS} are drawn: split them"
    )]
    LongCue(usize),
    /// A line that is not what the format has there.
    #[error("line {line}: {what}")]
    Line {
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// Reads a subtitle file.
///
/// # Errors
/// [`SubtitleError`] says what is wrong, and in which line.
pub fn read_subtitles(bytes: &[u8], format: SubtitleFormat) -> Result<Vec<Cue>, SubtitleError> {
    if bytes.len() > MAX_SUBTITLE_BYTES {
        return Err(SubtitleError::TooLarge(bytes.len()));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| SubtitleError::Encoding)?;
    if text.contains('\0') {
        return Err(SubtitleError::Encoding);
    }
    let lines = lines(text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut cues = match format {
        SubtitleFormat::Srt => srt::read(lines)?,
        SubtitleFormat::Ass => ass::read(lines)?,
        SubtitleFormat::Lrc => lrc::read(lines)?,
    };
    cues.retain(|cue| !cue.text.trim().is_empty());
    cues.sort_by_key(|cue| cue.start_ms);
    if cues.is_empty() {
        return Err(SubtitleError::Empty(format));
    }
    let longest = cues.iter().map(|cue| cue.text.chars().count()).max();
    let words = cues
        .iter()
        .map(|cue| cue.text.split_whitespace().count() + cue.marks.len())
        .sum();
    if words > MAX_SUBTITLE_WORDS {
        return Err(SubtitleError::TooLong(words));
    }
    if let Some(longest) = longest.filter(|longest| *longest > MAX_CAPTION_CHARACTERS) {
        return Err(SubtitleError::LongCue(longest));
    }
    Ok(cues)
}

/// Characters that are not white space: what places are counted in.
fn letters(text: &str) -> usize {
    text.chars().filter(|ch| !ch.is_whitespace()).count()
}

/// Lines with their numbers.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = Some(text);
    let lines = std::iter::from_fn(move || {
        let text = rest?;
        let Some((line, after)) = text.split_once(['\r', '\n']) else {
            rest = None;
            return Some(text);
        };
        let both = text
            .get(line.len()..)
            .is_some_and(|end| end.starts_with("\r\n"));
        rest = after.get(usize::from(both)..);
        Some(line)
    });
    lines.enumerate().map(|(index, line)| (index + 1, line))
}

fn wrong(line: usize, what: &'static str) -> SubtitleError {
    SubtitleError::Line { line, what }
}

/// Text without the `<...>` that `is_markup` knows, which is told what stands between
/// the angles and what comes before them; what only looks like it stays.
fn without_angles(text: &str, mut is_markup: impl FnMut(&str, &str) -> bool) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        plain.push_str(before);
        let end = after.find(['<', '>']).unwrap_or(after.len());
        let (tag, behind) = after.split_at_checked(end).unwrap_or((after, ""));
        rest = match behind.strip_prefix('>') {
            Some(behind) if is_markup(tag, &plain) => behind,
            _ => {
                plain.push('<');
                after
            }
        };
    }
    plain.push_str(rest);
    plain
}

/// A whole number of few enough digits.
fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<u64> {
    let plain = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// Minutes or seconds: below 60.
fn sixtieth(text: &str) -> Option<u64> {
    number(text, 1..=2).filter(|&part| part < 60)
}

/// Milliseconds of a decimal fraction of a second, one to three digits.
fn fraction(text: &str) -> Option<u64> {
    let scale = [100, 10, 1].get(text.len().checked_sub(1)?)?;
    Some(number(text, 1..=3)? * scale)
}

/// `hours:minutes:seconds` and a fraction, in milliseconds.
fn clock(text: &str, points: &[char]) -> Option<u64> {
    let (whole, part) = text.split_once(points)?;
    let (hours, rest) = whole.split_once(':')?;
    let (minutes, seconds) = rest.split_once(':')?;
    let minutes = number(hours, 1..=4)? * 60 + sixtieth(minutes)?;
    Some((minutes * 60 + sixtieth(seconds)?) * 1000 + fraction(part)?)
}

#[cfg(test)]
mod tests;
