//! What a piece of text is rendered for: width, terminal or pipe, colour or not, UTF-8 or ASCII.

use anstyle::{AnsiColor, Style};

use crate::ui::{TimeStyle, sanitise};

/// The facts about a stream that rendering depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// The width in columns.
    pub width: usize,
    /// Whether a person looks at it, rather than a file or a program.
    pub terminal: bool,
    /// Whether only ASCII may be used for lines, bars and marks.
    pub ascii: bool,
    /// Whether colour may be used.
    pub color: bool,
    /// How times are written.
    pub time: TimeStyle,
}

impl Screen {
    /// The width where nothing else is known, in columns.
    pub const DEFAULT_WIDTH: usize = 80;

    /// The narrowest lines that a text is broken into, in columns.
    pub const TEXT_WIDTH_MIN: usize = 10;

    /// Returns what a pipe is: no colour, no truncation, words instead of marks.
    pub const fn piped() -> Self {
        Self {
            width: Self::DEFAULT_WIDTH,
            terminal: false,
            ascii: false,
            color: false,
            time: TimeStyle::Auto,
        }
    }

    /// Returns a terminal of a width, without colour.
    pub const fn terminal(width: usize) -> Self {
        Self {
            width,
            terminal: true,
            ..Self::piped()
        }
    }

    /// Returns how wide the lines of a text may be that starts at a column: what is left, and
    /// [`Screen::TEXT_WIDTH_MIN`] at least, since one word a line says less than a line that is cut.
    pub fn room_after(&self, column: usize) -> usize {
        self.width.saturating_sub(column).max(Self::TEXT_WIDTH_MIN)
    }

    /// Returns what stands for text that was cut off.
    pub const fn ellipsis(&self) -> &'static str {
        if self.ascii { "..." } else { "…" }
    }

    /// Returns the arrow between an old and a new value.
    pub const fn arrow(&self) -> &'static str {
        if self.ascii { "->" } else { "→" }
    }

    /// Returns the dot between facts on one line.
    pub const fn dot(&self) -> &'static str {
        if self.ascii { "-" } else { "·" }
    }

    /// Returns the sign for "at most".
    pub const fn at_most(&self) -> &'static str {
        if self.ascii { "<=" } else { "≤" }
    }

    /// Returns the sign for "at least".
    pub const fn at_least(&self) -> &'static str {
        if self.ascii { ">=" } else { "≥" }
    }

    /// Makes a text harmless and gives it a tone, where colour may be used.
    pub fn paint(&self, tone: Tone, text: &str) -> String {
        let text = sanitise(text);
        if !self.color || tone == Tone::Plain || text.is_empty() {
            return text.into_owned();
        }
        let style = tone.style();
        format!("{style}{text}{style:#}")
    }
}

/// What a piece of text is, for its colour. Colour never carries meaning alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Ordinary text.
    #[default]
    Plain,
    /// Headings and what matters most.
    Strong,
    /// What may be overlooked.
    Dim,
    /// A short id.
    Id,
    /// Good news.
    Good,
    /// Something to look at.
    Warning,
    /// Bad news.
    Bad,
    /// What to type next, and other things to find quickly.
    Accent,
}

impl Tone {
    pub(super) fn style(self) -> Style {
        let color = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Dim => Style::new().dimmed(),
            Self::Id => color(AnsiColor::Magenta),
            Self::Good => color(AnsiColor::Green),
            Self::Warning => color(AnsiColor::Yellow),
            Self::Bad => color(AnsiColor::Red).bold(),
            Self::Accent => color(AnsiColor::Cyan),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_the_room_that_is_left_and_some_at_least() {
        let screen = Screen::terminal(40);
        assert_eq!(screen.room_after(8), 32);
        assert_eq!(screen.room_after(30), 10);
        assert_eq!(screen.room_after(39), 10);
        assert_eq!(screen.room_after(100), 10);
    }

    #[test]
    fn paint_is_plain_without_colour_and_never_lets_escapes_through() {
        let plain = Screen::terminal(80);
        assert_eq!(plain.paint(Tone::Bad, "a\u{1b}[2Jb"), "a\\x1b[2Jb");
        let colored = Screen {
            color: true,
            ..plain
        };
        assert_eq!(colored.paint(Tone::Good, "ok"), "\u{1b}[32mok\u{1b}[0m");
        assert_eq!(colored.paint(Tone::Good, ""), "");
    }
}
