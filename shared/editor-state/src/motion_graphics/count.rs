//! Numbers that run.

use serde_json::Value;

use crate::model::{TextStep, Ticks};

/// A step takes a thirtieth of a second.
const STEP: i64 = 8000;
/// Steps at most.
const STEPS: i64 = 150;

/// The text at first and those that follow, of a `$count` whose placeholders are filled.
pub(super) fn texts(count: &Value) -> (String, Vec<TextStep>) {
    let number = |key| count.get(key).and_then(Value::as_f64).unwrap_or_default();
    let words = |key| count.get(key).and_then(Value::as_str).unwrap_or_default();
    let (from, to) = (number("from"), number("to"));
    let start = number("startTicks") as i64;
    let steps = (number("durationTicks") as i64 / STEP).clamp(1, STEPS);
    let text = |value: f64| {
        let decimals = number("decimals").clamp(0.0, 3.0) as usize;
        written(value, decimals, words("prefix"), words("suffix"))
    };
    let first = text(from);
    let mut later: Vec<TextStep> = Vec::new();
    for step in 1..=steps {
        let left = 1.0 - step as f64 / steps as f64;
        let value = text(to + (from - to) * left.powi(3));
        if later.last().map_or(&first, |last| &last.text) != &value {
            later.push(TextStep {
                time: Ticks(start) + Ticks(step * STEP),
                text: value,
            });
        }
    }
    (first, later)
}

/// `-$1,234.50`
fn written(value: f64, decimals: usize, prefix: &str, suffix: &str) -> String {
    let digits = format!("{:.decimals$}", value.abs());
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let below_zero = value < 0.0 && digits.contains(|digit| ('1'..='9').contains(&digit));
    let mut text = format!("{}{prefix}", if below_zero { "-" } else { "" });
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest + suffix
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(written(1_234_567.891, 2, "$", ""), "$1,234,567.89");
        assert_eq!(written(-1234.5, 1, "$", " off"), "-$1,234.5 off");
        assert_eq!(written(-0.4, 0, "", "%"), "0%");
        assert_eq!(written(100.0, 0, "", "%"), "100%");
    }

    #[test]
    fn a_count_ends_on_its_number_in_bounded_steps() {
        let (first, later) = texts(&json!({
            "from": 10, "to": 0, "startTicks": 100, "durationTicks": 1e15, "decimals": 3,
        }));
        assert_eq!(first, "10.000");
        assert!((100..=150).contains(&later.len()), "{}", later.len());
        assert_eq!(later.last().map(|step| step.text.as_str()), Some("0.000"));
        // Texts that are the same are one step.
        let (_, later) = texts(&json!({ "from": 0, "to": 2, "durationTicks": 240_000 }));
        assert_eq!(later.len(), 2);
    }
}
