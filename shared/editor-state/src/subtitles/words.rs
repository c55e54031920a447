//! From cues to captions.

use super::{Cue, SubtitleFormat, letters};
use crate::model::{Caption, TICKS_PER_SECOND, Ticks, TimedText, Timing, is_unspaced};
use crate::{SubtitleError, read_subtitles};

impl TimedText {
    /// What a subtitle file says, as a caption asset of this timing would say it.
    ///
    /// By line, an entry is a cue. By word, it is what white space separates; in scripts
    /// written without, also what the file gives a time of its own. The words of a cue
    /// share the time between two times that the file gives by their letters.
    ///
    /// # Errors
    /// [`SubtitleError`] says what is wrong, and in which line.
    pub fn of_subtitles(bytes: &[u8], timing: Timing) -> Result<Self, SubtitleError> {
        let cues = read_subtitles(bytes, SubtitleFormat::of(bytes))?;
        let entries = match timing {
            Timing::Line => cues.into_iter().map(line).collect(),
            Timing::Word => cues.iter().flat_map(words).collect(),
        };
        Ok(Self { entries, timing })
    }
}

fn ticks(time_ms: u64) -> Ticks {
    Ticks((time_ms as i64).saturating_mul(TICKS_PER_SECOND / 1000))
}

fn line(cue: Cue) -> Caption {
    Caption {
        text: cue.text,
        start: ticks(cue.start_ms),
        end: ticks(cue.end_ms),
    }
}

fn words(cue: &Cue) -> Vec<Caption> {
    let times = Times::of(cue);
    let mut words: Vec<Caption> = Vec::new();
    let mut place = 0;
    for token in cue.text.split_whitespace() {
        let mut rest = token;
        while !rest.is_empty() {
            let (word, after) = rest.split_at(times.piece(rest, place));
            let next = place + letters(word);
            // A space tells that a word ends here.
            let space = if after.is_empty() { " " } else { "" };
            words.push(Caption {
                text: format!("{word}{space}"),
                start: times.start(place),
                end: times.end(next),
            });
            (rest, place) = (after, next);
        }
    }
    // What follows, in another cue, need not be another word there.
    if let Some(last) = words.last_mut()
        && last.text.trim_end().ends_with(is_unspaced)
    {
        last.text.truncate(last.text.trim_end().len());
    }
    words
}

/// The known times of a cue by their places, both rising, from its start at 0 to its end.
struct Times(Vec<(usize, u64)>);

impl Times {
    fn of(cue: &Cue) -> Self {
        let mut times = vec![(0, cue.start_ms)];
        let (mut place, mut time) = (0, cue.start_ms);
        let (letters, end) = (letters(&cue.text), cue.end_ms);
        for mark in &cue.marks {
            place = mark.place.min(letters).max(place);
            time = mark.time_ms.min(end).max(time);
            times.push((place, time));
        }
        times.push((letters, end));
        Self(times)
    }

    /// Bytes of the first piece of a token that begins at a place.
    fn piece(&self, token: &str, place: usize) -> usize {
        let mut before = None;
        for (letters, (byte, ch)) in token.char_indices().enumerate() {
            let unspaced = |before| is_unspaced(before) || is_unspaced(ch);
            let known = || {
                self.0
                    .binary_search_by_key(&(place + letters), |time| time.0)
            };
            if before.is_some_and(unspaced) && known().is_ok() {
                return byte;
            }
            before = Some(ch);
        }
        token.len()
    }

    /// When what begins at a place is heard first: the last time known there.
    fn start(&self, place: usize) -> Ticks {
        self.between(self.0.partition_point(|time| time.0 <= place), place)
    }

    /// When what ends at a place has been heard: the first time known there.
    fn end(&self, place: usize) -> Ticks {
        self.between(self.0.partition_point(|time| time.0 < place), place)
    }

    /// The time of a place before the known time of this index.
    fn between(&self, index: usize, place: usize) -> Ticks {
        let last = self.0.last().copied().unwrap_or_default();
        let (to, until) = self.0.get(index).copied().unwrap_or(last);
        let before = index.checked_sub(1).and_then(|index| self.0.get(index));
        let (from, since) = before.copied().unwrap_or_default();
        let (since, until) = (ticks(since).0, ticks(until).0);
        if to <= from {
            return Ticks(until);
        }
        let part = (place - from) as f64 / (to - from) as f64;
        Ticks(since + ((until - since) as f64 * part).round() as i64)
    }
}
