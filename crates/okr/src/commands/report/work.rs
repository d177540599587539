//! The work and the health metrics that a report tells of.

use std::collections::BTreeSet;

use okr_core::entity::{HealthMetric, Initiative};
use okr_core::id::{EntityId, KeyResultId};
use okr_core::value::{GoalState, days_between};
use okr_core::view::View as _;
use okr_replica::InitiativeFilter;
use okr_report::reports::{Candidate, Rule, Vital, Work};

use super::gather::{Ask, Ground, Whose, named};
use crate::commands::past::Past;
use crate::error::CliError;
use crate::failure;

/// From how many days after its due day on work that was not done could be dropped: two weeks.
const OVERDUE_DAYS: i32 = 14;

/// Returns the work with something left to do that serves key results of cycles, or is somebody's in
/// their own report: what is due first comes first.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn open(
    past: &mut Past<'_>,
    grounds: &[Ground],
    ask: &Ask,
) -> Result<Vec<Work>, CliError> {
    let found = initiatives(past, grounds, ask)?;
    let served: BTreeSet<EntityId> = found.iter().flat_map(serves).collect();
    past.learn(served)?;
    let work = found.into_iter().map(|initiative| Work {
        owner: named(initiative.owner.into(), &past.names),
        serves: serves(&initiative).map(|id| past.names.label(id)).collect(),
        initiative,
    });
    Ok(work.collect())
}

/// Returns the key results that work serves.
fn serves(initiative: &Initiative) -> impl Iterator<Item = EntityId> {
    initiative.key_results.iter().copied().map(EntityId::from)
}

fn initiatives(
    past: &Past<'_>,
    grounds: &[Ground],
    ask: &Ask,
) -> Result<Vec<Initiative>, CliError> {
    let subjects: BTreeSet<KeyResultId> = grounds
        .iter()
        .flat_map(|ground| &ground.subjects)
        .filter_map(|id| match id {
            EntityId::KeyResult(id) => Some(*id),
            _ => None,
        })
        .collect();
    let all = past.reading.initiatives(&InitiativeFilter {
        open: true,
        ..InitiativeFilter::default()
    });
    let mut all = all.map_err(failure::replica)?;
    all.retain(|one| {
        let is_theirs = ask.whose == Whose::Person(one.owner);
        is_theirs || !one.key_results.is_disjoint(&subjects)
    });
    Ok(all)
}

/// Returns the work that could be dropped, by the rules.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn candidates(
    past: &mut Past<'_>,
    ground: &Ground,
    ask: &Ask,
) -> Result<Vec<Candidate>, CliError> {
    let today = past.at.moment.day;
    let mut candidates = Vec::new();
    for one in initiatives(past, std::slice::from_ref(ground), ask)? {
        let late = one.due.map(|due| days_between(due, today));
        let mut rules = Vec::new();
        if late.is_some_and(|days| days >= OVERDUE_DAYS) {
            rules.push(Rule::OverdueWork);
        }
        if !is_of_use(past, &one)? {
            rules.push(Rule::ServesNothing);
        }
        if !rules.is_empty() {
            candidates.push(Candidate {
                subject: one.id.into(),
                reference: one.slug.to_string(),
                title: one.title.to_string(),
                rules,
            });
        }
    }
    past.learn(candidates.iter().map(|one| one.subject))?;
    Ok(candidates)
}

/// Says whether work serves a key result that is still pursued.
fn is_of_use(past: &Past<'_>, initiative: &Initiative) -> Result<bool, CliError> {
    for id in &initiative.key_results {
        let Some(key_result) = past.reading.key_result(*id).map_err(failure::replica)? else {
            continue;
        };
        let objective = past.reading.objective(key_result.objective);
        let objective = objective.map_err(failure::replica)?;
        let above = objective.map(|objective| objective.state());
        let is_pursued = |state| matches!(state, GoalState::Active | GoalState::Draft);
        if is_pursued(key_result.state()) && above.is_some_and(is_pursued) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns how the health metrics stand that a report is about.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn vitals(past: &Past<'_>, ask: &Ask) -> Result<Vec<Vital>, CliError> {
    let is_asked_for = |metric: &HealthMetric| match ask.whose {
        Whose::All => true,
        Whose::Team(outer) => past.is_within(metric.team, outer),
        Whose::Person(person) => metric.owner == person,
    };
    let mut metrics = past.reading.metrics(false).map_err(failure::replica)?;
    metrics.retain(is_asked_for);
    let vitals = metrics.into_iter().map(|metric| vital(past, metric));
    vitals.collect()
}

fn vital(past: &Past<'_>, metric: HealthMetric) -> Result<Vital, CliError> {
    let values = past.reading.metric_values(metric.id, None);
    let values = values.map_err(failure::replica)?;
    let standing = || {
        let values = values.iter().map(|fact| &fact.value);
        values.filter(|value| !value.retracted)
    };
    let latest = standing().next();
    let health = metric.band.health(latest.map(|value| value.value));
    let same = standing().take_while(|value| metric.band.health(Some(value.value)) == health);
    Ok(Vital {
        team: metric.team.map(|team| named(team.into(), &past.names)),
        latest: latest.map(|value| (value.effective, value.value)),
        since: same.last().map(|value| value.effective),
        health,
        metric,
    })
}
