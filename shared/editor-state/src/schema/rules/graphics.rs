//! Files of motion graphics.

use super::words::{COUNT, ID, TEXT, TICKS, closed, may, must};
use super::{Rule, Shape, Tagged};

/// Longest side of the space that items are placed in.
const SIDE: Rule = Rule::Number(1.0, 10_000.0);
/// Numbers that a prop may have, and that may run.
const PROP_NUMBER: Rule = Rule::Number(-1e12, 1e12);

pub(in crate::schema) static GRAPHIC: Rule = Rule::Object(&closed(&[&[
    must("id", ID),
    must("version", Rule::Whole(1.0, 1e9)),
    must("label", ID),
    must("width", SIDE),
    must("height", SIDE),
    must("props", Rule::Map(0, &Rule::Tagged(&PROP))),
    must("slots", Rule::Map(0, &Rule::Object(&SLOT))),
    must("items", Rule::List(1, &Rule::Tagged(&PART))),
]]));

static PROP: Tagged = Tagged {
    what: "a prop",
    tag: "type",
    base: None,
    strict: true,
    variants: &[
        (
            "string",
            Rule::Object(&closed(&[&[
                must("type", TEXT),
                may("default", TEXT),
                may("maxLength", Rule::Whole(1.0, 2000.0)),
            ]])),
        ),
        (
            "number",
            Rule::Object(&closed(&[&[
                must("type", TEXT),
                may("default", PROP_NUMBER),
                may("min", PROP_NUMBER),
                may("max", PROP_NUMBER),
            ]])),
        ),
        (
            "boolean",
            Rule::Object(&closed(&[&[
                must("type", TEXT),
                may("default", Rule::Bool),
            ]])),
        ),
        (
            "color",
            Rule::Object(&closed(&[&[must("type", TEXT), may("default", TEXT)]])),
        ),
    ],
};

static SLOT: Shape = closed(&[&[must("assetType", Rule::Choice(&["image"]))]]);

/// What an item holds is checked once its props are filled in.
static PART: Tagged = Tagged {
    what: "an item",
    tag: "type",
    base: None,
    strict: true,
    variants: &[
        ("text", Rule::Any),
        ("solid", Rule::Any),
        ("image", Rule::Any),
        ("illustration", Rule::Any),
    ],
};

pub(in crate::schema) static RUNNING_NUMBER: Rule = Rule::Object(&closed(&[&[
    must("from", PROP_NUMBER),
    must("to", PROP_NUMBER),
    may("decimals", Rule::Number(0.0, 3.0)),
    may("prefix", TEXT),
    may("suffix", TEXT),
    may("startTicks", TICKS),
    must("durationTicks", COUNT),
]]));
