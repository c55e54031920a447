//! What an export would come to, before it is one.

use darkroom_editor_state::{EditorState, ItemKind, frame_count};
use serde::Serialize;
use serde_json::Value;

use crate::billing::Quote;
use crate::request::CreateExport;
use crate::task::{CREDIT_POOL, seconds};

/// The figures of a create's answer, the output, and what to know beforehand.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Estimate {
    duration_seconds: Value,
    billed_standard_seconds: i64,
    charged_credits: String,
    charged_credit_pool: &'static str,
    output: Output,
    warnings: Vec<String>,
}

/// The file as it would be.
#[derive(Debug, Serialize)]
struct Output {
    /// Pixels.
    width: u32,
    /// Pixels.
    height: u32,
    fps: u32,
    frames: u64,
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
            output: Output {
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

/// What is left out of groups, in the words of the finished task's warnings.
fn left_out(state: &EditorState) -> Vec<String> {
    let mut sentences = Vec::new();
    for (id, item) in &state.items {
        if let ItemKind::Group(group) = &item.kind {
            let lines = group.missing.iter();
            sentences.extend(lines.map(|line| format!("item \"{id}\": {line}")));
        }
    }
    sentences.sort_unstable();
    sentences
}
