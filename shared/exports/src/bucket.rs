//! A token bucket, kept as one number.
//!
//! All there is to know of a bucket is when it will be full again: an instant in
//! the past is a full bucket, and each token taken moves it one refill later. That
//! is exact, needs no timer, and fits a condition of the write that takes the token.

use crate::timestamp::Timestamp;

/// Size and refill of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenBucket {
    /// Tokens of a full bucket.
    pub tokens: u32,
    /// Milliseconds after which one token more is in it.
    pub refill_ms: u32,
}

impl TokenBucket {
    /// Syncs of one project: ten at once, then one every two seconds. An editor
    /// that saves by itself needs fewer.
    pub const SYNC: Self = Self {
        tokens: 10,
        refill_ms: 2000,
    };

    /// So many requests a minute: a full minute's may come at once, then one by one, so that
    /// up to twice as many get through in a minute that begins with a full bucket. Between
    /// two tokens lie whole milliseconds, rounded up: it never refills faster than the rate.
    #[must_use]
    pub const fn per_minute(requests: u32) -> Self {
        let tokens = if requests == 0 { 1 } else { requests };
        Self {
            tokens,
            refill_ms: 60_000_u32.div_ceil(tokens),
        }
    }

    /// Tokens in a bucket that will be full again at `full_at`.
    pub fn left(self, full_at: Timestamp, now: Timestamp) -> u32 {
        let missing_ms = (full_at.0 - now.0).max(0).unsigned_abs();
        let missing = missing_ms.div_ceil(u64::from(self.refill_ms));
        self.tokens
            .saturating_sub(u32::try_from(missing).unwrap_or(u32::MAX))
    }

    /// Seconds, rounded up, until the bucket is full or, if it is empty, until there is
    /// one token.
    pub fn reset_seconds(self, full_at: Timestamp, now: Timestamp) -> u64 {
        match self.take(Some(full_at), now) {
            Ok(_) => (full_at.0 - now.0).max(0).unsigned_abs().div_ceil(1000),
            Err(seconds) => seconds,
        }
    }

    /// Takes one token; answers when the bucket will be full again.
    ///
    /// # Errors
    /// Seconds, rounded up, after which there will be a token.
    pub fn take(self, full_at: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, u64> {
        let refill_ms = i64::from(self.refill_ms);
        let full_at = full_at.map_or(now.0, |at| at.0.max(now.0));
        let next = full_at.saturating_add(refill_ms);
        let wait_ms = next - now.0 - i64::from(self.tokens) * refill_ms;
        if wait_ms <= 0 {
            return Ok(Timestamp(next));
        }
        Err((wait_ms as u64).div_ceil(1000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_minutes_requests_may_come_at_once_and_then_one_by_one() {
        for (requests, refill_ms) in [(0, 60_000), (1, 60_000), (60, 1000), (7, 8572), (6000, 10)] {
            assert_eq!(TokenBucket::per_minute(requests).refill_ms, refill_ms);
        }
        let bucket = TokenBucket::per_minute(3);
        let now = Timestamp(1_000_000);
        assert_eq!(bucket.left(Timestamp(5), now), 3);
        let first = bucket.take(None, now).unwrap();
        assert_eq!(bucket.left(first, now), 2);
        assert_eq!(bucket.left(first, now.plus_seconds(19)), 2);
        assert_eq!(bucket.left(first, now.plus_seconds(20)), 3);
        let second = bucket.take(Some(first), now).unwrap();
        let third = bucket.take(Some(second), now).unwrap();
        assert_eq!(bucket.left(third, now), 0);
        assert_eq!(bucket.reset_seconds(second, now), 40);
        assert_eq!(bucket.reset_seconds(third, now), 20);
        assert_eq!(bucket.take(Some(third), now), Err(20));
        // As many as there are, and then one every 20 seconds.
        let mut full_at = None;
        let taken = (0..=60).filter(|second| {
            let taken = bucket.take(full_at, now.plus_seconds(*second)).ok();
            full_at = taken.or(full_at);
            taken.is_some()
        });
        let taken: Vec<i64> = taken.collect();
        assert_eq!(taken, [0, 1, 2, 20, 40, 60]);
    }

    #[test]
    fn a_bucket_empties_and_refills_one_by_one() {
        let bucket = TokenBucket {
            tokens: 3,
            refill_ms: 1500,
        };
        let mut full_at = None;
        let mut take = |now| match bucket.take(full_at, Timestamp(now)) {
            Ok(at) => {
                full_at = Some(at);
                Ok(())
            }
            Err(seconds) => Err(seconds),
        };
        assert_eq!([take(1000), take(1000), take(1000)], [Ok(()); 3]);
        assert_eq!(take(1000), Err(2));
        assert_eq!(take(2000), Err(1));
        assert_eq!(take(2499), Err(1));
        assert_eq!(take(2500), Ok(()));
        assert_eq!(take(2500), Err(2));
        // Never more than it holds, however long nobody came.
        let later = 1_000_000;
        assert_eq!([take(later), take(later), take(later)], [Ok(()); 3]);
        assert_eq!(take(later), Err(2));
        // A clock that is behind another's finds the bucket no fuller.
        assert!(take(later - 10_000).is_err());
    }
}
