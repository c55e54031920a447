use super::*;
use crate::model::{TimedText, Timing};
use SubtitleFormat::{Ass, Lrc, Srt};

fn read(text: &str, format: SubtitleFormat) -> Vec<(u64, u64, String)> {
    let cues = read_subtitles(text.as_bytes(), format).unwrap().into_iter();
    cues.map(|cue| (cue.start_ms, cue.end_ms, cue.text))
        .collect()
}

fn cue(start: u64, end: u64, text: &str) -> (u64, u64, String) {
    (start, end, text.to_owned())
}

fn refused(text: &str, format: SubtitleFormat) -> String {
    read_subtitles(text.as_bytes(), format)
        .unwrap_err()
        .to_string()
}

const SRT: &str = "1\n00:00:01,000 --> 00:00:02,500\nHello,\nyou.\n\n\n2\n00:01:00.5 --> 01:00:00.000 X1:0 Y2:3\n<i>Is</i> <FONT color=\"red\">3 < 4</font>?{\\an8}\n";

#[test]
fn srt_blocks_have_times_and_lines() {
    let expected = [
        cue(1000, 2500, "Hello,\nyou."),
        cue(60_500, 3_600_000, "Is 3 < 4?"),
    ];
    assert_eq!(read(SRT, Srt), expected);
    // Windows files, old Mac files, and numbers left out.
    let dos = format!("\u{feff}{}", SRT.replace('\n', "\r\n"));
    assert_eq!(read(&dos, Srt), expected);
    assert_eq!(read(&SRT.replace('\n', "\r"), Srt), expected);
    assert_eq!(
        read(&SRT.replace("1\n0", "0").replace("2\n0", "0"), Srt),
        expected
    );
}

#[test]
fn braces_of_srt_are_text_unless_a_backslash_begins_them() {
    let srt = "00:00:01,000 --> 00:00:02,000\n{laughs} {p1} Hi {\\an8}there {\n";
    let expected = [cue(1000, 2000, "{laughs} {p1} Hi there {")];
    assert_eq!(read(srt, Srt), expected);
}

#[test]
fn what_stands_before_the_first_backslash_is_no_override() {
    let ass =
        "[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,,,0,0,0,,{p1}Hi {k50}there\n";
    assert_eq!(read(ass, Ass), [cue(1000, 2000, "Hi there")]);
    let cues = read_subtitles(ass.as_bytes(), Ass).unwrap();
    assert!(cues[0].marks.is_empty());
}

#[test]
fn entries_come_in_the_order_of_their_starts_and_may_overlap() {
    let srt = "7\n00:00:05,000 --> 00:00:09,000\nB\n\n1\n00:00:01,000 --> 00:00:06,000\nA\n\n2\n00:00:02,000 --> 00:00:02,000\n\n";
    assert_eq!(read(srt, Srt), [cue(1000, 6000, "A"), cue(5000, 9000, "B")]);
}

#[test]
fn malformed_srt_is_refused_with_its_line() {
    let times = "not times like 00:00:01,000 --> 00:00:02,500";
    let empty = "the file holds no text with times like 00:00:01,000 --> 00:00:02,500";
    for (text, expected) in [
        (
            "\n\n1\n00:00:01 --> 00:00:02,000\nA",
            format!("line 4: {times}"),
        ),
        (
            "1\n00:61:01,000 --> 00:62:02,000\nA",
            format!("line 2: {times}"),
        ),
        (
            "1\n00:00:01,0000 --> 00:00:02,000\nA",
            format!("line 2: {times}"),
        ),
        ("1\n00:00:01,000 -->\nA", format!("line 2: {times}")),
        (
            "1\n00:00:01,000 --> 00:00:02,000\nA\n\nlost\n",
            format!("line 5: {times}"),
        ),
        ("1\r\n", format!("line 2: {times}")),
        ("1", "line 1: a number and no times after it".to_owned()),
        (
            "00:00:03,000 --> 00:00:02,000\nA",
            "line 1: it ends before it begins".to_owned(),
        ),
        (
            "1\n00:00:01,000 --> 00:00:02,000\nA\n2\n00:00:03,000 --> 00:00:04,000\nB",
            "line 5: times within text; is an empty line missing before it?".to_owned(),
        ),
        (
            "1\n00:00:01,000 --> 00:00:02,000\n<b></b>\n",
            empty.to_owned(),
        ),
        ("", empty.to_owned()),
    ] {
        assert_eq!(refused(text, Srt), expected, "{text:?}");
    }
}

const ASS: &str = "[Script Info]\nTitle: x\n\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: Default,Arial\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\nComment: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,not me\nDialogue: 0,0:00:03.50,0:00:04.00,Default,,0,0,0,,Second\\hline, with commas\nDialogue: 1,0:00:01.00,0:00:02.25,Default,,0,0,0,,{\\pos(1,2)\\b1}Two{\\b0}\\Nlines\\nhere\nDialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\\p1}m 0 0 l 9 9{\\p0}shape { open\n";

