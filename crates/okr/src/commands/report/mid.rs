//! How a cycle stands half-way: where each key result leads, and what could be dropped or changed.

use okr_core::Decimal;
use okr_core::forecast::Forecast;
use okr_core::measure::{Measure, Value};
use okr_core::progress::{Progress, contribution, progress, roll_up};
use okr_core::status::{OFF_TRACK_CONFIDENCE, Status, YELLOW_SCORE};
use okr_core::value::{Confidence, Number};
use okr_replica::{CheckInFact, KeyResultStanding, ObjectiveStanding};
use okr_report::reports::{Candidate, KeyResultMid, Mid, ObjectiveMid, Projection, Rule};

use super::gather::{self, Ask, Ground, goal, objective};
use super::said::Voices;
use super::{course, decisions, state, work};
use crate::commands::past::Past;
use crate::context::Context;
use crate::error::CliError;
use crate::failure;

/// From which part of its time on a key result should have been reported on: a half.
const HALF: Decimal = Decimal::from_parts(5, 0, 0, false, 1);

/// Gathers how a cycle stands half-way.
///
/// # Errors
/// When a reference cannot be understood, or the replica cannot be read.
pub(super) fn gather(
    context: &mut Context,
    past: &mut Past<'_>,
    ask: &Ask,
) -> Result<Mid, CliError> {
    let material = super::only_cycle(context, past, ask)?;
    let name = material
        .iter()
        .map(|one| one.standing.cycle.name.to_string());
    let words: Vec<String> = std::iter::once("mid".to_owned()).chain(name).collect();
    let decisions = decisions::since(context, past, material.as_slice(), None)?;
    let mut mid = Mid {
        frame: state::frame(past, ask, &words)?,
        cycle: None,
        objectives: Vec::new(),
        candidates: Vec::new(),
        vitals: work::vitals(past, ask)?,
        decisions,
    };
    if let Some(material) = material {
        let voices = Voices::about_goals(past, &material, (ask, false))?;
        for standing in &material.standing.objectives {
            let (mut facts, candidates) = one_objective(past, &material, (standing, ask))?;
            facts.reviews = voices.reviews(&gather::with_key_results(standing));
            mid.objectives.push(facts);
            mid.candidates.extend(candidates);
        }
        mid.candidates
            .extend(work::candidates(past, &material, ask)?);
        mid.cycle = Some(material.cycle);
    }
    Ok(mid)
}

fn one_objective(
    past: &Past<'_>,
    material: &Ground,
    (standing, ask): (&ObjectiveStanding, &Ask),
) -> Result<(ObjectiveMid, Vec<Candidate>), CliError> {
    let mut key_results = Vec::new();
    let mut candidates = Vec::new();
    for one in &standing.key_results {
        let facts = key_result(past, material, (one, ask))?;
        let rules = rules(one, facts.projection);
        if !rules.is_empty() {
            candidates.push(Candidate {
                subject: one.key_result.id.into(),
                reference: one.key_result.slug.to_string(),
                title: one.key_result.title.to_string(),
                rules,
            });
        }
        key_results.push(facts);
    }
    let entity = &standing.objective;
    let is_active = entity.state() == okr_core::value::GoalState::Active;
    if is_active && !standing.key_results.iter().any(counts) {
        candidates.push(Candidate {
            subject: entity.id.into(),
            reference: entity.slug.to_string(),
            title: entity.title.to_string(),
            rules: vec![Rule::NoKeyResults],
        });
    }
    let facts = ObjectiveMid {
        objective: objective(standing, past),
        projected: projected(standing, &key_results),
        key_results,
        reviews: Vec::new(),
    };
    Ok((facts, candidates))
}

/// Says whether a key result measures its objective.
fn counts(one: &KeyResultStanding) -> bool {
    let latest = one.latest.as_ref().map(|fact| &fact.check_in);
    contribution(&one.key_result, latest).is_some()
}

