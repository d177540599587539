//! A document as Markdown: `CommonMark`, with the tables that GitHub, GitLab and most editors read.
//!
//! What people wrote is escaped, so that it is shown as it was written and makes no markup.

use std::fmt::Write as _;

use crate::document::{Align, Block, Document, Inline, Item, Mark, Quote, Section, Table, Text};
use crate::signs::status_sign;
use crate::text::harmless;
use crate::words::Language;

/// Writes a document as Markdown.
pub fn markdown(document: &Document) -> String {
    let language = document.language;
    let mut text = format!("# {}\n", escaped(&document.title));
    for line in &document.subtitle {
        // A line of its own, yet in one paragraph.
        let _written = write!(text, "\n{}\n", inline(line, language));
    }
    if !document.lead.is_empty() {
        let _written = write!(text, "\n**{}**\n", unbold(&document.lead, language));
    }
    for one in &document.sections {
        section(&mut text, one, language, 2);
    }
    if !document.colophon.is_empty() {
        text.push_str("\n---\n");
    }
    for line in &document.colophon {
        let _written = write!(text, "\n{}\n", inline(line, language));
    }
    text
}

/// Writes a lead, all of which is bold, without emphasis inside.
fn unbold(text: &Text, language: Language) -> String {
    let plain = text.0.iter().cloned().map(|piece| match piece {
        Inline::Words {
            mark: Mark::Strong | Mark::Attention | Mark::Reference,
            text,
        } => Inline::Words {
            mark: Mark::Plain,
            text,
        },
        other => other,
    });
    inline(&Text(plain.collect()), language)
}

fn section(text: &mut String, section_: &Section, language: Language, level: usize) {
    if !section_.heading.is_empty() {
        let heading = unbold(&section_.heading, language);
        let _written = write!(text, "\n{} {heading}\n", "#".repeat(level));
    }
    for block in &section_.blocks {
        one_block(text, block, language);
    }
    for part in &section_.parts {
        section(text, part, language, level + 1);
    }
}

fn one_block(text: &mut String, block: &Block, language: Language) {
    match block {
        Block::Paragraph(words) => {
            let _written = write!(text, "\n{}\n", inline(words, language));
        }
        Block::List(items) => {
            text.push('\n');
            for item in items {
                one_item(text, item, language);
            }
        }
        Block::Table(table) => one_table(text, table, language),
        Block::Facts(facts) => {
            text.push('\n');
            for (name, words) in facts {
                let words = inline(words, language);
                let _written = writeln!(text, "- {}: {words}", escaped(name));
            }
        }
        Block::Quote(quote) => {
            text.push('\n');
            one_quote(text, quote, "");
        }
        // A picture; what it shows stands in the text around it.
        Block::Chart(_) => {}
    }
}

fn one_item(text: &mut String, item: &Item, language: Language) {
    let _written = writeln!(text, "- {}", inline(&item.text, language));
    if let Some(quote) = &item.quote {
        one_quote(text, quote, "  ");
    }
}

fn one_quote(text: &mut String, quote: &Quote, indent: &str) {
    for line in quote.text.lines() {
        let line = guarded(&escaped(line.trim()));
        if line.is_empty() {
            let _written = writeln!(text, "{indent}>");
        } else {
            // Two blanks keep the ends of lines where the author had them.
            let _written = writeln!(text, "{indent}> {line}  ");
        }
    }
    if let Some(by) = &quote.by {
        let _written = writeln!(text, "{indent}> – {}", escaped(by));
    }
}

fn one_table(text: &mut String, table: &Table, language: Language) {
    let headings: Vec<String> = table
        .columns
        .iter()
        .map(|column| escaped(&column.heading))
        .collect();
    let rule: Vec<&str> = table
        .columns
        .iter()
        .map(|column| match column.align {
            Align::Start => "---",
            Align::End => "---:",
        })
        .collect();
    let _written = write!(
        text,
        "\n| {} |\n| {} |\n",
        headings.join(" | "),
        rule.join(" | ")
    );
    for cells in &table.rows {
        let cells: Vec<String> = cells.iter().map(|cell| inline(cell, language)).collect();
        let _written = writeln!(text, "| {} |", cells.join(" | "));
    }
}

fn inline(text: &Text, language: Language) -> String {
    let mut written = String::new();
    for piece in &text.0 {
        match piece {
            Inline::Words { mark, text } => written.push_str(&marked(*mark, text)),
            Inline::Status(status) => {
                let sign = status_sign(*status);
                let _written = write!(written, "{sign} {}", language.status(*status));
            }
            Inline::Progress(bar) => written.push_str(&escaped(&bar.words)),
            Inline::Spark(spark) => written.push_str(&escaped(&spark.words)),
            Inline::Trail(_) => {}
        }
    }
    // What begins a block elsewhere must not begin one here.
    guarded(&written)
}

/// Puts emphasis around words, but not around the blanks at their ends, where it is none.
fn marked(mark: Mark, text: &str) -> String {
    let around = match mark {
        Mark::Strong | Mark::Attention | Mark::Reference => "**",
        Mark::Code => return code(text),
        Mark::Plain | Mark::Dim | Mark::Theirs | Mark::Person => return escaped(text),
    };
    let core = text.trim();
    if core.is_empty() {
        return text.to_owned();
    }
    let (before, rest) = text.split_at(text.len() - text.trim_start().len());
    let after = &rest[core.len()..];
    format!("{before}{around}{}{around}{after}", escaped(core))
}

/// Writes something to type, behind as many backquotes as it takes.
fn code(text: &str) -> String {
    let text = harmless(text);
    if text.contains('|') {
        // It would end a cell of a table, and elsewhere what guards it would be seen.
        return escaped(&text);
    }
    let longest = text
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let blank = if longest > 0 { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// Writes words so that they are words and nothing else.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in harmless(text).chars() {
        if matches!(
            character,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '#' | '$'
        ) {
            safe.push('\\');
        }
        safe.push(character);
    }
    safe
}

/// Guards the beginning of a line: a list, a number of a list, a rule.
fn guarded(line: &str) -> String {
    let trimmed = line.trim_start();
    if trimmed.starts_with(['-', '+', '=']) {
        return format!("\\{trimmed}");
    }
    let digits = trimmed.len()
        - trimmed
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .len();
    let (number, rest) = trimmed.split_at(digits);
    if digits > 0 && rest.starts_with(['.', ')']) {
        return format!("{number}\\{rest}");
    }
    trimmed.to_owned()
}

#[cfg(test)]
mod tests;
