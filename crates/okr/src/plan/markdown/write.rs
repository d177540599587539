//! Writes a plan in Markdown.

use okr_core::measure::{Hold, Metric};
use okr_core::text::{LongText, Slug, Unit};
use okr_core::value::{Number, Weight};

use super::FENCE;
use super::line::written;
use crate::plan::yaml::head_lines;
use crate::plan::{KeyResultEntry, MeasureEntry, MilestoneEntry, ObjectiveEntry, Plan, Said};

/// Characters that end a unit or begin something else after it.
const AROUND_UNITS: &[char] = &[':', ',', '(', ')', '{', '}', '<'];

/// Writes a plan, with notes below its head.
pub(crate) fn write(plan: &Plan, notes: &[String]) -> String {
    let Plan { head, objectives } = plan;
    let mut text = format!("{FENCE}\n{}{FENCE}\n", head_lines(head, false));
    if !notes.is_empty() {
        text.push('\n');
    }
    for note in notes {
        text.push_str("<!-- ");
        text.push_str(note);
        text.push_str(" -->\n");
    }
    text.push_str("\n# ");
    text.push_str(&written(&head.cycle.value, true, &[]));
    text.push('\n');
    for objective in objectives {
        text.push('\n');
        write_objective(&mut text, objective);
    }
    text
}

fn add(text: &mut String, parts: &[&str]) {
    for part in parts {
        text.push_str(part);
    }
}

fn title(text: &str) -> String {
    written(text, !text.ends_with('}'), &[])
}

fn write_objective(text: &mut String, objective: &ObjectiveEntry) {
    let words = objective
        .title
        .as_ref()
        .map_or("", |said| said.value.as_str());
    text.push_str("## ");
    text.push_str(&title(words));
    write_name(text, objective.slug.as_ref(), objective.id.as_ref());
    text.push('\n');
    let attributes = of_objective(objective);
    if !attributes.is_empty() {
        text.push('\n');
        add(text, &["(", &attributes.join(", "), ")\n"]);
    }
    if let Some(Some(description)) = objective.description.as_ref().map(|said| &said.value) {
        text.push('\n');
        write_quote(text, "", description);
    }
    if !objective.key_results.is_empty() {
        text.push('\n');
    }
    for key_result in &objective.key_results {
        write_key_result(text, key_result);
    }
}

fn of_objective(objective: &ObjectiveEntry) -> Vec<String> {
    let named = |word: &str, name: Option<&Said<Option<String>>>| {
        let name = name.map(|said| said.value.as_deref().unwrap_or("none"));
        name.map(|name| format!("{word} {name}"))
    };
    let mut attributes = Vec::new();
    attributes.extend(
        objective
            .owner
            .as_ref()
            .map(|said| format!("@{}", said.value)),
    );
    attributes.extend(named("team", objective.team.as_ref()));
    attributes.extend(
        objective
            .kind
            .as_ref()
            .map(|said| said.value.word().to_owned()),
    );
    attributes.extend(weight(objective.weight.as_ref()));
    attributes.extend(named("supports", objective.supports.as_ref()));
    attributes.extend(
        objective
            .tags
            .iter()
            .flat_map(|said| said.value.iter())
            .map(|tag| format!("#{tag}")),
    );
    attributes.extend(objective.draft.as_ref().map(|said| {
        let word = if said.value { "draft" } else { "active" };
        word.to_owned()
    }));
    attributes
}

fn weight(weight: Option<&Said<Weight>>) -> Option<String> {
    weight.map(|said| format!("weight {}", said.value.number()))
}

fn write_name(text: &mut String, slug: Option<&Said<Slug>>, id: Option<&Said<String>>) {
    match (slug, id) {
        (Some(slug), _) => add(text, &[" {#", slug.value.as_str(), "}"]),
        (None, Some(id)) => add(text, &[" {#id:", &id.value, "}"]),
        (None, None) => {}
    }
}

fn write_quote(text: &mut String, margin: &str, description: &LongText) {
    for line in description.as_str().split('\n') {
        text.push_str(margin);
        text.push('>');
        if !line.is_empty() {
            text.push(' ');
            // Blanks at the beginning are part of the text, and stay there.
            let is_plain = line.trim_end() == line;
            let words = line.trim_start();
            let kept = written(words, is_plain && !words.is_empty(), &[]);
            if kept == words && is_plain {
                text.push_str(line);
            } else {
                text.push_str(&written(line, false, &[]));
            }
        }
        text.push('\n');
    }
}

