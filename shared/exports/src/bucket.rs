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