fn key_result(
    past: &Past<'_>,
    material: &Ground,
    (one, ask): (&KeyResultStanding, &Ask),
) -> Result<KeyResultMid, CliError> {
    let check_ins = past.reading.check_ins(one.key_result.id, None);
    let mut check_ins = check_ins.map_err(failure::replica)?;
    check_ins.retain(|fact| !fact.check_in.retracted);
    // Oldest first, as they are told and drawn.
    check_ins.reverse();
    let confidences = check_ins.iter().map(|fact| fact.check_in.confidence);
    Ok(KeyResultMid {
        goal: goal(one, past, None),
        in_force: one.status.is_in_force(),
        confidences: confidences.map(|one| one.map(Confidence::get)).collect(),
        projection: projection(past, material, one, &check_ins),
        track: course::track(past, material, (one, ask))?,
    })
}

/// Returns where a number leads; none of what is no number, is over, or has too few check-ins.
fn projection(
    past: &Past<'_>,
    material: &Ground,
    one: &KeyResultStanding,
    check_ins: &[CheckInFact],
) -> Option<Projection> {
    let period = material.standing.cycle.period;
    let today = past.at.moment.day;
    let due = one.key_result.due;
    let end = due.map_or(period.end(), |due| due.min(period.end()));
    if today >= end || !one.status.is_in_force() {
        return None;
    }
    let measure = &one.key_result.measure;
    let readings = check_ins.iter().filter_map(|fact| {
        let number = match &fact.check_in.value {
            Value::Number(number) if measure.takes(&fact.check_in.value) => *number,
            Value::Number(_) | Value::Milestones(_) | Value::Zone(_) => return None,
        };
        Some((fact.check_in.effective, number.decimal()))
    });
    let value = Forecast::through(readings, today)?.at(end)?;
    Some(Projection {
        progress: reached(measure, value.value),
        value,
    })
}

/// Returns the progress of a number that nobody reported; none where it is out of reach.
fn reached(measure: &Measure, value: Decimal) -> Option<Progress> {
    let number = Number::from_decimal(value.round_dp(Number::MAX_SCALE)).ok()?;
    progress(measure, &Value::Number(number))
}

/// Returns how far an objective will be; none unless it is known of every key result that counts.
fn projected(standing: &ObjectiveStanding, key_results: &[KeyResultMid]) -> Option<Progress> {
    let mut shares = Vec::new();
    for (one, facts) in standing.key_results.iter().zip(key_results) {
        let latest = one.latest.as_ref().map(|fact| &fact.check_in);
        let Some((weight, now)) = contribution(&one.key_result, latest) else {
            continue;
        };
        let progress = if one.status.is_in_force() {
            facts.projection?.progress?
        } else {
            now?
        };
        shares.push((weight, Some(progress)));
    }
    roll_up(shares)
}

/// Returns the rules by which a key result could be dropped or changed.
fn rules(one: &KeyResultStanding, projection: Option<Projection>) -> Vec<Rule> {
    if !one.status.is_in_force() {
        return Vec::new();
    }
    let confidence = one
        .latest
        .as_ref()
        .and_then(|fact| fact.check_in.confidence);
    let doubted = confidence.is_some_and(|given| given.get() <= OFF_TRACK_CONFIDENCE);
    let leads_to = projection.and_then(|projection| projection.progress);
    let applies = |rule: &Rule| match rule {
        Rule::NeverReported => one.latest.is_none() && one.expected.raw() >= HALF,
        Rule::OffTrackAndSilent => one.status == Status::Stale && doubted,
        Rule::ProjectedLow => leads_to.is_some_and(|progress| progress.raw() < YELLOW_SCORE),
        Rule::BelowBaseline => one.progress.is_some_and(|one| one < Progress::ZERO),
        Rule::NoKeyResults | Rule::OverdueWork | Rule::ServesNothing => false,
    };
    Rule::ALL.into_iter().filter(applies).collect()
}
