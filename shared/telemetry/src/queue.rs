//! How long messages of SQS wait.

use std::time::Duration;

/// Attribute of a message: when SQS took it, in Unix milliseconds (SQS, `ReceiveMessage`).
pub const SENT_TIMESTAMP: &str = "SentTimestamp";

/// How long a message whose [`SENT_TIMESTAMP`] is `sent` had waited by `now_ms`: since it
/// was sent, or since `not_before_ms` where that is later, both in Unix milliseconds. Zero
/// where clocks differ; `None` where the message does not say when it was sent.
pub fn waited(sent: Option<&str>, not_before_ms: i64, now_ms: i64) -> Option<Duration> {
    let sent_ms: i64 = sent?.parse().ok()?;
    let waited_ms = now_ms.saturating_sub(sent_ms.max(not_before_ms));
    Some(Duration::from_millis(
        u64::try_from(waited_ms).unwrap_or_default(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_waits_from_its_sending_or_from_its_time() {
        let waited = |sent, not_before| waited(Some(sent), not_before, 10_000);
        assert_eq!(waited("4000", 0), Some(Duration::from_secs(6)));
        assert_eq!(waited("4000", 9000), Some(Duration::from_secs(1)));
        assert_eq!(waited("4000", 3000), Some(Duration::from_secs(6)));
        assert_eq!(waited("0", 0), Some(Duration::from_secs(10)));
    }

    #[test]
    fn one_from_the_future_is_new_and_one_without_a_time_has_no_age() {
        assert_eq!(
            waited(Some("4102444800000"), 0, 10_000),
            Some(Duration::ZERO)
        );
        assert_eq!(waited(Some("4000"), i64::MAX, 10_000), Some(Duration::ZERO));
        assert_eq!(waited(Some("soon"), 0, 10_000), None);
        assert_eq!(waited(None, 0, 10_000), None);
    }
}
