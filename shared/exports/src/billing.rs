//! What an export costs, in integers, fixed when it is created.
//!
//! `billedStandardSeconds` = ceil(duration x size factor x fps factor); one
//! standard second is a second of 1080p at 30 fps (contract, "Billing"). Every number of
//! that is in the [`PriceTable`], which a deployment may set.

use std::fmt;
use std::str::FromStr;

use darkroom_editor_state::{TICKS_PER_SECOND, Ticks};

/// Money of an account in millionths of a credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Credits(pub i64);

impl Credits {
    /// Millionths in one credit.
    pub const MICROS: i64 = 1_000_000;
}

/// Most credits that one text may name: a balance of many of them is still exact.
const MOST_CREDITS: i64 = 1_000_000_000;

impl FromStr for Credits {
    type Err = String;

    /// Reads a plain decimal from 0 to 1,000,000,000 with at most six decimals, exactly:
    /// what [`Display`](fmt::Display) writes.
    fn from_str(text: &str) -> Result<Self, String> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let plain = digits(whole) && digits(fraction);
        let micros = if plain && !whole.is_empty() && (1..=6).contains(&fraction.len()) {
            let micros = format!("{whole}{fraction:0<6}").parse::<i64>().ok();
            micros.filter(|micros| *micros <= MOST_CREDITS * Self::MICROS)
        } else {
            None
        };
        micros.map(Self).ok_or_else(|| {
            format!(
                "must be a plain decimal from 0 to {MOST_CREDITS} with at most six decimals, \
                 like 12 or 0.5"
            )
        })
    }
}

impl fmt::Display for Credits {
    /// A plain decimal without trailing zeros, as `chargedCredits` wants it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (
            self.0.unsigned_abs() / Self::MICROS.unsigned_abs(),
            self.0.unsigned_abs() % Self::MICROS.unsigned_abs(),
        );
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        let fraction = format!("{rest:06}");
        write!(f, "{sign}{whole}.{}", fraction.trim_end_matches('0'))
    }
}

/// Every number that a price is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceTable {
    /// Price of one standard second.
    pub per_standard_second: Credits,
    /// Factor at 60 fps, in percent of 30 fps, from 1.
    pub fps60_percent: u32,
    /// Pixels of a frame that costs the standard, from 1; larger ones cost in proportion,
    /// smaller ones as much.
    pub standard_pixels: u32,
}

impl Default for PriceTable {
    /// A tenth of a credit a standard second of 1920 x 1080, twice that at 60 fps.
    fn default() -> Self {
        Self {
            per_standard_second: Credits(Credits::MICROS / 10),
            fps60_percent: 200,
            standard_pixels: 1920 * 1080,
        }
    }
}

/// The three figures that are fixed at creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// Timeline length.
    pub duration: Ticks,
    /// Standard seconds billed.
    pub standard_seconds: i64,
    /// Credits reserved, then settled or given back.
    pub credits: Credits,
}

impl PriceTable {
    /// Prices a timeline of this length drawn at this size and rate.
    pub fn quote(&self, duration: Ticks, width: u32, height: u32, fps: u32) -> Quote {
        let standard_pixels = u128::from(self.standard_pixels.max(1));
        let pixels = (u128::from(width) * u128::from(height)).max(standard_pixels);
        let fps_percent = if fps > 30 { self.fps60_percent } else { 100 };
        let weighted = duration.0.max(0).unsigned_abs() as u128 * pixels * u128::from(fps_percent);
        let unit = TICKS_PER_SECOND as u128 * standard_pixels * 100;
        let standard_seconds = i64::try_from(weighted.div_ceil(unit)).unwrap_or(i64::MAX);
        Quote {
            duration,
            standard_seconds,
            credits: Credits(standard_seconds.saturating_mul(self.per_standard_second.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(s: f64, width: u32, height: u32, fps: u32) -> i64 {
        PriceTable::default()
            .quote(Ticks::from_seconds(s), width, height, fps)
            .standard_seconds
    }

    #[test]
    fn small_outputs_cost_as_much_as_the_standard_and_large_ones_in_proportion() {
        assert_eq!(seconds(10.0, 640, 360, 30), 10);
        assert_eq!(seconds(10.0, 1920, 1080, 30), 10);
        assert_eq!(seconds(10.0, 3840, 2160, 30), 40);
        assert_eq!(seconds(10.0, 1920, 1080, 60), 20);
    }

    #[test]
    fn every_number_of_a_price_is_in_the_table() {
        let table = PriceTable {
            per_standard_second: "0.25".parse().unwrap(),
            fps60_percent: 150,
            standard_pixels: 1280 * 720,
        };
        let quote = |width, height, fps| {
            let quote = table.quote(Ticks::from_seconds(10.0), width, height, fps);
            (quote.standard_seconds, quote.credits.to_string())
        };
        assert_eq!(quote(640, 360, 30), (10, "2.5".to_owned()));
        assert_eq!(quote(1280, 720, 60), (15, "3.75".to_owned()));
        assert_eq!(quote(1920, 1080, 30), (23, "5.75".to_owned()));
        assert_eq!(quote(1920, 1080, 60), (34, "8.5".to_owned()));
    }

    #[test]
    fn a_started_second_is_a_whole_one() {
        assert_eq!(seconds(10.000_01, 1280, 720, 30), 11);
        assert_eq!(seconds(0.02, 1280, 720, 30), 1);
    }

    #[test]
    fn credits_are_read_exactly_or_not_at_all() {
        for (text, micros) in [
            ("0", 0),
            ("12", 12_000_000),
            ("0.1", 100_000),
            ("007.000001", 7_000_001),
            ("1000000000", 1_000_000_000_000_000),
        ] {
            let read: Credits = text.parse().unwrap();
            assert_eq!(read, Credits(micros), "{text}");
            assert_eq!(read.to_string().parse(), Ok(read), "{text}");
        }
        for wrong in [
            "",
            ".",
            ".5",
            "1.",
            "-1",
            "+1",
            "1e3",
            " 1",
            "1,5",
            "0.0000001",
            "1000000000.1",
            "99999999999999999999",
            "１",
        ] {
            assert!(wrong.parse::<Credits>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn credits_are_plain_decimals() {
        assert_eq!(Credits(500_000).to_string(), "0.5");
        assert_eq!(Credits(12_000_000).to_string(), "12");
        assert_eq!(Credits(-1_000_001).to_string(), "-1.000001");
        assert_eq!(
            PriceTable::default()
                .quote(Ticks::from_seconds(3.0), 10, 10, 30)
                .credits
                .to_string(),
            "0.3"
        );
    }
}
