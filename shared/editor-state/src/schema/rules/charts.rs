//! Charts and their data.

use super::parts::{ANIMATED_IN_OUT, GEOMETRY, KEEP_ASPECT, ROTATED};
use super::words::{ID, NUMBER, POSITIVE, TEXT, TICKS, closed, must, open};
use super::{Field, Rule, Shape, Tagged};
use crate::names;

pub(super) static CHART: Tagged = Tagged {
    what: "a chart",
    tag: "chartType",
    base: Some(&open(&[
        GEOMETRY,
        &[
            must("themeColor", TEXT),
            must("animationDurationTicks", TICKS),
        ],
        KEEP_ASPECT,
        ROTATED,
        ANIMATED_IN_OUT,
    ])),
    strict: true,
    variants: &VARIANTS,
};

/// The chart types of the vocabulary, each with the shape of its numbers.
static VARIANTS: [(&str, Rule); names::CHARTS.len()] = {
    let mut variants = [("", Rule::Any); names::CHARTS.len()];
    let mut at = 0;
    while at < variants.len() {
        let kind = names::CHARTS[at].id;
        variants[at] = (kind, Rule::Object(shape(kind)));
        at += 1;
    }
    variants
};

/// Does not compile for a type of the vocabulary that has no shape here.
const fn shape(kind: &str) -> &'static Shape {
    match kind.as_bytes() {
        b"pie" => &PIE_CHART,
        b"scatter" => &SCATTER_CHART,
        table => {
            assert!(matches!(table, b"line" | b"bar" | b"area" | b"radar"));
            &XY_CHART
        }
    }
}

static XY_CHART: Shape = open(&[&[must("data", Rule::Object(&XY))]]);
static PIE_CHART: Shape = open(&[&[must("data", Rule::Object(&PIE))]]);
static SCATTER_CHART: Shape = open(&[&[must("data", Rule::Object(&SCATTER))]]);
pub(super) const SERIES: Field = must(
    "series",
    Rule::List(
        1,
        &Rule::Object(&closed(&[&[must("key", ID), must("label", ID)]])),
    ),
);
pub(super) static XY: Shape = closed(&[&[
    SERIES,
    must(
        "rows",
        Rule::List(
            1,
            &Rule::Object(&closed(&[&[
                must("label", ID),
                must("values", Rule::Map(1, &NUMBER)),
            ]])),
        ),
    ),
]]);
pub(super) static PIE: Shape = closed(&[&[must(
    "slices",
    Rule::List(
        1,
        &Rule::Object(&closed(&[&[must("label", ID), must("value", POSITIVE)]])),
    ),
)]]);
pub(super) static SCATTER: Shape = closed(&[&[
    SERIES,
    must(
        "points",
        Rule::List(
            1,
            &Rule::Object(&closed(&[&[
                must("seriesKey", ID),
                must("x", NUMBER),
                must("y", NUMBER),
            ]])),
        ),
    ),
]]);
