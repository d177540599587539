//! Series: how goals went over time, by what is known at the moment.
//!
//! Values stand at their effective day, definitions at the day on which they were authored: what the
//! effective axis says about each of these days. The cost grows with what happened to the goal.

use std::collections::BTreeSet;

use okr_core::entity::{CheckIn, Cycle, KeyResult, Objective};
use okr_core::event::{Event, KeyResultEdit, KeyResultEvent};
use okr_core::id::{EntityId, KeyResultId, ObjectiveId, PersonId};
use okr_core::measure::Measure;
use okr_core::progress::{Progress, objective_progress};
use okr_core::text::LongText;
use okr_core::value::{AmendmentCategory, Source};
use okr_core::view::View as _;
use okr_core::{Date, Timestamp};

use super::Reading;
use super::check_in::CheckInFact;
use super::standing::{KeyResultStanding, ObjectiveStanding};
use crate::error::ReplicaError;
use crate::log::{self, LogEntry, Place};
use crate::moment::Confirmed;
use crate::{meta, version};

/// How a key result went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyResultSeries {
    /// How it stands at the moment.
    pub standing: KeyResultStanding,
    /// The objective that it measures.
    pub objective: Objective,
    /// The cycle of that.
    pub cycle: Cycle,
    /// What was reported and not taken back, by effective day, then in the order of the log: of
    /// several about one day the last counts.
    pub check_ins: Vec<CheckInFact>,
    /// How it was measured, oldest first; the first step is how it was created.
    pub steps: Vec<MeasureStep>,
}

/// A measure, from the day on which it was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasureStep {
    /// The key result.
    pub key_result: KeyResultId,
    /// The day of the organisation on which it was written.
    pub day: Date,
    /// How the key result was measured from then on.
    pub measure: Measure,
    /// Who wrote it, when and why.
    pub origin: Origin,
}

/// Where a definition comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Where the change stands.
    pub place: Place,
    /// Who recorded it.
    pub author: PersonId,
    /// The person who originally did it, when somebody else recorded it.
    pub on_behalf_of: Option<PersonId>,
    /// How it came to be.
    pub source: Source,
    /// When it was written.
    pub authored_at: Timestamp,
    /// Why.
    pub reason: Option<LongText>,
    /// What kind of amendment it is.
    pub amendment: Option<AmendmentCategory>,
}

/// How an objective went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectiveSeries {
    /// How it stands at the moment.
    pub standing: ObjectiveStanding,
    /// Its cycle.
    pub cycle: Cycle,
    /// Its progress at the end of each day on which that changed, oldest first.
    pub points: Vec<(Date, Option<Progress>)>,
    /// How its key results were measured, each as in [`KeyResultSeries::steps`].
    pub steps: Vec<Vec<MeasureStep>>,
}

/// What happened to the definition of a key result.
struct Told {
    event: KeyResultEvent,
    origin: Origin,
}

/// The definition of a key result and its check-ins over time.
struct Course {
    states: Vec<State>,
    /// By effective day, then in the order of the log.
    check_ins: Vec<CheckIn>,
}

/// A key result as it was from a moment on.
struct State {
    day: Date,
    key_result: KeyResult,
    origin: Origin,
}

