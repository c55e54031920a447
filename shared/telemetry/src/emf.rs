//! CloudWatch's embedded metric format: a log line of JSON of which CloudWatch makes
//! metrics, without a call of its API. The rules are those of "Specification: Embedded
//! metric format" in the user guide of Amazon CloudWatch.

use serde_json::{Map, Value, json};

use crate::metric::{Dimension, FUNCTION, Metric, NAMESPACE, Unit};

/// What one line tells, at most 100 values.
#[derive(Debug, Clone, Copy, Default)]
pub struct Line<'a> {
    /// What was measured. A count of zero is told in the line alone: a metric is charged
    /// for every hour in which it is written, and sums and alarms need no zeros. A value
    /// that is not finite is left out, as JSON has no word for it.
    pub values: &'a [(Metric, f64)],
    /// The kind by which the values are told apart, and the one that this is.
    pub by: Option<(Dimension, &'a str)>,
    /// Ids under which the line is found; no metric is made of them.
    pub ids: &'a [(&'static str, &'a str)],
}

/// The line of a function. With a kind the values are metrics twice: of the function, and
/// of the function and the kind.
pub(crate) fn line(function: &str, told: &Line<'_>, unix_ms: i64) -> Value {
    let mut line = Map::new();
    for (name, id) in told.ids {
        line.insert((*name).to_owned(), json!(id));
    }
    line.insert(FUNCTION.to_owned(), json!(function));
    let mut dimensions = vec![vec![FUNCTION]];
    if let Some((dimension, kind)) = told.by {
        line.insert(dimension.as_str().to_owned(), json!(kind));
        dimensions.push(vec![FUNCTION, dimension.as_str()]);
    }
    let mut metrics = Vec::new();
    for (metric, value) in told.values {
        if !value.is_finite() {
            continue;
        }
        line.insert(metric.name().to_owned(), number(*value));
        if metric.unit() != Unit::Count || *value != 0.0 {
            metrics.push(json!({ "Name": metric.name(), "Unit": metric.unit().as_str() }));
        }
    }
    if !metrics.is_empty() {
        let directive = json!({
            "Namespace": NAMESPACE,
            "Dimensions": dimensions,
            "Metrics": metrics,
        });
        let metadata = json!({ "Timestamp": unix_ms, "CloudWatchMetrics": [directive] });
        line.insert("_aws".to_owned(), metadata);
    }
    line.into()
}

/// Whole numbers without a fraction.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 {
        json!(value as i64)
    } else {
        json!(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_a_member_of_the_line() {
        let told = Line {
            values: &[
                (Metric::RendersFailed, 1.0),
                (Metric::RendersRetried, 0.0),
                (Metric::QueueAge, 0.0),
                (Metric::RenderSpeed, 1.5),
                (Metric::RenderCost, f64::NAN),
            ],
            by: Some((Dimension::Cause, "service")),
            ids: &[("task_id", "t-1")],
        };
        let line = line("render-1", &told, 7);
        assert_eq!(
            line,
            json!({
                "FunctionName": "render-1", "cause": "service", "task_id": "t-1",
                "rendersFailed": 1, "rendersRetried": 0, "queueAge": 0,
                "renderSecondsPerOutputSecond": 1.5,
                "_aws": {
                    "Timestamp": 7,
                    "CloudWatchMetrics": [{
                        "Namespace": "Darkroom",
                        "Dimensions": [["FunctionName"], ["FunctionName", "cause"]],
                        "Metrics": [
                            { "Name": "rendersFailed", "Unit": "Count" },
                            { "Name": "queueAge", "Unit": "Seconds" },
                            { "Name": "renderSecondsPerOutputSecond", "Unit": "None" },
                        ],
                    }],
                },
            })
        );
        assert!(!line.to_string().contains('\n'), "one line");
    }

    #[test]
    fn a_line_of_zeros_makes_no_metrics() {
        let told = Line {
            values: &[(Metric::Found, 0.0)],
            ..Line::default()
        };
        let wanted = json!({ "FunctionName": "sweep-1", "found": 0 });
        assert_eq!(line("sweep-1", &told, 7), wanted);
    }
}
