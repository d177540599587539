//! `okr align`: which objective supports which goal.

mod check;
mod goals;
mod graph;

use okr_core::decide::{Command, ObjectivePatch};
use okr_core::event::Support;
use okr_core::id::{EntityId, ObjectiveId};
use okr_core::view::View as _;

use crate::args::{AlignArgs, AlignCommand, AlignRemoveArgs, Reason};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::{AlignmentItem, ThingRef};
use crate::render::{Cell, Column, Table, Tone};
use crate::resolve::{Resolver, look};
use crate::write::{Wish, write_and_tell};
pub(super) use check::orphans;
use goals::Goals;

use super::goal::BULK;
use super::past::Past;

/// Runs `okr align`.
///
/// # Errors
/// When a goal cannot be found, the rules refuse, or the replica cannot be read.
pub(crate) fn run(context: &mut Context, args: &AlignArgs) -> Result<Exit, CliError> {
    match (&args.command, &args.link.child, &args.link.to) {
        (Some(AlignCommand::Remove(args)), _, _) => remove(context, args),
        (Some(AlignCommand::List), _, _) => list(context),
        (Some(AlignCommand::Check(args)), _, _) => check::run(context, args),
        (Some(AlignCommand::Graph(args)), _, _) => graph::run(context, args),
        (None, Some(of), Some(to)) => align(context, (of, to), &args.link.reason),
        (None, _, _) => Err(
            CliError::usage("nothing-given", "say which goal supports which")
                .with_hint("okr align CHILD --to PARENT, or okr align graph"),
        ),
    }
}

fn supporting(id: ObjectiveId, supports: Option<Support>) -> Command {
    Command::SetObjective {
        id,
        patch: Box::new(ObjectivePatch {
            supports: Some(supports),
            ..ObjectivePatch::default()
        }),
    }
}

fn align(context: &mut Context, (of, to): (&str, &str), reason: &Reason) -> Result<Exit, CliError> {
    let (mut replica, (id, support)) = look(context, |resolver, _| {
        let id = child(resolver, of)?;
        let support = resolver.support(to)?;
        without_circle(resolver, id, support)?;
        Ok((id, support))
    })?;
    let wish = Wish::new(supporting(id, Some(support)), reason);
    write_and_tell(context, &mut replica, wish, (id.into(), None))
}

/// Finds an objective, and says so where a key result was named.
fn child(resolver: &Resolver<'_, '_>, text: &str) -> Result<ObjectiveId, CliError> {
    match resolver.support(text)? {
        Support::Objective(id) => Ok(id),
        Support::KeyResult(_) => {
            let message =
                format!("\"{text}\" is a key result, which serves the objective that it measures");
            Err(CliError::usage("not-an-objective", message)
                .with_hint("objectives support objectives and key results"))
        }
    }
}

/// Refuses a link that leads back to where it begins, and shows the way.
///
/// # Errors
/// When it does, and when the replica cannot be read.
fn without_circle(
    resolver: &Resolver<'_, '_>,
    id: ObjectiveId,
    support: Support,
) -> Result<(), CliError> {
    let reading = resolver.reading;
    let slug_of = |id: ObjectiveId| -> Result<String, CliError> {
        let found = reading.objective(id).map_err(failure::replica)?;
        Ok(found.map_or_else(|| id.to_string(), |one| one.slug.to_string()))
    };
    let mut way = vec![slug_of(id)?];
    let mut next = Some(support);
    for _ in 0..okr_core::admit::MAX_LINKS {
        let Some(support) = next else { return Ok(()) };
        let home = match support {
            Support::Objective(home) => home,
            Support::KeyResult(key_result) => {
                let found = reading.key_result(key_result).map_err(failure::replica)?;
                let Some(found) = found else { return Ok(()) };
                way.push(found.slug.to_string());
                found.objective
            }
        };
        way.push(slug_of(home)?);
        if home == id {
            let way = way.join(" -> ");
            let message = format!("the alignment would go round in a circle: {way}");
            return Err(CliError::user("alignment-cycle", message)
                .with_hint("okr align graph shows which goal supports which"));
        }
        let found = reading.objective(home).map_err(failure::replica)?;
        next = found.and_then(|objective| objective.supports);
    }
    // The rules say the rest.
    Ok(())
}

fn remove(context: &mut Context, args: &AlignRemoveArgs) -> Result<Exit, CliError> {
    let (mut replica, ids) = look(context, |resolver, _| {
        let found = args.children.iter();
        found
            .map(|text| child(resolver, text))
            .collect::<Result<Vec<ObjectiveId>, CliError>>()
    })?;
    if ids.len() >= BULK {
        let question = format!("Let {} objectives support nothing any more?", ids.len());
        context.confirm(&question)?;
    }
    let first = *ids.first().expect("the arguments require at least one");
    let commands = ids.into_iter().map(|id| supporting(id, None)).collect();
    let wish = Wish::all(commands, &args.reason);
    write_and_tell(context, &mut replica, wish, (first.into(), None))
}

fn list(context: &mut Context) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let goals = Goals::read(context, &mut past)?;
    let items: Vec<AlignmentItem> = goals
        .own()
        .filter_map(|goal| {
            let supports: EntityId = goal.above?;
            Some(AlignmentItem {
                objective: ThingRef::new(goal.id, &past.names),
                title: goal.title.clone(),
                cycle: ThingRef::new(goal.cycle, &past.names),
                supports: ThingRef::new(supports, &past.names),
                supports_title: past.names.title(supports),
            })
        })
        .collect();
    let frame = past.frame(context)?;
    context.ui.answer(&frame, &items, |screen| {
        let mut table = Table::new([
            Column::left("OBJECTIVE"),
            Column::left("TITLE").flexible(),
            Column::left("SUPPORTS"),
            Column::left("GOAL").flexible(),
        ]);
        for item in &items {
            table.row([
                Cell::toned(Tone::Strong, &item.objective.name),
                Cell::from(item.title.as_str()),
                Cell::toned(Tone::Strong, &item.supports.name),
                Cell::from(item.supports_title.as_str()),
            ]);
        }
        table.render(screen)
    });
    past.warn_upgrade(context);
    if items.is_empty() {
        past.hint_nothing(
            context,
            "nothing is aligned here: okr align CHILD --to PARENT",
        );
    }
    Ok(Exit::Ok)
}