#[test]
fn ass_dialogues_lose_their_overrides() {
    let expected = [
        cue(1000, 2250, "Two\nlines here"),
        cue(3500, 4000, "Second line, with commas"),
        cue(5000, 6000, "shape { open"),
    ];
    assert_eq!(read(ASS, Ass), expected);
    let dos = format!("\u{feff}{}", ASS.replace('\n', "\r\n"));
    assert_eq!(read(&dos, Ass), expected);
}

#[test]
fn ass_fields_are_where_format_says() {
    let text =
        "[script info]\n[EVENTS]\nFormat: End, Start, Text\nDialogue: 0:00:02.0,0:00:01.0,a, b\n";
    assert_eq!(read(text, Ass), [cue(1000, 2000, "a, b")]);
    let without = "[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,,,0,0,0,,Hi\n[Fonts]\nDialogue: not one\n";
    assert_eq!(read(without, Ass), [cue(1000, 2000, "Hi")]);
}

#[test]
fn malformed_ass_is_refused_with_its_line() {
    let dialogue = "not a Dialogue with times like 0:00:01.00 in the fields of Format";
    for (text, expected) in [
        (
            "\n[Events]\n",
            "line 2: not [Script Info], with which the format begins".to_owned(),
        ),
        (
            "[Script Info]\n[Events]\nFormat: Text, Start, End\n",
            "line 3: a Format without Start, End, and Text at its end".to_owned(),
        ),
        (
            "[Script Info]\n[Events]\nDialogue: 0,0:00:01.00\n",
            format!("line 3: {dialogue}"),
        ),
        (
            "[Script Info]\n[Events]\nDialogue: 0,0:00:01,0:00:02.00,,,0,0,0,,Hi\n",
            format!("line 3: {dialogue}"),
        ),
        (
            "[Script Info]\n[Events]\nDialogue: 0,0:00:03.00,0:00:02.00,,,0,0,0,,Hi\n",
            "line 3: it ends before it begins".to_owned(),
        ),
        (
            "[Script Info]\n[Events]\n",
            "the file holds no text with times like Dialogue: \
             0,0:00:01.00,0:00:02.50,Default,,0,0,0,,words"
                .to_owned(),
        ),
    ] {
        assert_eq!(refused(text, Ass), expected, "{text:?}");
    }
}

#[test]
fn lrc_lines_last_until_the_next() {
    let text = "\u{feff}[ar:Someone]\r\n[00:01.50]One\r\n\r\n[00:03.00][00:09.250] <00:03.10>Two <00:03.50>words [x]\r\n[00:05:00]\r\n[00:07]Last < but\r\n";
    assert_eq!(
        read(text, Lrc),
        [
            cue(1500, 3000, "One"),
            cue(3000, 5000, "Two words [x]"),
            cue(7000, 9250, "Last < but"),
            cue(9250, 14_250, "Two words [x]"),
        ]
    );
}

#[test]
fn lrc_lines_may_share_a_time_and_be_moved() {
    let text = "[offset:+500]\n[00:02.00]Later\n[00:01.00]Original\n[00:01.00]Translation\n";
    assert_eq!(
        read(text, Lrc),
        [
            cue(500, 1500, "Original"),
            cue(500, 1500, "Translation"),
            cue(1500, 6500, "Later"),
        ]
    );
    let sooner = "[offset:5000]\n[00:01.00]A\n[00:07.00]B\n";
    assert_eq!(read(sooner, Lrc), [cue(0, 2000, "A"), cue(2000, 7000, "B")]);
    let late = "[offset:-1000]\n[00:01.00]A\n";
    assert_eq!(read(late, Lrc), [cue(2000, 7000, "A")]);
}

#[test]
fn metadata_of_lrc_may_hold_brackets_or_nothing() {
    let text = "[ti:Midnight [Live]]\n[ar:[a] and [b]]\n[offset:]\n[by:]\n[00:01.00]A [x]\n";
    assert_eq!(read(text, Lrc), [cue(1000, 6000, "A [x]")]);
}