fn write_key_result(text: &mut String, key_result: &KeyResultEntry) {
    let words = key_result
        .title
        .as_ref()
        .map_or("", |said| said.value.as_str());
    text.push_str("- ");
    text.push_str(&title(words));
    text.push_str(": ");
    let measure = key_result.measure.as_ref().map(|said| &said.value);
    text.push_str(&measure.map(on_line).unwrap_or_default());
    let attributes = of_key_result(key_result);
    if !attributes.is_empty() {
        add(text, &[" (", &attributes.join(", "), ")"]);
    }
    write_name(text, key_result.slug.as_ref(), key_result.id.as_ref());
    text.push('\n');
    if let Some(Some(description)) = key_result.description.as_ref().map(|said| &said.value) {
        write_quote(text, "  ", description);
    }
    match measure {
        Some(MeasureEntry::Milestones(list)) => {
            for milestone in list {
                write_milestone(text, milestone);
            }
        }
        Some(MeasureEntry::Zones(zones)) => {
            for (word, level) in [
                ("commit", &zones.commit),
                ("target", &zones.target),
                ("stretch", &zones.stretch),
            ] {
                add(
                    text,
                    &[
                        "  - ",
                        word,
                        ": ",
                        &written(level.as_str(), true, &[]),
                        "\n",
                    ],
                );
            }
        }
        Some(MeasureEntry::Metric(_) | MeasureEntry::Hold(_)) | None => {}
    }
}

fn of_key_result(key_result: &KeyResultEntry) -> Vec<String> {
    let mut attributes = Vec::new();
    attributes.extend(
        key_result
            .owner
            .as_ref()
            .map(|said| format!("@{}", said.value)),
    );
    attributes.extend(weight(key_result.weight.as_ref()));
    for (word, day) in [("start", &key_result.start), ("due", &key_result.due)] {
        let day = day.as_ref().map(|said| said.value);
        attributes.extend(day.map(|day| match day {
            Some(day) => format!("{word} {day}"),
            None => format!("{word} none"),
        }));
    }
    attributes.extend(
        key_result
            .tags
            .iter()
            .flat_map(|said| said.value.iter())
            .map(|tag| format!("#{tag}")),
    );
    attributes
}

fn write_milestone(text: &mut String, milestone: &MilestoneEntry) {
    let words = milestone.title.as_str();
    text.push_str("  - ");
    text.push_str(&written(words, !words.ends_with(')'), &[]));
    if milestone.weight != Weight::ONE {
        add(
            text,
            &[" (weight ", &milestone.weight.number().to_string(), ")"],
        );
    }
    text.push('\n');
}

fn on_line(measure: &MeasureEntry) -> String {
    match measure {
        MeasureEntry::Milestones(_) => "milestones".to_owned(),
        MeasureEntry::Zones(_) => "zones".to_owned(),
        MeasureEntry::Hold(hold) => {
            let bounds = match (hold.low(), hold.high()) {
                (Some(low), Some(high)) => format!("{low} to {high}"),
                (Some(low), None) => format!("at least {low}"),
                (None, high) => format!("at most {}", high.unwrap_or(Number::ZERO)),
            };
            format!("{bounds}{}", counted(Hold::unit(hold)))
        }
        MeasureEntry::Metric(metric) => {
            let Metric {
                unit,
                baseline,
                target,
                commit,
                stretch,
            } = metric;
            let mut text = format!("{baseline} -> {target}{}", counted(unit.as_ref()));
            for (word, number) in [("commit", commit), ("stretch", stretch)] {
                if let Some(number) = number {
                    add(&mut text, &[", ", word, " ", &number.to_string()]);
                }
            }
            text
        }
    }
}

fn counted(unit: Option<&Unit>) -> String {
    let Some(unit) = unit.map(Unit::as_str) else {
        return String::new();
    };
    let is_plain = !unit
        .starts_with(|first: char| first.is_ascii_digit() || matches!(first, '.' | '-' | '+'))
        && !unit.contains("->")
        && !unit.contains('→')
        && !unit.contains(" to ");
    // What splits a line splits it in quotes, too.
    let escaped: Vec<char> = [AROUND_UNITS, &['>', '→', 't']].concat();
    let escaped = if is_plain { AROUND_UNITS } else { &escaped };
    format!(" {}", written(unit, is_plain, escaped))
}
