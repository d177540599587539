//! Initiatives, health metrics and their values.

use okr_core::entity::Initiative;
use okr_core::id::{EntityId, TeamId};
use okr_replica::{InitiativeFilter, MetricStanding, ObjectiveStanding};

use super::super::super::past::Past;
use super::{Found, Scope, Wanted};
use crate::args::ExportKind;
use crate::error::CliError;
use crate::failure;
use crate::output::{InitiativeItem, MetricItem, MetricValueItem};

/// Reads all initiatives or, of a part of the goals, those that serve one of these.
pub(super) fn initiatives(
    past: &mut Past<'_>,
    wanted: &Wanted<'_>,
    goals: &[ObjectiveStanding],
) -> Result<Vec<Initiative>, CliError> {
    let key_results = goals.iter().flat_map(|one| &one.key_results);
    let key_results = key_results.map(|one| one.key_result.id).collect();
    let filter = InitiativeFilter {
        key_results: wanted.is_part.then_some(key_results),
        archived: true,
        ..InitiativeFilter::default()
    };
    let found = past.reading.initiatives(&filter);
    let found = found.map_err(failure::replica)?;
    let served = found.iter().flat_map(|one| one.key_results.clone());
    past.learn(served.map(EntityId::from))?;
    Ok(found)
}

/// Reads the health metrics, which stand outside cycles: all, or those of a team and all below it.
pub(super) fn metrics(
    past: &mut Past<'_>,
    team: Option<TeamId>,
) -> Result<Vec<MetricStanding>, CliError> {
    let mut metrics = past.reading.metrics(true).map_err(failure::replica)?;
    metrics.retain(|metric| team.is_none_or(|team| past.is_within(metric.team, team)));
    past.learn(metrics.iter().map(|metric| metric.id.into()))?;
    let standings = metrics
        .into_iter()
        .map(|metric| past.reading.stand_metric(metric));
    standings
        .collect::<Result<_, _>>()
        .map_err(failure::replica)
}

/// Adds what is wanted of them.
pub(super) fn fill(
    found: &mut Found,
    past: &Past<'_>,
    wanted: &Wanted<'_>,
    scope: &Scope,
) -> Result<(), CliError> {
    let at = (past.at.moment.day, &past.names);
    if wanted.has(ExportKind::Initiatives) {
        let items = scope.initiatives.iter();
        found.initiatives = items.map(|one| InitiativeItem::new(one, at)).collect();
    }
    if wanted.has(ExportKind::Metrics) {
        let items = scope.metrics.iter();
        found.metrics = items.map(|one| MetricItem::new(one, at)).collect();
    }
    if wanted.has(ExportKind::MetricValues) {
        found.metric_values = values(past, &scope.metrics)?;
    }
    Ok(())
}

/// Reads the values of metrics, oldest first for each; what was taken back is left out.
fn values(past: &Past<'_>, metrics: &[MetricStanding]) -> Result<Vec<MetricValueItem>, CliError> {
    let mut items = Vec::new();
    for standing in metrics {
        let facts = past.reading.metric_values(standing.metric.id, None);
        let facts = facts.map_err(failure::replica)?;
        let counting = facts.iter().rev().filter(|fact| !fact.value.retracted);
        items.extend(counting.map(|fact| MetricValueItem::new(fact, &past.names)));
    }
    Ok(items)
}
