//! Columns: aligned and cut to the width on a terminal, separated by tabs and whole elsewhere.

use okr_report::text;

use super::{Cell, Screen, Tone};

/// The number of blanks between two columns on a terminal.
const GAP: usize = 2;

/// A flexible column is not made narrower than this, in columns of the terminal.
const FLEXIBLE_WIDTH_MIN: usize = 8;

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    title: &'static str,
    right: bool,
    flexible: bool,
}

impl Column {
    /// Makes a column of text. The title has no blanks, so that scripts can split it off.
    pub const fn left(title: &'static str) -> Self {
        Self {
            title,
            right: false,
            flexible: false,
        }
    }

    /// Makes a column of numbers.
    pub const fn right(title: &'static str) -> Self {
        Self {
            right: true,
            ..Self::left(title)
        }
    }

    /// Lets the column be cut first when the terminal is too narrow.
    pub const fn flexible(mut self) -> Self {
        self.flexible = true;
        self
    }
}

/// Rows of cells under columns.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Begins a table. Without any title there is no heading.
    pub fn new(columns: impl Into<Vec<Column>>) -> Self {
        Self {
            columns: columns.into(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; cells that are missing at its end are empty.
    pub fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        let mut cells = cells.into();
        cells.resize_with(self.columns.len(), Cell::empty);
        self.rows.push(cells);
    }

    /// Says whether there is no row.
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Renders the table, each line ending in a line feed; nothing at all without rows.
    pub fn render(&self, screen: &Screen) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let heading = self.heading();
        let lines = heading.iter().chain(&self.rows);
        if !screen.terminal {
            return lines.map(|cells| tabbed(cells, screen)).collect();
        }
        let widths = self.widths(heading.as_deref(), screen.width);
        lines
            .map(|cells| self.aligned(cells, &widths, screen))
            .collect()
    }

    fn heading(&self) -> Option<Vec<Cell>> {
        let has_titles = self.columns.iter().any(|column| !column.title.is_empty());
        has_titles.then(|| {
            self.columns
                .iter()
                .map(|column| Cell::toned(Tone::Dim, column.title))
                .collect()
        })
    }

    /// Returns the width of each column; flexible ones, widest first, give way to fit the terminal.
    fn widths(&self, heading: Option<&[Cell]>, available: usize) -> Vec<usize> {
        let rows = || {
            heading
                .into_iter()
                .chain(self.rows.iter().map(Vec::as_slice))
        };
        let widest = |index: usize| rows().map(|cells| cells[index].width().max(1)).max();
        let mut widths: Vec<usize> = (0..self.columns.len())
            .map(|index| widest(index).unwrap_or(0))
            .collect();
        let gaps = GAP * widths.len().saturating_sub(1);
        loop {
            let total = widths.iter().sum::<usize>() + gaps;
            let shrinkable = (0..widths.len())
                .filter(|index| self.columns[*index].flexible)
                .filter(|index| widths[*index] > FLEXIBLE_WIDTH_MIN)
                .max_by_key(|index| widths[*index]);
            match shrinkable {
                Some(index) if total > available => widths[index] -= 1,
                Some(_) | None => return widths,
            }
        }
    }

    fn aligned(&self, cells: &[Cell], widths: &[usize], screen: &Screen) -> String {
        let nothing = Cell::toned(Tone::Dim, "-");
        let mut line = Cell::empty();
        for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let kept = cell.cut(*width, screen);
            let kept = if kept.is_empty() {
                &nothing
            } else {
                kept.as_ref()
            };
            let padding = width - kept.width();
            let is_last = index + 1 == widths.len();
            if self.columns[index].right {
                line = line.and_blanks(padding);
            }
            line = line.and_cell(kept);
            if !self.columns[index].right && !is_last {
                line = line.and_blanks(padding);
            }
            if !is_last {
                line = line.and_blanks(GAP);
            }
        }
        let mut text = String::new();
        line.line_onto(&mut text, screen.width, screen);
        text
    }
}