impl Reading<'_> {
    /// Returns how a key result went; none when it or its cycle is not there.
    ///
    /// `day_of` says on which day of the organisation a moment lies.
    ///
    /// # Errors
    /// The store's failures.
    pub fn series(
        &self,
        id: KeyResultId,
        day_of: impl Fn(Timestamp) -> Date,
    ) -> Result<Option<KeyResultSeries>, ReplicaError> {
        let Some(standing) = self.standing(id)? else {
            return Ok(None);
        };
        let Some(objective) = self.objective(standing.key_result.objective)? else {
            return Ok(None);
        };
        let Some(cycle) = self.cycle(objective.cycle)? else {
            return Ok(None);
        };
        let mut check_ins = self.check_ins(id, None)?;
        check_ins.retain(|fact| !fact.check_in.retracted);
        check_ins.reverse();
        let states = states(id, &self.told(id)?, &day_of);
        Ok(Some(KeyResultSeries {
            standing,
            objective: objective.into_owned(),
            cycle: cycle.into_owned(),
            check_ins,
            steps: steps(&states),
        }))
    }

    /// Returns how an objective went; none when it or its cycle is not there.
    ///
    /// `day_of` says on which day of the organisation a moment lies.
    ///
    /// # Errors
    /// The store's failures.
    pub fn objective_series(
        &self,
        id: ObjectiveId,
        day_of: impl Fn(Timestamp) -> Date,
    ) -> Result<Option<ObjectiveSeries>, ReplicaError> {
        let Some(standing) = self.objective_standing(id)? else {
            return Ok(None);
        };
        let Some(cycle) = self.cycle(standing.objective.cycle)? else {
            return Ok(None);
        };
        let mut courses = Vec::new();
        for key_result in self.ever_of(&standing)? {
            let told = self.told(key_result)?;
            let facts = self.check_ins(key_result, None)?.into_iter().rev();
            let check_ins = facts.map(|fact| fact.check_in);
            courses.push(Course {
                states: states(key_result, &told, &day_of),
                check_ins: check_ins.filter(|check_in| !check_in.retracted).collect(),
            });
        }
        let now: Vec<KeyResultId> = ids_of(&standing).collect();
        let steps = courses.iter().map(|course| steps(&course.states));
        let steps = steps.filter(|steps: &Vec<MeasureStep>| {
            let of = steps.first().map(|step| step.key_result);
            of.is_some_and(|of| now.contains(&of))
        });
        Ok(Some(ObjectiveSeries {
            steps: steps.collect(),
            points: points(id, &courses),
            standing,
            cycle: cycle.into_owned(),
        }))
    }

    /// Returns the key results that belong to an objective or ever did.
    fn ever_of(&self, standing: &ObjectiveStanding) -> Result<Vec<KeyResultId>, ReplicaError> {
        let mut ids: Vec<KeyResultId> = ids_of(standing).collect();
        let db = self.snapshot.db;
        if let Some(parent) = self.key(standing.objective.id.into())? {
            let mut statement = db.prepare_cached(
                "SELECT DISTINCT kind, id FROM versions WHERE parent = ?1 AND kind = 6",
            )?;
            let mut rows = statement.query([parent.0])?;
            while let Some(row) = rows.next()? {
                if let EntityId::KeyResult(id) = version::entity_id(row.get(0)?, row.get(1)?)?
                    && !ids.contains(&id)
                {
                    ids.push(id);
                }
            }
        }
        Ok(ids)
    }

    /// Returns what happened to the definition of a key result by the moment, in the order of the
    /// log.
    fn told(&self, id: KeyResultId) -> Result<Vec<Told>, ReplicaError> {
        let db = self.snapshot.db;
        let (until, authored) = match self.definitions.confirmed {
            Confirmed::Until(position) => (position, i64::MAX),
            Confirmed::Authored(until) => (meta::head(db)?, until),
        };
        let mut told = Vec::new();
        for position in version::positions_until(db, id.into(), until)?
            .into_iter()
            .rev()
        {
            let Some(entry) = log::entry(db, position)? else {
                continue;
            };
            if entry.authored_at.as_microsecond() > authored {
                continue;
            }
            let change = entry.change.iter();
            let events = change.flat_map(|change| &change.events);
            told.extend(events.filter_map(|event| {
                Some(Told {
                    event: about(id, event)?,
                    origin: Origin::of(&entry),
                })
            }));
        }
        for queued in self.queue.events(id.into(), self.definitions.waiting) {
            let change = self.queue.changes.get(queued.place);
            if let (Some(change), Some(event)) = (change, about(id, queued.event)) {
                let origin = Origin {
                    place: Place::Pending,
                    author: self.me,
                    on_behalf_of: change.on_behalf_of,
                    source: change.source,
                    authored_at: change.authored_at,
                    reason: change.reason.clone(),
                    amendment: change.amendment,
                };
                told.push(Told { event, origin });
            }
        }
        Ok(told)
    }
}

impl Origin {
    fn of(entry: &LogEntry) -> Self {
        Self {
            place: entry.place,
            author: entry.author,
            on_behalf_of: entry.on_behalf_of,
            source: entry.source,
            authored_at: entry.authored_at,
            reason: entry.reason.clone(),
            amendment: entry.change.as_ref().and_then(|change| change.amendment),
        }
    }
}

