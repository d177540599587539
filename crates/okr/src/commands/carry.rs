//! `okr carry`: objectives that go on in a later cycle.

mod copy;

use std::collections::BTreeMap;

use okr_core::decide::Command;
use okr_core::entity::{Cycle, HealthMetric, Objective};
use okr_core::event::Support;
use okr_core::id::{CycleId, KeyResultId, ObjectiveId};
use okr_core::value::{CycleState, GoalState};
use okr_core::view::View as _;
use okr_replica::{ObjectiveFilter, ObjectiveStanding};
use uuid::Uuid;

use super::goal::BULK;
use crate::args::CarryArgs;
use crate::command_line::typed;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::resolve::{Resolver, look, no_cycle};
use crate::write::{Wish, write_and_remark};
use copy::Copier;

/// How objectives are carried.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct How {
    /// The last value becomes the baseline.
    pub(super) rebase: bool,
    /// The new objectives are drafts.
    pub(super) draft: bool,
}

/// Objectives that may go on in a cycle, and what has to be known to copy them.
pub(super) struct Prepared {
    standings: Vec<ObjectiveStanding>,
    to: CycleId,
    /// The slugs that are in use in the cycle.
    taken: Vec<String>,
    /// The health metrics in use.
    metrics: Vec<HealthMetric>,
}

/// What carrying takes.
pub(super) struct Carried {
    /// What to do, in order.
    pub(super) commands: Vec<Command>,
    /// The new objectives, by those that they continue.
    pub(super) objectives: BTreeMap<ObjectiveId, ObjectiveId>,
    /// What a person may want to know, a line for each thing.
    pub(super) told: Vec<String>,
}

/// Runs `okr carry`.
///
/// # Errors
/// When a goal or cycle cannot be found, the cycle is not a later one or is closed, or an objective
/// is carried there already.
pub(crate) fn run(context: &mut Context, args: &CarryArgs) -> Result<Exit, CliError> {
    let (mut replica, prepared) = look(context, |resolver, _| {
        let to = resolver.cycle(&args.to)?;
        prepare(resolver, chosen(resolver, args)?, &to)
    })?;
    let how = How {
        rebase: args.rebase,
        draft: args.draft,
    };
    let carried = prepared.carry(how, &mut || context.new_uuid());
    let count = carried.objectives.len();
    if count >= BULK {
        context.confirm(&format!("Carry {count} objectives into {}?", args.to))?;
    }
    let Some(first) = carried.objectives.values().next().copied() else {
        return Err(CliError::user(
            "nothing-to-carry",
            "no objective is open there",
        ));
    };
    let next = format!("okr tree -c {}", typed(&args.to));
    let wish = Wish::all(carried.commands, &args.reason);
    let asked = (first.into(), Some(next));
    write_and_remark(context, &mut replica, wish, asked, &carried.told)
}

fn chosen(
    resolver: &Resolver<'_, '_>,
    args: &CarryArgs,
) -> Result<Vec<ObjectiveStanding>, CliError> {
    if args.all_open {
        let cycle = resolver.cycle.ok_or_else(no_cycle)?;
        let filter = ObjectiveFilter {
            cycle: Some(cycle),
            ..ObjectiveFilter::default()
        };
        let objectives = resolver.reading.objectives(&filter);
        let objectives = objectives.map_err(failure::replica)?.into_iter();
        let open = objectives.filter(|one| one.state() == GoalState::Active);
        return open.map(|one| standing(resolver, one.id)).collect();
    }
    let mut chosen: Vec<ObjectiveStanding> = Vec::new();
    for text in &args.references {
        let id = match resolver.support(text)? {
            Support::Objective(id) => id,
            Support::KeyResult(id) => return Err(of_key_result(resolver, text, id)),
        };
        // Named twice, it goes on once.
        if chosen.iter().all(|one| one.objective.id != id) {
            chosen.push(standing(resolver, id)?);
        }
    }
    Ok(chosen)
}

fn of_key_result(resolver: &Resolver<'_, '_>, text: &str, id: KeyResultId) -> CliError {
    let key_result = resolver.reading.key_result(id).ok().flatten();
    let objective = key_result.and_then(|one| resolver.reading.objective(one.objective).ok()?);
    let objective = objective.map_or_else(
        || "OBJECTIVE".to_owned(),
        |objective| objective.slug.to_string(),
    );
    let message = format!("\"{text}\" is a key result, which is carried with its objective");
    CliError::usage("not-an-objective", message)
        .with_hint(format!("okr carry {objective} --to CYCLE"))
}

fn standing(resolver: &Resolver<'_, '_>, id: ObjectiveId) -> Result<ObjectiveStanding, CliError> {
    let standing = resolver.reading.objective_standing(id);
    let standing = standing.map_err(failure::replica)?;
    standing.ok_or_else(|| CliError::internal("an objective that was found is not there"))
}