fn tabbed(cells: &[Cell], screen: &Screen) -> String {
    let mut line = String::new();
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            line.push('\t');
        }
        if cell.is_empty() {
            line.push('-');
        } else {
            cell.paint_onto(&mut line, usize::MAX, screen);
        }
    }
    line.push('\n');
    line
}

/// Returns how many columns of a terminal a text takes.
pub fn text_width(text: &str) -> usize {
    text::width(text)
}

/// Cuts a text to a width in columns, with a sign that something is missing.
pub fn fit(text: &str, width: usize, screen: &Screen) -> String {
    text::fit(text, width, screen.ellipsis())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn goals() -> Table {
        let mut table = Table::new([
            Column::left("ID"),
            Column::left("TITLE").flexible(),
            Column::right("NOW"),
            Column::left("OWNER"),
        ]);
        table.row([
            Cell::toned(Tone::Id, "vm").and(Tone::Dim, "kp"),
            "p99 latency of the public API".into(),
            "312 ms".into(),
            "@ana".into(),
        ]);
        table.row(["ztrq".into(), "目標 hit\trate".into(), "71 %".into()]);
        table
    }

    #[test]
    fn a_terminal_gets_aligned_columns() {
        insta::assert_snapshot!(goals().render(&Screen::terminal(80)), @r"
        ID    TITLE                             NOW  OWNER
        vmkp  p99 latency of the public API  312 ms  @ana
        ztrq  目標 hit\trate                   71 %  -
        ");
    }

    #[test]
    fn a_narrow_terminal_cuts_flexible_columns_then_lines() {
        insta::assert_snapshot!(goals().render(&Screen::terminal(36)), @r"
        ID    TITLE               NOW  OWNER
        vmkp  p99 latency of…  312 ms  @ana
        ztrq  目標 hit\trate     71 %  -
        ");
        insta::assert_snapshot!(goals().render(&Screen::terminal(20)), @r"
        ID    TITLE        …
        vmkp  p99 lat…  312…
        ztrq  目標 hi…    7…
        ");
    }

    #[test]
    fn a_pipe_gets_tabs_and_everything() {
        assert_eq!(
            goals().render(&Screen::piped()),
            "ID\tTITLE\tNOW\tOWNER\n\
             vmkp\tp99 latency of the public API\t312 ms\t@ana\n\
             ztrq\t目標 hit\\trate\t71 %\t-\n"
        );
    }

    #[test]
    fn without_titles_or_rows_nothing_is_invented() {
        let mut table = Table::new([Column::left(""), Column::left("")]);
        assert_eq!(table.render(&Screen::terminal(80)), "");
        table.row(["a".into(), "b".into()]);
        assert_eq!(table.render(&Screen::terminal(80)), "a  b\n");
    }

    #[test]
    fn colour_does_not_count_as_width() {
        let colored = Screen {
            color: true,
            ..Screen::terminal(36)
        };
        let first = goals().render(&colored).lines().nth(1).unwrap().to_owned();
        let expected = "\u{1b}[35mvm\u{1b}[0m\u{1b}[2mkp\u{1b}[0m  p99 latency of…  312 ms  @ana";
        assert_eq!(first, expected);
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_terminal(
            rows in proptest::collection::vec(proptest::collection::vec(any::<String>(), 3), 1..5),
            width in 3usize..60,
            ascii in any::<bool>(),
        ) {
            let mut table = Table::new([Column::left("A"), Column::right("B").flexible(), Column::left("")]);
            for row in rows {
                table.row(row.into_iter().map(Cell::from).collect::<Vec<_>>());
            }
            let screen = Screen { ascii, ..Screen::terminal(width) };
            for line in table.render(&screen).lines() {
                prop_assert!(text_width(line) <= width, "{:?}", line);
            }
        }
    }
}
