//! A document as one HTML file: it needs no script and nothing from elsewhere, says in its markup what
//! everything is, and looks right in light and dark, on a phone, on a wall and on paper.
//!
//! Everything that people wrote passes [`escape`] on its way into an element or a quoted attribute, and
//! nothing of theirs is put anywhere else.

mod block;
mod inline;
mod page;
mod slides;

use std::fmt::Write as _;

use crate::chart::Room;
use crate::document::{Document, Section, Text};
use crate::text::escape;
use crate::words::{Language, Phrase};
use block::{Form, blocks};
use inline::text;
use page::{Page, STYLE};
pub use slides::slides;

/// The fewest sections of a report that begins with a list of them.
const CONTENTS_MIN: usize = 4;

/// Renders a report.
pub fn html(document: &Document) -> String {
    let form = Form {
        language: document.language,
        room: Room::Whole,
    };
    let mut main = String::new();
    for (number, section) in document.sections.iter().enumerate() {
        main.push_str(&part(form, section, &section_id(number), 2));
    }
    let body = format!(
        "{}{}<main>\n{main}</main>\n{}",
        header(document),
        contents(document),
        footer(document)
    );
    Page {
        language: document.language,
        title: &document.title,
        style: STYLE,
        script: None,
    }
    .render(&body)
}

/// Renders title, subtitle and lead.
fn header(document: &Document) -> String {
    let title = escape(&document.title);
    let subtitle = paragraphs(document.language, "subtitle", &document.subtitle);
    let lead = std::slice::from_ref(&document.lead);
    let lead = paragraphs(document.language, "lead", lead);
    format!("<header>\n<h1><bdi>{title}</bdi></h1>\n{subtitle}{lead}</header>\n")
}

/// Renders what the document was made from.
fn footer(document: &Document) -> String {
    let colophon = paragraphs(document.language, "colophon", &document.colophon);
    format!("<footer>\n{colophon}</footer>\n")
}

/// Renders lines that are of one kind, but for empty ones.
fn paragraphs(language: Language, class: &str, lines: &[Text]) -> String {
    let mut paragraphs = String::new();
    for line in lines.iter().filter(|line| !line.is_empty()) {
        let line = text(language, line);
        let _written = writeln!(paragraphs, "<p class=\"{class}\">{line}</p>");
    }
    paragraphs
}

/// Renders the list of sections, where there are so many that one looks for them.
fn contents(document: &Document) -> String {
    if document.sections.len() < CONTENTS_MIN {
        return String::new();
    }
    let label = document.language.phrase(Phrase::Contents);
    let mut items = String::new();
    for (number, section) in document.sections.iter().enumerate() {
        let heading = text(document.language, &section.heading);
        let id = section_id(number);
        let _written = writeln!(items, "<li><a href=\"#{id}\">{heading}</a></li>");
    }
    format!("<nav aria-label=\"{label}\"><ul>\n{items}</ul></nav>\n")
}

fn section_id(number: usize) -> String {
    format!("s{}", number + 1)
}

/// Renders a section and its parts, with headings of a level and of the next.
///
/// One without a heading is no part of the outline.
fn part(form: Form, section: &Section, id: &str, level: usize) -> String {
    let mut part = blocks(form, &section.blocks, id);
    for (number, inner) in section.parts.iter().enumerate() {
        let id = format!("{id}p{}", number + 1);
        part.push_str(&self::part(form, inner, &id, level + 1));
    }
    if section.heading.is_empty() {
        return part;
    }
    let heading = text(form.language, &section.heading);
    format!(
        "<section id=\"{id}\" aria-labelledby=\"{id}h\">\n<h{level} id=\"{id}h\">{heading}</h{level}>\n\
         {part}</section>\n"
    )
}

#[cfg(test)]
mod tests;
