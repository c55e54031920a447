//! What an export would come to, before it is one.

use darkroom_editor_state::{EditorState, ItemKind, frame_count};
use serde::Serialize;
use serde_json::Value;

use crate::billing::Quote;
use crate::request::CreateExport;
use crate::task::{CREDIT_POOL, seconds};

/// What an export would cost and come to.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// Length of the timeline in seconds.
    #[cfg_attr(feature = "openapi", schema(value_type = f64, minimum = 0))]
    duration_seconds: Value,
    /// Seconds of the timeline, weighed by output size and frame rate.
    #[cfg_attr(feature = "openapi", schema(minimum = 0))]
    billed_standard_seconds: i64,
    /// Credits, a decimal number.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^[0-9]+(\.[0-9]{1,12})?$"))]
    charged_credits: String,
    /// What the credits would be taken from.
    charged_credit_pool: &'static str,
    /// The film as it would be.
    output: EstimatedOutput,
    /// What a create would be refused or held for now, and what would be left out of the
    /// film, a sentence each.
    warnings: Vec<String>,
}

/// A film before it is made.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EstimatedOutput {
    /// Pixels.
    width: u32,
    /// Pixels.
    height: u32,
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::rates))]
    fps: u32,
    /// Frames in all.
    frames: u64,
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::formats))]
    format: &'static str,
}

impl CreateExport {
    /// The answer of an estimate. `standing` is what the account and the key stand in the
    /// way with, one sentence each; what the document itself tells comes behind it.
    pub fn estimate(&self, quote: &Quote, standing: Vec<String>) -> Value {
        let mut warnings = standing;
        warnings.extend(left_out(&self.state.document.state));
        let estimate = Estimate {
            duration_seconds: seconds(quote.duration),
            billed_standard_seconds: quote.standard_seconds,
            charged_credits: quote.credits.to_string(),
            charged_credit_pool: CREDIT_POOL,
            output: EstimatedOutput {
                width: self.layout.width,
                height: self.layout.height,
                fps: self.settings.fps,
                frames: frame_count(self.duration, self.settings.fps),
                format: self.settings.format.as_str(),
            },
            warnings,
        };
        serde_json::to_value(estimate).unwrap_or_default()
    }
}

/// What is left out of groups and not read at all, in the words of the finished task's
/// warnings.
fn left_out(state: &EditorState) -> Vec<String> {
    let mut sentences = state.unread.clone();
    for (id, item) in &state.items {
        if let ItemKind::Group(group) = &item.kind {
            let lines = group.missing.iter();
            sentences.extend(lines.map(|line| format!("item \"{id}\": {line}")));
        }
    }
    sentences.sort_unstable();
    sentences
}
