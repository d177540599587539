//! What happened in a week: how key results stood at its beginning and at its end, and what was decided.

use std::collections::HashMap;

use okr_core::entity::Cycle;
use okr_core::id::KeyResultId;
use okr_core::rhythm::{Days, Share};
use okr_core::status::Status;
use okr_core::value::days_between;
use okr_replica::{CheckInFact, CycleStanding, KeyResultStanding};
use okr_report::reports::{Before, Blocker, Goal, Moved, Still, Weekly};

use super::gather::{self, Ask, Ground, goal};
use super::said::Voices;
use super::{course, decisions, moment, state, work};
use crate::commands::past::Past;
use crate::commands::whose;
use crate::context::Context;
use crate::error::CliError;
use crate::failure;
use crate::when::When;

/// How many check-ins are looked back for how long a value has been the same.
const SAME_CHECK_INS_MAX: usize = 100;

/// Gathers what happened in a week.
///
/// # Errors
/// When a reference cannot be understood, or the replica cannot be read.
pub(super) fn gather(
    context: &mut Context,
    past: &mut Past<'_>,
    days: Days,
    ask: &Ask,
) -> Result<Weekly, CliError> {
    let mut materials = Vec::new();
    for cycle in cycles(context, past, days)? {
        materials.extend(gather::cycle(context, past, &cycle, ask)?);
    }
    if past.org.is_none() {
        past.hint_empty(context);
    }
    let mut words = vec!["weekly".to_owned(), week_name(days)];
    if is_cycle_named(context) {
        let name = match materials.as_slice() {
            [only] => only.standing.cycle.name.to_string(),
            [] | [_, _, ..] => "all".to_owned(),
        };
        words.extend(["-c".to_owned(), name]);
    }
    let eve = days.first.yesterday().unwrap_or(days.first);
    let after = When::Day(eve).until(&past.at.clock);
    let decisions = decisions::since(context, past, &materials, after)?;
    let several = materials.len() > 1;
    let mut voices = Voices::about_people(past, &materials, ask)?;
    for material in &materials {
        voices = voices.and(Voices::about_goals(past, material, (ask, several))?);
    }
    let voices = voices.after(after);
    let then = moment::before(context, past, days.first)?;
    let mut weekly = Weekly {
        frame: state::frame(past, ask, &words)?,
        days,
        week: week(days),
        cycles: Vec::new(),
        moved: Vec::new(),
        still: Vec::new(),
        decisions,
        blockers: Vec::new(),
        recognition: voices.recognition(),
        feedback: voices.feedback(ask),
        vitals: work::vitals(past, ask)?,
        work: work::open(past, &materials, ask)?,
        due: Vec::new(),
        on_time: Share::default(),
    };
    for material in materials {
        let before = then.cycle_standing(material.standing.cycle.id);
        let before = by_id(before.map_err(failure::replica)?.as_ref());
        sort((past, ask), &material, (&before, several), &mut weekly)?;
        weekly
            .blockers
            .extend(blockers(past, &material, (days, several))?);
        let figures = gather::figures(past, &material, days)?;
        weekly.on_time.part += figures.kept.part;
        weekly.on_time.whole += figures.kept.whole;
        weekly.cycles.push(material.cycle);
    }
    Ok(weekly)
}

/// Returns the cycles with days in the week up to the moment; of those in scope, where one is named.
fn cycles(context: &mut Context, past: &Past<'_>, days: Days) -> Result<Vec<Cycle>, CliError> {
    if is_cycle_named(context) {
        return past.cycles_in_scope(context);
    }
    let overlaps = |cycle: &&Cycle| {
        let period = cycle.period;
        let until = days.last.min(past.at.moment.day);
        period.start() <= until && days.first <= period.end()
    };
    Ok(past.cycles.iter().filter(overlaps).cloned().collect())
}

fn is_cycle_named(context: &Context) -> bool {
    context.globals.cycle.is_some() || context.environment.get("OKR_CYCLE").is_some()
}

/// Returns the year and the number of the week that most of the days are in (ISO 8601).
fn week(days: Days) -> (i16, i8) {
    let middle = days.first.saturating_add(jiff::Span::new().days(3));
    let week = middle.iso_week_date();
    (week.year(), week.week())
}

fn week_name(days: Days) -> String {
    let (year, week) = week(days);
    format!("{year}-W{week:02}")
}

fn by_id(standing: Option<&CycleStanding>) -> HashMap<KeyResultId, KeyResultStanding> {
    let objectives = standing.into_iter().flat_map(|one| &one.objectives);
    let key_results = objectives.flat_map(|one| one.key_results.iter().cloned());
    key_results.map(|one| (one.key_result.id, one)).collect()
}

