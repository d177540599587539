//! `okrd metrics`: lists the metrics that the server has.

use serde_json::{Value, json};

use crate::args::{MetricsArguments, MetricsFormat};
use crate::failure::Failure;
use crate::metrics::catalogue::{ALL, Described};
use crate::output;

/// The width that terminals have at least.
const COLUMNS: usize = 80;
const INDENT: &str = "    ";

pub(super) fn run(arguments: &MetricsArguments) -> Result<(), Failure> {
    output::print(&match arguments.output {
        MetricsFormat::Text => text(),
        MetricsFormat::Json => document().to_string(),
        MetricsFormat::Markdown => markdown(),
    })
}

/// One metric a paragraph: names are long, and terminals are not.
fn text() -> String {
    let paragraphs = ALL.iter().map(|described| {
        let Described { name, help, .. } = described;
        let kind = described.kind.word();
        let help = wrapped(help);
        format!("{name}{}  {kind}\n{help}", braces(described))
    });
    paragraphs.collect::<Vec<_>>().join("\n")
}

/// Breaks a sentence into indented lines that fit a terminal.
fn wrapped(sentence: &str) -> String {
    let mut lines = vec![INDENT.to_owned()];
    for word in sentence.split(' ') {
        let line = lines.last_mut().expect("there is a line from the start");
        if line == INDENT {
            line.push_str(word);
        } else if line.len() + 1 + word.len() <= COLUMNS {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(format!("{INDENT}{word}"));
        }
    }
    lines.join("\n")
}

fn braces(described: &Described) -> String {
    if described.labels.is_empty() {
        return String::new();
    }
    format!("{{{}}}", described.labels.join(","))
}

fn document() -> Value {
    let metrics = ALL.iter().map(|described| {
        let Described {
            name, labels, help, ..
        } = described;
        json!({"name": name, "type": described.kind.word(), "labels": labels, "help": help})
    });
    json!({"schema": "okrd.v1.Metrics", "metrics": metrics.collect::<Vec<_>>()})
}

/// The table of deploy/monitoring/METRICS.md.
fn markdown() -> String {
    let head = "| metric | type | labels | meaning |\n|---|---|---|---|".to_owned();
    let rows = ALL.iter().map(|described| {
        let Described { name, help, .. } = described;
        let kind = described.kind.word();
        let labels: Vec<String> = described
            .labels
            .iter()
            .map(|it| format!("`{it}`"))
            .collect();
        let labels = labels.join(", ");
        format!("| `{name}` | {kind} | {labels} | {help} |")
    });
    [head]
        .into_iter()
        .chain(rows)
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_the_table_that_the_program_prints() {
        let document = include_str!("../../../../deploy/monitoring/METRICS.md");
        let (_, table) = document.split_once("\n\n| metric |").unwrap();
        assert_eq!(
            format!("| metric |{table}"),
            format!("{}\n", markdown()),
            "write `okrd metrics -o markdown` into deploy/monitoring/METRICS.md"
        );
    }

    #[test]
    fn every_form_lists_every_metric() {
        let (text, markdown, document) = (text(), markdown(), document());
        let listed = document["metrics"].as_array().unwrap();
        assert_eq!(listed.len(), ALL.len());
        for (described, listed) in ALL.iter().zip(listed) {
            assert_eq!(listed["name"], described.name);
            assert!(text.contains(&format!("{}{}  ", described.name, braces(described))));
            assert!(markdown.contains(&format!("\n| `{}` | ", described.name)));
        }
        assert!(text.lines().all(|line| line.len() <= COLUMNS), "{text}");
    }
}
