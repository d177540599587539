//! A frame as it is shown: what happened in it, how goals stood after it, and what differs from
//! before.

use std::collections::{HashMap, HashSet};

use okr_core::entity::{CheckIn, KeyResult, Objective};
use okr_core::id::{CycleId, EntityId};
use okr_core::view::View as _;
use okr_replica::{CycleStanding, LogEntry, LogFilter, Moment, ObjectiveStanding, Reading};

use super::reel::{Reel, Scope};
use crate::commands::log::{before, learn_entries};
use crate::commands::past::Past;
use crate::commands::tree;
use crate::context::Context;
use crate::error::CliError;
use crate::failure;
use crate::wording::percent;

/// What happened between two moments, and how goals stood after it.
pub(super) struct Scene {
    /// The changes, oldest first.
    pub(super) entries: Vec<LogEntry>,
    /// How many more there are.
    pub(super) more: usize,
    /// What counted before each check-in among them.
    pub(super) before: before::Latest,
    /// The part of the cycle that is replayed; none before there is any.
    pub(super) standing: Option<CycleStanding>,
    /// What is another now than in the frame before.
    pub(super) changed: HashSet<EntityId>,
    /// For what moved, the progress that it had in the frame before: `41% before`.
    pub(super) notes: HashMap<EntityId, String>,
}

/// How much of a scene is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Depth {
    /// At most so many changes are read.
    pub(super) changes: usize,
    /// Whether people read it, who are shown what each check-in moved from.
    pub(super) for_people: bool,
}

impl Scene {
    /// Reads a frame; `earlier` is how goals stood before it.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(super) fn read(
        reel: &Reel,
        frame: usize,
        (context, past): (&Context, &mut Past<'_>),
        (earlier, depth): (Option<&CycleStanding>, Depth),
    ) -> Result<Self, CliError> {
        let shots = reel.shots(frame);
        let mut entries = Vec::new();
        for shot in shots.iter().take(depth.changes) {
            let entry = past.replica.at_spot(shot.spot).map_err(failure::replica)?;
            entries.extend(entry);
        }
        learn_entries(context, past, &entries)?;
        let filter = LogFilter {
            axis: reel.cut.axis,
            oldest_first: true,
            ..LogFilter::default()
        };
        let before = if depth.for_people {
            before::latest(past.replica, &filter, &entries)?
        } else {
            before::Latest::new()
        };
        let standing = match reel.moment_after(frame) {
            Some(moment) => standing(past, reel.scope, moment)?,
            None => None,
        };
        Ok(Self {
            more: shots.len().saturating_sub(depth.changes),
            before,
            changed: changed(earlier, standing.as_ref()),
            notes: moved(&progress_of(earlier), &progress_of(standing.as_ref())),
            entries,
            standing,
        })
    }

    /// Says whether goals stand as they stood before.
    pub(super) fn is_still(&self) -> bool {
        self.changed.is_empty() && self.notes.is_empty()
    }
}

/// Reads how goals stood before a frame.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn standing_before(
    reel: &Reel,
    frame: usize,
    past: &mut Past<'_>,
) -> Result<Option<CycleStanding>, CliError> {
    match reel.moment_before(frame) {
        Some(moment) => standing(past, reel.scope, moment),
        None => Ok(None),
    }
}

/// Reads how the thing that is replayed stood at a moment.
pub(super) fn standing(
    past: &mut Past<'_>,
    scope: Scope,
    moment: Moment,
) -> Result<Option<CycleStanding>, CliError> {
    let reading = past.replica.reading(moment).map_err(failure::replica)?;
    let Some(cycle) = cycle_of(&reading, scope)? else {
        return Ok(None);
    };
    let standing = reading.cycle_standing(cycle).map_err(failure::replica)?;
    let Some(mut standing) = standing else {
        return Ok(None);
    };
    past.hush(standing.objectives.iter_mut());
    tree::keep(
        &mut standing,
        Some(scope.about),
        past,
        tree::rows::DEPTH_KEY_RESULTS,
    );
    for objective in &standing.objectives {
        past.learn_standing(objective)?;
    }
    Ok(Some(standing))
}

fn cycle_of(reading: &Reading<'_>, scope: Scope) -> Result<Option<CycleId>, CliError> {
    let of_objective = |id| {
        let objective = reading.objective(id).map_err(failure::replica)?;
        Ok::<_, CliError>(objective.map(|objective| objective.cycle))
    };
    match scope.about {
        EntityId::Cycle(id) => Ok(Some(id)),
        EntityId::Objective(id) => of_objective(id),
        EntityId::KeyResult(id) => match reading.key_result(id).map_err(failure::replica)? {
            Some(key_result) => of_objective(key_result.objective),
            None => Ok(None),
        },
        EntityId::Team(_)
        | EntityId::Person(_)
        | EntityId::CheckIn(_)
        | EntityId::Comment(_)
        | EntityId::Org(_)
        | EntityId::Initiative(_)
        | EntityId::Metric(_)
        | EntityId::MetricValue(_) => Ok(scope.cycle),
    }
}

/// What a goal is compared by; how it is judged changes by itself, from day to day.
#[derive(PartialEq, Eq)]
enum Facts<'a> {
    Objective(&'a Objective),
    KeyResult(&'a KeyResult, Option<&'a CheckIn>),
}

fn facts(standing: Option<&CycleStanding>) -> HashMap<EntityId, Facts<'_>> {
    let mut facts = HashMap::new();
    for objective in objectives(standing) {
        let id = objective.objective.id.into();
        facts.insert(id, Facts::Objective(&objective.objective));
        for one in &objective.key_results {
            let latest = one.latest.as_ref().map(|fact| &fact.check_in);
            facts.insert(
                one.key_result.id.into(),
                Facts::KeyResult(&one.key_result, latest),
            );
        }
    }
    facts
}

/// Returns the goals that are another now, and the cycle when it is.
fn changed(earlier: Option<&CycleStanding>, standing: Option<&CycleStanding>) -> HashSet<EntityId> {
    let (before, now) = (facts(earlier), facts(standing));
    let mut changed: HashSet<EntityId> = now
        .iter()
        .filter(|(id, facts)| before.get(*id) != Some(*facts))
        .map(|(id, _)| *id)
        .collect();
    // What is gone has changed as well, though it has no line any more.
    changed.extend(before.keys().filter(|id| !now.contains_key(*id)));
    if let Some(standing) = standing
        && earlier.is_none_or(|earlier| earlier.cycle != standing.cycle)
    {
        changed.insert(standing.cycle.id.into());
    }
    changed
}

fn objectives(standing: Option<&CycleStanding>) -> impl Iterator<Item = &ObjectiveStanding> {
    standing
        .into_iter()
        .flat_map(|standing| &standing.objectives)
}

fn progress_of(standing: Option<&CycleStanding>) -> HashMap<EntityId, String> {
    let mut shown = HashMap::new();
    for objective in objectives(standing) {
        shown.insert(objective.objective.id.into(), percent(objective.progress));
        for one in &objective.key_results {
            shown.insert(one.key_result.id.into(), percent(one.progress));
        }
    }
    shown
}

fn moved(
    before: &HashMap<EntityId, String>,
    now: &HashMap<EntityId, String>,
) -> HashMap<EntityId, String> {
    now.iter()
        .filter_map(|(id, now)| match before.get(id) {
            Some(before) if before != now && before != "-" => {
                Some((*id, format!("{before} before")))
            }
            Some(_) => None,
            // In the beginning everything is new, and nobody needs to be told.
            None if before.is_empty() => None,
            None => Some((*id, "new".to_owned())),
        })
        .collect()
}
