//! `okr goalposts`: what moved after the commitment of a cycle, and what that did to the numbers.

mod effect;
mod scope;
mod screen;
mod text;

use okr_core::entity::Cycle;
use okr_core::id::{EntityId, EntityKind};
use okr_replica::Goalposts;

pub(crate) use text::Counts;

pub(super) use scope::narrow;

use super::log::learn_entries;
use super::past::Past;
use crate::args::GoalpostsArgs;
use crate::command_line::typed;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::GoalpostsItem;

const KINDS: &[EntityKind] = &[
    EntityKind::Cycle,
    EntityKind::Team,
    EntityKind::Objective,
    EntityKind::KeyResult,
];

/// Runs `okr goalposts`.
///
/// # Errors
/// When a reference or moment cannot be understood, or the replica cannot be read.
pub(crate) fn run(context: &mut Context, args: &GoalpostsArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let texts: Vec<String> = args.reference.iter().cloned().collect();
    let about = past.find(context, &texts, KINDS)?.first().copied();
    let about = match about {
        Some(about) => Some(about),
        None => past.team_scope(context)?.map(EntityId::from),
    };
    let cycles = past.cycles_of(context, about)?;
    let mut found = Vec::new();
    for cycle in &cycles {
        let goalposts = past.reading.goalposts(cycle.id, &past.at.clock.zone);
        if let Some(mut goalposts) = goalposts.map_err(failure::replica)? {
            scope::narrow(&mut goalposts, about, &past);
            learn(context, &mut past, &goalposts)?;
            found.push(goalposts);
        }
    }
    answer(context, &past, &found, about)?;
    past.warn_upgrade(context);
    if found.is_empty() {
        say_why_empty(context, &past, &cycles);
    }
    Ok(Exit::Ok)
}

/// Learns the names of everything that the report mentions.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn learn(
    context: &Context,
    past: &mut Past<'_>,
    found: &Goalposts,
) -> Result<(), CliError> {
    for standing in &found.standing.objectives {
        past.learn_standing(standing)?;
    }
    let outside = found.effect.objectives.iter().flat_map(|objective| {
        let cycle = EntityId::from(objective.objective.cycle);
        let below = objective.key_results.iter();
        below
            .map(|one| EntityId::from(one.key_result.id))
            .chain([objective.objective.id.into(), cycle])
    });
    past.learn(outside)?;
    let entries: Vec<_> = found
        .moved
        .iter()
        .map(|moved| moved.entry.clone())
        .collect();
    learn_entries(context, past, &entries)
}

fn answer(
    context: &mut Context,
    past: &Past<'_>,
    found: &[Goalposts],
    about: Option<EntityId>,
) -> Result<(), CliError> {
    let frame = past.frame(context)?;
    let items: Vec<GoalpostsItem> = if context.ui.output() == crate::ui::OutputFormat::Table {
        Vec::new()
    } else {
        let item = |one: &Goalposts| {
            let progress = scope::progress(one, about);
            GoalpostsItem::new(one, progress, &past.names)
        };
        found.iter().map(item).collect()
    };
    context.ui.answer(&frame, &items, |screen| {
        let parts: Vec<String> = found
            .iter()
            .map(|one| screen::render(one, about, past, screen))
            .collect();
        parts.join("\n")
    });
    Ok(())
}

/// Says on stderr why there is no report.
fn say_why_empty(context: &mut Context, past: &Past<'_>, cycles: &[Cycle]) {
    match (&past.at.words, cycles) {
        (Some(words), [cycle, ..]) => context.ui.hint(&format!(
            "{} was not opened by {words}; okr log {} shows when it was",
            cycle.name,
            typed(cycle.name.as_str())
        )),
        (Some(_), []) => past.hint_empty(context),
        (None, [cycle, ..]) => context.ui.hint(&format!(
            "{} is planned: nothing is committed to before okr cycle open {}",
            cycle.name,
            typed(cycle.name.as_str())
        )),
        (None, []) => context
            .ui
            .hint("there is no cycle yet: okr cycle add 2026-Q4 --open"),
    }
}
