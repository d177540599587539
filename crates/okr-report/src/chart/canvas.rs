//! A rectangle of characters on which the more important covers the less important.

use crate::span::{Ink, Row};

/// What a character is for; a greater one covers a smaller one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layer {
    #[default]
    Nothing,
    Edge,
    Pace,
    Aside,
    Committed,
    Target,
    Band,
    Line,
    Mark,
    Label,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    glyph: char,
    ink: Ink,
    layer: Layer,
}

const BLANK: Cell = Cell {
    glyph: ' ',
    ink: Ink::Plain,
    layer: Layer::Nothing,
};

/// The characters of a plot, row by row from the top.
#[derive(Clone, Debug)]
pub(super) struct Canvas {
    columns: usize,
    rows: usize,
    cells: Vec<Cell>,
}

impl Canvas {
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        Self {
            columns,
            rows,
            cells: vec![BLANK; columns * rows],
        }
    }

    /// Returns the index of a character; none outside.
    fn index(&self, column: i32, row: i32) -> Option<usize> {
        let column = usize::try_from(column).ok()?;
        let row = usize::try_from(row).ok()?;
        (column < self.columns && row < self.rows).then_some(row * self.columns + column)
    }

    /// Puts a character where nothing more important is. What lies outside is left out.
    pub(super) fn put(&mut self, (column, row): (i32, i32), glyph: char, ink: Ink, layer: Layer) {
        if let Some(index) = self.index(column, row)
            && self.cells[index].layer <= layer
        {
            self.cells[index] = Cell { glyph, ink, layer };
        }
    }

    /// Puts a vertical stroke between two rows, both included.
    pub(super) fn stroke(
        &mut self,
        (column, rows): (i32, (i32, i32)),
        glyph: char,
        ink: Ink,
        layer: Layer,
    ) {
        let (from, to) = (rows.0.min(rows.1), rows.0.max(rows.1));
        for row in from.max(0)..=to.min(i32::try_from(self.rows).unwrap_or(i32::MAX)) {
            self.put((column, row), glyph, ink, layer);
        }
    }

    /// Writes a text at the first place of a row, from a column on, where it covers nothing above a
    /// layer; says whether there was one. The text is of characters that are one column wide.
    pub(super) fn label(
        &mut self,
        (from, row): (i32, i32),
        text: &str,
        ink: Ink,
        layer: Layer,
    ) -> bool {
        let length = i32::try_from(text.chars().count()).unwrap_or(i32::MAX);
        let columns = i32::try_from(self.columns).unwrap_or(i32::MAX);
        let is_free = |column: i32| {
            let index = self.index(column, row);
            index.is_some_and(|index| self.cells[index].layer <= layer)
        };
        let last = columns.saturating_sub(length);
        let place = (from.max(0)..=last).find(|at| (*at..at + length).all(is_free));
        let Some(place) = place else {
            return false;
        };
        for (column, glyph) in (place..).zip(text.chars()) {
            self.put((column, row), glyph, ink, Layer::Label);
        }
        true
    }

    /// Returns a row of the canvas.
    pub(super) fn row(&self, row: usize) -> Row {
        let mut line = Row::default();
        let mut buffer = [0; 4];
        for cell in &self.cells[row * self.columns..(row + 1) * self.columns] {
            line.push(cell.ink, cell.glyph.encode_utf8(&mut buffer));
        }
        line
    }
}

/// Dots of braille characters: two beside each other and four above each other in each.
#[derive(Clone, Debug)]
pub(super) struct Dots {
    columns: usize,
    rows: usize,
    bits: Vec<u8>,
}

/// The bit of each dot of a braille character, by its column and its row from the top.
const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

impl Dots {
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        Self {
            columns,
            rows,
            bits: vec![0; columns * rows],
        }
    }

    /// Sets a dot; what lies outside is left out.
    pub(super) fn set(&mut self, x: i32, y: i32) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
            return;
        };
        let (column, row) = (x / 2, y / 4);
        if column < self.columns && row < self.rows {
            self.bits[row * self.columns + column] |= BITS[x % 2][y % 4];
        }
    }

    /// Copies the characters that have dots to a canvas of the same size.
    pub(super) fn draw(&self, canvas: &mut Canvas, ink: Ink) {
        for (index, bits) in self.bits.iter().enumerate().filter(|(_, bits)| **bits != 0) {
            let glyph = char::from_u32(0x2800 + u32::from(*bits)).unwrap_or(' ');
            let place = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
            let (column, row) = (place(index % self.columns), place(index / self.columns));
            canvas.put((column, row), glyph, ink, Layer::Line);
        }
    }
}

/// Gives every point of a straight line between two to `set`, at most one for each step of the
/// longer side. Points outside `width` are passed over, so that a far end costs nothing.
pub(super) fn straight(
    (x0, y0): (i32, i32),
    (x1, y1): (i32, i32),
    width: i32,
    mut set: impl FnMut(i32, i32),
) {
    let (dx, dy) = (i64::from(x1) - i64::from(x0), i64::from(y1) - i64::from(y0));
    let steps = dx.abs().max(dy.abs());
    if steps == 0 {
        set(x0, y0);
        return;
    }
    let at = |from: i32, distance: i64, step: i64| {
        let doubled = 2 * distance * step + steps;
        i32::try_from(i64::from(from) + doubled.div_euclid(2 * steps)).unwrap_or(i32::MAX)
    };
    // Where the line enters and leaves the columns that are drawn.
    let reach = |x: i64| {
        if dx == 0 {
            0
        } else {
            ((x - i64::from(x0)) * steps).div_euclid(dx)
        }
    };
    let (first, last) = if dx == 0 {
        (0, steps)
    } else {
        let (enter, leave) = (reach(-1), reach(i64::from(width) + 1));
        let (enter, leave) = (enter.min(leave), enter.max(leave));
        ((enter - 1).max(0), (leave + 1).min(steps))
    };
    for step in first..=last {
        set(at(x0, dx, step), at(y0, dy, step));
    }
}
