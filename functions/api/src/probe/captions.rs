//! Caption files: text with at least one timed line.

/// A caption format that is taken.
#[derive(Debug, Clone, Copy)]
pub(super) enum CaptionFormat {
    /// `00:00:01,000 --> 00:00:02,000`
    Srt,
    /// A `[Script Info]` section and `Dialogue:` lines.
    Ass,
    /// `[00:01.00]words`
    Lrc,
}

/// Accepts text that holds what its format is made of; one pass over the lines.
pub(super) fn check(bytes: &[u8], format: CaptionFormat) -> Result<(), String> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| "it is not UTF-8 text; save it as UTF-8".to_owned())?;
    let text = text.trim_start_matches('\u{feff}');
    if text.contains('\0') {
        return Err("it is not text".to_owned());
    }
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let (fits, needed) = match format {
        CaptionFormat::Srt => (
            lines.any(is_srt_time),
            "a line like 00:00:01,000 --> 00:00:02,500",
        ),
        CaptionFormat::Ass => (
            lines
                .next()
                .is_some_and(|line| line.eq_ignore_ascii_case("[Script Info]"))
                && lines.any(|line| line.starts_with("Dialogue:")),
            "a [Script Info] section at its start and a Dialogue: line",
        ),
        CaptionFormat::Lrc => (lines.any(is_lrc_line), "a line like [00:01.00] words"),
    };
    if fits {
        Ok(())
    } else {
        Err(format!("it has not {needed}"))
    }
}

fn is_srt_time(line: &str) -> bool {
    let Some((from, to)) = line.split_once("-->") else {
        return false;
    };
    // Positions may follow the second time.
    let to = to.split_whitespace().next().unwrap_or_default();
    [from.trim(), to].into_iter().all(|time| {
        let (clock, millis) = time.split_once([',', '.']).unwrap_or((time, ""));
        clock.split(':').count() == 3 && clock.split(':').all(is_number) && is_number(millis)
    })
}

fn is_lrc_line(line: &str) -> bool {
    let inside = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    inside
        .and_then(|(time, _)| time.split_once(':'))
        .is_some_and(|(minutes, seconds)| {
            let (whole, part) = seconds.split_once(['.', ':']).unwrap_or((seconds, "0"));
            [minutes, whole, part].into_iter().all(is_number)
        })
}

fn is_number(text: &str) -> bool {
    (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_is_known_by_its_timed_lines() {
        let srt = "\u{feff}1\r\n00:00:01,000 --> 00:00:02,500 X1:0\r\nHi\r\n";
        let ass =
            "[Script Info]\nTitle: x\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,,,0,0,0,,Hi\n";
        let lrc = "[ar:Someone]\n[01:02.34]Hi\n";
        for (format, good) in [
            (CaptionFormat::Srt, srt),
            (CaptionFormat::Ass, ass),
            (CaptionFormat::Lrc, lrc),
        ] {
            for text in [
                srt,
                ass,
                lrc,
                "{\"a\":1}",
                "",
                "1\n00:01 --> later\n",
                "[ar:Someone]",
            ] {
                let expected = text == good;
                assert_eq!(
                    check(text.as_bytes(), format).is_ok(),
                    expected,
                    "{format:?} {text}"
                );
            }
        }
        assert!(check(b"\xff\xfe1\0", CaptionFormat::Srt).is_err());
        assert!(check(b"\0[00:01.00]x", CaptionFormat::Lrc).is_err());
    }
}
