//! Every metric that the functions write, in one table. The alarms and the dashboard of
//! `template.yaml` name the same ones, which a test sees to (`xtask/src/runbook.rs`).

/// Namespace of all of them.
pub const NAMESPACE: &str = "Darkroom";
/// The dimension of every metric, which tells functions and deployments apart.
pub const FUNCTION: &str = "FunctionName";

/// Unit of a metric, as `MetricDatum` of the CloudWatch API names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// How often.
    Count,
    /// A length of time.
    Seconds,
    /// A ratio, or an amount in a unit that CloudWatch does not have.
    None,
}

impl Unit {
    /// `Count`, `Seconds` or `None`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Seconds => "Seconds",
            Self::None => "None",
        }
    }
}

/// A dimension beside [`FUNCTION`], for what is counted by kind. Its values are a short,
/// fixed list, for each of them is a metric of its own that is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// Code of a refusal: one of `darkroom_exports::ErrorCode`.
    ErrorCode,
    /// Whose fault a failure is: `caller` or `service`.
    Cause,
}

impl Dimension {
    /// Name of the dimension.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ErrorCode => "errorCode",
            Self::Cause => "cause",
        }
    }
}

macro_rules! metrics {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $unit:ident;)*) => {
        /// What is measured.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Metric {
            $($(#[$doc])* $variant,)*
        }

        impl Metric {
            /// Every metric.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name in CloudWatch.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Its unit.
            pub const fn unit(self) -> Unit {
                match self {
                    $(Self::$variant => Unit::$unit,)*
                }
            }
        }
    };
}

metrics! {
    /// api: exports that were committed.
    ExportsCreated = "exportsCreated", Count;
    /// api: creates that were answered by an earlier answer.
    ExportsReplayed = "exportsReplayed", Count;
    /// api: creates that were refused, by [`Dimension::ErrorCode`].
    ExportsRejected = "exportsRejected", Count;
    /// render: attempts that began.
    RendersStarted = "rendersStarted", Count;
    /// render: attempts that began and were not the first of their export.
    RendersRetried = "rendersRetried", Count;
    /// render: exports that ended COMPLETED.
    RendersCompleted = "rendersCompleted", Count;
    /// render: exports that ended FAILED, by [`Dimension::Cause`].
    RendersFailed = "rendersFailed", Count;
    /// render: from the sending of a message to the first claim of its export. webhook:
    /// from when a try was to be made, or was sent to the queue if that was later, to the
    /// try.
    QueueAge = "queueAge", Seconds;
    /// render: seconds that fetching, drawing and encoding took, for each second of the
    /// timeline.
    RenderSpeed = "renderSecondsPerOutputSecond", None;
    /// render: what an attempt cost, estimated, in US dollars.
    RenderCost = "renderCostUsd", None;
    /// webhook: webhooks that their receivers took.
    WebhooksDelivered = "webhooksDelivered", Count;
    /// webhook: tries that failed and are repeated.
    WebhooksRetried = "webhooksRetried", Count;
    /// webhook, sweep: webhooks that are not tried any more.
    WebhooksFailed = "webhooksFailed", Count;
    /// sweep: items of the due index that were looked at.
    Found = "found", Count;
    /// sweep: tasks sent to the queue again that were committed, or let go, and not claimed.
    Resent = "resent", Count;
    /// sweep: tasks sent to the queue again whose worker died.
    Expired = "expired", Count;
    /// sweep: tasks that it ended FAILED.
    Failed = "failed", Count;
    /// sweep: webhooks sent to the queue again.
    WebhooksResent = "webhooksResent", Count;
    /// sweep: dead letters that are done with.
    DlqDrained = "dlqDrained", Count;
    /// sweep: slots given back that no active task had, the leaks that it repaired.
    SlotsReleased = "slotsReleased", Count;
    /// sweep: active tasks without a slot.
    Mismatches = "mismatches", Count;
    /// sweep: what could not be repaired.
    Errors = "errors", Count;
    /// sweep: runs that left more to the next one.
    Stopped = "stopped", Count;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_a_name_of_its_own() {
        let mut names: Vec<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Metric::ALL.len());
        for name in names {
            assert!((1..=255).contains(&name.len()) && name.is_ascii(), "{name}");
        }
    }
}
