//! Requests a second, latencies by exact order, and memory over time.

use std::fmt::Write as _;
use std::time::Duration;

use super::client::Tally;

/// How much more the last third may hold than the second, in percent.
const GROWTH_PERCENT: u64 = 10;
const MIB: f64 = 1_048_576.0;

/// A line an operation, one for all of them, and one for bare reads.
pub(crate) fn table(tally: &Tally, took: Duration, reads: &Tally, reading: Duration) -> String {
    let mut table = format!(
        "{:<10} {:>8} {:>8} {:>9} {:>9} {:>9} {:>9}\n",
        "", "requests", "per s", "p50 ms", "p95 ms", "p99 ms", "max ms"
    );
    let mut all = Vec::new();
    for (operation, times) in &tally.times {
        all.extend_from_slice(times);
        let name = format!("{operation:?}").to_lowercase();
        line(&mut table, &name, times.clone(), took);
    }
    line(&mut table, "all", all, took);
    let reads = reads.times.values().flatten().copied().collect();
    line(&mut table, "bare read", reads, reading);
    table
}

fn line(table: &mut String, name: &str, mut micros: Vec<u32>, took: Duration) {
    micros.sort_unstable();
    let rate = micros.len() as f64 / took.as_secs_f64();
    let at = |percent| f64::from(percentile(&micros, percent)) / 1000.0;
    // A string takes everything.
    let _ = writeln!(
        table,
        "{name:<10} {:>8} {rate:>8.1} {:>9.1} {:>9.1} {:>9.1} {:>9.1}",
        micros.len(),
        at(50),
        at(95),
        at(99),
        at(100)
    );
}

/// The smallest of sorted values that so many percent are not above (nearest rank); 0 of
/// none.
fn percentile(sorted: &[u32], percent: usize) -> u32 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

/// Means of the three thirds of a series.
fn thirds(series: &[u64]) -> [u64; 3] {
    let third = series.len() / 3;
    [0, 1, 2].map(|index| {
        let part = series.get(index * third..(index + 1) * third);
        let part = part.unwrap_or_default();
        part.iter().sum::<u64>() / (part.len() as u64).max(1)
    })
}

/// The three means of the service's resident memory.
pub(crate) fn memory_line(bytes: &[u64]) -> String {
    let means = thirds(bytes).map(|mean| format!("{:.1}", mean as f64 / MIB));
    format!("memory: {} MiB in the thirds of the load", means.join(", "))
}

/// That the memory grows, if it does: the last third by more than a tenth over the second,
/// which everything that is kept for good has filled.
pub(crate) fn growth(bytes: &[u64]) -> Option<String> {
    let [_, second, last] = thirds(bytes);
    if second == 0 {
        return Some("the service's memory could not be read".to_owned());
    }
    let most = second + second * GROWTH_PERCENT / 100;
    (last > most).then(|| {
        format!(
            "the service's memory grows by more than {GROWTH_PERCENT} %: {}",
            memory_line(bytes)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{growth, percentile};

    #[test]
    fn percentiles_are_values_that_were_seen() {
        let hundred: Vec<u32> = (1..=100).collect();
        let at = |percent| percentile(&hundred, percent);
        assert_eq!([at(50), at(95), at(99), at(100)], [50, 95, 99, 100]);
        assert_eq!(percentile(&[7], 50), 7);
        assert_eq!(percentile(&[7, 9], 99), 9);
        assert_eq!(percentile(&[], 50), 0);
    }

    #[test]
    fn memory_may_rise_at_first_but_not_on_and_on() {
        assert_eq!(growth(&[10, 50, 100, 100, 110, 110]), None);
        assert_eq!(growth(&[100, 100, 100, 100, 60, 60]), None);
        let grows = growth(&[100, 100, 100, 100, 111, 111]).unwrap();
        assert!(grows.contains("grows by more than 10 %"), "{grows}");
        assert!(growth(&[]).is_some());
    }
}
