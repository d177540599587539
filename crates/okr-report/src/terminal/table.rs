//! Tables: columns as wide as they need; what may be broken gives way, and where even that is not
//! enough each row becomes a few lines with names.

use super::flow::{drawn, row, wrapped};
use super::{Layout, behind};
use crate::document::{Align, Column, Table};
use crate::span::{Ink, Row};
use crate::text::{harmless, width};
use crate::words::Language;

/// What stands before every row.
const INDENT: &str = "  ";
/// The blanks between two columns.
const GAP: usize = 2;
/// The least width of a column whose cells may be broken.
const BREAKING_MIN: usize = 12;

/// Lays a table out.
pub(super) fn table(table: &Table, language: Language, layout: Layout) -> Vec<Row> {
    let cells: Vec<Vec<Row>> = table
        .rows
        .iter()
        .map(|cells| {
            cells
                .iter()
                .map(|cell| row(cell, language, layout))
                .collect()
        })
        .collect();
    let headings: Vec<Vec<String>> = table
        .columns
        .iter()
        .map(|column| heading(&column.heading, layout))
        .collect();
    let room = layout.columns - INDENT.len();
    let Some(widths) = widths(&table.columns, &headings, &cells, room) else {
        return stacked(table, &cells, layout);
    };
    let grid = Grid {
        columns: &table.columns,
        widths: &widths,
    };
    let mut lines = grid.headings(&headings);
    for cells in &cells {
        lines.extend(grid.row(cells));
    }
    lines
}

/// Breaks a heading into its words; a column must not be wide for its name alone.
fn heading(text: &str, layout: Layout) -> Vec<String> {
    let text = drawn(&text.to_uppercase(), layout);
    text.split(' ')
        .map(|word| harmless(word).into_owned())
        .collect()
}

/// Decides on the widths of columns; none when there is no room even when everything gives way.
fn widths(
    columns: &[Column],
    headings: &[Vec<String>],
    cells: &[Vec<Row>],
    room: usize,
) -> Option<Vec<usize>> {
    let of_heading = |index: usize| {
        let words = headings.get(index).into_iter().flatten();
        words.map(|word| width(word)).max().unwrap_or(0)
    };
    let needed: Vec<usize> = (0..columns.len())
        .map(|index| {
            let cells = cells.iter().filter_map(|cells| cells.get(index));
            let widest = cells.map(Row::width).max().unwrap_or(0);
            widest.max(of_heading(index))
        })
        .collect();
    let gaps = GAP * columns.len().saturating_sub(1);
    let mut widths = needed.clone();
    let mut excess = (needed.iter().sum::<usize>() + gaps).saturating_sub(room);
    // The widest gives way first, so that narrow ones stay readable.
    while excess > 0 {
        let least = |index: usize| of_heading(index).max(BREAKING_MIN).min(needed[index]);
        let widest = (0..columns.len())
            .filter(|index| columns[*index].breaks && widths[*index] > least(*index))
            .max_by_key(|index| widths[*index])?;
        widths[widest] -= 1;
        excess -= 1;
    }
    Some(widths)
}

struct Grid<'a> {
    columns: &'a [Column],
    widths: &'a [usize],
}

impl Grid<'_> {
    fn headings(&self, headings: &[Vec<String>]) -> Vec<Row> {
        let lines: Vec<Vec<Row>> = headings
            .iter()
            .zip(self.widths)
            .map(|(words, columns)| {
                let row = Row::of(Ink::Dim, &words.join(" "));
                wrapped(&row, *columns)
            })
            .collect();
        let height = lines.iter().map(Vec::len).max().unwrap_or(0);
        // Headings stand at the bottom, above what they name.
        let at_bottom = lines.into_iter().map(|lines| {
            let mut all = vec![Row::default(); height - lines.len()];
            all.extend(lines);
            all
        });
        self.lines(&at_bottom.collect::<Vec<_>>())
    }

    fn row(&self, cells: &[Row]) -> Vec<Row> {
        let broken = cells.iter().zip(self.widths);
        let broken = broken.map(|(cell, columns)| wrapped(cell, *columns));
        self.lines(&broken.collect::<Vec<_>>())
    }

    /// Puts the lines of cells beside each other.
    fn lines(&self, cells: &[Vec<Row>]) -> Vec<Row> {
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        (0..height)
            .map(|line| {
                let mut whole = Row::of(Ink::Plain, INDENT);
                for (index, columns) in self.widths.iter().enumerate() {
                    let cell = cells.get(index).and_then(|lines| lines.get(line));
                    let cell = cell.cloned().unwrap_or_default();
                    let blanks = " ".repeat(columns.saturating_sub(cell.width()));
                    let (before, after) = match self.columns[index].align {
                        Align::Start => (String::new(), blanks),
                        Align::End => (blanks, String::new()),
                    };
                    if index > 0 {
                        whole.push(Ink::Plain, &" ".repeat(GAP));
                    }
                    whole.push(Ink::Plain, &before);
                    for span in cell.0 {
                        whole.push(span.ink, &span.text);
                    }
                    whole.push(Ink::Plain, &after);
                }
                whole.trimmed()
            })
            .collect()
    }
}

/// Writes each row as lines, the names of the columns before what stands in them.
fn stacked(table: &Table, cells: &[Vec<Row>], layout: Layout) -> Vec<Row> {
    let mut lines = Vec::new();
    for cells in cells {
        for (index, (column, cell)) in table.columns.iter().zip(cells).enumerate() {
            let (indent, name) = if index == 0 {
                (INDENT, Row::default())
            } else {
                let name = format!("{}: ", drawn(&column.heading, layout));
                ("    ", Row::of(Ink::Dim, &name))
            };
            if cell.0.is_empty() {
                continue;
            }
            let mut whole = name;
            for span in &cell.0 {
                whole.push(span.ink, &span.text);
            }
            let room = layout.columns - indent.len();
            let broken = wrapped(&whole, room).into_iter();
            lines.extend(broken.map(|line| behind(indent, line)));
        }
    }
    lines
}
