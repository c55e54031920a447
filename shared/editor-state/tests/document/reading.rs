//! The typed document.

use darkroom_editor_state::{
    Background, CaptionAnimationKind, CaptionAnimations, Easing, ItemKind, Library, Origin, Ratio,
    Ticks, Timing, TransitionKind, read,
};
use serde_json::{Value, json};

use crate::common::{ant, full, state};

fn base() -> Value {
    full(&json!({ "type": "color", "color": "#123456", "gradient": null }))
}

#[test]
fn a_timeline_ends_with_the_last_item_on_a_track() {
    let mut document = base();
    let end = state(document.clone()).duration();
    let mut later = document["items"]["i-solid"].clone();
    later["id"] = json!("later");
    later["startTicks"] = json!(500_000);
    document["items"]["later"] = later;
    assert_eq!(state(document.clone()).duration(), end, "it lies on none");
    // One that is hidden and muted counts like any other.
    document["tracks"][1]["items"] = json!(["later"]);
    assert_eq!(state(document.clone()).duration(), Ticks(501_000));
    for track in 0..2 {
        document["tracks"][track]["items"] = json!([]);
    }
    document["transitions"] = json!({});
    assert_eq!(state(document).duration(), Ticks(0));
}

#[test]
fn every_field_arrives_in_the_typed_document() {
    let mut document = base();
    let keyframes = json!([
        { "timeTicks": 50, "value": 2 }, { "timeTicks": 10, "value": 1 }, { "timeTicks": 50, "value": 3 }
    ]);
    document["items"]["i-video"]["left"]["keyframes"] = keyframes;
    let state = state(document);
    assert_eq!(
        (state.composition_width, state.composition_height),
        (1280, 720)
    );
    assert_eq!(state.output_ratio, Some(Ratio::R16x9));
    assert_eq!(state.duration(), Ticks(20_000));
    assert_eq!(
        state.background,
        Background::Color {
            color: "#123456".to_owned(),
            gradient: None
        }
    );
    assert_eq!(
        (state.tracks[1].hidden, state.tracks[1].muted),
        (true, true)
    );
    assert_eq!(
        state.assets["a-gif"].remote_url.as_deref(),
        Some("https://example.com/f")
    );
    assert_eq!(state.assets["a-gif"].remote_key, None);
    let ItemKind::Video(video) = &state.items["i-video"].kind else {
        panic!()
    };
    let sorted: Vec<_> = video
        .geometry
        .left
        .keyframes
        .iter()
        .map(|k| (k.time.0, k.value))
        .collect();
    assert_eq!(sorted, [(10, 1.0), (50, 2.0), (50, 3.0)]);
    assert_eq!(
        (video.source.start, video.source.playback_rate),
        (Ticks(5), 1.5)
    );
    assert_eq!(
        (video.sound.fade_in, video.sound.fade_out),
        (Ticks(10), Ticks(0))
    );
    assert_eq!(video.animations.enter.unwrap().easing, Easing::EaseInOut);
    assert_eq!(video.animations.leave.unwrap().easing, Easing::Linear);
    assert_eq!(video.frame.crop_left.value, 0.1);
    let ItemKind::Gif(gif) = &state.items["i-gif"].kind else {
        panic!()
    };
    assert!(gif.loops);
    let ItemKind::Text(text) = &state.items["i-text"].kind else {
        panic!()
    };
    let animations = text.caption_animations;
    assert_eq!(
        animations.enter.unwrap().kind,
        CaptionAnimationKind::Converge
    );
    assert_eq!(animations.leave.unwrap().kind, CaptionAnimationKind::Jitter);
    assert_eq!(
        animations.repeat.unwrap().kind,
        CaptionAnimationKind::Rainbow
    );
    assert_eq!(text.style.font_weight, "400");
    assert_eq!(
        text.style.background.as_ref().unwrap().horizontal_padding,
        4.0
    );
    let ItemKind::Captions(captions) = &state.items["i-captions"].kind else {
        panic!()
    };
    assert_eq!((captions.max_lines, captions.page_duration), (2, Ticks(10)));
    let [said] = captions.captions.entries.as_slice() else {
        panic!()
    };
    assert_eq!((said.start, said.end), (Ticks(0), Ticks(2520)));
    assert_eq!(captions.captions.timing, Timing::Line);
    assert_eq!(state.transitions["x-fade"].kind, TransitionKind::Fade);
}

#[test]
fn what_is_absent_has_its_default() {
    let mut document = base();
    for key in [
        "cropLeft",
        "cropTop",
        "cropRight",
        "cropBottom",
        "animations",
    ] {
        document["items"]["i-image"]
            .as_object_mut()
            .unwrap()
            .remove(key);
    }
    for key in ["rotation", "background", "captionAnimations"] {
        document["items"]["i-text"]
            .as_object_mut()
            .unwrap()
            .remove(key);
    }
    document.as_object_mut().unwrap().remove("globalBackground");
    let state = state(document);
    assert_eq!(state.background, Background::None);
    let ItemKind::Image(image) = &state.items["i-image"].kind else {
        panic!()
    };
    assert!(image.frame.crop_left.is_constant() && image.frame.crop_left.value == 0.0);
    assert_eq!(
        image.animations,
        darkroom_editor_state::Animations::default()
    );
    let ItemKind::Text(text) = &state.items["i-text"].kind else {
        panic!()
    };
    assert_eq!(text.geometry.rotation.at(Ticks(5)), 0.0);
    assert!(text.style.background.is_none());
    assert_eq!(text.caption_animations, CaptionAnimations::default());
}

