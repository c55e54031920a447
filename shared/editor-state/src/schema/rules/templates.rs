//! Nodes of text templates.

use super::parts::{ANIMATED_IN_OUT, BACKED, CAPTION_ANIMATED, TEXT_STYLE};
use super::words::{ID, NUMBER, OBJECT_OR_NULL, TEXT, TEXT_OR_NULL, closed, must};
use super::{Field, Rule, Tagged};

pub(super) const NODE_BOX: &[Field] = &[
    must("id", ID),
    must("type", TEXT),
    must("x", NUMBER),
    must("y", NUMBER),
    must("width", NUMBER),
    must("height", NUMBER),
];

pub(super) static NODE: Tagged = Tagged {
    what: "a node of a text template",
    tag: "type",
    base: None,
    strict: true,
    variants: &[
        (
            "image",
            Rule::Object(&closed(&[
                NODE_BOX,
                &[
                    must("imageType", Rule::Choice(&["svg", "lottie"])),
                    must("imageComponentId", TEXT_OR_NULL),
                    must("imageLottieJson", OBJECT_OR_NULL),
                    must("opacity", NUMBER),
                ],
                ANIMATED_IN_OUT,
            ])),
        ),
        (
            "text",
            Rule::Object(&closed(&[
                NODE_BOX,
                TEXT_STYLE,
                &[must("text", TEXT), must("background", BACKED)],
                ANIMATED_IN_OUT,
                CAPTION_ANIMATED,
            ])),
        ),
    ],
};
