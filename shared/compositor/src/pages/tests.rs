use super::*;

/// Milliseconds are good enough as ticks here.
fn said(timing: Timing, entries: &[(&str, i64, i64)]) -> TimedText {
    let caption = |&(text, start, end): &(&str, i64, i64)| Caption {
        text: text.to_owned(),
        start: Ticks(start),
        end: Ticks(end),
    };
    TimedText {
        entries: entries.iter().map(caption).collect(),
        timing,
    }
}

/// Lines of at most ten characters, broken at spaces and newlines.
fn lines(text: &str) -> Vec<Range<usize>> {
    const COLUMNS: usize = 10;
    let mut lines: Vec<Range<usize>> = Vec::new();
    let (mut start, mut at) = (0, 0);
    for word in text.split_inclusive([' ', '\n']) {
        let wide = text[start..at + word.trim_end().len()].chars().count() > COLUMNS;
        if wide && at > start {
            lines.push(start..at);
            start = at;
        }
        at += word.len();
        if word.ends_with('\n') {
            lines.push(start..at);
            start = at;
        }
    }
    lines.push(start..at);
    lines
}

/// Text, start and end of each page.
fn packed(said: &TimedText, duration: i64, most: usize) -> Vec<(String, i64, i64)> {
    let limits = Limits {
        duration: Ticks(duration),
        lines: most,
    };
    let pages = pack(said, limits, lines).into_iter();
    pages
        .map(|page| (page.text, page.start.0, page.end.0))
        .collect()
}

fn page(text: &str, start: i64, end: i64) -> (String, i64, i64) {
    (text.to_owned(), start, end)
}

const WORDS: [(&str, i64, i64); 5] = [
    ("one", 0, 10),
    ("two", 10, 20),
    ("three", 25, 30),
    ("four", 30, 40),
    ("five", 40, 50),
];

#[test]
fn pages_last_no_longer_than_their_limit() {
    let said = said(Timing::Word, &WORDS);
    assert_eq!(
        packed(&said, 20, 9),
        [
            page("one two", 0, 20),
            page("three four", 25, 40),
            page("five", 40, 50)
        ]
    );
    assert_eq!(
        packed(&said, 19, 9),
        [
            page("one", 0, 10),
            page("two", 10, 20),
            page("three four", 25, 40),
            page("five", 40, 50)
        ]
    );
    // Each entry is longer than that.
    assert_eq!(packed(&said, 1, 9).len(), 5);
}

#[test]
fn pages_hold_no_more_text_than_is_kept() {
    let half = "x".repeat(MOST_BYTES / 2);
    let whole = "x".repeat(MOST_BYTES + 1);
    let entries = [
        (&*half, 0, 1),
        (&*half, 1, 2),
        ("y", 2, 3),
        (&*whole, 3, 4),
        ("z", 4, 5),
    ];
    let pages = packed(&said(Timing::Line, &entries), 999, 999);
    let lengths: Vec<usize> = pages.iter().map(|(text, ..)| text.len()).collect();
    assert_eq!(lengths, [half.len(), half.len() + 2, whole.len(), 1]);
}

#[test]
fn pages_have_no_more_lines_than_their_limit() {
    let said = said(Timing::Word, &WORDS);
    assert_eq!(
        packed(&said, 999, 1),
        [
            page("one two", 0, 20),
            page("three four", 25, 40),
            page("five", 40, 50)
        ]
    );
    assert_eq!(
        packed(&said, 999, 2),
        [page("one two three four", 0, 40), page("five", 40, 50)]
    );
    assert_eq!(packed(&said, 999, 3).len(), 1);
}

#[test]
fn pages_of_many_entries_are_tried_in_growing_steps() {
    let entries: Vec<(&str, i64, i64)> = (0..1000).map(|i| ("word", i, i + 1)).collect();
    let said = said(Timing::Word, &entries);
    // Two words a line.
    assert_eq!(packed(&said, 9999, 100).len(), 5);
    let mut tried = 0;
    let limits = Limits {
        duration: Ticks(i64::MAX),
        lines: 1,
    };
    pack(&said, limits, |text| {
        tried += text.len();
        lines(text)
    });
    assert!(tried < 500 * 160, "{tried} bytes laid out for 5000");
}