#[test]
fn malformed_lrc_is_refused_with_its_line() {
    for (text, expected) in [
        (
            "[00:01.00]A\nwords",
            "line 2: not a line like [00:01.00]words",
        ),
        ("[00:61.00]A", "line 1: not a line like [00:01.00]words"),
        (
            "[ti:Midnight] [Live] it",
            "line 1: not a line like [00:01.00]words",
        ),
        (
            "[Chorus: all] la la [x2]",
            "line 1: not a line like [00:01.00]words",
        ),
        (
            "[ar:X][00:61.00]Words [live]",
            "line 1: not a line like [00:01.00]words",
        ),
        ("[00:01.00A", "line 1: not a line like [00:01.00]words"),
        (
            "[offset:soon]\n[00:01.00]A",
            "line 1: an offset that is no number",
        ),
        (
            "[ar:Someone]",
            "the file holds no text with times like [00:01.00]words",
        ),
    ] {
        assert_eq!(refused(text, Lrc), expected, "{text:?}");
    }
}

#[test]
fn what_is_not_text_is_refused() {
    for format in [Srt, Ass, Lrc] {
        let of = |bytes: &[u8]| read_subtitles(bytes, format).unwrap_err();
        assert_eq!(of(b"\xff\xfe1\0\n\0"), SubtitleError::Encoding);
        assert_eq!(of(b"[00:01.00]a\0b"), SubtitleError::Encoding);
        let large = vec![b' '; MAX_SUBTITLE_BYTES + 1];
        assert_eq!(of(&large), SubtitleError::TooLarge(large.len()));
    }
}

#[test]
fn no_part_of_a_file_and_no_mix_of_them_is_the_end_of_the_process() {
    let lyrics = "[00:01.00]A <00:02.00>b\n[offset:-9]";
    for text in [SRT, ASS, lyrics] {
        for format in [Srt, Ass, Lrc] {
            for cut in 0..text.len() {
                let _ = read_subtitles(&text.as_bytes()[..cut], format);
                let _ = read_subtitles(&text.as_bytes()[cut..], format);
            }
        }
    }
}

#[test]
fn reading_takes_no_longer_than_the_file_is() {
    let times = "00:00:01,000 --> 00:00:02,000\n";
    for piece in ["{<[", "<", "{\\p1}", "{", "<b>"] {
        let deep = piece.repeat(MAX_SUBTITLE_BYTES / piece.len() / 2);
        for text in [format!("{times}x{deep}"), format!("{times}x{deep}>}}")] {
            // What of it is markup is gone, and the rest too much for one cue.
            match read_subtitles(text.as_bytes(), Srt) {
                Ok(cues) => assert_eq!(cues.len(), 1),
                Err(error) => assert!(matches!(error, SubtitleError::LongCue(_)), "{error}"),
            }
        }
    }
    let most = crate::MAX_CAPTION_CHARACTERS;
    assert_eq!(read(&format!("{times}{}", "ä".repeat(most)), Srt).len(), 1);
    assert_eq!(
        refused(&format!("{times}{}", "ä".repeat(most + 1)), Srt),
        "10001 characters are shown at once; at most 10000 are drawn: split them"
    );
    let marked = format!("{times}{}", "a ".repeat(MAX_SUBTITLE_WORDS + 1));
    assert_eq!(
        refused(&marked, Srt),
        "the file has 200001 words; subtitles may have 200000"
    );
    let marked = format!("[00:01.00]{}", "<00:01.00>".repeat(MAX_SUBTITLE_WORDS));
    assert_eq!(
        refused(&format!("{marked}a"), Lrc),
        "the file has 200001 words; subtitles may have 200000"
    );
    let tags = "[00:01.00]".repeat(100_000);
    let text = format!("{tags}{}", "words ".repeat(1000));
    assert_eq!(
        refused(&text, Lrc),
        "line 1: text that is sung again too often"
    );
}

#[test]
fn a_file_is_of_the_format_that_it_can_be() {
    let lrc = "\u{feff}\r\n[00:01.50]One";
    for (text, format) in [(SRT, Srt), (ASS, Ass), (lrc, Lrc), ("", Srt), ("{}", Srt)] {
        assert_eq!(SubtitleFormat::of(text.as_bytes()), format, "{text}");
    }
    // White space of any script before it, as the readers leave out.
    let ass = format!("\u{feff}\u{a0}\u{2028}{ASS}");
    for (text, format) in [("\u{3000}[00:01.50]One", Lrc), (ass.as_str(), Ass)] {
        assert_eq!(SubtitleFormat::of(text.as_bytes()), format, "{text}");
        assert!(
            TimedText::of_subtitles(text.as_bytes(), Timing::Line).is_ok(),
            "{text}"
        );
    }
    assert_eq!(SubtitleFormat::of(b" [00:01.50]\xff"), Lrc);
}

#[test]
fn entries_by_line_are_cues() {
    let said = TimedText::of_subtitles(SRT.as_bytes(), Timing::Line).unwrap();
    let first = &said.entries[0];
    assert_eq!((said.timing, said.entries.len()), (Timing::Line, 2));
    assert_eq!(first.text, "Hello,\nyou.");
    assert_eq!((first.start.0, first.end.0), (240_000, 600_000));
}
