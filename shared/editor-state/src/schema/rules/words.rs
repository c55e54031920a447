//! The small rules that every table uses.

use super::{Field, Rule, Shape};
use crate::fault::FaultCode;
use crate::names;

pub(super) const INF: f64 = f64::INFINITY;
pub(super) const TEXT: Rule = Rule::Text(0);
pub(super) const ID: Rule = Rule::Text(1);
pub(super) const ID_OR_NULL: Rule = Rule::Nullable(&ID);
pub(super) const TEXT_OR_NULL: Rule = Rule::Nullable(&TEXT);
pub(super) const NUMBER: Rule = Rule::Number(-INF, INF);
pub(super) const POSITIVE: Rule = Rule::Number(0.0, INF);
pub(super) const PIXELS: Rule = Rule::Number(1.0, INF);
pub(super) const RATE: Rule = Rule::Number(0.01, INF);
pub(super) const TICKS: Rule = Rule::Whole(0.0, INF);
pub(super) const COUNT: Rule = Rule::Whole(1.0, INF);
pub(super) const OBJECT_OR_NULL: Rule = Rule::Nullable(&Rule::Map(0, &Rule::Any));
pub(super) const PARAMS: Rule = Rule::Map(0, &Rule::Primitive);

pub(super) const fn word(vocabulary: &'static [names::Name]) -> Rule {
    Rule::Word(vocabulary, FaultCode::SchemaInvalid)
}

pub(super) const fn must(name: &'static str, rule: Rule) -> Field {
    Field {
        name,
        required: true,
        rule,
    }
}

pub(super) const fn may(name: &'static str, rule: Rule) -> Field {
    Field {
        name,
        required: false,
        rule,
    }
}

pub(super) const fn closed(groups: &'static [&'static [Field]]) -> Shape {
    Shape {
        groups,
        closed: true,
        forbidden: &[],
    }
}

pub(super) const fn open(groups: &'static [&'static [Field]]) -> Shape {
    Shape {
        groups,
        closed: false,
        forbidden: &[],
    }
}
