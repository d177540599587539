//! What is wrong with alignments: objectives that serve nothing, links that lead nowhere.

use std::collections::BTreeSet;

use okr_core::id::{CycleId, EntityId};
use okr_core::value::GoalState;

use super::goals::{Goal, Goals};
use crate::args::AlignCheckArgs;
use crate::commands::counted;
use crate::commands::past::Past;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{AlignmentFindingItem, ThingRef};
use crate::render::{Cell, Column, Table, Tone};

pub(super) fn run(context: &mut Context, args: &AlignCheckArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let goals = Goals::read(context, &mut past)?;
    let items = findings(&goals, &past);
    let frame = past.frame(context)?;
    context.ui.answer(&frame, &items, |screen| {
        let mut table = Table::new([Column::left("OBJECTIVE"), Column::left("FINDING")]);
        for item in &items {
            table.row([
                Cell::toned(Tone::Strong, &item.objective.name),
                Cell::from(item.message.as_str()),
            ]);
        }
        if items.is_empty() {
            return String::new();
        }
        table.render(screen)
    });
    past.warn_upgrade(context);
    if items.is_empty() {
        let count = counted(goals.own().count(), "objective");
        context
            .ui
            .note(&format!("{count} looked at, nothing to mend"));
    } else {
        let next = "okr align CHILD --to PARENT, or okr align remove CHILD";
        context.ui.hint(next);
    }
    Ok(if args.exit_code && !items.is_empty() {
        Exit::ConditionNotMet
    } else {
        Exit::Ok
    })
}

/// Returns the objectives in scope that support nothing and that nothing supports, where others do.
///
/// # Errors
/// When the scope cannot be found, or the replica cannot be read.
pub(in crate::commands) fn orphans(
    context: &mut Context,
    past: &mut Past<'_>,
) -> Result<Vec<AlignmentFindingItem>, CliError> {
    let goals = Goals::read(context, past)?;
    let mut found = findings(&goals, past);
    found.retain(|item| item.finding == ORPHAN);
    Ok(found)
}

/// The finding of an objective that supports nothing and that nothing supports.
const ORPHAN: &str = "orphan";

fn findings(goals: &Goals, past: &Past<'_>) -> Vec<AlignmentFindingItem> {
    let is_pursued = |goal: &&Goal| matches!(goal.state, GoalState::Draft | GoalState::Active);
    let aligned: BTreeSet<CycleId> = goals
        .own()
        .filter(|goal| goal.above.is_some())
        .map(|goal| goal.cycle)
        .collect();
    let served = served(goals);
    let mut items = Vec::new();
    for goal in goals.own().filter(is_pursued) {
        let item = |finding, supports: Option<EntityId>, message| AlignmentFindingItem {
            finding,
            objective: ThingRef::new(goal.id, &past.names),
            title: goal.title.clone(),
            supports: supports.map(|id| ThingRef::new(id, &past.names)),
            message,
        };
        let Some(above) = goal.above else {
            // Without any link in the cycle nobody has begun to align it.
            if aligned.contains(&goal.cycle) && !served.contains(&goal.id) {
                let message = "supports nothing, and nothing supports it".to_owned();
                items.push(item(ORPHAN, None, message));
            }
            continue;
        };
        let Some(target) = goals.get(above) else {
            continue;
        };
        if let Some(state) = given_up(goals, target) {
            let message = format!("supports {}, which is {state}", target.slug);
            items.push(item("given_up", Some(above), message));
        }
        if let Some(other) = other_time(past, goal.cycle, target.cycle) {
            let message = format!(
                "supports {} of {other}, which is of another time",
                target.slug
            );
            items.push(item("other_time", Some(above), message));
        }
    }
    items
}

/// Returns the objectives that something supports, be it by their key results.
fn served(goals: &Goals) -> BTreeSet<EntityId> {
    let mut served = BTreeSet::new();
    for above in goals
        .all
        .iter()
        .filter(|goal| is_objective(goal.id))
        .filter_map(|goal| goal.above)
    {
        served.insert(above);
        if !is_objective(above) {
            served.extend(goals.get(above).and_then(|key_result| key_result.above));
        }
    }
    served
}

const fn is_objective(id: EntityId) -> bool {
    matches!(id, EntityId::Objective(_))
}

/// Returns the state of a goal, or of the objective around it, where that is the end of it.
fn given_up(goals: &Goals, target: &Goal) -> Option<GoalState> {
    let around = match target.id {
        EntityId::KeyResult(_) => target.above.and_then(|id| goals.get(id)),
        _ => None,
    };
    let states = [Some(target.state), around.map(|objective| objective.state)];
    let mut states = states.into_iter().flatten();
    states.find(|state| matches!(state, GoalState::Abandoned | GoalState::Archived))
}

/// Returns the name of a cycle that has no day in common with another one.
fn other_time(past: &Past<'_>, own: CycleId, target: CycleId) -> Option<String> {
    let cycle = |id| past.cycles.iter().find(|cycle| cycle.id == id);
    let (own, target) = (cycle(own)?.period, cycle(target)?);
    let is_apart = own.end() < target.period.start() || target.period.end() < own.start();
    is_apart.then(|| target.name.to_string())
}
