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

#[cfg(test)]
mod tests {
    use crate::model::{TimedText, Timing};

    /// Words with their times in milliseconds.
    fn words(text: &str) -> Vec<(String, f64, f64)> {
        let said = TimedText::of_subtitles(text.as_bytes(), Timing::Word).unwrap();
        assert_eq!(said.timing, Timing::Word);
        let ms = |time: crate::Ticks| (time.seconds() * 1e6).round() / 1e3;
        let entries = said.entries.into_iter();
        entries
            .map(|entry| (entry.text, ms(entry.start), ms(entry.end)))
            .collect()
    }

    fn word(text: &str, start: f64, end: f64) -> (String, f64, f64) {
        (text.to_owned(), start, end)
    }

    #[test]
    fn words_without_times_share_those_of_their_cue_by_letters() {
        let text = "00:00:01,000 --> 00:00:02,000\nI said\nhello\n\n00:00:03,000 --> 00:00:04,000\n你好 you\n\n00:00:05,000 --> 00:00:06,000\n你好\n";
        assert_eq!(
            words(text),
            [
                word("I ", 1000.0, 1100.0),
                word("said ", 1100.0, 1500.0),
                word("hello ", 1500.0, 2000.0),
                word("你好 ", 3000.0, 3400.0),
                word("you ", 3400.0, 4000.0),
                word("你好", 5000.0, 6000.0),
            ]
        );
    }

    #[test]
    fn words_begin_and_end_at_the_times_that_lyrics_give_them() {
        let text = "[00:01.00][00:11.00] <00:01.00>One <00:01.50>and two <00:02.50> <00:03.00>three\n[00:04.00]<00:04.00>你<00:04.50>好\n[00:05.00]\n";
        assert_eq!(
            words(text),
            [
                word("One ", 1000.0, 1500.0),
                word("and ", 1500.0, 2000.0),
                word("two ", 2000.0, 2500.0),
                word("three ", 3000.0, 4000.0),
                word("你", 4000.0, 4500.0),
                word("好", 4500.0, 5000.0),
                word("One ", 11_000.0, 11_500.0),
                word("and ", 11_500.0, 12_000.0),
                word("two ", 12_000.0, 12_500.0),
                word("three ", 13_000.0, 16_000.0),
            ]
        );
        // A time in a word of a script with spaces does not cut it.
        let sooner = "[offset:500]\n[00:01.00]<00:01.00>se<00:01.50>same\n[00:02.00]\n";
        assert_eq!(words(sooner), [word("sesame ", 500.0, 1500.0)]);
    }

    #[test]
    fn words_last_as_long_as_karaoke_tags_say() {
        let text = "[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:05.00,,,0,0,0,,{\\k50}Hel{\\kf50}lo{\\k100\\b1}\\N{\\K50}big {\\ko25}world\n";
        assert_eq!(
            words(text),
            [
                word("Hello ", 1000.0, 2000.0),
                word("big ", 3000.0, 3500.0),
                word("world ", 3500.0, 3750.0),
            ]
        );
    }

    #[test]
    fn times_of_words_stay_within_their_cue_and_in_order() {
        let text = "[00:05.00]<00:09.00>a <00:06.00>b <00:01.00>c\n[00:07.00]\n";
        assert_eq!(
            words(text),
            [
                word("a ", 7000.0, 7000.0),
                word("b ", 7000.0, 7000.0),
                word("c ", 7000.0, 7000.0),
            ]
        );
        let long = "[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:01.00,,,0,0,0,,{\\k999999}a{\\k999999}b\n";
        assert_eq!(words(long), [word("ab ", 1000.0, 1000.0)]);
    }
}
