//! Charts and reports on a screen: their pieces in the tones of this program.

use okr_report::{Ink, Row};

use super::{Screen, Tone, page, tone};

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

/// Paints lines that are made of pieces with a meaning.
pub(crate) fn pieces(rows: &[Row], screen: &Screen) -> String {
    let lines = rows.iter().map(|row| {
        let spans = row.0.iter();
        spans
            .map(|span| screen.paint(tone_of(span.ink), &span.text))
            .collect()
    });
    page(lines.collect())
}

const fn tone_of(ink: Ink) -> Tone {
    match ink {
        Ink::Plain => Tone::Plain,
        Ink::Strong => Tone::Strong,
        Ink::Dim => Tone::Dim,
        Ink::Target => Tone::Good,
        Ink::Forecast => Tone::Accent,
        Ink::Attention => Tone::Warning,
        Ink::Line(number) => LINES[number % LINES.len()],
        Ink::Status(status) => tone(status),
    }
}
