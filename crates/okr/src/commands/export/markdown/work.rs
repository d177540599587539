//! The work for goals, and health metrics, in the document.

use super::{escaped, paragraph, rule};
use crate::output::{InitiativeItem, MetricItem, ObjectiveItem};

/// Adds the initiatives that serve key results of an objective.
pub(super) fn of_objective(
    lines: &mut Vec<String>,
    objective: &ObjectiveItem,
    all: &[InitiativeItem],
) {
    let serves = |item: &InitiativeItem| {
        let mut served = item.key_results.iter();
        served.any(|one| objective.key_results.iter().any(|below| below.id == one.id))
    };
    let before = lines.len();
    lines.extend(all.iter().filter(|item| serves(item)).map(initiative));
    if lines.len() > before {
        lines.push(String::new());
    }
}

fn initiative(item: &InitiativeItem) -> String {
    let title = format!("{} (`{}`)", escaped(&item.title), item.slug);
    let owner = format!("@{}", escaped(&item.owner.called()));
    let mut facts = vec![title, owner, item.state.to_owned()];
    facts.extend(item.due.iter().map(|due| format!("due {due}")));
    if item.overdue {
        facts.push("overdue".to_owned());
    }
    if item.archived {
        facts.push("archived".to_owned());
    }
    let served = item.key_results.iter();
    let served: Vec<String> = served.map(|one| format!("`{}`", one.name)).collect();
    if !served.is_empty() {
        facts.push(format!("serves {}", served.join(", ")));
    }
    facts.extend(item.url.iter().map(|url| escaped(url)));
    let done = if item.state == "done" { 'x' } else { ' ' };
    format!("- [{done}] {}", facts.join(" · "))
}

/// Adds health metrics.
pub(super) fn metrics(lines: &mut Vec<String>, metrics: &[MetricItem]) {
    if metrics.is_empty() {
        return;
    }
    paragraph(lines, "## Health metrics".to_owned());
    lines.push("| health metric | owner | healthy | now | on | health |".to_owned());
    lines.push(rule(6));
    lines.extend(metrics.iter().map(metric));
    lines.push(String::new());
}

fn metric(item: &MetricItem) -> String {
    let with_unit = |text: String| match &item.unit {
        Some(unit) => format!("{text} {}", escaped(unit)),
        None => text,
    };
    let healthy = match (&item.low, &item.high) {
        (Some(low), Some(high)) => with_unit(format!("{low} to {high}")),
        (Some(low), None) => with_unit(format!("at least {low}")),
        (None, Some(high)) => with_unit(format!("at most {high}")),
        (None, None) => "-".to_owned(),
    };
    let latest = item.latest_value.as_ref();
    let nothing = || "-".to_owned();
    let cells = [
        format!("{} (`{}`)", escaped(&item.name), item.slug),
        format!("@{}", escaped(&item.owner.called())),
        healthy,
        latest.map_or_else(nothing, |latest| with_unit(latest.value.clone())),
        latest.map_or_else(nothing, |latest| latest.effective.clone()),
        item.health.to_owned(),
    ];
    format!("| {} |", cells.join(" | "))
}