/// Tells what moved from what did not.
fn sort(
    (past, ask): (&Past<'_>, &Ask),
    material: &Ground,
    (before, several): (&HashMap<KeyResultId, KeyResultStanding>, bool),
    weekly: &mut Weekly,
) -> Result<(), CliError> {
    let cycle = several.then_some(&material.standing.cycle);
    let objectives = material.standing.objectives.iter();
    let all = objectives.flat_map(|of| of.key_results.iter().map(move |one| (of, one)));
    for (objective, one) in all {
        let goal = goal(one, past, cycle);
        let waits = whose::Goal {
            cycle: &material.standing.cycle,
            cadence: material.standing.cadence,
            objective: &objective.objective,
            standing: one,
        };
        if waits.days_over(past.at.moment.day).is_some() {
            weekly.due.push(goal.reference.clone());
        }
        let then = before.get(&one.key_result.id);
        if is_moved(then, one) {
            weekly.moved.push(Moved {
                goal,
                before: then.and_then(how_it_stood),
                track: course::track(past, material, (one, ask))?,
            });
        } else if one.status.is_in_force() {
            let track = course::track(past, material, (one, ask))?;
            weekly.still.push(Still {
                track,
                ..still(past, one, goal)?
            });
        }
    }
    Ok(())
}

/// Says whether value or confidence are other ones than before.
fn is_moved(then: Option<&KeyResultStanding>, now: &KeyResultStanding) -> bool {
    if matches!(now.status, Status::Draft | Status::Archived) {
        return false;
    }
    let said = |standing: &KeyResultStanding| {
        let check_in = standing.latest.as_ref().map(|fact| &fact.check_in);
        check_in.map(|check_in| (check_in.value.clone(), check_in.confidence))
    };
    then.and_then(said) != said(now)
}

fn how_it_stood(then: &KeyResultStanding) -> Option<Before> {
    let check_in = &then.latest.as_ref()?.check_in;
    Some(Before {
        value: check_in.value.clone(),
        progress: then.progress,
        confidence: check_in.confidence,
        status: then.status,
    })
}

fn still(past: &Past<'_>, one: &KeyResultStanding, goal: Goal) -> Result<Still, CliError> {
    let day = past.at.moment.day;
    let Some(latest) = &one.latest else {
        return Ok(Still {
            goal,
            silent_days: None,
            same_days: None,
            track: None,
        });
    };
    let id = one.key_result.id;
    let check_ins = past.reading.check_ins(id, Some(SAME_CHECK_INS_MAX));
    let check_ins = check_ins.map_err(failure::replica)?;
    let value = &latest.check_in.value;
    let same_since = check_ins
        .iter()
        .map(|fact| &fact.check_in)
        .filter(|check_in| !check_in.retracted)
        .take_while(|check_in| check_in.value == *value)
        .last();
    let since = same_since.map_or(latest.check_in.effective, |check_in| check_in.effective);
    Ok(Still {
        goal,
        silent_days: Some(days_between(latest.check_in.effective, day).max(0)),
        same_days: Some(days_between(since, day).max(0)),
        track: None,
    })
}

/// Returns what stands in the way of the goals of a cycle, and what was lifted in the week.
fn blockers(
    past: &Past<'_>,
    material: &Ground,
    (days, several): (Days, bool),
) -> Result<Vec<Blocker>, CliError> {
    let cycle = &material.standing.cycle;
    let all = past.reading.blockers_of_cycle(cycle.id);
    let mut blockers = Vec::new();
    for fact in all.map_err(failure::replica)? {
        let is_asked_for = material.subjects.contains(&fact.key_result.into());
        let lifted = fact.lifted.as_ref();
        let counts = lifted.is_none_or(|gone| days.contains(gone.check_in.effective));
        if !is_asked_for || !counts {
            continue;
        }
        let by = |fact: &CheckInFact| {
            let person = fact.on_behalf_of.unwrap_or(fact.author);
            gather::named(person.into(), &past.names)
        };
        let slug = past.names.label(fact.key_result.into());
        blockers.push(Blocker {
            subject: fact.key_result,
            reference: if several {
                format!("{}:{slug}", cycle.name)
            } else {
                slug
            },
            text: fact.text.to_string(),
            since: fact.first.check_in.effective,
            by: by(&fact.last),
            lifted: lifted.map(|gone| (gone.check_in.effective, by(gone))),
        });
    }
    Ok(blockers)
}
