//! Goals as a document that people read and keep in git: cycles, objectives with a table of the key
//! results and a list of the work for each, and health metrics. Of other kinds, a table.

mod work;

use super::gather::Found;
use super::sheet::{Fact, Sheet, sheet};
use crate::args::ExportKind;
use crate::output::{CycleItem, KeyResultItem, MeasureItem, ObjectiveItem, ValueItem};

/// Writes what was found; without any kind, the goals.
pub(super) fn text(found: &Found, kinds: &[ExportKind]) -> String {
    let mut lines = Vec::new();
    if kinds.is_empty() {
        goals(&mut lines, found);
    }
    for kind in kinds {
        let heading = match kind {
            ExportKind::Objectives => "Objectives",
            ExportKind::Krs => "Key results",
            ExportKind::Checkins => "Check-ins",
            ExportKind::Teams => "Teams",
            ExportKind::Cycles => "Cycles",
            ExportKind::People => "People",
            ExportKind::Comments => "Comments",
            ExportKind::Initiatives => "Initiatives",
            ExportKind::Metrics => "Health metrics",
            ExportKind::MetricValues => "Values of health metrics",
        };
        paragraph(&mut lines, format!("# {heading}"));
        table(&mut lines, &sheet(found, *kind));
    }
    let mut text = lines.join("\n");
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// Adds a paragraph, and the empty line after it.
fn paragraph(lines: &mut Vec<String>, text: String) {
    lines.extend([text, String::new()]);
}

fn goals(lines: &mut Vec<String>, found: &Found) {
    let name = found.org.as_ref().map_or("Goals", |org| &org.name);
    paragraph(lines, format!("# {}", escaped(name)));
    for cycle in &found.cycles {
        let of_cycle = |objective: &&ObjectiveItem| objective.cycle.id == cycle.id;
        let objectives: Vec<_> = found.objectives.iter().filter(of_cycle).collect();
        heading(lines, cycle);
        if objectives.is_empty() {
            paragraph(lines, "No objective.".to_owned());
        }
        for one in objectives {
            objective(lines, one);
            work::of_objective(lines, one, &found.initiatives);
        }
    }
    work::metrics(lines, &found.metrics);
}

fn heading(lines: &mut Vec<String>, cycle: &CycleItem) {
    paragraph(lines, format!("## {}", escaped(&cycle.name)));
    let (start, end, state) = (&cycle.start, &cycle.end, cycle.state);
    paragraph(lines, format!("{start} to {end}, {state}"));
}

fn objective(lines: &mut Vec<String>, item: &ObjectiveItem) {
    paragraph(lines, format!("### {}", escaped(&item.title)));
    let owner = escaped(&item.owner.called());
    let mut facts = vec![format!("`{}`", item.slug), format!("@{owner}")];
    facts.extend(item.team.iter().map(|team| escaped(&team.name)));
    facts.push(item.kind.to_owned());
    if item.state != "active" {
        facts.push(item.state.to_owned());
    }
    facts.push(percent(item.progress.as_ref().and_then(|one| one.percent)));
    facts.extend(item.score.iter().map(|score| format!("score {score}")));
    let above = item.supports.iter();
    facts.extend(above.map(|above| format!("supports `{}`", above.name)));
    paragraph(lines, facts.join(" · "));
    for text in [&item.description, &item.reflection].into_iter().flatten() {
        paragraph(lines, quoted(text));
    }
    if item.key_results.is_empty() {
        return;
    }
    lines.push(
        "| key result | owner | from | to | now | progress | confidence | status |".to_owned(),
    );
    lines.push(rule(8));
    lines.extend(item.key_results.iter().map(key_result));
    lines.push(String::new());
}

/// The line between the names of columns and the rows.
fn rule(columns: usize) -> String {
    format!("|{}", "---|".repeat(columns))
}

fn key_result(item: &KeyResultItem) -> String {
    let latest = item.latest_check_in.as_ref();
    let (from, to) = ends(&item.measure);
    let now = latest.map(|latest| value(&latest.value, &item.measure));
    let confidence = latest.and_then(|latest| latest.confidence);
    let cells = [
        format!("{} (`{}`)", escaped(&item.title), item.slug),
        format!("@{}", escaped(&item.owner.called())),
        from,
        to,
        now.unwrap_or_else(|| "-".to_owned()),
        percent(item.progress.as_ref().and_then(|one| one.percent)),
        confidence.map_or_else(|| "-".to_owned(), |confidence| confidence.to_string()),
        item.status.to_owned(),
    ];
    format!("| {} |", cells.join(" | "))
}

fn percent(percent: Option<i64>) -> String {
    percent.map_or_else(|| "-".to_owned(), |percent| format!("{percent} %"))
}

/// Says from where to where a measure goes.
fn ends(measure: &MeasureItem) -> (String, String) {
    let with_unit = |text: &str, unit: &Option<String>| match unit {
        Some(unit) => format!("{text} {}", escaped(unit)),
        None => text.to_owned(),
    };
    let nothing = "-".to_owned();
    match measure {
        MeasureItem::Metric {
            unit,
            baseline,
            target,
            ..
        } => (with_unit(baseline, unit), with_unit(target, unit)),
        MeasureItem::Hold { unit, low, high } => {
            let bound = match (low, high) {
                (Some(low), Some(high)) => format!("{low} to {high}"),
                (Some(low), None) => format!("at least {low}"),
                (None, Some(high)) => format!("at most {high}"),
                (None, None) => nothing.clone(),
            };
            (nothing, with_unit(&bound, unit))
        }
        MeasureItem::Milestones { milestones } => {
            (nothing, format!("{} milestones", milestones.len()))
        }
        MeasureItem::Zones { target, .. } => (nothing, escaped(target)),
    }
}

fn value(value: &ValueItem, measure: &MeasureItem) -> String {
    match (&value.number, &value.done, value.zone) {
        (Some(number), _, _) => match measure {
            MeasureItem::Metric {
                unit: Some(unit), ..
            }
            | MeasureItem::Hold {
                unit: Some(unit), ..
            } => format!("{number} {}", escaped(unit)),
            _ => number.clone(),
        },
        (None, Some(done), _) => format!("{} done", done.len()),
        (None, None, zone) => zone.unwrap_or("-").to_owned(),
    }
}

fn table(lines: &mut Vec<String>, sheet: &Sheet) {
    lines.push(format!("| {} |", sheet.columns.join(" | ")));
    lines.push(rule(sheet.columns.len()));
    for row in &sheet.rows {
        let cells: Vec<String> = row.iter().map(cell).collect();
        lines.push(format!("| {} |", cells.join(" | ")));
    }
    lines.push(String::new());
}

fn cell(fact: &Fact) -> String {
    match fact {
        Fact::Empty => String::new(),
        Fact::Text(text) => escaped(text),
        Fact::Number(text) | Fact::Day(text) | Fact::Time(text) => text.clone(),
        Fact::Flag(true) => "yes".to_owned(),
        Fact::Flag(false) => "no".to_owned(),
    }
}

/// Puts a text on one line, with what Markdown would take for its own escaped.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for character in text.chars() {
        match character {
            '\n' | '\t' | '\r' => safe.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&' => {
                safe.push('\\');
                safe.push(character);
            }
            character => safe.push(character),
        }
    }
    safe
}

/// Puts paragraphs into a quotation.
fn quoted(text: &str) -> String {
    let lines = text.lines().map(|line| format!("> {}", escaped(line)));
    let lines: Vec<String> = lines.map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_people_type_is_markup() {
        assert_eq!(
            escaped("a|b\n<script> [x](y) *z*"),
            "a\\|b \\<script\\> \\[x\\](y) \\*z\\*"
        );
        assert_eq!(quoted("one\n\n# two"), "> one\n>\n> \\# two");
    }
}
