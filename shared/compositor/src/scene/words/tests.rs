use darkroom_editor_state::{Library, read};
use serde_json::{Value, json};

use super::*;
use crate::text::font_dirs;

fn captions() -> Value {
    let number = |value: i32| json!({ "value": value, "keyframes": [] });
    json!({
        "id": "c", "type": "captions", "assetId": "a", "startTicks": 0, "durationTicks": 240_000,
        "isDraggingInTimeline": false, "top": number(0), "left": number(0), "width": number(300),
        "height": number(50), "scaleX": number(1), "scaleY": number(1), "opacity": number(1),
        "color": "white", "align": "left", "fontFamily": "sans-serif", "fontSize": 16,
        "fontStyle": { "variant": "normal", "weight": "400" }, "lineHeight": 1,
        "letterSpacing": 0, "direction": "ltr", "strokeWidth": 2, "strokeColor": "black",
        "background": null, "highlightColor": "red", "pageDurationTicks": 120_000, "maxLines": 1,
        "contentStartOffsetTicks": 0, "source": "auto", "captionGroupId": null,
    })
}

fn item() -> Item {
    let entry =
        |text: &str, from: u32| json!({ "text": text, "startMs": from, "endMs": from + 250 });
    let document = json!({
        "stateSchemaVersion": "v1", "timebaseTicksPerSecond": 240_000,
        "compositionWidth": 300, "compositionHeight": 50, "transitions": {},
        "tracks": [{ "id": "t", "items": ["c"], "hidden": false, "muted": false }],
        "items": { "c": captions() },
        "assets": { "a": {
            "id": "a", "type": "caption", "filename": "a", "size": 1, "mimeType": "text/plain",
            "timingGranularity": "word",
            "captions": [entry("one", 0), entry("two", 250), entry("three", 500)],
        } },
    });
    let document = read(document, &Library::default()).unwrap();
    document.state.items["c"].clone()
}

#[test]
fn a_page_is_laid_out_once_and_painted_when_the_highlight_moves() {
    let (item, fonts) = (item(), Fonts::load(&font_dirs()).unwrap());
    let (mut context, mut cache) = (fonts.context(), WordsCache::default());
    let words = Words::of(&item).unwrap();
    let mut at = |tick| {
        let set = words.set(Ticks(tick), &fonts, &mut context, &mut cache);
        let (.., laid_out) = cache.laid_out.clone().unwrap();
        (set, laid_out)
    };
    let (first, page) = at(0);
    let (same, still) = at(59_999);
    assert!(Arc::ptr_eq(&page, &still) && Arc::ptr_eq(&first.art, &same.art));
    let (moved, still) = at(60_000);
    assert!(Arc::ptr_eq(&page, &still), "the page was laid out again");
    assert!(!Arc::ptr_eq(&first.art, &moved.art), "the highlight stayed");
    assert_ne!(
        first.variant.map(f64::to_bits),
        moved.variant.map(f64::to_bits)
    );
    let (_, next) = at(120_000);
    assert!(!Arc::ptr_eq(&page, &next), "the next page was not laid out");
    let (nothing, _) = at(180_000);
    assert!(nothing.art.marks.is_empty());
}
