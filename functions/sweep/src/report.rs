//! What a run found and did.

use darkroom_telemetry::{Line, Metric, Metrics};
use serde::Serialize;

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

    /// Writes the run as a log line, of which CloudWatch makes metrics of this function,
    /// under the id of the invocation.
    pub fn tell(&self, metrics: &Metrics, request_id: &str) {
        let values = self.counts().map(|(metric, count)| (metric, count as f64));
        metrics.write(&Line {
            values: &values,
            by: None,
            ids: &[("request_id", request_id)],
        });
    }

    fn counts(&self) -> [(Metric, u64); 11] {
        [
            (Metric::Found, self.found),
            (Metric::Resent, self.resent),
            (Metric::Expired, self.expired),
            (Metric::Failed, self.failed),
            (Metric::WebhooksResent, self.webhooks_resent),
            (Metric::WebhooksFailed, self.webhooks_failed),
            (Metric::DlqDrained, self.dlq_drained),
            (Metric::SlotsReleased, self.slots_released),
            (Metric::Mismatches, self.mismatches),
            (Metric::Errors, self.errors),
            (Metric::Stopped, u64::from(self.stopped)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use darkroom_test_stack::telemetry::{Told, assert_emf};
    use serde_json::{Value, json};

    use super::*;

    fn line(report: &Report) -> Value {
        let told = Told::default();
        report.tell(&told.metrics("sweep-1"), "run-1");
        let [line]: [Value; 1] = told.take().try_into().unwrap();
        line
    }

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
        let line = line(&report);
        assert_emf(&line);
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(line["FunctionName"], "sweep-1");
        assert_eq!(line["request_id"], "run-1");
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
        let line = line(&report);
        assert_eq!(line.get("_aws"), None);
        assert_eq!(line["found"], 0);
    }
}
