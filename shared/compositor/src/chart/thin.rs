//! Fewer numbers than there are, chosen so that the picture is the same.

/// Series that a chart draws; further ones are told in the warnings.
pub(super) const MOST_SERIES: usize = 24;

/// The series that are drawn.
pub(super) fn series<T>(all: &[T]) -> &[T] {
    all.get(..MOST_SERIES).unwrap_or(all)
}

/// The first label of each group of `every` rows.
pub(super) fn labels(rows: &[String], every: usize) -> Vec<&str> {
    rows.iter().step_by(every).map(String::as_str).collect()
}

/// How many neighbours share one place, so that `count` take no more than `most`.
pub(super) fn every(count: usize, most: usize) -> usize {
    count.div_ceil(most.max(1)).max(1)
}

/// Of each group of `every` rows the number farthest from 0, by group.
pub(super) fn farthest(values: &[(usize, f64)], every: usize) -> Vec<(usize, f64)> {
    let mut kept: Vec<(usize, f64)> = Vec::new();
    for &(row, value) in values {
        let group = row / every;
        match kept.last_mut() {
            Some(last) if last.0 == group => {
                if value.abs() > last.1.abs() {
                    last.1 = value;
                }
            }
            _ => kept.push((group, value)),
        }
    }
    kept
}

/// Of each group of `every` rows the least and the greatest number, in their order.
pub(super) fn extremes(values: &[(usize, f64)], every: usize) -> Vec<(usize, f64)> {
    if every <= 1 {
        return values.to_vec();
    }
    let mut kept = Vec::new();
    for group in values.chunk_by(|one, two| one.0 / every == two.0 / every) {
        let by_value = |one: &&(usize, f64), two: &&(usize, f64)| one.1.total_cmp(&two.1);
        let least = group.iter().min_by(by_value);
        let greatest = group.iter().max_by(by_value);
        if let (Some(&least), Some(&greatest)) = (least, greatest) {
            if least.0 == greatest.0 {
                kept.push(least);
            } else {
                let order = least.0 < greatest.0;
                kept.extend(if order {
                    [least, greatest]
                } else {
                    [greatest, least]
                });
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_keep_their_peaks() {
        let values = [(0, 1.0), (1, -9.0), (2, 4.0), (4, 2.0), (5, 3.0), (6, 0.0)];
        assert_eq!(farthest(&values, 3), [(0, -9.0), (1, 3.0), (2, 0.0)]);
        assert_eq!(
            extremes(&values, 3),
            [(1, -9.0), (2, 4.0), (4, 2.0), (5, 3.0), (6, 0.0)]
        );
        assert_eq!(extremes(&values, 1), values);
        assert_eq!((every(10, 3), every(3, 10), every(0, 0)), (4, 1, 1));
    }
}
