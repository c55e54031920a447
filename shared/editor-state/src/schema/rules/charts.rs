//! Charts and their data.

use super::parts::{ANIMATED_IN_OUT, GEOMETRY, KEEP_ASPECT, ROTATED};
use super::words::{ID, NUMBER, POSITIVE, TEXT, TICKS, closed, must, open};
use super::{Field, Rule, Shape, Tagged};

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
    variants: &[
        ("line", Rule::Object(&XY_CHART)),
        ("bar", Rule::Object(&XY_CHART)),
        ("area", Rule::Object(&XY_CHART)),
        ("radar", Rule::Object(&XY_CHART)),
        (
            "pie",
            Rule::Object(&open(&[&[must("data", Rule::Object(&PIE))]])),
        ),
        (
            "scatter",
            Rule::Object(&open(&[&[must("data", Rule::Object(&SCATTER))]])),
        ),
    ],
};

pub(super) static XY_CHART: Shape = open(&[&[must("data", Rule::Object(&XY))]]);
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
