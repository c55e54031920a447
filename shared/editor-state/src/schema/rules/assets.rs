//! Assets.

use super::words::{
    ID, NUMBER, OBJECT_OR_NULL, PIXELS, POSITIVE, TEXT, TEXT_OR_NULL, closed, may, must, open,
};
use super::{Field, Rule, Shape, Tagged};

pub(super) static ASSET_BASE: Shape = open(&[&[
    must("id", ID),
    must("filename", ID),
    must("size", POSITIVE),
    may("remoteUrl", TEXT_OR_NULL),
    may("remoteKey", TEXT_OR_NULL),
    must("mimeType", ID),
]]);

pub(super) const SIZED: &[Field] = &[must("width", PIXELS), must("height", PIXELS)];
pub(super) const TIMED: &[Field] = &[must("durationInSeconds", POSITIVE)];

pub(super) static ASSET: Tagged = Tagged {
    what: "an asset",
    tag: "type",
    base: Some(&ASSET_BASE),
    strict: true,
    variants: &[
        ("image", Rule::Object(&open(&[SIZED]))),
        (
            "video",
            Rule::Object(&open(&[TIMED, SIZED, &[must("hasAudioTrack", Rule::Bool)]])),
        ),
        (
            "gif",
            Rule::Object(&open(&[
                TIMED,
                SIZED,
                &[must("loopBehavior", Rule::Choice(&["finite", "loop"]))],
            ])),
        ),
        ("audio", Rule::Object(&open(&[TIMED]))),
        (
            "caption",
            Rule::Object(&open(&[&[
                must("captions", Rule::List(0, &Rule::Object(&CAPTION))),
                must("timingGranularity", Rule::Choice(&["word", "line"])),
            ]])),
        ),
        (
            "lottie",
            Rule::Object(&open(&[
                TIMED,
                SIZED,
                &[
                    must("resourceType", Rule::Choice(&["lottie", "svg"])),
                    may("resourceJson", OBJECT_OR_NULL),
                    may("resourceComponentId", TEXT_OR_NULL),
                    may("materialConfig", OBJECT_OR_NULL),
                ],
            ])),
        ),
    ],
};

pub(super) static CAPTION: Shape = closed(&[&[
    must("text", TEXT),
    must("startMs", POSITIVE),
    must("endMs", POSITIVE),
    may("timestampMs", Rule::Nullable(&POSITIVE)),
    may("confidence", Rule::Nullable(&NUMBER)),
]]);
