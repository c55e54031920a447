//! Timed text, and animations of letters.

use std::sync::Arc;

use serde_json::Value;

use super::{animations, easing, geometry, number, text, text_style, ticks};
use crate::model::{
    Asset, Caption, CaptionAnimation, CaptionAnimationKind, CaptionAnimations, CaptionsItem, Ticks,
    TimedText, Timing,
};

pub(super) fn timed_text(list: &Value, by_word: bool) -> TimedText {
    let time = |entry: &Value, key| Ticks::from_seconds(number(entry, key) / 1000.0);
    let entries = list.as_array().into_iter().flatten();
    TimedText {
        entries: entries
            .map(|entry| Caption {
                text: text(entry, "text"),
                start: time(entry, "startMs"),
                end: time(entry, "endMs"),
            })
            .collect(),
        timing: if by_word { Timing::Word } else { Timing::Line },
    }
}

pub(super) fn item(value: &Value, asset: Option<&Asset>) -> CaptionsItem {
    let captions = asset.and_then(|asset| asset.captions.clone());
    let captions: Arc<TimedText> = captions.unwrap_or_default();
    let file = asset.filter(|asset| {
        let remote = asset.remote_key.is_some() || asset.remote_url.is_some();
        captions.entries.is_empty() && remote
    });
    CaptionsItem {
        file: file.map(|asset| asset.id.clone()),
        captions,
        style: text_style(value),
        highlight_color: text(value, "highlightColor"),
        page_duration: ticks(value, "pageDurationTicks"),
        max_lines: number(value, "maxLines") as usize,
        content_start: ticks(value, "contentStartOffsetTicks"),
        geometry: geometry(value),
        animations: animations(value),
        caption_animations: caption_animations(value),
    }
}

pub(super) fn caption_animations(value: &Value) -> CaptionAnimations {
    let of = |key| {
        let animation = value.get("captionAnimations")?.get(key)?;
        Some(CaptionAnimation {
            kind: CaptionAnimationKind::parse(animation["type"].as_str()?)?,
            duration: ticks(animation, "durationTicks"),
            easing: easing(animation),
        })
    };
    CaptionAnimations {
        enter: of("in"),
        leave: of("out"),
        repeat: of("loop"),
    }
}
