//! Files that are small and ask for much, and a font that lies, met by a worker.

use darkroom_test_stack::font;

use super::*;
use crate::common::strange_font;

/// A chunk of a PNG with its checksum.
type Chunk = &'static [u8];
const PNG_HEAD: Chunk = b"\x89PNG\r\n\x1a\n";
/// 16,000 pixels a side, of one bit.
const PNG_SIZE: Chunk = b"\0\0\0\x0dIHDR\0\0\x3e\x80\0\0\x3e\x80\x01\0\0\0\0\x69\x05\xe2\x73";
/// The first of its lines.
const PNG_LINE: Chunk = b"\0\0\0\x17IDAT\x78\x9c\x63\x60\x18\x05\xa3\x60\x14\x8c\x82\x51\x30\x0a\
                          \x46\xc1\x90\x07\0\x07\xd1\0\x01\x56\xa6\x3c\xd3";
const PNG_END: Chunk = b"\0\0\0\0IEND\xae\x42\x60\x82";

/// A whole lossless WebP of 10,000 pixels a side, all of one colour: each of its five codes
/// has one symbol, of no bits, so that no pixel takes any.
const WEBP: &[u8] = b"RIFF\x14\0\0\0WEBPVP8L\x08\0\0\0\x2f\x0f\xe7\xc3\x09\x88\x88\x08";

/// 2^24 pixels in 2^31 - 1 lines, of one bit.
const PNG_WORST_SIZE: Chunk =
    b"\0\0\0\x0dIHDR\x01\0\0\0\x7f\xff\xff\xff\x01\0\0\0\0\xb1\xc5\x73\x24";

fn png() -> Vec<u8> {
    [PNG_HEAD, PNG_SIZE, PNG_LINE, PNG_END].concat()
}

fn drawing(head: &str, inside: &str) -> Vec<u8> {
    let svg = "svg xmlns=\"http://www.w3.org/2000/svg\" width=\"64\" height=\"64\"";
    format!("{head}<{svg}>{inside}</svg>").into_bytes()
}

/// Ten of ten of ten, nine times.
fn laughs() -> Vec<u8> {
    let laughs = (1..10).fold("<!ENTITY e0 \"ha\">".to_owned(), |all, n| {
        let before = format!("&e{};", n - 1).repeat(10);
        format!("{all}<!ENTITY e{n} \"{before}\">")
    });
    drawing(&format!("<!DOCTYPE svg [{laughs}]>"), "<desc>&e9;</desc>")
}

fn nested() -> Vec<u8> {
    let (open, close) = ("<g>".repeat(50_000), "</g>".repeat(50_000));
    drawing("", &format!("{open}{close}"))
}

/// A font each of whose tables is as long as can be said.
fn lying_font() -> Vec<u8> {
    let mut font = font::renamed();
    let tables = usize::from(u16::from_be_bytes([font[4], font[5]]));
    for record in font[12..].chunks_exact_mut(16).take(tables) {
        record[12..].fill(0xff);
    }
    font
}

/// Texts in fonts whose letters are pictures that need more memory than there is.
async fn letters_are_left_out(stack: &Stack, worker: &Worker) {
    let worst = [PNG_HEAD, PNG_WORST_SIZE, PNG_LINE, PNG_END].concat();
    for (family, picture) in [("Marke Riesige 1", png()), ("Marke Riesige 2", worst)] {
        let name = format!("{family}.ttf");
        let font = font::pictured(family, &picture);
        stack.store.put_font(&name, font).await.unwrap();
        let mut text = strange_font();
        text["items"]["square"]["fontFamily"] = json!(family);
        let drawn = done(stack, worker, &text).await;
        assert_eq!(drawn.state, TaskState::Completed, "{:?}", drawn.error);
        // It was this font.
        assert_eq!(drawn.warnings, [""; 0]);
    }
}

/// The picture as a sticker.
fn sticker_at(url: &str) -> Value {
    let mut state = picture_at(url);
    let asset = &mut state["assets"]["pic-7"];
    asset["type"] = json!("lottie");
    asset["resourceType"] = json!("svg");
    asset["durationInSeconds"] = json!(1);
    let item = &mut state["items"]["square"];
    item["type"] = json!("lottie");
    item["sourceStartTicks"] = json!(0);
    item["playbackRate"] = json!(1);
    state
}

#[tokio::test(flavor = "multi_thread")]
async fn bombs_end_their_tasks_alone() {
    let stack = Stack::start().await;
    let web = Web::start(|_| {
        HashMap::from([
            ("/good", Page::Bytes(pixel())),
            ("/png", Page::Bytes(png())),
            ("/webp", Page::Bytes(WEBP.to_vec())),
            ("/laughs", Page::Bytes(laughs())),
            ("/nested", Page::Bytes(nested())),
        ])
    })
    .await;
    let limits = FetchLimits {
        connect: WAIT,
        idle: WAIT,
        total: Duration::from_secs(5),
    };
    let fetcher = Fetcher::new(&[web.host()], limits, &Lookup::default()).unwrap();
    let worker = stack.worker_with(fetcher, |config| config.asset_limit_bytes = LIMIT_BYTES);
    for (name, bytes) in [
        ("lies.otf", lying_font()),
        ("noise.ttf", vec![0xff; 1 << 16]),
    ] {
        stack.store.put_font(name, bytes).await.unwrap();
    }
    for (state, says) in [
        (picture_at(&web.url("/png")), "16000x16000 pixels; at most"),
        (picture_at(&web.url("/webp")), "10000x10000 pixels; at most"),
        (sticker_at(&web.url("/laughs")), "no readable SVG"),
        (sticker_at(&web.url("/nested")), "too many elements"),
    ] {
        let task = done(&stack, &worker, &state).await;
        assert_refused(&stack, task, says);
    }
    Box::pin(letters_are_left_out(&stack, &worker)).await;
    let good = done(&stack, &worker, &picture_at(&web.url("/good"))).await;
    assert_eq!(good.state, TaskState::Completed, "{:?}", good.error);

    let mut text = strange_font();
    text["items"]["square"]["fontFamily"] = json!(font::FAMILY);
    let written = done(&stack, &worker, &text).await;
    assert_eq!(written.state, TaskState::Completed, "{:?}", written.error);
    assert_eq!(written.warnings.len(), 1, "{:?}", written.warnings);
}
