//! Cells: a few pieces of text on one line, each with its tone, made harmless when they are added.

use std::borrow::Cow;
use std::fmt::Write as _;

use okr_report::text::{self, is_safe};

use super::{Screen, Tone, text_width};
use crate::ui::sanitise;

/// As many blanks as are mostly asked for at once, at most.
const BLANKS: &str = "                                                                ";

/// One cell: a few pieces of text, made harmless, each with its tone.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// All pieces, one after the other: large answers have thousands of cells.
    text: String,
    /// The tone of each piece, and where it ends.
    ends: Vec<(Tone, usize)>,
    /// How many columns they take: asked for more often than pieces are added.
    width: usize,
}

impl Cell {
    /// Makes a cell without a value, shown as `-`.
    pub const fn empty() -> Self {
        Self {
            text: String::new(),
            ends: Vec::new(),
            width: 0,
        }
    }

    /// Makes a cell without a value that has room for a line of so many columns, in a dozen pieces.
    pub fn with_room(columns: usize) -> Self {
        Self {
            text: String::with_capacity(columns),
            ends: Vec::with_capacity(12),
            width: 0,
        }
    }

    /// Makes a cell of one tone.
    pub fn toned(tone: Tone, text: &str) -> Self {
        Self::empty().and(tone, text)
    }

    /// Appends a piece.
    pub fn and(mut self, tone: Tone, text: &str) -> Self {
        if !text.is_empty() {
            self.push(tone, &sanitise(text));
        }
        self
    }

    /// Appends blanks.
    pub fn and_blanks(mut self, count: usize) -> Self {
        if count > 0 {
            let mut missing = count;
            while missing > 0 {
                let blanks = &BLANKS[..missing.min(BLANKS.len())];
                self.text.push_str(blanks);
                missing -= blanks.len();
            }
            self.end_piece(Tone::Plain, count);
        }
        self
    }

    fn push(&mut self, tone: Tone, harmless: &str) {
        self.text.push_str(harmless);
        self.end_piece(tone, text_width(harmless));
    }

    /// Makes a piece of the text that was added, which takes so many columns.
    fn end_piece(&mut self, tone: Tone, columns: usize) {
        self.width += columns;
        let end = self.text.len();
        match self.ends.last_mut() {
            Some((Tone::Plain, last)) if tone == Tone::Plain => *last = end,
            Some(_) | None => self.ends.push((tone, end)),
        }
    }

    /// Says whether there is nothing in it.
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Returns how many columns of a terminal the cell takes.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Appends another cell, padded with blanks before it up to a column.
    pub fn and_at(self, column: usize, other: Self) -> Self {
        let gap = column.saturating_sub(self.width);
        if self.is_empty() && gap == 0 {
            return other;
        }
        self.and_blanks(gap).and_cell(&other)
    }

    /// Appends another cell.
    pub fn and_cell(mut self, other: &Self) -> Self {
        let before = self.text.len();
        self.text.push_str(&other.text);
        self.width += other.width;
        let ends = other.ends.iter();
        self.ends
            .extend(ends.map(|(tone, end)| (*tone, before + end)));
        self
    }

    /// Returns the pieces with their tones.
    pub fn spans(&self) -> impl Iterator<Item = (Tone, &str)> {
        self.ends.iter().scan(0, |start, (tone, end)| {
            let piece = &self.text[*start..*end];
            *start = *end;
            Some((*tone, piece))
        })
    }

    /// Cuts the cell to a width in columns, with a sign that something is missing.
    pub fn shortened(&self, width: usize, screen: &Screen) -> Self {
        self.cut(width, screen).into_owned()
    }

    /// Renders the cell on its own, cut to a width in columns.
    pub fn paint(&self, width: usize, screen: &Screen) -> String {
        let mut painted = String::with_capacity(2 * self.width);
        self.paint_onto(&mut painted, width, screen);
        painted
    }

