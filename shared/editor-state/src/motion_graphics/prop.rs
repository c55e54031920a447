//! What a motion graphic lets a document say.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A declared prop; one without a default must be given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "type",
    rename_all = "lowercase",
    rename_all_fields = "camelCase"
)]
pub enum Prop {
    /// Words.
    String {
        /// Where the document says nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        default: Option<String>,
        /// Characters at most.
        #[serde(default = "most_characters")]
        max_length: usize,
    },
    /// A number.
    Number {
        /// Where the document says nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        default: Option<f64>,
        /// The least.
        #[serde(default = "least_number")]
        min: f64,
        /// The most.
        #[serde(default = "most_number")]
        max: f64,
    },
    /// Yes or no.
    Boolean {
        /// Where the document says nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        default: Option<bool>,
    },
    /// A CSS colour.
    Color {
        /// Where the document says nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        default: Option<String>,
    },
}

fn most_characters() -> usize {
    500
}

fn least_number() -> f64 {
    -1e12
}

fn most_number() -> f64 {
    1e12
}

/// Characters of a colour at most.
pub(super) const COLOR_CHARACTERS: usize = 100;

impl Prop {
    /// The word for its type.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::String { .. } => "string",
            Self::Number { .. } => "number",
            Self::Boolean { .. } => "boolean",
            Self::Color { .. } => "color",
        }
    }

    /// What holds where the document says nothing; `None`: it must say something.
    pub fn default(&self) -> Option<Value> {
        match self {
            Self::String { default, .. } | Self::Color { default } => {
                default.clone().map(Value::from)
            }
            Self::Number { default, .. } => default.map(Value::from),
            Self::Boolean { default } => default.map(Value::from),
        }
    }

    /// What a value must be, where `value` is not that.
    pub(crate) fn refuse(&self, value: &Value) -> Option<String> {
        let short = |most: usize| {
            let text = value.as_str();
            text.is_some_and(|text| text.chars().take(most + 1).count() <= most)
        };
        match self {
            Self::String { max_length, .. } => (!short(*max_length))
                .then(|| format!("a string of at most {max_length} characters")),
            Self::Number { min, max, .. } => {
                let number = value.as_f64();
                let fits = number.is_some_and(|number| (*min..=*max).contains(&number));
                (!fits).then(|| format!("a number from {min} to {max}"))
            }
            Self::Boolean { .. } => (!value.is_boolean()).then(|| "true or false".to_owned()),
            Self::Color { .. } => {
                (!short(COLOR_CHARACTERS)).then(|| "a CSS colour, as a string".to_owned())
            }
        }
    }
}