#[test]
fn words_bring_their_spaces_or_get_them() {
    let join = |entries: &[&str]| {
        let entries: Vec<_> = (0..)
            .zip(entries)
            .map(|(i, text)| (*text, i, i + 1))
            .collect();
        packed(&said(Timing::Word, &entries), 999, 99).remove(0).0
    };
    assert_eq!(join(&["Hello,", "you", "there"]), "Hello, you there");
    assert_eq!(join(&[" Hel", "lo,", " you"]), "Hello, you");
    assert_eq!(join(&["Hel", "lo, ", "you "]), "Hello, you");
    assert_eq!(join(&[" a ", "  b\n", " c\td "]), "a b c d");
    assert_eq!(join(&["今日", "は", "晴れ", "OK", "!"]), "今日は晴れOK !");
    assert_eq!(join(&["  ", "a", "", "b"]), "a b");
}

#[test]
fn pages_do_not_begin_within_a_word() {
    let entries = [(" aaaa", 0, 1), (" bb", 1, 2), ("bbb", 2, 3), ("bb", 3, 4)];
    assert_eq!(
        packed(&said(Timing::Word, &entries), 3, 1),
        [page("aaaa", 0, 1), page("bbbbbbb", 1, 4)]
    );
}

#[test]
fn lines_stand_in_lines_of_their_own() {
    let entries = [
        (" a line ", 0, 10),
        ("of  two\nlines", 10, 20),
        ("x", 20, 30),
    ];
    assert_eq!(
        packed(&said(Timing::Line, &entries), 30, 3),
        [page("a line\nof two\nlines", 0, 20), page("x", 20, 30)]
    );
    assert_eq!(
        packed(&said(Timing::Line, &entries), 30, 4),
        [page("a line\nof two\nlines\nx", 0, 30)]
    );
}

#[test]
fn an_entry_of_too_many_lines_is_shared_out_over_pages() {
    let entries = [
        ("short", 0, 100),
        ("eight or nine words are too much.", 100, 430),
        ("tail", 430, 500),
    ];
    assert_eq!(
        packed(&said(Timing::Line, &entries), 9999, 2),
        [
            page("short", 0, 100),
            page("eight or\nnine words".replace('\n', " ").as_str(), 100, 300),
            page("are too much.", 300, 430),
            page("tail", 430, 500)
        ]
    );
}

#[test]
fn order_overlap_and_nonsense_are_borne() {
    let entries = [
        ("later", 50, 60),
        ("first", 0, 55),
        ("backwards", 90, 70),
        (" ", 0, 999),
    ];
    let pages = packed(&said(Timing::Line, &entries), 1, 1);
    assert_eq!(
        pages,
        [
            page("first", 0, 50),
            page("later", 50, 60),
            page("backwards", 90, 90)
        ]
    );
    assert!(packed(&said(Timing::Word, &[]), 1, 1).is_empty());
}

#[test]
fn a_page_shows_from_its_first_start_to_its_last_end() {
    let limits = Limits {
        duration: Ticks(20),
        lines: 9,
    };
    let pages = pack(&said(Timing::Word, &WORDS), limits, lines);
    for (time, expected) in [
        (-1, None),
        (0, Some((0, "one"))),
        (9, Some((0, "one"))),
        (10, Some((0, "two"))),
        (19, Some((0, "two"))),
        (20, None),
        (24, None),
        (25, Some((1, "three"))),
        (39, Some((1, "four"))),
        (40, Some((2, "five"))),
        (49, Some((2, "five"))),
        (50, None),
    ] {
        let found = at(&pages, Ticks(time)).map(|(index, page)| {
            let spoken = page.spoken(Ticks(time));
            (index, &page.text[spoken[0].clone()])
        });
        assert_eq!(found, expected, "{time}");
    }
}