    /// Appends what [`Cell::paint`] makes.
    pub fn paint_onto(&self, painted: &mut String, width: usize, screen: &Screen) {
        let cell = self.cut(width, screen);
        if !screen.color {
            painted.push_str(&cell.text);
            return;
        }
        for (tone, piece) in cell.spans() {
            let style = tone.style();
            write!(painted, "{style}{piece}{style:#}").expect("a String takes any text");
        }
    }

    /// Appends the cell as a line of its own, cut to a width in columns, without blanks at its end.
    pub fn line_onto(&self, text: &mut String, width: usize, screen: &Screen) {
        let start = text.len();
        self.paint_onto(text, width, screen);
        let length = text[start..].trim_end_matches(' ').len();
        text.truncate(start + length);
        text.push('\n');
    }

    /// Returns the cell, cut to a width.
    pub(super) fn cut(&self, width: usize, screen: &Screen) -> Cow<'_, Self> {
        if self.width <= width {
            return Cow::Borrowed(self);
        }
        let ellipsis = screen.ellipsis();
        let mut cut = Self::empty();
        let Some(mut room) = width.checked_sub(text_width(ellipsis)) else {
            cut.push(Tone::Plain, &".".repeat(width));
            return Cow::Owned(cut);
        };
        for (tone, piece) in self.spans() {
            let kept = text::beginning(piece, room);
            cut.push(tone, kept);
            if kept.len() < piece.len() {
                break;
            }
            room -= text_width(kept);
        }
        cut.push(Tone::Plain, ellipsis);
        Cow::Owned(cut)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::toned(Tone::Plain, text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() || !is_safe(&text) {
            return Self::from(text.as_str());
        }
        Self {
            width: text_width(&text),
            ends: vec![(Tone::Plain, text.len())],
            text,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pieces_keep_their_tones_and_what_is_plain_grows_together() {
        let value = Cell::toned(Tone::Good, "ok").and(Tone::Plain, " a\u{1b}");
        let cell = Cell::toned(Tone::Id, "vmkp").and_at(6, value);
        let cell = cell.and_blanks(2).and(Tone::Plain, "目");
        let spans: Vec<_> = cell.spans().collect();
        assert_eq!(
            spans,
            [
                (Tone::Id, "vmkp"),
                (Tone::Plain, "  "),
                (Tone::Good, "ok"),
                (Tone::Plain, " a\\x1b  目"),
            ]
        );
        assert_eq!(cell.width(), 18);
    }

    #[test]
    fn a_line_has_no_blanks_at_its_end_and_leaves_the_one_before_alone() {
        let mut text = String::from("before  \n");
        Cell::from("a  ").line_onto(&mut text, 80, &Screen::piped());
        Cell::empty().line_onto(&mut text, 80, &Screen::piped());
        assert_eq!(text, "before  \na\n\n");
    }

    #[test]
    fn any_number_of_blanks_can_be_added() {
        for count in [0, 1, BLANKS.len(), 2 * BLANKS.len() + 3] {
            let cell = Cell::from("a").and_blanks(count);
            let line = format!("a{}", " ".repeat(count));
            assert_eq!(cell.width(), line.len());
            assert_eq!(cell.paint(usize::MAX, &Screen::piped()), line);
        }
    }

    proptest! {
        #[test]
        fn what_is_painted_is_harmless_and_as_wide_as_it_says(
            texts in proptest::collection::vec(any::<String>(), 0..4), width in 0usize..40,
        ) {
            let screen = Screen::terminal(80);
            let cells = texts.iter().cloned().map(Cell::from);
            let cell = cells.fold(Cell::empty(), |cell, other| cell.and_cell(&other));
            let all: String = cell.spans().map(|(_, piece)| piece).collect();
            let harmless: String = texts.iter().map(|text| sanitise(text)).collect();
            prop_assert_eq!(&all, &harmless);
            prop_assert_eq!(cell.paint(usize::MAX, &screen), harmless);
            prop_assert!(text_width(&cell.paint(width, &screen)) <= width);
        }
    }
}