#[test]
fn whole_numbers_may_be_written_as_decimals() {
    let mut document = base();
    document["items"]["i-filter"]["startTicks"] = json!(19_000.0);
    document["compositionWidth"] = json!(1280.0);
    let state = state(document);
    assert_eq!(state.items["i-filter"].start, Ticks(19_000));
    assert_eq!(state.composition_width, 1280);
}

#[test]
fn generation_0_reads_as_generation_1() {
    let new = base();
    let mut old = new.clone();
    let root = old.as_object_mut().unwrap();
    root.remove("stateSchemaVersion");
    root.remove("timebaseTicksPerSecond");
    let rename = |map: &mut Value, new: &str, old: &str, unit: f64| {
        let map = map.as_object_mut().unwrap();
        let ticks = map.remove(new).unwrap().as_f64().unwrap();
        map.insert(old.to_owned(), json!(ticks / unit));
    };
    for kind in ["video", "gif", "lottie", "audio"] {
        let name = format!("{kind}StartFromInSeconds");
        rename(
            &mut old["items"][format!("i-{kind}")],
            "sourceStartTicks",
            &name,
            240_000.0,
        );
    }
    for kind in ["i-video", "i-audio"] {
        let item = &mut old["items"][kind];
        rename(
            item,
            "audioFadeInDurationTicks",
            "audioFadeInDurationInSeconds",
            240_000.0,
        );
        rename(
            item,
            "audioFadeOutDurationTicks",
            "audioFadeOutDurationInSeconds",
            240_000.0,
        );
    }
    rename(
        &mut old["items"]["i-captions"],
        "pageDurationTicks",
        "pageDurationInMilliseconds",
        240.0,
    );
    rename(
        &mut old["items"]["i-captions"],
        "contentStartOffsetTicks",
        "contentStartOffsetMs",
        240.0,
    );
    let mut frames = new.clone();
    frames["brandRuntime"]["introShiftTicks"] = json!(16_000);
    old["brandRuntime"]["introShiftTicks"] = json!(16_000);
    rename(
        &mut old["brandRuntime"],
        "introShiftTicks",
        "introShiftInFrames",
        8000.0,
    );
    let read = |document| read(document, &Library::default()).unwrap();
    let (old, new) = (read(old), read(frames));
    assert_eq!(old.value, new.value);
    assert_eq!(old.state, new.state);
}

#[test]
fn a_background_of_a_url_is_an_asset_of_its_own() {
    let background = |asset: Value| json!({ "type": "image", "imageAssetId": asset, "imageUrl": "https://a.b/c", "source": "preset" });
    let named = state(full(&background(json!("a-image"))));
    let asset_id = "a-image".to_owned();
    assert_eq!(named.background, Background::Image { asset_id });
    let count = named.assets.len();

    let mut document = full(&background(Value::Null));
    let taken = "/globalBackground/imageUrl";
    let mut own = document["assets"]["a-image"].clone();
    own["id"] = json!(taken);
    document["assets"][taken] = own;
    let by_url = state(document);
    let Background::Image { asset_id } = &by_url.background else {
        panic!("{:?}", by_url.background)
    };
    let asset = &by_url.assets[asset_id];
    assert_eq!(asset.remote_url.as_deref(), Some("https://a.b/c"));
    assert_eq!(asset.remote_key, None);
    assert_ne!(asset_id, taken);
    assert_eq!(by_url.assets.len(), count + 2);
}

#[test]
fn animated_numbers_run_from_their_value_through_their_keyframes() {
    let mut document = base();
    document["items"]["i-solid"]["opacity"] = ant(0.0);
    let state = state(document);
    let ItemKind::Solid(solid) = &state.items["i-solid"].kind else {
        panic!()
    };
    let opacity = &solid.geometry.opacity;
    assert_eq!(
        [0, 50, 100, 900].map(|t| opacity.at(Ticks(t))),
        [1.0, 1.75, 2.5, 2.5]
    );
}

#[test]
fn a_transition_comes_from_where_it_says_or_from_the_left() {
    let kind = |kind: &str, params: Value| {
        let mut document = full(&json!({ "type": "none" }));
        let transition = &mut document["transitions"]["x-wipe"];
        transition["type"] = json!(kind);
        transition["params"] = params;
        state(document).transitions["x-wipe"].kind.clone()
    };
    let from = |direction: &str| json!({ "direction": direction });
    assert_eq!(
        kind("wipe", from("from-top-left")),
        TransitionKind::Wipe(Origin::TopLeft)
    );
    assert_eq!(
        kind("flip", from("from-bottom")),
        TransitionKind::Flip(Origin::Bottom)
    );
    assert_eq!(
        kind("slide", json!({})),
        TransitionKind::Slide(Origin::Left)
    );
}
