//! Ticks on round numbers, and how the numbers are written.

/// The largest number a chart tells apart: what is beyond stands at it.
const LARGEST: f64 = 1e300;

/// A number as a chart takes it.
pub(super) fn bounded(value: f64) -> f64 {
    value.clamp(-LARGEST, LARGEST)
}

/// An axis that begins and ends on a tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    pub low: f64,
    pub high: f64,
    /// 1, 2 or 5 times a power of ten.
    step: f64,
}

impl Scale {
    /// The axis around `low..=high` with about `most` steps, never more than one
    /// above. Numbers that are all the same get an axis from 0 to them, 0 itself one
    /// from 0 to 1.
    pub(super) fn around(low: f64, high: f64, most: usize) -> Self {
        let (low, high) = (bounded(low), bounded(high));
        let size = low.abs().max(high.abs());
        // Also true of NaN and of an empty range.
        let same = !(high - low > size * 1e-9 && high - low > 1e-290);
        let (low, high) = if !same {
            (low, high)
        } else if size > 1e-290 && size.is_finite() {
            (low.min(high).min(0.0), high.max(low).max(0.0))
        } else {
            (0.0, 1.0)
        };
        let step = round_step((high - low) / most.max(1) as f64);
        Self {
            low: (low / step + 1e-9).floor() * step,
            high: (high / step - 1e-9).ceil() * step,
            step,
        }
    }

    /// Where a number lies, 0 at the low end and 1 at the high one.
    pub(super) fn part(&self, value: f64) -> f64 {
        ((bounded(value) - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Ticks from low to high.
    pub(super) fn ticks(&self) -> Vec<f64> {
        let first = (self.low / self.step).round();
        let count = ((self.high - self.low) / self.step).round().min(64.0) as u32;
        (0..=count)
            .map(|index| (first + f64::from(index)) * self.step)
            .collect()
    }

    /// A tick in few letters: grouped below ten thousand, then with K, M, B or T,
    /// and as a power of ten where even that is long.
    pub(super) fn write(&self, tick: f64) -> String {
        write(tick, self.step, self.low.abs().max(self.high.abs()))
    }
}

/// The least of 1, 2 and 5 times a power of ten that is not below `step`.
fn round_step(step: f64) -> f64 {
    let power = step.log10().floor() as i32;
    // Dividing by a whole power of ten is exact where multiplying by its inverse is not.
    let unit = |times: f64, power: i32| {
        if power < 0 {
            times / 10.0_f64.powi(-power)
        } else {
            times * 10.0_f64.powi(power)
        }
    };
    let round = [1.0, 2.0, 5.0, 10.0].map(|times| unit(times, power));
    let [.., last] = round;
    round
        .into_iter()
        .find(|round| *round >= step * (1.0 - 1e-9))
        .unwrap_or(last)
}

fn write(value: f64, step: f64, largest: f64) -> String {
    const UNITS: [(f64, &str); 4] = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e4, "K")];
    const MOST_DECIMALS: i32 = 4;
    if value.abs() < step / 2.0 {
        return "0".to_owned();
    }
    let decimals = |unit: f64| -(step / unit).log10().floor() as i32;
    let unit = UNITS.into_iter().find(|(from, _)| largest >= *from);
    let unit = match unit {
        Some((1e4, suffix)) => (1e3, suffix),
        Some(unit) => unit,
        None => (1.0, ""),
    };
    let unit = if decimals(unit.0) > MOST_DECIMALS && largest < 1e15 && step >= 1e-4 {
        (1.0, "")
    } else {
        unit
    };
    let places = decimals(unit.0);
    let sign = if value < 0.0 { "−" } else { "" };
    if largest >= 1e15 || places > MOST_DECIMALS {
        return format!("{sign}{}", power(value.abs()));
    }
    let digits = format!("{:.*}", places.max(0) as usize, (value / unit.0).abs());
    format!("{sign}{}{}", grouped(&digits), unit.1)
}

/// `2.5e9` and the like, with as few digits as tell ticks apart.
fn power(value: f64) -> String {
    let text = format!("{value:.3e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    format!("{digits}e{}", power.replace('-', "−"))
}

/// Commas between thousands.
fn grouped(digits: &str) -> String {
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut text = String::with_capacity(digits.len() + 4);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(low: f64, high: f64) -> Vec<String> {
        let scale = Scale::around(low, high, 5);
        scale
            .ticks()
            .iter()
            .map(|tick| scale.write(*tick))
            .collect()
    }

    #[test]
    fn ticks_stand_on_round_numbers_and_read_well() {
        for (low, high, ticks) in [
            (0.0, 97.0, "0 20 40 60 80 100"),
            (-3.2, 4.9, "−4 −2 0 2 4 6"),
            (0.0, 0.3, "0 0.1 0.2 0.3"),
            (0.0, 1.0, "0 0.2 0.4 0.6 0.8 1.0"),
            (0.0, 8200.0, "0 2K 4K 6K 8K 10K"),
            (0.0, 8000.0, "0 2,000 4,000 6,000 8,000"),
            (0.0, 48_000.0, "0 10K 20K 30K 40K 50K"),
            (0.0, 2.4e6, "0 0.5M 1.0M 1.5M 2.0M 2.5M"),
            (0.0, 7e12, "0 2T 4T 6T 8T"),
            (0.0, 3e-7, "0 1e−7 2e−7 3e−7"),
            (-9e299, 9e299, "−1e300 −5e299 0 5e299 1e300"),
            (
                1e9,
                1e9 + 3.0,
                "1,000,000,000 1,000,000,001 1,000,000,002 1,000,000,003",
            ),
        ] {
            assert_eq!(written(low, high).join(" "), ticks, "{low}..{high}");
        }
    }

    #[test]
    fn equal_and_hostile_numbers_have_an_axis() {
        assert_eq!(written(7.0, 7.0), ["0", "2", "4", "6", "8"]);
        assert_eq!(written(-7.0, -7.0), ["−8", "−6", "−4", "−2", "0"]);
        assert_eq!(written(0.0, 0.0).len(), 6);
        for (low, high) in [
            (f64::MIN, f64::MAX),
            (f64::INFINITY, f64::NEG_INFINITY),
            (f64::NAN, f64::NAN),
            (0.0, f64::MIN_POSITIVE),
            (1e16, 1e16 + 2.0),
            (1e299, f64::MAX),
        ] {
            let scale = Scale::around(low, high, 5);
            let ticks = scale.ticks();
            assert!((2..=8).contains(&ticks.len()), "{low}..{high}: {ticks:?}");
            assert!(ticks.iter().all(|tick| tick.is_finite()));
            assert!(ticks.iter().all(|tick| scale.write(*tick).len() < 20));
        }
    }
}
