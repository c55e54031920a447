//! Items.

use super::charts::CHART;
use super::parts::{
    ANIMATED_IN_OUT, ASSET_ID, BACKED, BASE, CAPTION_ANIMATED, CROPPED, GEOMETRY, HEARD,
    KEEP_ASPECT, MAY_ROTATE, PLAYED, ROTATED, ROUNDED, STICKER, TEXT_STYLE,
};
use super::templates::NODE;
use super::words::{
    COUNT, ID, PARAMS, POSITIVE, TEXT, TEXT_OR_NULL, TICKS, closed, may, must, open, word,
};
use super::{Rule, Shape, Tagged};
use crate::fault::FaultCode;
use crate::names;

pub(in crate::schema) static ITEM: Tagged = Tagged {
    what: "an item",
    tag: "type",
    base: Some(&BASE),
    strict: true,
    variants: &[
        (
            "image",
            Rule::Object(&open(&[
                GEOMETRY,
                ASSET_ID,
                STICKER,
                KEEP_ASPECT,
                ROUNDED,
                ROTATED,
                CROPPED,
                ANIMATED_IN_OUT,
            ])),
        ),
        (
            "video",
            Rule::Object(&open(&[
                GEOMETRY,
                ASSET_ID,
                KEEP_ASPECT,
                ROUNDED,
                ROTATED,
                PLAYED,
                HEARD,
                CROPPED,
                ANIMATED_IN_OUT,
            ])),
        ),
        (
            "gif",
            Rule::Object(&open(&[
                GEOMETRY,
                ASSET_ID,
                KEEP_ASPECT,
                ROUNDED,
                ROTATED,
                PLAYED,
                CROPPED,
                ANIMATED_IN_OUT,
            ])),
        ),
        (
            "audio",
            Rule::Object(&open(&[GEOMETRY, ASSET_ID, PLAYED, HEARD])),
        ),
        (
            "lottie",
            Rule::Object(&open(&[
                GEOMETRY,
                ASSET_ID,
                STICKER,
                KEEP_ASPECT,
                ROTATED,
                PLAYED,
                ANIMATED_IN_OUT,
            ])),
        ),
        (
            "text",
            Rule::Object(&open(&[
                GEOMETRY,
                TEXT_STYLE,
                &[
                    must("text", TEXT),
                    must("resizeOnEdit", Rule::Bool),
                    may("background", BACKED),
                ],
                MAY_ROTATE,
                ANIMATED_IN_OUT,
                CAPTION_ANIMATED,
            ])),
        ),
        (
            "text-template",
            Rule::Object(&open(&[
                GEOMETRY,
                &[
                    must("schemaVersion", Rule::Exactly(2)),
                    must("templateId", TEXT),
                    must("templateCategory", TEXT),
                    must("nodes", Rule::List(2, &Rule::Tagged(&NODE))),
                ],
                MAY_ROTATE,
                ANIMATED_IN_OUT,
            ])),
        ),
        ("captions", Rule::Object(&CAPTIONS)),
        (
            "solid",
            Rule::Object(&open(&[
                GEOMETRY,
                &[must("color", TEXT), must("shape", word(names::SHAPES))],
                KEEP_ASPECT,
                ROUNDED,
                ROTATED,
                ANIMATED_IN_OUT,
            ])),
        ),
        (
            "illustration",
            Rule::Object(&open(&[
                GEOMETRY,
                &[must("illustrationName", ID), must("color", TEXT)],
                KEEP_ASPECT,
                ROTATED,
                ANIMATED_IN_OUT,
            ])),
        ),
        ("motion-graphic", Rule::Object(&MOTION_GRAPHIC)),
        ("chart", Rule::Tagged(&CHART)),
        ("effect", Rule::Tagged(&EFFECT)),
        (
            "filter",
            Rule::Object(&open(&[&[
                must(
                    "filterType",
                    Rule::Word(names::FILTERS, FaultCode::FilterTypeInvalid),
                ),
                must("intensity", POSITIVE),
                may("params", PARAMS),
            ]])),
        ),
    ],
};

pub(super) static CAPTIONS: Shape = Shape {
    groups: &[
        GEOMETRY,
        TEXT_STYLE,
        &[
            must("assetId", TEXT),
            must("highlightColor", TEXT),
            must("pageDurationTicks", COUNT),
            must("maxLines", COUNT),
            must("contentStartOffsetTicks", TICKS),
            must("source", Rule::Choice(&["manual", "auto", "upload"])),
            must("captionGroupId", TEXT_OR_NULL),
            must("background", BACKED),
        ],
        MAY_ROTATE,
        ANIMATED_IN_OUT,
        CAPTION_ANIMATED,
    ],
    closed: false,
    forbidden: &["text"],
};

pub(super) static MOTION_GRAPHIC: Shape = Shape {
    groups: &[
        GEOMETRY,
        &[
            must("motionGraphicId", ID),
            must("motionGraphicVersion", COUNT),
            must("props", PARAMS),
            must("slots", Rule::Map(0, &Rule::Slot)),
        ],
        ROTATED,
        ANIMATED_IN_OUT,
    ],
    closed: false,
    forbidden: &["componentId", "componentVersion"],
};

pub(super) static EFFECT: Tagged = Tagged {
    what: "an effect",
    tag: "effectType",
    base: Some(&open(&[&[
        must(
            "effectType",
            Rule::Word(names::EFFECTS, FaultCode::EffectTypeInvalid),
        ),
        must("intensity", POSITIVE),
        may("params", PARAMS),
    ]])),
    strict: false,
    variants: &[(
        "flash-to-black",
        Rule::Object(&open(&[&[must("params", Rule::Object(&FLASH))]])),
    )],
};

pub(super) static FLASH: Shape = closed(&[&[
    must("brightTicks", TICKS),
    must("darkTicks", TICKS),
    must("tailDarkTicks", TICKS),
    must("maxOpacity", Rule::Number(0.0, 1.0)),
]]);
