//! A chart on a screen: its pieces in the tones of this program.

use okr_report::chart::{Chart, TerminalSize, terminal};
use okr_report::{Ink, Row};

use crate::render::{Screen, Tone, page};

/// The height of a plot where nobody says another, in lines, and on a wide screen.
const HEIGHT: usize = 12;
const HEIGHT_WIDE: usize = 18;
/// From how many columns on a screen is wide.
const WIDE: usize = 120;

/// The tones of several lines, each of which has a mark of its own, too.
const LINES: [Tone; 8] = [
    Tone::Accent,
    Tone::Warning,
    Tone::Good,
    Tone::Id,
    Tone::Bad,
    Tone::Strong,
    Tone::Plain,
    Tone::Dim,
];

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
    let rows = terminal(chart, size).into_iter();
    page(rows.map(|row| painted(&row, screen)).collect())
}

fn painted(row: &Row, screen: &Screen) -> String {
    let pieces = row.0.iter();
    pieces
        .map(|span| screen.paint(tone(span.ink), &span.text))
        .collect()
}

const fn tone(ink: Ink) -> Tone {
    match ink {
        Ink::Plain => Tone::Plain,
        Ink::Strong => Tone::Strong,
        Ink::Dim => Tone::Dim,
        Ink::Target => Tone::Good,
        Ink::Forecast => Tone::Accent,
        Ink::Attention => Tone::Warning,
        Ink::Line(number) => LINES[number % LINES.len()],
    }
}
