//! Letters that must not be torn apart.

use super::block::Unit;

/// Scripts whose letters hang together: Arabic and its kin, the scripts of India,
/// Mongolian, and the Arabic presentation forms.
const JOINING: [(char, char); 5] = [
    ('\u{600}', '\u{8ff}'),
    ('\u{900}', '\u{dff}'),
    ('\u{1800}', '\u{18af}'),
    ('\u{fb50}', '\u{fdff}'),
    ('\u{fe70}', '\u{feff}'),
];

fn joins(ch: char) -> bool {
    JOINING.iter().any(|&(from, to)| (from..=to).contains(&ch))
}

/// The clusters of a line, in reading order, as units: ligatures, and words of joined
/// letters, are one.
pub(super) fn joined(clusters: Vec<Unit>, text: &str) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::with_capacity(clusters.len());
    for cluster in clusters {
        let (before, after) = text.split_at_checked(cluster.start()).unwrap_or_default();
        let within = before.chars().next_back().is_some_and(joins)
            && after.chars().next().is_some_and(joins);
        match units.last_mut() {
            Some(last) if within || cluster.continues() => last.absorb(cluster),
            _ => units.push(cluster),
        }
    }
    units
}
