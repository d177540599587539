//! The facts about a thing: a word for each, and what it is.

use crate::commands::status::screen::aligned;
use crate::render::{Cell, Column, Screen, Table, Tone};

/// Facts, in the order in which they are shown.
#[derive(Clone, Debug)]
pub(crate) struct Facts(Table);

impl Facts {
    /// Begins without any fact.
    pub(crate) fn new() -> Self {
        Self(Table::new([Column::left(""), Column::left("")]))
    }

    /// Adds a fact.
    pub(crate) fn add(&mut self, word: &str, value: impl Into<Cell>) {
        let word = Cell::toned(Tone::Plain, "  ").and(Tone::Dim, word);
        self.0.row([word, value.into()]);
    }

    /// Adds a fact that not every thing has.
    pub(crate) fn add_some(&mut self, word: &str, value: Option<impl Into<Cell>>) {
        if let Some(value) = value {
            self.add(word, value);
        }
    }

    /// Adds a fact of several lines, named once.
    pub(crate) fn add_lines(&mut self, word: &str, lines: impl Iterator<Item = String>) {
        for (number, line) in lines.enumerate() {
            self.add(if number == 0 { word } else { "" }, line);
        }
    }

    /// Renders the facts below each other, aligned also in a pipe.
    pub(crate) fn render(&self, screen: &Screen) -> String {
        // Values are not cut: what is shown in full must be all there.
        let whole = Screen {
            width: usize::MAX,
            ..aligned(screen)
        };
        self.0.render(&whole)
    }
}
