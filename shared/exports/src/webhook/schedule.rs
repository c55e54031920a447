//! When a webhook is tried again: functions of the try, the time and the answer.

use std::time::{Duration, UNIX_EPOCH};

use crate::timestamp::Timestamp;

/// Tries of a delivery in all.
pub const TRIES: u32 = 10;
/// Before each try, in seconds: about three days in all (contract, "Webhooks").
const WAITS_SECONDS: [i64; TRIES as usize] = [
    0,
    5,
    5 * 60,
    30 * 60,
    2 * 3600,
    5 * 3600,
    10 * 3600,
    14 * 3600,
    20 * 3600,
    24 * 3600,
];
/// A wait is up to this part shorter or longer, so that receivers which were down
/// together are not met by everything at once.
const JITTER: f64 = 0.1;
/// The longest `Retry-After` that is waited for.
const MAX_RETRY_AFTER_SECONDS: i64 = 24 * 3600;
/// Gone: the receiver wants no more.
const GONE: u16 = 410;

/// What a try was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A status, and the seconds of its `Retry-After`.
    Status {
        /// HTTP status.
        code: u16,
        /// Seconds, as [`retry_after`] read them.
        retry_after: Option<i64>,
    },
    /// Nothing, and why, as a sentence without secrets.
    Nothing(String),
}

impl Answer {
    /// Whether the receiver wants no more.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Status { code: GONE, .. })
    }
}

/// For people: what a delivery shows as its last error.
impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status { code, .. } if (300..400).contains(code) => {
                write!(
                    f,
                    "the receiver answered {code}; redirects are not followed"
                )
            }
            Self::Status { code: GONE, .. } => {
                f.write_str("the receiver answered 410: it wants no more webhooks of this export")
            }
            Self::Status { code, .. } => write!(f, "the receiver answered {code}"),
            Self::Nothing(why) => f.write_str(why),
        }
    }
}

/// What becomes of a delivery after a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It arrived.
    Delivered,
    /// It is tried again at this time.
    Again(Timestamp),
    /// It is not tried again.
    GaveUp,
}

/// Judges the answer to a try (1..=10). `jitter` is random, 0..1.
pub fn judge(attempt: u32, now: Timestamp, answer: &Answer, jitter: f64) -> Verdict {
    let asked = match answer {
        Answer::Status { code, .. } if (200..300).contains(code) => return Verdict::Delivered,
        Answer::Status { code: GONE, .. } => return Verdict::GaveUp,
        Answer::Status { retry_after, .. } => retry_after.unwrap_or_default(),
        Answer::Nothing(_) => 0,
    };
    let Some(wait) = WAITS_SECONDS.get(attempt as usize) else {
        return Verdict::GaveUp;
    };
    let spread = 1.0 - JITTER + 2.0 * JITTER * jitter.clamp(0.0, 1.0);
    let wait_ms = (*wait as f64 * 1000.0 * spread) as i64;
    let asked_ms = asked.clamp(0, MAX_RETRY_AFTER_SECONDS) * 1000;
    Verdict::Again(Timestamp(now.0 + wait_ms.max(asked_ms)))
}

/// Seconds from now that a `Retry-After` header asks for: a number or a date
/// (RFC 9110, 10.2.3); anything else asks for nothing.
pub fn retry_after(header: &str, now: Timestamp) -> Option<i64> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(header.parse().unwrap_or(i64::MAX));
    }
    let at = httpdate::parse_http_date(header).ok()?;
    let now = UNIX_EPOCH + Duration::from_millis(u64::try_from(now.0).ok()?);
    let left = at.duration_since(now).unwrap_or_default();
    i64::try_from(left.as_secs_f64().ceil() as u64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_710_307_200_000);

    fn status(code: u16) -> Answer {
        Answer::Status {
            code,
            retry_after: None,
        }
    }

    /// Walks a clock of its own through every try of a receiver that is never well.
    #[test]
    fn ten_tries_take_three_days_on_a_virtual_clock() {
        for (jitter, spread) in [(0.0, 0.9), (0.5, 1.0), (1.0, 1.1)] {
            let mut clock = NOW;
            let mut waits = Vec::new();
            let mut attempt = 1;
            while let Verdict::Again(at) = judge(attempt, clock, &status(500), jitter) {
                waits.push((at.0 - clock.0) / 1000);
                clock = at;
                attempt += 1;
            }
            assert_eq!(attempt, TRIES);
            let wanted = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
            let wanted = wanted.map(|seconds| (f64::from(seconds) * spread) as i64);
            assert_eq!(waits, wanted);
        }
        let whole: i64 = WAITS_SECONDS.iter().sum();
        assert!((70..80).contains(&(whole / 3600)), "{whole}");
    }

    #[test]
    fn only_2xx_arrives_and_410_stops() {
        for code in [200, 201, 204, 299] {
            assert_eq!(judge(10, NOW, &status(code), 0.5), Verdict::Delivered);
        }
        assert_eq!(judge(1, NOW, &status(410), 0.5), Verdict::GaveUp);
        for code in [100, 301, 307, 400, 404, 429, 500, 503] {
            let again = judge(1, NOW, &status(code), 0.5);
            assert_eq!(again, Verdict::Again(NOW.plus_seconds(5)), "{code}");
            assert_eq!(judge(10, NOW, &status(code), 0.5), Verdict::GaveUp);
        }
        let nothing = Answer::Nothing("no answer within 15 s".to_owned());
        let again = judge(2, NOW, &nothing, 0.5);
        assert_eq!(again, Verdict::Again(NOW.plus_seconds(300)));
        assert_eq!(judge(10, NOW, &nothing, 0.5), Verdict::GaveUp);
    }

    #[test]
    fn a_receiver_may_ask_for_a_day_at_most_and_for_no_shorter_wait() {
        let asks = |seconds| Answer::Status {
            code: 503,
            retry_after: Some(seconds),
        };
        let wait = |attempt, seconds| match judge(attempt, NOW, &asks(seconds), 0.5) {
            Verdict::Again(at) => (at.0 - NOW.0) / 1000,
            verdict => panic!("{verdict:?}"),
        };
        assert_eq!(wait(1, 120), 120);
        assert_eq!(wait(2, 120), 300);
        assert_eq!(wait(1, i64::MAX), 86_400);
        assert_eq!(wait(1, -5), 5);
        assert_eq!(judge(10, NOW, &asks(1), 0.5), Verdict::GaveUp);
    }

    #[test]
    fn retry_after_is_a_number_or_a_date() {
        assert_eq!(retry_after(" 120 ", NOW), Some(120));
        assert_eq!(retry_after("Wed, 13 Mar 2024 05:21:00 GMT", NOW), Some(60));
        assert_eq!(retry_after("Mon, 13 Mar 2023 05:21:00 GMT", NOW), Some(0));
        assert_eq!(retry_after("99999999999999999999", NOW), Some(i64::MAX));
        for nothing in ["", "soon", "-5", "1.5"] {
            assert_eq!(retry_after(nothing, NOW), None, "{nothing}");
        }
    }
}
