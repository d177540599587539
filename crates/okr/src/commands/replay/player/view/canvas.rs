//! Cells of a terminal to write on. Nothing reaches them that was not made harmless.

use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;
use ratatui_core::style::{Color, Modifier, Style};

use crate::commands::replay::player::model::Extent;
use crate::render::{Cell, Screen, Tone, text_width};

/// A buffer and how it may be written on.
pub(super) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    screen: &'a Screen,
}

/// A list with a title, of which a part is shown.
pub(super) struct Panel<'a> {
    pub(super) title: &'a str,
    pub(super) area: Rect,
    pub(super) lines: &'a [Cell],
    /// The first line to show, when somebody chose.
    pub(super) top: Option<usize>,
    /// A line that is to be seen, when nobody did.
    pub(super) shows: Option<usize>,
}

impl<'a> Canvas<'a> {
    pub(super) fn new(buffer: &'a mut Buffer, screen: &'a Screen) -> Self {
        Self { buffer, screen }
    }

    pub(super) const fn screen(&self) -> &'a Screen {
        self.screen
    }

    /// Writes a cell, cut to a width.
    pub(super) fn put(&mut self, (x, y): (u16, u16), width: u16, cell: &Cell) {
        let end = x.saturating_add(width);
        let mut at = x;
        // A cell makes its texts harmless; what else a terminal cannot place is dropped here.
        for (tone, text) in cell.shortened(width.into(), self.screen).spans() {
            let style = style(tone, self.screen);
            let room = usize::from(end.saturating_sub(at));
            at = self.buffer.set_stringn(at, y, text, room, style).0;
        }
    }

    /// Writes one cell at the left and one at the right end of a row; the right one stays whole.
    pub(super) fn both_ends(
        &mut self,
        (x, y): (u16, u16),
        width: u16,
        (left, right): (&Cell, &Cell),
    ) {
        let right_width = columns(right.width()).min(width);
        let gap = if right_width == 0 { 0 } else { 2 };
        let room = width.saturating_sub(right_width + gap);
        self.put((x, y), room, left);
        self.put((x + width - right_width, y), right_width, right);
    }

    /// Draws a rule with a title.
    pub(super) fn rule(&mut self, (x, y): (u16, u16), width: u16, title: &Cell) {
        let dash = if self.screen.ascii { "-" } else { "─" };
        let used = title.width();
        let mut cell = Cell::toned(Tone::Dim, dash).and(Tone::Dim, dash);
        if used > 0 {
            cell = cell
                .and(Tone::Plain, " ")
                .and_cell(title)
                .and(Tone::Plain, " ");
        }
        let rest = usize::from(width).saturating_sub(cell.width());
        self.put((x, y), width, &cell.and(Tone::Dim, &dash.repeat(rest)));
    }

    /// Draws an upright rule.
    pub(super) fn upright(&mut self, (x, y): (u16, u16), height: u16) {
        let bar = if self.screen.ascii { "|" } else { "│" };
        for row in y..y + height {
            self.put((x, row), 1, &Cell::toned(Tone::Dim, bar));
        }
    }

    /// Draws a list under its title, and returns how much of it can be seen.
    pub(super) fn panel(&mut self, panel: &Panel<'_>) -> Extent {
        let Rect {
            x,
            y,
            width,
            height,
        } = panel.area;
        let height = height.saturating_sub(1);
        let room = usize::from(height);
        let count = panel.lines.len();
        let last_top = count.saturating_sub(room);
        let wanted = panel.top.unwrap_or_else(|| match panel.shows {
            // As far up as it can be seen with some of what stands around it.
            Some(line) if line >= room => line.saturating_sub(room / 2),
            Some(_) | None => 0,
        });
        let top = wanted.min(last_top);
        let mut title = Cell::toned(Tone::Strong, panel.title);
        if last_top > 0 {
            let last = (top + room).min(count);
            let part = format!("  {} to {last} of {count}", top + 1);
            title = title.and(Tone::Dim, &part);
        }
        self.rule((x, y), width, &title);
        for (row, line) in (y + 1..).zip(panel.lines.iter().skip(top).take(room)) {
            self.put((x, row), width, line);
        }
        Extent {
            top,
            last_top,
            height: room,
        }
    }
}

/// Returns a width in columns, as far as a terminal counts.
pub(super) fn columns(width: usize) -> u16 {
    u16::try_from(width).unwrap_or(u16::MAX)
}

/// Returns how a tone looks: without colour like everything else, because it never says anything
/// alone.
fn style(tone: Tone, screen: &Screen) -> Style {
    if !screen.color {
        return Style::new();
    }
    match tone {
        Tone::Plain => Style::new(),
        Tone::Strong => Style::new().add_modifier(Modifier::BOLD),
        Tone::Dim => Style::new().add_modifier(Modifier::DIM),
        Tone::Id => Style::new().fg(Color::Magenta),
        Tone::Good => Style::new().fg(Color::Green),
        Tone::Warning => Style::new().fg(Color::Yellow),
        Tone::Bad => Style::new().fg(Color::Red).add_modifier(Modifier::BOLD),
        Tone::Accent => Style::new().fg(Color::Cyan),
    }
}

/// Fills a cell with blanks up to a width, or cuts it.
pub(super) fn filled(cell: &Cell, width: usize, screen: &Screen) -> Cell {
    let cell = cell.shortened(width, screen);
    let blanks = " ".repeat(width.saturating_sub(cell.width()));
    cell.and(Tone::Plain, &blanks)
}

/// Aligns a text at the right end of a width.
pub(super) fn right(text: &str, width: usize) -> String {
    let blanks = " ".repeat(width.saturating_sub(text_width(text)));
    format!("{blanks}{text}")
}
