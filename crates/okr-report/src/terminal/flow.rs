//! Text in lines of a width: pieces with a meaning keep it over the end of a line.

use super::Layout;
use crate::document::{Document, Inline, Mark, Text};
use crate::signs::{filled, sparkline, status_sign};
use crate::span::{Ink, Row};
use crate::text::{beginning, width};
use crate::words::Language;

/// The width of a bar of progress in columns.
const BAR_COLUMNS: u8 = 10;

/// Lays text out in lines of the whole width.
pub(super) fn flow(text: &Text, document: &Document, layout: Layout) -> Vec<Row> {
    wrapped(&row(text, document.language, layout), layout.columns)
}

/// Writes text on one line, however long that is.
pub(super) fn row(text: &Text, language: Language, layout: Layout) -> Row {
    let mut row = Row::default();
    for piece in &text.0 {
        match piece {
            Inline::Words { mark, text } => {
                let text = if *mark == Mark::Theirs {
                    text.clone()
                } else {
                    drawn(text, layout)
                };
                row.push(ink(*mark), &text);
            }
            Inline::Status(status) => {
                let word = language.status(*status);
                let sign = if layout.signs && !layout.ascii {
                    // A sign and its word stay on one line.
                    format!("{}\u{a0}", status_sign(*status))
                } else {
                    String::new()
                };
                row.push(Ink::Status(*status), &format!("{sign}{word}"));
            }
            Inline::Progress(bar) => {
                if let (Some(progress), true) = (bar.progress, layout.signs) {
                    let full = filled(progress, BAR_COLUMNS);
                    let (on, off) = if layout.ascii {
                        ("#", ".")
                    } else {
                        ("█", "░")
                    };
                    row.push(Ink::Plain, &on.repeat(full.into()));
                    let rest = BAR_COLUMNS - full;
                    row.push(Ink::Dim, &off.repeat(rest.into()));
                    row.push(Ink::Plain, "\u{a0}");
                }
                row.push(
                    Ink::Plain,
                    &format!("{:>4}", bar.words).replace(' ', "\u{a0}"),
                );
            }
            Inline::Spark(spark) => {
                if layout.signs && !layout.ascii {
                    row.push(Ink::Plain, &sparkline(spark));
                    row.push(Ink::Plain, "\u{a0}");
                }
                row.push(Ink::Dim, &drawn(&spark.words, layout));
            }
            Inline::Trail(_) => {}
        }
    }
    row
}

/// Writes signs of our own in ASCII where nothing else may be drawn.
pub(super) fn drawn(text: &str, layout: Layout) -> String {
    if !layout.ascii {
        return text.to_owned();
    }
    let mut plain = text.replace(" · ", ", ");
    for (sign, ascii) in [
        ("→", "->"),
        ("≤", "<="),
        ("≥", ">="),
        ("–", "-"),
        ("−", "-"),
        ("·", ","),
        ("…", "..."),
    ] {
        plain = plain.replace(sign, ascii);
    }
    plain
}

const fn ink(mark: Mark) -> Ink {
    match mark {
        Mark::Strong | Mark::Reference => Ink::Strong,
        Mark::Dim => Ink::Dim,
        Mark::Attention => Ink::Attention,
        Mark::Plain | Mark::Theirs | Mark::Person | Mark::Code => Ink::Plain,
    }
}

/// Breaks a line between words into lines of at most a width in columns; a word that is wider than a
/// line is broken where the line ends. An empty line stays one.
pub(super) fn wrapped(row: &Row, columns: usize) -> Vec<Row> {
    let columns = columns.max(1);
    let mut filling = Filling {
        columns,
        ..Filling::default()
    };
    for span in &row.0 {
        for (index, word) in span.text.split(' ').enumerate() {
            if index > 0 {
                filling.blank(span.ink);
            }
            filling.piece(span.ink, word);
        }
    }
    filling.finish()
}

/// Lines that are being filled: a word of several pieces is kept together.
#[derive(Default)]
struct Filling {
    columns: usize,
    lines: Vec<Row>,
    line: Row,
    /// The pieces since the last blank.
    word: Row,
    /// The blank before them, if one goes before them on a line.
    gap: Option<Ink>,
}

impl Filling {
    fn piece(&mut self, ink: Ink, text: &str) {
        self.word.push(ink, text);
    }

    fn blank(&mut self, ink: Ink) {
        self.place();
        self.gap = Some(ink);
    }

    /// Puts the word on the line, or on the next one.
    fn place(&mut self) {
        if self.word.0.is_empty() {
            return;
        }
        let word = std::mem::take(&mut self.word);
        let gap = self.gap.take();
        let is_first = self.line.0.is_empty();
        if !is_first && self.line.width() + 1 + word.width() > self.columns {
            self.lines.push(std::mem::take(&mut self.line));
        } else if let (false, Some(ink)) = (is_first, gap) {
            self.line.push(ink, " ");
        }
        for span in word.0 {
            self.broken(span.ink, &span.text);
        }
    }

    /// Puts a piece on the line, broken where lines end.
    fn broken(&mut self, ink: Ink, text: &str) {
        let mut rest = text;
        while self.line.width() + width(rest) > self.columns {
            let room = self.columns - self.line.width().min(self.columns);
            let head = beginning(rest, room);
            if head.is_empty() && self.line.0.is_empty() {
                // A single picture wider than the line; nothing narrower says the same.
                return;
            }
            self.line.push(ink, head);
            rest = &rest[head.len()..];
            self.lines.push(std::mem::take(&mut self.line));
        }
        self.line.push(ink, rest);
    }

    fn finish(mut self) -> Vec<Row> {
        self.place();
        if !self.line.0.is_empty() || self.lines.is_empty() {
            self.lines.push(self.line);
        }
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(rows: &[Row]) -> Vec<String> {
        rows.iter().map(Row::plain).collect()
    }

    #[test]
    fn a_meaning_lasts_over_the_end_of_a_line() {
        let row = Row::of(Ink::Plain, "one ")
            .and(Ink::Strong, "two three")
            .and(Ink::Plain, ", four");
        let lines = wrapped(&row, 8);
        assert_eq!(texts(&lines), ["one two", "three,", "four"]);
        assert_eq!(lines[1].0[0].ink, Ink::Strong);
        assert_eq!(lines[1].0[1].ink, Ink::Plain);
        assert_eq!(texts(&wrapped(&Row::default(), 8)), [""]);
        assert_eq!(
            texts(&wrapped(&Row::of(Ink::Plain, "a bcdefgh ij"), 4)),
            ["a", "bcde", "fgh", "ij"]
        );
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_asked_for(
            pieces in proptest::collection::vec(any::<String>(), 0..4),
            columns in 2usize..30,
        ) {
            let inks = [Ink::Plain, Ink::Strong, Ink::Dim, Ink::Plain];
            let mut row = Row::default();
            for (piece, ink) in pieces.iter().zip(inks) {
                row.push(ink, piece);
            }
            for line in wrapped(&row, columns) {
                prop_assert!(line.width() <= columns, "{:?}", line);
            }
        }
    }
}
