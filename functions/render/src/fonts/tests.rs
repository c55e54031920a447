use darkroom_store::{Queues, StoreConfig};
use darkroom_test_stack::telemetry::KeptLog;
use darkroom_test_stack::{REGION, Stack, font};
use tracing::instrument::WithSubscriber as _;

use super::*;

#[test]
fn no_more_fonts_are_taken_than_there_is_room_for() {
    const MIB: u64 = 1024 * 1024;
    let object = |name: &str, size_bytes| FontObject {
        name: name.to_owned(),
        etag: String::new(),
        size_bytes,
    };
    let names = |listed: Vec<FontObject>| -> Vec<String> {
        let listed = within_limits(listed).into_iter();
        listed.map(|object| object.name).collect()
    };
    let some = [
        object("e.ttf", 32 * MIB),
        object("a.TTF", 32 * MIB),
        object("notes.txt", 1),
        object("sub/b.otf", 32 * MIB),
        object("", 0),
        object("c.ttc", 32 * MIB + 1),
        object("d.ttf", 32 * MIB),
        object("f.woff2", 1),
        object("g.ttf", 32 * MIB),
        object("z.ttf", 1),
    ];
    assert_eq!(names(some.to_vec()), ["a.TTF", "d.ttf", "e.ttf", "g.ttf"]);
    let many = (0..300).map(|n| object(&format!("{n:03}.ttf"), 1));
    let taken = names(many.collect());
    assert_eq!((taken.len(), &*taken[199]), (200, "199.ttf"));
}

fn installed() -> Fonts {
    Fonts::load(&darkroom_compositor::font_dirs()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_listed_as_before_is_not_read_again() {
    let stack = Stack::start().await;
    let store = stack.store();
    let fonts = BucketFonts::new(installed());
    for name in ["a.ttf", "sub/b.otf", "notes.txt"] {
        store.put_font(name, font::renamed()).await.unwrap();
    }
    store.put_font("c.ttf", b"no font".to_vec()).await.unwrap();
    store.recorder().take();
    let calls = async || {
        fonts.current(store).await.unwrap();
        store.recorder().take()
    };
    let list = "ListObjectsV2";
    let read = "GetObject";
    assert_eq!(calls().await, [list, read, read, read]);
    assert_eq!(calls().await, [list]);
    store.put_font("c.ttf", font::renamed()).await.unwrap();
    store.recorder().take();
    assert_eq!(calls().await, [list, read]);
    assert_eq!(calls().await, [list]);
}

/// A few levels are drawn; of the rest, ten times as many each, nobody would see the end.
#[tokio::test(flavor = "multi_thread")]
async fn a_font_that_would_be_drawn_for_ever_is_left_out() {
    let stack = Stack::start().await;
    let store = stack.store();
    for (name, bytes) in [
        ("calling-9.otf", font::calling(9)),
        ("calling-3.otf", font::calling(3)),
        ("nested-12.ttf", font::nested(12)),
        ("nested-3.ttf", font::nested(3)),
    ] {
        store.put_font(name, bytes).await.unwrap();
    }
    let log = KeptLog::default();
    let fonts = BucketFonts::new(installed());
    let looked = fonts.current(store).with_subscriber(log.subscriber());
    looked.await.unwrap();
    let lines = log.lines();
    let told = lines.iter().map(|line| {
        let fields = &line["fields"];
        let message = fields["message"].as_str().unwrap();
        let message = message.split(';').next().unwrap();
        (fields["name"].as_str().unwrap(), message.to_owned())
    });
    let too_complex = "a font is left out: its glyphs are too complex: at most 100000 points and \
                       components of a glyph are drawn, and 1048576 bytes of a charstring with \
                       its subroutines";
    let expected = [
        ("calling-3.otf", "a font was read"),
        ("calling-9.otf", too_complex),
        ("nested-12.ttf", too_complex),
        ("nested-3.ttf", "a font was read"),
    ];
    let expected = expected.map(|(name, message)| (name, message.to_owned()));
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_out_of_reach_is_asked_later_and_one_that_refuses_is_done_without() {
    let stack = Stack::start().await;
    let store = |endpoint: &str, bucket: &str| {
        Store::new(StoreConfig::local(
            endpoint,
            REGION,
            "t",
            bucket,
            Queues::default(),
        ))
    };
    let fonts = BucketFonts::new(installed());
    let refusing = store(&stack.endpoint, "no-such-bucket").await.unwrap();
    assert!(fonts.current(&refusing).await.is_ok());
    let away = store("http://127.0.0.1:1", "b").await.unwrap();
    let error = fonts.current(&away).await.unwrap_err();
    assert!(error.may_retry(), "{error}");
}
