//! Pieces of a section: paragraphs, lists, tables, facts, quotations and charts.

use std::fmt::Write as _;

use super::inline::text;
use crate::chart::{Chart, Room, svg_within};
use crate::document::{Align, Block, Item, Quote, Table, Text};
use crate::text::escape;
use crate::words::Language;

/// What all pieces of a page have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    /// The language of the page.
    pub(crate) language: Language,
    /// How much room pictures have.
    pub(crate) room: Room,
}

/// Renders the blocks of a section. `id` tells it from others on the page.
pub(crate) fn blocks(form: Form, blocks: &[Block], id: &str) -> String {
    let numbered = blocks.iter().enumerate();
    numbered
        .map(|(number, block)| self::block(form, block, &format!("{id}b{}", number + 1)))
        .collect()
}

fn block(form: Form, block: &Block, id: &str) -> String {
    let language = form.language;
    match block {
        Block::Paragraph(sentences) => format!("<p>{}</p>\n", text(language, sentences)),
        Block::List(items) => list(language, items),
        Block::Table(table) => self::table(language, table),
        Block::Facts(facts) => self::facts(language, facts),
        Block::Quote(quote) => self::quote(quote),
        Block::Chart(chart) => self::chart(chart, id, form.room),
    }
}

fn list(language: Language, items: &[Item]) -> String {
    let mut list = String::from("<ul>\n");
    for item in items {
        let quote = item.quote.as_ref().map(quote).unwrap_or_default();
        let _written = writeln!(list, "<li>{}{quote}</li>", text(language, &item.text));
    }
    list.push_str("</ul>\n");
    list
}

fn facts(language: Language, facts: &[(String, Text)]) -> String {
    let mut list = String::from("<dl>\n");
    for (name, fact) in facts {
        let (name, fact) = (escape(name), text(language, fact));
        let _written = writeln!(list, "<div><dt>{name}</dt><dd>{fact}</dd></div>");
    }
    list.push_str("</dl>\n");
    list
}

/// Renders what somebody wrote, in the direction in which it is written.
fn quote(quote: &Quote) -> String {
    let mut quotation = String::from("<blockquote dir=\"auto\">\n");
    let text = quote.text.replace("\r\n", "\n").replace('\t', " ");
    for paragraph in text.split("\n\n").filter(|text| !text.trim().is_empty()) {
        let lines: Vec<String> = paragraph.trim().lines().map(escape).collect();
        let _written = writeln!(quotation, "<p dir=\"auto\">{}</p>", lines.join("<br>\n"));
    }
    if let Some(by) = &quote.by {
        let _written = writeln!(
            quotation,
            "<footer dir=\"auto\">– <bdi>{}</bdi></footer>",
            escape(by)
        );
    }
    quotation.push_str("</blockquote>\n");
    quotation
}

/// Renders a table. Where it is wider than the page, it can be scrolled, by keys as well.
fn table(language: Language, table: &Table) -> String {
    let caption = escape(&table.caption);
    let mut rows = String::new();
    for column in &table.columns {
        let class = class(column.align, false);
        let heading = escape(&column.heading);
        let _written = write!(rows, "<th scope=\"col\"{class}>{heading}</th>");
    }
    let mut body = String::new();
    for row in &table.rows {
        body.push_str("<tr>");
        for (index, (column, cell)) in table.columns.iter().zip(row).enumerate() {
            let class = class(column.align, !column.breaks);
            let cell = text(language, cell);
            let _written = match index {
                0 => write!(body, "<th scope=\"row\"{class}>{cell}</th>"),
                _ => write!(body, "<td{class}>{cell}</td>"),
            };
        }
        body.push_str("</tr>\n");
    }
    format!(
        "<div class=\"wide\" role=\"group\" aria-label=\"{caption}\" tabindex=\"0\">\n<table>\n\
         <caption>{caption}</caption>\n<thead><tr>{rows}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n</div>\n"
    )
}

const fn class(align: Align, is_whole: bool) -> &'static str {
    match (align, is_whole) {
        (Align::Start, false) => "",
        (Align::Start, true) => " class=\"whole\"",
        (Align::End, false) => " class=\"end\"",
        (Align::End, true) => " class=\"end whole\"",
    }
}

fn chart(chart: &Chart, id: &str, room: Room) -> String {
    let name = escape(&chart.name);
    format!(
        "<figure class=\"wide\" role=\"group\" aria-label=\"{name}\" tabindex=\"0\">\n{}</figure>\n",
        svg_within(chart, id, room)
    )
}
