//! The tables of initiatives, health metrics and their values.

use okr_core::entity::{HealthMetric, Initiative};
use okr_core::field::Shown as _;
use okr_core::id::EntityId;
use okr_core::text::LongText;
use okr_core::value::days_between;
use okr_replica::{MetricStanding, MetricValueFact, Place};

use super::rows::{ids, with_upgrade};
use crate::commands::past::Past;
use crate::render::{
    Cell, Column, Screen, Table, Tone, health_tone, health_words, number, quantity, short_day,
};
use crate::ui::sanitise;
use crate::when::Clock;
use crate::wording::{PENDING, who};

/// Lists initiatives, with what they serve unless that goes without saying.
pub(crate) fn initiatives(
    found: &[Initiative],
    with_served: bool,
    (past, screen): (&Past<'_>, &Screen),
) -> Table {
    let names = &past.names;
    let ids = ids(found.iter().map(|one| one.id.uuid()));
    let mut columns = vec![
        Column::left("ID"),
        Column::left("SLUG"),
        Column::left("TITLE").flexible(),
        Column::left("STATE"),
        Column::left("DUE"),
        Column::left("OWNER"),
    ];
    if with_served {
        columns.push(Column::left("FOR").flexible());
    }
    let mut table = Table::new(columns);
    for one in found {
        let mut row = vec![
            Cell::toned(Tone::Id, &ids.shown(one.id.uuid())),
            one.slug.as_str().into(),
            one.title.as_str().into(),
            with_upgrade(one.state_word(), names.needs_upgrade(one.id)).into(),
            due(one, past, screen),
            names.at_person(one.owner).into(),
        ];
        if with_served {
            let served = one.key_results.iter().map(|id| EntityId::from(*id));
            row.push(names.labels(served).into());
        }
        table.row(row);
    }
    table
}

/// Writes when an initiative is due, and that it is overdue.
pub(crate) fn due(one: &Initiative, past: &Past<'_>, screen: &Screen) -> Cell {
    match due_day(one, &past.at.clock, screen) {
        Some(day) if one.is_overdue(past.at.moment.day) => {
            Cell::toned(Tone::Bad, &format!("{day} overdue"))
        }
        Some(day) => day.into(),
        None => Cell::empty(),
    }
}

/// Writes the day on which an initiative is due.
pub(crate) fn due_day(one: &Initiative, clock: &Clock, screen: &Screen) -> Option<String> {
    let day = one.due?;
    Some(if screen.terminal {
        short_day(day, clock)
    } else {
        day.to_string()
    })
}

/// Lists health metrics.
pub(crate) fn metrics(found: &[MetricStanding], past: &Past<'_>, screen: &Screen) -> Table {
    let names = &past.names;
    let ids = ids(found.iter().map(|one| one.metric.id.uuid()));
    let mut table = Table::new([
        Column::left("ID"),
        Column::left("SLUG").flexible(),
        Column::right("NOW"),
        Column::left("BAND").flexible(),
        Column::left("HEALTH"),
        Column::left("AGE"),
        Column::left("OWNER"),
        Column::left("TEAM"),
    ]);
    for one in found {
        let metric = &one.metric;
        let now = one
            .latest
            .as_ref()
            .map(|fact| number(fact.value.value, screen));
        let mut health = health_words(one.health, screen);
        if metric.archived {
            health = format!("{health}, archived");
        }
        let health = with_upgrade(health, names.needs_upgrade(metric.id));
        let days = one
            .latest
            .as_ref()
            .map(|fact| days_between(fact.value.effective, past.at.moment.day));
        table.row([
            Cell::toned(Tone::Id, &ids.shown(metric.id.uuid())),
            metric.slug.as_str().into(),
            now.map_or_else(Cell::empty, Cell::from),
            band(metric, screen).into(),
            Cell::toned(health_tone(one.health), &health),
            days.map_or_else(Cell::empty, |days| age(days).into()),
            names.at_person(metric.owner).into(),
            metric
                .team
                .map_or_else(Cell::empty, |team| names.label(team.into()).into()),
        ]);
    }
    table
}

/// Writes the healthy band with its unit.
pub(crate) fn band(metric: &HealthMetric, screen: &Screen) -> String {
    let bounds = match (metric.band.low(), metric.band.high()) {
        (Some(low), None) => format!("at least {}", number(low, screen)),
        (None, Some(high)) => format!("at most {}", number(high, screen)),
        (Some(low), Some(high)) => format!("{} to {}", number(low, screen), number(high, screen)),
        (None, None) => metric.band.shown(),
    };
    match &metric.unit {
        Some(unit) => format!("{bounds} {}", sanitise(unit.as_str())),
        None => bounds,
    }
}

/// Writes for how many days a value has held.
fn age(days: i32) -> String {
    match days {
        ..=0 => "today".to_owned(),
        days => format!("{days} d"),
    }
}

/// Lists the values of a health metric.
pub(crate) fn values(
    found: &[MetricValueFact],
    metric: &HealthMetric,
    past: &Past<'_>,
    screen: &Screen,
) -> Table {
    let names = &past.names;
    let ids = ids(found.iter().map(|fact| fact.value.id.uuid()));
    let mut table = Table::new([
        Column::left("ID"),
        Column::left("DAY"),
        Column::right("VALUE"),
        Column::left("WHO"),
        Column::left("NOTE").flexible(),
        Column::left("REMARKS"),
    ]);
    for fact in found {
        let value = &fact.value;
        let note = value.note.as_ref().map(LongText::as_str);
        let unit = metric.unit.as_ref().map(AsRef::as_ref);
        table.row([
            Cell::toned(Tone::Id, &ids.shown(value.id.uuid())),
            value.effective.to_string().into(),
            quantity(value.value, unit, screen).into(),
            who(fact.author, fact.on_behalf_of, fact.source, names).into(),
            note.map_or_else(Cell::empty, Cell::from),
            remarks(fact, metric, past).into(),
        ]);
    }
    table
}

/// Says what is special about a value.
fn remarks(fact: &MetricValueFact, metric: &HealthMetric, past: &Past<'_>) -> String {
    let pending = match fact.place {
        Place::Pending if !past.all_pending => Some(PENDING),
        Place::Pending | Place::Confirmed { .. } => None,
    };
    let outside = !metric.band.contains(fact.value.value);
    let words = [
        fact.value.retracted.then_some("retracted"),
        outside.then_some("outside"),
        pending,
    ];
    let words: Vec<&str> = words.into_iter().flatten().collect();
    words.join(", ")
}