/// Prepares objectives to go on in a cycle.
///
/// # Errors
/// When the cycle is not a later one or is closed, or an objective is carried there already.
pub(super) fn prepare(
    resolver: &Resolver<'_, '_>,
    standings: Vec<ObjectiveStanding>,
    to: &Cycle,
) -> Result<Prepared, CliError> {
    if to.state == CycleState::Closed {
        let message = format!("{} is closed: nothing goes on there", to.name);
        return Err(CliError::user("cycle-closed", message)
            .with_hint("okr cycle add --next plans the next one"));
    }
    let there = resolver.reading.objectives(&ObjectiveFilter {
        cycle: Some(to.id),
        archived: true,
        ..ObjectiveFilter::default()
    });
    let there = there.map_err(failure::replica)?;
    for standing in &standings {
        may_go_on(resolver, (&standing.objective, to), &there)?;
    }
    Ok(Prepared {
        standings,
        to: to.id,
        taken: slugs(resolver, &there)?,
        metrics: resolver.reading.metrics(false).map_err(failure::replica)?,
    })
}

impl Prepared {
    /// Returns what it takes to let the objectives go on.
    pub(super) fn carry(self, how: How, fresh: &mut dyn FnMut() -> Uuid) -> Carried {
        let new = |standing: &ObjectiveStanding| (standing.objective.id, ObjectiveId::new(fresh()));
        let objectives: BTreeMap<ObjectiveId, ObjectiveId> =
            self.standings.iter().map(new).collect();
        let mut copier = Copier {
            to: self.to,
            how,
            objectives: &objectives,
            key_results: BTreeMap::new(),
            taken: self.taken,
            metrics: self.metrics,
            commands: Vec::new(),
            told: Vec::new(),
        };
        // What supports a key result must find its copy, whichever comes first.
        for standing in &self.standings {
            copier.plan(standing, fresh);
        }
        for standing in in_order(&self.standings) {
            copier.copy(standing);
        }
        let (commands, told) = (copier.commands, copier.told);
        Carried {
            commands,
            objectives,
            told,
        }
    }
}

/// Returns objectives so that what one supports comes before it.
fn in_order(standings: &[ObjectiveStanding]) -> Vec<&ObjectiveStanding> {
    let home = |support: Support| match support {
        Support::Objective(id) => Some(id),
        Support::KeyResult(id) => {
            let holds = |one: &&ObjectiveStanding| {
                one.key_results
                    .iter()
                    .any(|below| below.key_result.id == id)
            };
            standings.iter().find(holds).map(|one| one.objective.id)
        }
    };
    let mut ordered: Vec<&ObjectiveStanding> = Vec::new();
    let mut waiting: Vec<&ObjectiveStanding> = standings.iter().collect();
    while !waiting.is_empty() {
        let waits = |one: &ObjectiveStanding| {
            let above = one.objective.supports.and_then(home);
            above.is_some_and(|above| waiting.iter().any(|other| other.objective.id == above))
        };
        let (still, ready): (Vec<_>, Vec<_>) = waiting.iter().partition(|one| waits(one));
        if ready.is_empty() {
            // The rules keep alignment free of circles; a history that has one still ends here.
            ordered.extend(still);
            break;
        }
        ordered.extend(ready);
        waiting = still;
    }
    ordered
}

/// Returns the slugs that are in use in the cycle already.
fn slugs(resolver: &Resolver<'_, '_>, there: &[Objective]) -> Result<Vec<String>, CliError> {
    let mut slugs: Vec<String> = there.iter().map(|one| one.slug.to_string()).collect();
    for objective in there {
        let below = resolver.reading.key_results(objective.id);
        let below = below.map_err(failure::replica)?;
        slugs.extend(below.iter().map(|one| one.slug.to_string()));
    }
    Ok(slugs)
}

fn may_go_on(
    resolver: &Resolver<'_, '_>,
    (objective, to): (&Objective, &Cycle),
    there: &[Objective],
) -> Result<(), CliError> {
    let slug = &objective.slug;
    match objective.state() {
        GoalState::Active | GoalState::Closed => {}
        state @ (GoalState::Draft | GoalState::Abandoned | GoalState::Archived) => {
            let message = format!("\"{slug}\" is {state}; open and closed objectives are carried");
            return Err(CliError::user("wrong-state", message));
        }
    }
    let from = resolver.reading.cycle(objective.cycle);
    let from = from.map_err(failure::replica)?;
    if let Some(from) = from
        && from.period.start() >= to.period.start()
    {
        let relation = if from.id == to.id {
            "the cycle that it is in"
        } else {
            "no later cycle"
        };
        let message = format!(
            "\"{slug}\" is of {}, and {} is {relation}",
            from.name, to.name
        );
        return Err(CliError::user("not-a-later-cycle", message)
            .with_hint("okr cycle add --next plans the next one"));
    }
    let earlier = there.iter().find(|one| one.continues == Some(objective.id));
    if let Some(earlier) = earlier {
        let message = format!(
            "\"{slug}\" goes on in {} already, as \"{}\"",
            to.name, earlier.slug
        );
        return Err(
            CliError::user("carried-already", message).with_hint(format!(
                "okr show {}",
                typed(&format!("{}:{}", to.name, earlier.slug))
            )),
        );
    }
    Ok(())
}
