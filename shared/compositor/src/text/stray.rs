//! Spaces at the end of a line, set among words that read the other way.
//!
//! Unicode's bidirectional algorithm gives them the direction of the paragraph (rule
//! L1), so that they hang beyond the line's end. The layout library leaves this rule
//! out: there they stay on the far side of the last word, in the middle of the line.

use parley::layout::{BreakReason, Line};

/// Where such spaces lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stray {
    /// Left edge, as the library has it.
    from: f32,
    width: f32,
    rtl: bool,
    hangs: bool,
}

impl Stray {
    /// The spaces at the end of `line`, if they read against the paragraph's
    /// direction.
    pub(super) fn find(line: &Line<'_, [u8; 4]>, text: &str, rtl: bool) -> Option<Self> {
        let range = line.text_range();
        let words = text.get(range.clone())?.trim_end().len() + range.start;
        let (mut x, mut from, mut width) = (line.metrics().offset, 0.0, 0.0);
        for run in line.runs() {
            for cluster in run.visual_clusters() {
                if run.is_rtl() != rtl && cluster.text_range().start >= words {
                    if width == 0.0 {
                        from = x;
                    }
                    width += cluster.advance();
                }
                x += cluster.advance();
            }
        }
        (width > 0.0).then_some(Self {
            from,
            width,
            rtl,
            hangs: matches!(line.break_reason(), BreakReason::Regular),
        })
    }

    /// How much of them does not count as the line's length.
    pub(super) fn hanging(self) -> f32 {
        if self.hangs { self.width } else { 0.0 }
    }

    /// How far a glyph at `x` moves when they go to the line's end.
    pub(super) fn shift(self, x: f32) -> f32 {
        let middle = self.from + self.width / 2.0;
        match self.rtl {
            false if x >= middle => -self.width,
            true if x < middle => self.width,
            _ => 0.0,
        }
    }
}
