//! Signs that stand beside words: of a status, of progress as a bar, of numbers in little room.

use okr_core::Decimal;
use okr_core::progress::Progress;
use okr_core::status::Status;

use crate::document::Spark;

/// Returns one character for a status; the same as on every other screen.
pub const fn status_sign(status: Status) -> &'static str {
    match status {
        Status::OnTrack => "●",
        Status::AtRisk => "◐",
        Status::OffTrack => "○",
        Status::Achieved => "✓",
        Status::Missed => "✗",
        Status::NoCheckIn => "?",
        Status::Stale => "◌",
        Status::Draft => "✎",
        Status::Abandoned => "–",
        Status::Archived => "▪",
    }
}

/// Returns how many of so many cells progress fills: all of them only when the target is reached.
pub fn filled(progress: Progress, cells: u8) -> u8 {
    if progress >= Progress::ONE {
        return cells;
    }
    let half = Decimal::ONE / Decimal::TWO;
    let columns = progress.clamped().raw() * Decimal::from(cells) + half;
    // Conversion drops the fraction, so adding a half rounds to the nearest.
    let rounded = u8::try_from(columns.trunc()).unwrap_or(cells);
    rounded.min(cells.saturating_sub(1))
}

/// Draws numbers one after the other, a character each: `▇▆▄`; a dot where nothing was said.
pub fn sparkline(spark: &Spark) -> String {
    const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let highest = usize::from(spark.highest.max(1));
    let step = |level: u8| {
        let index = usize::from(level).min(highest) * (STEPS.len() - 1);
        STEPS[(index + highest / 2) / highest]
    };
    let levels = spark.levels.iter();
    levels.map(|level| level.map_or('·', step)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_full_at_the_target_only() {
        let of = |thousandths: i64| filled(Progress::new(Decimal::new(thousandths, 3)), 10);
        assert_eq!(of(600), 6);
        assert_eq!(of(750), 8);
        assert_eq!(of(999), 9);
        assert_eq!(of(1000), 10);
        assert_eq!(of(-2300), 0);
        assert_eq!(filled(Progress::ONE, 0), 0);
    }

    #[test]
    fn a_sparkline_goes_from_nothing_to_everything() {
        let spark = Spark {
            levels: vec![Some(0), Some(5), None, Some(10), Some(11)],
            highest: 10,
            words: String::new(),
        };
        assert_eq!(sparkline(&spark), "▁▅·██");
    }
}
