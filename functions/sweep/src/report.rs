//! What a run found and did.

use darkroom_exports::Timestamp;
use darkroom_telemetry::count_line;
use serde::Serialize;
use serde_json::Value;

/// Namespace of the metrics.
const NAMESPACE: &str = "Darkroom";
/// Their one dimension, which tells deployments apart.
const DIMENSION: &str = "FunctionName";

/// Counts of a run. What several runs did at once may be counted by each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Items of the due index that were looked at.
    pub found: u64,
    /// Tasks sent to the queue again that were committed, or let go, and not claimed.
    pub resent: u64,
    /// Tasks sent to the queue again whose worker died.
    pub expired: u64,
    /// Tasks that ended FAILED.
    pub failed: u64,
    /// Webhooks sent to the queue again.
    pub webhooks_resent: u64,
    /// Webhooks that are not tried any more.
    pub webhooks_failed: u64,
    /// Dead letters that are done with.
    pub dlq_drained: u64,
    /// Slots given back that no active task had.
    pub slots_released: u64,
    /// Active tasks without a slot.
    pub mismatches: u64,
    /// What could not be repaired now.
    pub errors: u64,
    /// There was more to do than the bounds of a run allow.
    pub stopped: bool,
}

impl Report {
    /// Whether there was nothing to do.
    pub fn is_idle(&self) -> bool {
        *self == Self::default()
    }

    /// The run as a log line, of which CloudWatch makes metrics of this function.
    pub fn metrics(&self, function: &str, now: Timestamp) -> Value {
        let counts = [
            ("found", self.found),
            ("resent", self.resent),
            ("expired", self.expired),
            ("failed", self.failed),
            ("webhooksResent", self.webhooks_resent),
            ("webhooksFailed", self.webhooks_failed),
            ("dlqDrained", self.dlq_drained),
            ("slotsReleased", self.slots_released),
            ("mismatches", self.mismatches),
            ("errors", self.errors),
            ("stopped", u64::from(self.stopped)),
        ];
        count_line(NAMESPACE, &[(DIMENSION, function)], &counts, now.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_count_is_a_metric_under_its_own_name() {
        let counts: [u64; 10] = std::array::from_fn(|index| index as u64 + 1);
        let [a, b, c, d, e, f, g, h, i, j] = counts;
        let report = Report {
            found: a,
            resent: b,
            expired: c,
            failed: d,
            webhooks_resent: e,
            webhooks_failed: f,
            dlq_drained: g,
            slots_released: h,
            mismatches: i,
            errors: j,
            stopped: true,
        };
        let mut line = report.metrics("sweep-1", Timestamp(5));
        let metadata = line["_aws"].take();
        let directive = &metadata["CloudWatchMetrics"][0];
        assert_eq!(metadata["Timestamp"], 5);
        assert_eq!(directive["Namespace"], "Darkroom");
        assert_eq!(line["FunctionName"], "sweep-1");
        let mut answered = serde_json::to_value(report).unwrap();
        answered["stopped"] = json!(1);
        let named = directive["Metrics"].as_array().unwrap();
        assert_eq!(named.len(), answered.as_object().unwrap().len());
        for metric in named {
            let name = metric["Name"].as_str().unwrap();
            assert_eq!(line[name], answered[name], "{name}");
        }
    }

    #[test]
    fn an_idle_run_makes_no_metrics() {
        let report = Report::default();
        assert!(report.is_idle());
        let line = report.metrics("sweep-1", Timestamp(5));
        assert_eq!(line.get("_aws"), None);
        assert_eq!(line["found"], 0);
    }
}
