//! A chart on a screen: its pieces in the tones of this program.

use okr_report::chart::{Chart, TerminalSize, terminal};

use crate::render::{Screen, pieces};

/// The height of a plot where nobody says another, in lines, and on a wide screen.
const HEIGHT: usize = 12;
const HEIGHT_WIDE: usize = 18;
/// From how many columns on a screen is wide.
const WIDE: usize = 120;

/// Renders a chart.
pub(super) fn render(chart: &Chart, height: Option<u16>, screen: &Screen) -> String {
    let usual = if screen.width < WIDE {
        HEIGHT
    } else {
        HEIGHT_WIDE
    };
    let size = TerminalSize {
        columns: screen.width,
        rows: height.map_or(usual, usize::from),
        ascii: screen.ascii,
    };
    pieces(&terminal(chart, size), screen)
}
