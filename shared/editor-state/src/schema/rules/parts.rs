//! Parts that items share.

use super::words::{
    COUNT, ID, ID_OR_NULL, INF, NUMBER, PARAMS, POSITIVE, RATE, TEXT, TICKS, closed, may, must,
    open, word,
};
use super::{Field, Rule, Shape};
use crate::names;

pub(super) static ANIMATED: Shape = closed(&[&[
    must("value", NUMBER),
    must(
        "keyframes",
        Rule::List(
            0,
            &Rule::Object(&closed(&[&[
                must("timeTicks", TICKS),
                must("value", NUMBER),
            ]])),
        ),
    ),
]]);
pub(super) const ANT: Rule = Rule::Object(&ANIMATED);

pub(super) const fn animation(vocabulary: &'static [names::Name]) -> [Field; 4] {
    [
        must("type", word(vocabulary)),
        must("durationTicks", COUNT),
        may("easing", word(names::EASINGS)),
        may("params", PARAMS),
    ]
}
pub(super) static ANIMATION: Shape = closed(&[&animation(names::ANIMATIONS)]);
pub(super) static CAPTION_ANIMATION: Shape = closed(&[&animation(names::CAPTION_ANIMATIONS)]);

pub(super) static CLIP_ANIMATIONS: Shape = closed(&[&[
    may("in", Rule::Object(&ANIMATION)),
    may("out", Rule::Object(&ANIMATION)),
]]);
pub(super) static CAPTION_CLIP_ANIMATIONS: Shape = closed(&[&[
    may("in", Rule::Object(&CAPTION_ANIMATION)),
    may("out", Rule::Object(&CAPTION_ANIMATION)),
    may("loop", Rule::Object(&CAPTION_ANIMATION)),
]]);
pub(super) const ANIMATED_IN_OUT: &[Field] = &[may("animations", Rule::Object(&CLIP_ANIMATIONS))];
pub(super) const CAPTION_ANIMATED: &[Field] = &[may(
    "captionAnimations",
    Rule::Object(&CAPTION_CLIP_ANIMATIONS),
)];

pub(super) static BASE: Shape = open(&[&[
    must("id", ID),
    must("durationTicks", COUNT),
    must("startTicks", TICKS),
    must("isDraggingInTimeline", Rule::Bool),
    may("linkGroupId", ID_OR_NULL),
]]);

pub(super) const GEOMETRY: &[Field] = &[
    must("top", ANT),
    must("left", ANT),
    must("width", ANT),
    must("height", ANT),
    must("scaleX", ANT),
    must("scaleY", ANT),
    must("opacity", ANT),
];
pub(super) const ASSET_ID: &[Field] = &[must("assetId", ID)];
pub(super) const KEEP_ASPECT: &[Field] = &[must("keepAspectRatio", Rule::Bool)];
pub(super) const ROUNDED: &[Field] = &[must("borderRadius", ANT)];
pub(super) const ROTATED: &[Field] = &[must("rotation", ANT)];
pub(super) const MAY_ROTATE: &[Field] = &[may("rotation", ANT)];
pub(super) const CROPPED: &[Field] = &[
    may("cropLeft", ANT),
    may("cropTop", ANT),
    may("cropRight", ANT),
    may("cropBottom", ANT),
];
pub(super) const STICKER: &[Field] = &[
    may("stickerId", ID_OR_NULL),
    may("stickerVersion", Rule::Nullable(&COUNT)),
];
pub(super) const PLAYED: &[Field] = &[must("sourceStartTicks", TICKS), must("playbackRate", RATE)];
pub(super) const HEARD: &[Field] = &[
    must("decibelAdjustment", ANT),
    must("audioFadeInDurationTicks", TICKS),
    must("audioFadeOutDurationTicks", TICKS),
];

pub(super) static FONT_STYLE: Shape = closed(&[&[must("variant", TEXT), must("weight", TEXT)]]);
pub(super) static TEXT_BACKGROUND: Shape = closed(&[&[
    must("color", TEXT),
    must("horizontalPadding", POSITIVE),
    must("borderRadius", POSITIVE),
]]);
pub(super) const BACKED: Rule = Rule::Nullable(&Rule::Object(&TEXT_BACKGROUND));
pub(super) const TEXT_STYLE: &[Field] = &[
    must("color", TEXT),
    must("align", Rule::Choice(&["left", "center", "right"])),
    must("fontFamily", TEXT),
    must("fontStyle", Rule::Object(&FONT_STYLE)),
    must("fontSize", Rule::Number(1.0, INF)),
    must("lineHeight", POSITIVE),
    must("letterSpacing", NUMBER),
    must("direction", Rule::Choice(&["ltr", "rtl"])),
    must("strokeWidth", POSITIVE),
    must("strokeColor", TEXT),
];
