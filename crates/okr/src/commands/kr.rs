//! `okr kr`: how we know that an objective is achieved.

pub(super) mod measure;

use std::collections::BTreeSet;

use okr_core::decide::{Command, KeyResultPatch};
use okr_core::event::NewKeyResult;
use okr_core::id::{KeyResultId, ObjectiveId};
use okr_core::measure::Measure;
use okr_core::view::View as _;

use super::cycle::{day, given_day};
use super::goal::{self, Verbs};
use super::naming::{self, Among};
use crate::args::{KeyResultAddArgs, KeyResultArgs, KeyResultCommand, KeyResultSetArgs, ListKind};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::resolve::{Resolver, look};
use crate::when::Clock;
use crate::write::{Wish, write_and_tell};

pub(crate) fn run(context: &mut Context, args: &KeyResultArgs) -> Result<Exit, CliError> {
    let verbs = Verbs {
        find: |resolver, text| resolver.key_result(text),
        label: "key results",
    };
    match &args.command {
        KeyResultCommand::Add(args) => add(context, args),
        KeyResultCommand::List(args) => super::list::run(context, &args.of(ListKind::Krs)),
        KeyResultCommand::Show(args) => super::show_one(context, args, |resolver, text| {
            resolver.key_result(text).map(Into::into)
        }),
        KeyResultCommand::Set(args) => set(context, args),
        KeyResultCommand::Close(args) => super::close::key_result(context, args),
        KeyResultCommand::Abandon(args) => verbs.abandon(context, args, Command::AbandonKeyResult),
        KeyResultCommand::Reopen(args) => verbs.step(context, args, Command::ReopenKeyResult),
        KeyResultCommand::Archive(args) => verbs.all(context, args, Command::ArchiveKeyResult),
        KeyResultCommand::Restore(args) => verbs.all(context, args, Command::RestoreKeyResult),
        KeyResultCommand::Tag(args) => {
            verbs.tags(context, args, |id, tag| Command::TagKeyResult { id, tag })
        }
        KeyResultCommand::Untag(args) => {
            verbs.tags(context, args, |id, tag| Command::UntagKeyResult { id, tag })
        }
    }
}

fn add(context: &mut Context, args: &KeyResultAddArgs) -> Result<Exit, CliError> {
    let id = KeyResultId::new(context.new_uuid());
    let (mut replica, new) = look(context, |resolver, clock| new(resolver, clock, args))?;
    let next = first_check_in(&new);
    let command = Command::AddKeyResult {
        id,
        new: Box::new(new),
    };
    let wish = Wish::new(command, &args.reason);
    write_and_tell(context, &mut replica, wish, (id.into(), Some(next)))
}

/// Says how the first value of a key result is told.
fn first_check_in(new: &NewKeyResult) -> String {
    let line = |value: &str| format!("okr checkin {} {value} -C 0-10 -m NOTE", new.slug);
    match &new.measure {
        Measure::Metric(_) | Measure::Hold(_) => line("VALUE"),
        Measure::Milestones(milestones) => {
            let done = if milestones.list().len() > 1 {
                "1,2"
            } else {
                "1"
            };
            format!("{}   (those that are done)", line(done))
        }
        Measure::Zones(_) => line("commit|target|stretch|fail"),
    }
}

fn new(
    resolver: &Resolver<'_, '_>,
    clock: &Clock,
    args: &KeyResultAddArgs,
) -> Result<NewKeyResult, CliError> {
    let objective_id = resolver.objective(&args.objective)?;
    let objective = resolver.reading.objective(objective_id);
    let objective = objective
        .map_err(failure::replica)?
        .ok_or_else(|| CliError::internal("an objective that was found is not there"))?;
    let called = (args.slug.as_ref(), args.title.as_str());
    let slug = naming::of_new(resolver, Among::KeyResults(objective.cycle), called)?;
    Ok(NewKeyResult {
        objective: objective_id,
        title: args.title.clone(),
        description: args.description.clone(),
        slug,
        owner: match &args.owner {
            Some(owner) => resolver.person(owner)?,
            None => objective.owner,
        },
        measure: measure::new(&args.measure)?,
        weight: args.weight.unwrap_or_default(),
        order: next_order(resolver, objective_id)?,
        start: day(args.start.as_deref(), ("--start", clock), |(first, _)| {
            first
        })?,
        due: day(args.due.as_deref(), ("--due", clock), |(_, last)| last)?,
        tags: args.tag.iter().cloned().collect::<BTreeSet<_>>(),
        fed_by: match &args.fed_by {
            Some(metric) => Some(resolver.metric(metric)?),
            None => None,
        },
    })
}

fn next_order(resolver: &Resolver<'_, '_>, objective: ObjectiveId) -> Result<u32, CliError> {
    let siblings = resolver.reading.key_results(objective);
    let siblings = siblings.map_err(failure::replica)?;
    let last = siblings.iter().map(|sibling| sibling.order).max();
    Ok(last.map_or(0, |last| last.saturating_add(1)))
}

fn set(context: &mut Context, args: &KeyResultSetArgs) -> Result<Exit, CliError> {
    let (mut replica, (id, patch)) = look(context, |resolver, clock| {
        let id = resolver.key_result(&args.reference)?;
        Ok((id, patch(resolver, clock, (id, args))?))
    })?;
    if patch == KeyResultPatch::default() {
        return Err(super::nothing_given("okr kr set --help"));
    }
    let command = Command::SetKeyResult {
        id,
        patch: Box::new(patch),
    };
    let wish = Wish::new(command, &args.reason);
    write_and_tell(context, &mut replica, wish, (id.into(), None))
}

fn patch(
    resolver: &Resolver<'_, '_>,
    clock: &Clock,
    (id, args): (KeyResultId, &KeyResultSetArgs),
) -> Result<KeyResultPatch, CliError> {
    let now = resolver.reading.key_result(id).map_err(failure::replica)?;
    let now = now.ok_or_else(|| CliError::internal("a key result found is not there"))?;
    let measure = if args.measure.is_given() {
        Some(measure::changed(&now.measure, &args.measure)?)
    } else {
        None
    };
    let objective = match &args.objective {
        Some(objective) => Some(resolver.objective(objective)?),
        None => None,
    };
    let among = Among::key_results_beside(resolver, objective.unwrap_or(now.objective))?;
    let date = |text: Option<&str>, flag, end| {
        super::or_none(text, |text| given_day(text, (flag, clock), end))
    };
    Ok(KeyResultPatch {
        objective,
        title: args.title.clone(),
        description: goal::text_or_none(args.description.as_deref())?,
        slug: naming::instead(resolver, among, (args.slug.as_ref(), id.into()))?,
        owner: match &args.owner {
            Some(owner) => Some(resolver.person(owner)?),
            None => None,
        },
        measure,
        weight: args.weight,
        order: args.order,
        start: date(args.start.as_deref(), "--start", |(first, _)| first)?,
        due: date(args.due.as_deref(), "--due", |(_, last)| last)?,
        score: None,
        fed_by: super::or_none(args.fed_by.as_deref(), |text| resolver.metric(text))?,
    })
}
