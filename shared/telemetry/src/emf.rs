//! CloudWatch's embedded metric format: a log line of JSON of which CloudWatch makes
//! metrics, without a call of its API. The rules are those of "Specification: Embedded
//! metric format" in the user guide of Amazon CloudWatch.

use serde_json::{Map, Value, json};

/// A line of counts, each a member under its name. Those that are not zero are metrics of
/// `namespace` with these dimensions (names and values, at most 30); there may be 100 of
/// them. A zero is told in the line alone: a metric is charged for every hour in which it
/// is written, and sums and alarms need no zeros.
pub fn count_line(
    namespace: &str,
    dimensions: &[(&str, &str)],
    counts: &[(&str, u64)],
    unix_ms: i64,
) -> Value {
    let named = dimensions
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)));
    let counted = counts
        .iter()
        .map(|(name, count)| ((*name).to_owned(), json!(count)));
    let mut line: Map<String, Value> = named.chain(counted).collect();
    let metrics: Vec<Value> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, _)| json!({ "Name": name, "Unit": "Count" }))
        .collect();
    if !metrics.is_empty() {
        let dimensions: Vec<&str> = dimensions.iter().map(|(name, _)| *name).collect();
        let directive = json!({
            "Namespace": namespace,
            "Dimensions": [dimensions],
            "Metrics": metrics,
        });
        let metadata = json!({ "Timestamp": unix_ms, "CloudWatchMetrics": [directive] });
        line.insert("_aws".to_owned(), metadata);
    }
    line.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_a_member_of_the_line() {
        let counts = [("found", 3), ("failed", 0), ("resent", 2)];
        let line = count_line("Darkroom", &[("FunctionName", "sweep")], &counts, 7);
        assert_eq!(
            line,
            json!({
                "FunctionName": "sweep", "found": 3, "failed": 0, "resent": 2,
                "_aws": {
                    "Timestamp": 7,
                    "CloudWatchMetrics": [{
                        "Namespace": "Darkroom",
                        "Dimensions": [["FunctionName"]],
                        "Metrics": [
                            { "Name": "found", "Unit": "Count" },
                            { "Name": "resent", "Unit": "Count" },
                        ],
                    }],
                },
            })
        );
        assert!(!line.to_string().contains('\n'), "one line");
    }

    #[test]
    fn a_line_of_zeros_makes_no_metrics() {
        let line = count_line("Darkroom", &[], &[("found", 0)], 7);
        assert_eq!(line, json!({ "found": 0 }));
    }
}
