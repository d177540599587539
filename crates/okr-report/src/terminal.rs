//! A document as lines of a terminal, none wider than asked for but what cannot be broken.

mod flow;
mod table;

use crate::document::{Block, Document, Item, Quote, Section, Text};
use crate::span::{Ink, Row};
use crate::text::{harmless, wrap};
use flow::{flow, row, wrapped};

/// What a document is laid out for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The width in columns.
    pub columns: usize,
    /// Whether only ASCII may be drawn; what people wrote stays as it is.
    pub ascii: bool,
    /// Whether signs stand beside words, for a quick look.
    pub signs: bool,
}

/// The least width that is laid out for.
const COLUMNS_MIN: usize = 20;

/// Lays a document out.
pub fn terminal(document: &Document, layout: Layout) -> Vec<Row> {
    let layout = Layout {
        columns: layout.columns.max(COLUMNS_MIN),
        ..layout
    };
    let mut rows = wrapped(&Row::of(Ink::Strong, &document.title), layout.columns);
    for line in &document.subtitle {
        rows.extend(flow(line, document, layout));
    }
    if !document.lead.is_empty() {
        rows.push(Row::default());
        rows.extend(flow(&document.lead, document, layout));
    }
    for section in &document.sections {
        rows.push(Row::default());
        rows.extend(one_section(section, document, layout, 0));
    }
    if !document.colophon.is_empty() {
        rows.push(Row::default());
    }
    for line in &document.colophon {
        rows.extend(flow(line, document, layout));
    }
    rows.into_iter()
        .map(|row| breakable(row).trimmed())
        .collect()
}

/// Makes blanks that kept words together ordinary ones, now that lines are broken.
fn breakable(mut row: Row) -> Row {
    for span in &mut row.0 {
        span.text = span.text.replace('\u{a0}', " ");
    }
    row
}

fn one_section(section: &Section, document: &Document, layout: Layout, depth: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    if !section.heading.is_empty() {
        let heading = row(&section.heading, document.language, layout);
        let heading = strong(&heading, depth == 0);
        rows.extend(wrapped(&heading, layout.columns));
    }
    for (index, block) in section.blocks.iter().enumerate() {
        if index > 0 && stands_apart(block) {
            rows.push(Row::default());
        }
        rows.extend(one_block(block, document, layout));
    }
    for (index, part) in section.parts.iter().enumerate() {
        if index > 0 || !section.blocks.is_empty() {
            rows.push(Row::default());
        }
        rows.extend(one_section(part, document, layout, depth + 1));
    }
    rows
}

/// Makes all of a heading strong, and that of a section large: it must be found at a glance.
fn strong(heading: &Row, is_section: bool) -> Row {
    let text = heading.plain();
    let text = if is_section {
        text.to_uppercase()
    } else {
        text
    };
    Row::of(Ink::Strong, &text)
}

const fn stands_apart(block: &Block) -> bool {
    match block {
        Block::Table(_) | Block::Quote(_) => true,
        Block::Paragraph(_) | Block::List(_) | Block::Facts(_) | Block::Chart(_) => false,
    }
}

fn one_block(block: &Block, document: &Document, layout: Layout) -> Vec<Row> {
    match block {
        Block::Paragraph(text) => indented("  ", "  ", text, document, layout),
        Block::List(items) => {
            let items = items.iter();
            items
                .flat_map(|item| one_item(item, document, layout))
                .collect()
        }
        Block::Table(table) => table::table(table, document.language, layout),
        Block::Facts(facts) => {
            let facts = facts.iter();
            facts
                .flat_map(|(name, text)| {
                    let text = Text::plain(format!("{name}: ")).then(text.clone());
                    indented("  ", "    ", &text, document, layout)
                })
                .collect()
        }
        Block::Quote(quote) => quoted(quote, "  ", layout),
        // What it shows stands in the text around it.
        Block::Chart(_) => Vec::new(),
    }
}

fn one_item(item: &Item, document: &Document, layout: Layout) -> Vec<Row> {
    let dot = if layout.ascii { "  - " } else { "  • " };
    let mut rows = indented(dot, "    ", &item.text, document, layout);
    if let Some(quote) = &item.quote {
        rows.extend(quoted(quote, "    ", layout));
    }
    rows
}

/// Lays text out behind a beginning of its first line, and another one of those that follow.
fn indented(
    first: &str,
    further: &str,
    text: &Text,
    document: &Document,
    layout: Layout,
) -> Vec<Row> {
    let room = layout.columns.saturating_sub(crate::text::width(further));
    let lines = wrapped(&row(text, document.language, layout), room);
    let lines = lines.into_iter().enumerate();
    lines
        .map(|(index, line)| behind(if index == 0 { first } else { further }, line))
        .collect()
}

fn behind(beginning: &str, line: Row) -> Row {
    let mut whole = Row::of(Ink::Dim, beginning);
    for span in line.0 {
        whole.push(span.ink, &span.text);
    }
    whole
}

/// Lays out what somebody wrote: in quotation marks, each of its lines on its own.
fn quoted(quote: &Quote, indent: &str, layout: Layout) -> Vec<Row> {
    let room = layout.columns.saturating_sub(indent.len() + 2);
    let mut lines: Vec<String> = Vec::new();
    for line in quote.text.lines() {
        let broken = wrap(line, room);
        if broken.is_empty() && !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(broken);
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let last = lines.len().saturating_sub(1);
    let mut rows: Vec<Row> = lines
        .iter()
        .enumerate()
        .map(|(index, line)| {
            let begin = if index == 0 { "\"" } else { " " };
            let end = if index == last { "\"" } else { "" };
            Row::of(Ink::Dim, indent).and(Ink::Plain, &format!("{begin}{line}{end}"))
        })
        .collect();
    if let Some(by) = &quote.by {
        let dash = if layout.ascii { "-" } else { "–" };
        let by = Row::of(Ink::Dim, &format!("{dash} {}", harmless(by)));
        let lines = wrapped(&by, room).into_iter();
        rows.extend(lines.map(|line| behind(&format!("{indent} "), line)));
    }
    rows
}

#[cfg(test)]
mod tests;
