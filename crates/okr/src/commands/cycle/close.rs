//! `okr cycle close`: the end of a cycle, with what is still open in it.

use std::collections::BTreeSet;

use okr_core::decide::Command;
use okr_core::id::{CycleId, EntityId};
use okr_core::value::{CycleState, GoalState};
use okr_replica::{CycleStanding, ObjectiveStanding};

use crate::args::{CycleCloseArgs, GradeHow};
use crate::command_line::typed;
use crate::commands::carry::{How, Prepared, prepare};
use crate::commands::closing::{Closing, Ending, open_key_results, without_conflicts};
use crate::commands::counted;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::resolve::{Resolver, look};
use crate::write::{Wish, write_and_remark};

/// So many goals are named before the question; the others are counted.
const NAMED_MAX: usize = 20;

/// What the cycle and its goals need before it can end.
struct End {
    id: CycleId,
    name: String,
    standing: Option<CycleStanding>,
    carried: Option<Prepared>,
}

pub(super) fn run(context: &mut Context, args: &CycleCloseArgs) -> Result<Exit, CliError> {
    let (mut replica, end) = look(context, |resolver, _| prepared(resolver, args))?;
    let mut closing = Closing::default();
    if let Some(standing) = &end.standing {
        let (reading, _) = context.present(&replica)?;
        let what = format!("{} cannot be closed now", end.name);
        without_conflicts((&replica, &reading), &everything(standing), &what)?;
        drop(reading);
        match args.grade {
            GradeHow::Auto => grade_all(standing, &mut closing)?,
            GradeHow::Skip => {}
        }
        say_open(context, (&end.name, standing), &closing);
    }
    let question = format!(
        "Close {}? Only late facts and corrections follow.",
        end.name
    );
    context.confirm(&question)?;
    let mut commands = Vec::new();
    if let Some(prepared) = end.carried {
        let mut carried = prepared.carry(How::default(), &mut || context.new_uuid());
        commands.append(&mut carried.commands);
        closing.told.append(&mut carried.told);
    }
    commands.append(&mut closing.commands);
    commands.push(Command::CloseCycle(end.id));
    let wish = Wish::all(commands, &args.reason);
    let next = format!("okr tree -c {}", typed(end.name.as_str()));
    let asked = (end.id.into(), Some(next));
    write_and_remark(context, &mut replica, wish, asked, &closing.told)
}

fn prepared(resolver: &Resolver<'_, '_>, args: &CycleCloseArgs) -> Result<End, CliError> {
    let cycle = resolver.cycle(&args.reference)?;
    // What cannot be closed is refused by the rules, with their own words.
    let standing = match cycle.state {
        CycleState::Open => {
            let standing = resolver.reading.cycle_standing(cycle.id);
            standing.map_err(failure::replica)?
        }
        CycleState::Planned | CycleState::Closed => None,
    };
    let carried = match (&args.carry, &standing) {
        (Some(to), Some(standing)) => {
            let to = resolver.cycle(to)?;
            let open = standing.objectives.iter();
            let open = open.filter(|one| one.objective.state() == GoalState::Active);
            Some(prepare(resolver, open.cloned().collect(), &to)?)
        }
        (Some(_) | None, _) => None,
    };
    Ok(End {
        id: cycle.id,
        name: cycle.name.to_string(),
        standing,
        carried,
    })
}

/// Returns the cycle and all goals in it.
fn everything(standing: &CycleStanding) -> BTreeSet<EntityId> {
    let mut all = BTreeSet::from([EntityId::from(standing.cycle.id)]);
    for objective in &standing.objectives {
        all.insert(objective.objective.id.into());
        let below = objective.key_results.iter();
        all.extend(below.map(|one| EntityId::from(one.key_result.id)));
    }
    all
}

/// Ends every goal that has no score, where one is suggested.
fn grade_all(standing: &CycleStanding, closing: &mut Closing) -> Result<(), CliError> {
    let ending = Ending {
        with_key_results: true,
        ..Ending::default()
    };
    for objective in &standing.objectives {
        match objective.objective.state() {
            GoalState::Active if objective.suggestion().is_some() => {
                closing.objective(objective, &ending)?;
            }
            GoalState::Closed => {
                for key_result in open_key_results(objective) {
                    closing.key_result_within(key_result);
                }
            }
            // Where nothing suggests its score, it is named among what stays open.
            GoalState::Active | GoalState::Draft | GoalState::Abandoned | GoalState::Archived => {}
        }
    }
    Ok(())
}

/// Says on stderr what has no score when the cycle ends.
fn say_open(context: &mut Context, (name, standing): (&str, &CycleStanding), closing: &Closing) {
    let lines: Vec<String> = standing
        .objectives
        .iter()
        .filter_map(|objective| left_open(objective, closing))
        .collect();
    if lines.is_empty() {
        return;
    }
    let goals = counted(lines.len(), "objective");
    context
        .ui
        .note(&format!("{goals} of {name} will be left without a score:"));
    for line in lines.iter().take(NAMED_MAX) {
        context.ui.note(&format!("  {line}"));
    }
    if let Some(more) = lines.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
        context.ui.note(&format!("  and {more} more"));
    }
}

/// Says what of an objective has no score and will get none; nothing where all is settled.
fn left_open(standing: &ObjectiveStanding, closing: &Closing) -> Option<String> {
    let objective = &standing.objective;
    let is_graded = |id: EntityId| closing.goals.contains(&id);
    let open: Vec<&str> = open_key_results(standing)
        .filter(|one| !is_graded(one.key_result.id.into()))
        .map(|one| one.key_result.slug.as_str())
        .collect();
    let below = match open.as_slice() {
        [] => String::new(),
        open => format!("; open: {}", open.join(", ")),
    };
    match objective.state() {
        GoalState::Draft => Some(format!("{}: a draft{below}", objective.slug)),
        GoalState::Active if !is_graded(objective.id.into()) => {
            let progress = standing.progress.map_or_else(
                || "no progress".to_owned(),
                |progress| format!("at {}", progress.percent()),
            );
            Some(format!("{}: {progress}{below}", objective.slug))
        }
        GoalState::Closed | GoalState::Active if !open.is_empty() => {
            Some(format!("{}: closed{below}", objective.slug))
        }
        GoalState::Closed | GoalState::Active | GoalState::Abandoned | GoalState::Archived => None,
    }
}
