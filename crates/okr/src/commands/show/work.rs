//! Initiatives, health metrics and their values in full on a screen.

use okr_core::entity::{Initiative, KeyResult};
use okr_replica::{MetricStanding, MetricValueFact};

use super::facts::Facts;
use super::screen::{id_fact, named, paragraphs, recorded, section, title, upgrade};
use crate::commands::list::work as list_rows;
use crate::commands::past::Past;
use crate::commands::status::screen::aligned;
use crate::render::{Cell, Screen, health_tone, health_words, local, quantity};
use crate::wording::who;

/// Renders an initiative.
pub(super) fn initiative(one: &Initiative, past: &Past<'_>, screen: &Screen) -> String {
    let names = &past.names;
    let mut facts = Facts::new();
    facts.add("id", id_fact(one.id));
    for (index, served) in one.key_results.iter().enumerate() {
        let word = if index == 0 { "serves" } else { "" };
        facts.add(word, named(*served, names));
    }
    facts.add("owner", names.at_person(one.owner));
    facts.add("state", one.state_word());
    facts.add_some("due", one.due.map(|_| list_rows::due(one, past, screen)));
    facts.add_some("url", one.url.as_ref().map(ToString::to_string));
    facts.add_some("attention", upgrade(one.id, names));
    let heading = title(one.slug.as_str(), one.title.as_str(), past, screen);
    format!("{heading}{}", facts.render(screen))
}

/// Renders the initiatives that serve a key result.
pub(super) fn initiatives(found: &[Initiative], past: &Past<'_>, screen: &Screen) -> String {
    let table = list_rows::initiatives(found, false, (past, screen));
    section("Initiatives", &table.render(&aligned(screen)), screen)
}

/// Renders a health metric with its newest values.
pub(super) fn metric(
    (standing, fed): (&MetricStanding, &[KeyResult]),
    values: &[MetricValueFact],
    past: &Past<'_>,
    screen: &Screen,
) -> Vec<String> {
    let metric = &standing.metric;
    let names = &past.names;
    let mut facts = Facts::new();
    facts.add("id", id_fact(metric.id));
    facts.add("owner", names.at_person(metric.owner));
    facts.add_some("team", metric.team.map(|team| named(team, names)));
    facts.add("healthy", list_rows::band(metric, screen));
    let now = standing.latest.as_ref().map(|fact| {
        let unit = metric.unit.as_ref().map(AsRef::as_ref);
        let shown = quantity(fact.value.value, unit, screen);
        format!("{shown} on {}", fact.value.effective)
    });
    facts.add_some("now", now);
    let health = health_words(standing.health, screen);
    facts.add("health", Cell::toned(health_tone(standing.health), &health));
    for (index, one) in fed.iter().enumerate() {
        let word = if index == 0 { "feeds" } else { "" };
        facts.add(word, named(one.id, names));
    }
    let state = if metric.archived {
        "archived"
    } else {
        "active"
    };
    facts.add("state", state);
    facts.add_some("attention", upgrade(metric.id, names));
    let heading = title(metric.slug.as_str(), metric.name.as_str(), past, screen);
    let mut head = format!("{heading}{}", facts.render(screen));
    if let Some(description) = &metric.description {
        head.push_str(&paragraphs(description.as_str(), screen));
    }
    let mut parts = vec![head];
    if !values.is_empty() {
        let table = list_rows::values(values, metric, past, screen);
        // Notes are not cut: what is shown in full must be all there.
        let whole = Screen {
            width: usize::MAX,
            ..aligned(screen)
        };
        parts.push(section("Values", &table.render(&whole), screen));
    }
    parts
}

/// Renders a value of a health metric.
pub(super) fn metric_value(fact: &MetricValueFact, past: &Past<'_>, screen: &Screen) -> String {
    let value = &fact.value;
    let names = &past.names;
    let mut facts = Facts::new();
    facts.add("id", id_fact(value.id));
    facts.add("metric", named(value.metric, names));
    facts.add("day", value.effective.to_string());
    let unit = names.unit(value.metric).map(AsRef::as_ref);
    facts.add("value", quantity(value.value, unit, screen));
    facts.add(
        "by",
        who(fact.author, fact.on_behalf_of, fact.source, names),
    );
    facts.add("written", local(fact.authored_at, &past.at.clock));
    facts.add("recorded", recorded(&fact.place, past));
    facts.add_some("remarks", value.retracted.then_some("retracted"));
    let label = format!("value of {}", names.label(value.metric.into()));
    let mut head = format!(
        "{}{}",
        title(&label, "", past, screen),
        facts.render(screen)
    );
    if let Some(note) = &value.note {
        head.push_str(&paragraphs(note.as_str(), screen));
    }
    head
}
