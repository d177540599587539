//! Progress as a bar.

use okr_core::progress::Progress;
use okr_report::filled;

use super::Screen;

/// Draws progress as a bar of a width in columns: `██████░░░░`, or `######....` in ASCII.
///
/// The bar is full only when the target is reached, whatever rounding says. None draws no bar but
/// as many blanks.
pub fn bar(progress: Option<Progress>, width: u8, screen: &Screen) -> String {
    let Some(progress) = progress else {
        return " ".repeat(width.into());
    };
    let (full, empty) = if screen.ascii {
        ("#", ".")
    } else {
        ("█", "░")
    };
    let filled = filled(progress, width);
    let rest = width - filled;
    let mut bar = String::with_capacity(usize::from(width) * full.len());
    bar.extend(std::iter::repeat_n(full, filled.into()));
    bar.extend(std::iter::repeat_n(empty, rest.into()));
    bar
}

#[cfg(test)]
mod tests {
    use okr_core::value::Number;

    use super::*;

    fn drawn(units: i64, screen: Screen) -> String {
        let share = Number::new(units, 3).unwrap();
        bar(Some(Progress::new(share.decimal())), 10, &screen)
    }

    #[test]
    fn a_bar_is_rounded_and_full_at_the_target_only() {
        let screen = Screen::terminal(80);
        assert_eq!(drawn(600, screen), "██████░░░░");
        assert_eq!(drawn(750, screen), "████████░░");
        assert_eq!(drawn(140, screen), "█░░░░░░░░░");
        assert_eq!(drawn(999, screen), "█████████░");
        assert_eq!(drawn(1000, screen), "██████████");
        assert_eq!(drawn(1051, screen), "██████████");
        assert_eq!(drawn(-2300, screen), "░░░░░░░░░░");
    }

    #[test]
    fn ascii_and_unknown() {
        let screen = Screen {
            ascii: true,
            ..Screen::terminal(80)
        };
        assert_eq!(drawn(600, screen), "######....");
        assert_eq!(bar(None, 10, &screen), "          ");
        assert_eq!(bar(Some(Progress::ONE), 0, &screen), "");
    }
}