fn ids_of(standing: &ObjectiveStanding) -> impl Iterator<Item = KeyResultId> {
    let key_results = standing.key_results.iter();
    key_results.map(|standing| standing.key_result.id)
}

/// Returns an event, if it is about a key result.
fn about(id: KeyResultId, event: &Event) -> Option<KeyResultEvent> {
    match event {
        Event::KeyResult(subject, event) if *subject == id => Some(event.clone()),
        _ => None,
    }
}

/// Returns what a key result was, from each moment on at which something was written about it.
///
/// By a moment it is the fold, in the order of the log, of what was written until then. Devices
/// whose clocks differ can write in another order than that of the log.
fn states(id: KeyResultId, told: &[Told], day_of: impl Fn(Timestamp) -> Date) -> Vec<State> {
    let mut moments: Vec<Timestamp> = told.iter().map(|one| one.origin.authored_at).collect();
    let in_order = moments.is_sorted();
    moments.sort();
    moments.dedup();
    let mut states = Vec::new();
    let mut folded = None;
    let mut rest = told;
    for moment in moments {
        let until_then = |one: &&Told| one.origin.authored_at <= moment;
        if in_order {
            let (now, later) = rest.split_at(rest.iter().take_while(until_then).count());
            rest = later;
            folded = fold(id, folded, now.iter());
        } else {
            folded = fold(id, None, told.iter().filter(until_then));
        }
        // Of what was written at the moment, what concerns the measure is what people ask about.
        let written = told.iter().filter(|one| one.origin.authored_at == moment);
        let written = written.max_by_key(|one| is_about_measure(&one.event));
        if let (Some(key_result), Some(written)) = (&folded, written) {
            states.push(State {
                day: day_of(moment),
                key_result: key_result.clone(),
                origin: written.origin.clone(),
            });
        }
    }
    states
}

fn fold<'a>(
    id: KeyResultId,
    from: Option<KeyResult>,
    told: impl Iterator<Item = &'a Told>,
) -> Option<KeyResult> {
    told.fold(from, |current, one| {
        KeyResult::evolve(current, id, &one.event)
    })
}

const fn is_about_measure(event: &KeyResultEvent) -> bool {
    matches!(
        event,
        KeyResultEvent::Created(_) | KeyResultEvent::Edited(KeyResultEdit::Measure(_))
    )
}

/// Returns the states in which the measure is another than before.
fn steps(states: &[State]) -> Vec<MeasureStep> {
    let mut steps: Vec<MeasureStep> = Vec::new();
    for state in states {
        let measure = &state.key_result.measure;
        if steps.last().is_none_or(|before| before.measure != *measure) {
            steps.push(MeasureStep {
                key_result: state.key_result.id,
                day: state.day,
                measure: measure.clone(),
                origin: state.origin.clone(),
            });
        }
    }
    steps
}

/// Returns the progress of an objective at the end of each day on which it changed.
fn points(id: ObjectiveId, courses: &[Course]) -> Vec<(Date, Option<Progress>)> {
    let mut days: BTreeSet<Date> = BTreeSet::new();
    for course in courses {
        days.extend(course.states.iter().map(|state| state.day));
        days.extend(course.check_ins.iter().map(|check_in| check_in.effective));
    }
    let mut points: Vec<(Date, Option<Progress>)> = Vec::new();
    for day in days {
        let then = courses.iter().filter_map(|course| {
            let states = course.states.partition_point(|state| state.day <= day);
            let state = course.states.get(states.checked_sub(1)?)?;
            let reported = course.check_ins.partition_point(|one| one.effective <= day);
            let latest = reported
                .checked_sub(1)
                .and_then(|at| course.check_ins.get(at));
            (state.key_result.objective == id).then_some((&state.key_result, latest))
        });
        let progress = objective_progress(then);
        if points
            .last()
            .map_or(progress.is_some(), |(_, before)| *before != progress)
        {
            points.push((day, progress));
        }
    }
    points
}

#[cfg(test)]
mod tests;
