//! Text for a terminal in which each piece says what it is; the caller decides on colours.

use okr_core::status::Status;

use crate::text::{harmless, width};

/// What a piece of a terminal screen is. Colour never carries meaning alone: the text says it too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ink {
    /// Ordinary text.
    #[default]
    Plain,
    /// What matters most: names and values.
    Strong,
    /// What may be overlooked: axes, pace, what was.
    Dim,
    /// The target, or the bound to be kept.
    Target,
    /// A forecast, which is no fact.
    Forecast,
    /// A move of the target, and what else needs attention.
    Attention,
    /// The line with a number among several, from 0.
    Line(usize),
    /// How a goal stands.
    Status(Status),
}

/// A piece of a line with one meaning. Its text is harmless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// What it is.
    pub ink: Ink,
    /// What it says.
    pub text: String,
}

/// A line of a terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row(pub Vec<Span>);

impl Row {
    /// Begins with a piece.
    pub fn of(ink: Ink, text: &str) -> Self {
        Self::default().and(ink, text)
    }

    /// Adds a piece; one with the same meaning as the last joins it.
    pub fn and(mut self, ink: Ink, text: &str) -> Self {
        self.push(ink, text);
        self
    }

    /// Adds a piece in place.
    pub fn push(&mut self, ink: Ink, text: &str) {
        if text.is_empty() {
            return;
        }
        let text = harmless(text);
        match self.0.last_mut() {
            Some(last) if last.ink == ink => last.text.push_str(&text),
            Some(_) | None => self.0.push(Span {
                ink,
                text: text.into_owned(),
            }),
        }
    }

    /// Returns the width in columns.
    pub fn width(&self) -> usize {
        self.0.iter().map(|span| width(&span.text)).sum()
    }

    /// Returns the text alone.
    pub fn plain(&self) -> String {
        self.0.iter().map(|span| span.text.as_str()).collect()
    }

    /// Takes blanks at the end away.
    pub fn trimmed(mut self) -> Self {
        while let Some(last) = self.0.last_mut() {
            last.text.truncate(last.text.trim_end_matches(' ').len());
            if !last.text.is_empty() {
                break;
            }
            self.0.pop();
        }
        self
    }
}
