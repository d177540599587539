//! A document on terminals of several widths.

use proptest::prelude::*;

use super::*;
use crate::document::sample::{HOSTILE, document};
use crate::document::{Column, Table};
use crate::text::{is_unsafe, width};

fn laid_out(layout: Layout) -> String {
    let rows = terminal(&document(), layout);
    let lines: Vec<String> = rows.iter().map(Row::plain).collect();
    lines.join("\n")
}

const WIDE: Layout = Layout {
    columns: 80,
    ascii: false,
    signs: true,
};

#[test]
fn eighty_columns() {
    insta::assert_snapshot!(laid_out(WIDE));
}

#[test]
fn a_narrow_terminal_in_ascii() {
    let layout = Layout {
        columns: 44,
        ascii: true,
        ..WIDE
    };
    insta::assert_snapshot!(laid_out(layout));
}

#[test]
fn no_line_is_wider_than_the_terminal_and_none_can_steer_it() {
    for columns in 20..120 {
        for line in terminal(&document(), Layout { columns, ..WIDE }) {
            let line = line.plain();
            assert!(width(&line) <= columns, "{columns}: {line}");
            assert!(!line.contains(is_unsafe), "{line:?}");
        }
    }
}

proptest! {
    #[test]
    fn whatever_people_write_fits(cell in any::<String>(), columns in 20usize..90) {
        let table = Table {
            caption: String::new(),
            columns: vec![Column::start("A").breaking(), Column::end("B")],
            rows: vec![vec![Text::of(crate::document::Mark::Theirs, cell), HOSTILE.into()]],
        };
        let mut document = document();
        document.sections = vec![Section::new("x").with(Block::Table(table))];
        for line in terminal(&document, Layout { columns, ..WIDE }) {
            prop_assert!(line.width() <= columns, "{}", line.plain());
        }
    }
}
