//! The work behind the goals of a status, and the health metrics that stand outside their band.

use std::collections::BTreeSet;

use okr_core::Date;
use okr_core::entity::Initiative;
use okr_core::id::{EntityId, KeyResultId};
use okr_core::measure::Health;
use okr_replica::{InitiativeFilter, MetricStanding};

use crate::commands::list::work as list_rows;
use crate::commands::past::Past;
use crate::commands::whose::Scope;
use crate::error::CliError;
use crate::failure;
use crate::render::{Screen, quantity};
use crate::when::Clock;

/// The most initiatives that are named; okr initiative list has the others.
const NAMED: usize = 4;

/// What there is beside the key results.
#[derive(Debug, Default)]
pub(crate) struct Work {
    /// Initiatives with something left to do, by the day on which they are due.
    pub(crate) initiatives: Vec<Initiative>,
    /// Health metrics whose latest value is outside their band.
    pub(crate) outside: Vec<MetricStanding>,
}

/// Reads what there is for those whose status it is.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn read(
    past: &mut Past<'_>,
    scope: Scope,
    key_results: BTreeSet<KeyResultId>,
) -> Result<Work, CliError> {
    let mut filter = InitiativeFilter {
        open: true,
        ..InitiativeFilter::default()
    };
    match scope {
        Scope::Mine(me) => filter.owner = Some(me),
        Scope::Team(_) | Scope::All => filter.key_results = Some(key_results),
    }
    let initiatives = past.reading.initiatives(&filter);
    let initiatives = initiatives.map_err(failure::replica)?;
    let mut outside = Vec::new();
    for metric in past.reading.metrics(false).map_err(failure::replica)? {
        let is_meant = match scope {
            Scope::Mine(me) => metric.owner == me,
            Scope::Team(team) => past.is_within(metric.team, team),
            Scope::All => true,
        };
        if is_meant {
            let standing = past.reading.stand_metric(metric);
            let standing = standing.map_err(failure::replica)?;
            outside.extend((standing.health == Health::Outside).then_some(standing));
        }
    }
    let named = initiatives.iter().map(|one| EntityId::from(one.id));
    let named: Vec<EntityId> = named
        .chain(outside.iter().map(|one| one.metric.id.into()))
        .collect();
    past.learn(named)?;
    Ok(Work {
        initiatives,
        outside,
    })
}

/// Names the initiatives: `planner (doing, due 27 Nov)`.
pub(super) fn initiatives(
    work: &Work,
    (today, clock): (Date, &Clock),
    screen: &Screen,
) -> Vec<String> {
    let named = work.initiatives.iter().take(NAMED).map(|one| {
        let is_overdue = one.is_overdue(today);
        let since = if is_overdue { "overdue since" } else { "due" };
        let due = list_rows::due_day(one, clock, screen);
        let due = due.map(|day| format!(", {since} {}", day.trim_start()));
        format!("{} ({}{})", one.slug, one.state, due.unwrap_or_default())
    });
    let mut named: Vec<String> = named.collect();
    if let Some(more @ 1..) = work.initiatives.len().checked_sub(NAMED) {
        named.push(format!("and {more} more"));
    }
    named
}

/// Names the health metrics: `csat 78 %, healthy at least 80 %`.
pub(super) fn outside(work: &Work, screen: &Screen) -> Vec<String> {
    let named = work.outside.iter().map(|one| {
        let unit = one.metric.unit.as_ref().map(AsRef::as_ref);
        let now = one.latest.as_ref().map(|fact| fact.value.value);
        let now = now.map(|value| quantity(value, unit, screen));
        format!(
            "{} ({}, healthy {})",
            one.metric.slug,
            now.unwrap_or_default(),
            list_rows::band(&one.metric, screen)
        )
    });
    named.collect()
}
