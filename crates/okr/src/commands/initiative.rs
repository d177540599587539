//! `okr initiative`: the work that shall move key results.

use std::collections::BTreeSet;

use okr_core::decide::{Command, InitiativePatch};
use okr_core::entity::Initiative;
use okr_core::event::NewInitiative;
use okr_core::id::{EntityId, InitiativeId, KeyResultId, PersonId};
use okr_core::text::WebAddress;
use okr_core::value::InitiativeState;
use okr_core::view::View as _;
use okr_replica::{CycleGoals, InitiativeFilter};

use super::cycle::{day, given_day};
use super::goal::Verbs;
use super::init::bad_value;
use super::list::sort::{self, Order};
use super::naming::{self, Among};
use super::past::Past;
use super::whose::cycle_goals;
use crate::args::{
    InitiativeAddArgs, InitiativeArgs, InitiativeCommand, InitiativeListArgs, InitiativeSetArgs,
    ListKind,
};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::InitiativeItem;
use crate::resolve::{Resolver, look};
use crate::when::Clock;
use crate::write::{Wish, write_and_tell};

/// The states that a list can be narrowed to.
pub(super) const STATE_WORDS: &str = "todo, doing, done, dropped, open, overdue";

pub(crate) fn run(context: &mut Context, args: &InitiativeArgs) -> Result<Exit, CliError> {
    let verbs = Verbs {
        find: |resolver, text| resolver.initiative(text),
        label: "initiatives",
    };
    match &args.command {
        InitiativeCommand::Add(args) => add(context, args),
        InitiativeCommand::List(args) => list(context, args),
        InitiativeCommand::Show(args) => super::show_one(context, args, |resolver, text| {
            resolver.initiative(text).map(Into::into)
        }),
        InitiativeCommand::Set(args) => set(context, args),
        InitiativeCommand::Done(args) => {
            verbs.all(context, args, |id| ended(id, InitiativeState::Done))
        }
        InitiativeCommand::Drop(args) => {
            verbs.all(context, args, |id| ended(id, InitiativeState::Dropped))
        }
        InitiativeCommand::Archive(args) => verbs.all(context, args, Command::ArchiveInitiative),
        InitiativeCommand::Restore(args) => verbs.all(context, args, Command::RestoreInitiative),
    }
}

fn ended(id: InitiativeId, state: InitiativeState) -> Command {
    let patch = InitiativePatch {
        state: Some(state),
        ..InitiativePatch::default()
    };
    Command::SetInitiative {
        id,
        patch: Box::new(patch),
    }
}

fn add(context: &mut Context, args: &InitiativeAddArgs) -> Result<Exit, CliError> {
    let id = InitiativeId::new(context.new_uuid());
    let (mut replica, new) = look(context, |resolver, clock| new(resolver, clock, args))?;
    let next = format!("okr initiative set {} --state doing", new.slug);
    let command = Command::AddInitiative {
        id,
        new: Box::new(new),
    };
    let wish = Wish::new(command, &args.reason);
    write_and_tell(context, &mut replica, wish, (id.into(), Some(next)))
}

fn new(
    resolver: &Resolver<'_, '_>,
    clock: &Clock,
    args: &InitiativeAddArgs,
) -> Result<NewInitiative, CliError> {
    Ok(NewInitiative {
        title: args.title.clone(),
        slug: naming::of_new(
            resolver,
            Among::Initiatives,
            (args.slug.as_ref(), args.title.as_str()),
        )?,
        owner: match &args.owner {
            Some(owner) => resolver.person(owner)?,
            None => resolver.me,
        },
        key_results: key_results(resolver, &args.key_results)?,
        due: day(args.due.as_deref(), ("--due", clock), |(_, last)| last)?,
        url: args.url.clone(),
        state: args.state.unwrap_or(InitiativeState::Todo),
    })
}

fn key_results(
    resolver: &Resolver<'_, '_>,
    typed: &[String],
) -> Result<BTreeSet<KeyResultId>, CliError> {
    typed.iter().map(|text| resolver.key_result(text)).collect()
}

fn set(context: &mut Context, args: &InitiativeSetArgs) -> Result<Exit, CliError> {
    let (mut replica, (id, patch)) = look(context, |resolver, clock| {
        let id = resolver.initiative(&args.reference)?;
        Ok((id, patch(resolver, clock, (id, args))?))
    })?;
    if patch == InitiativePatch::default() {
        return Err(super::nothing_given("okr initiative set --help"));
    }
    let command = Command::SetInitiative {
        id,
        patch: Box::new(patch),
    };
    let wish = Wish::new(command, &args.reason);
    write_and_tell(context, &mut replica, wish, (id.into(), None))
}

fn patch(
    resolver: &Resolver<'_, '_>,
    clock: &Clock,
    (id, args): (InitiativeId, &InitiativeSetArgs),
) -> Result<InitiativePatch, CliError> {
    Ok(InitiativePatch {
        title: args.title.clone(),
        slug: naming::instead(
            resolver,
            Among::Initiatives,
            (args.slug.as_ref(), id.into()),
        )?,
        owner: match &args.owner {
            Some(owner) => Some(resolver.person(owner)?),
            None => None,
        },
        key_results: served(resolver, (id, args))?,
        due: super::or_none(args.due.as_deref(), |text| {
            given_day(text, ("--due", clock), |(_, last)| last)
        })?,
        url: super::or_none(args.url.as_deref(), |text| {
            WebAddress::new(text).map_err(|error| bad_value("--url", &error))
        })?,
        state: args.state,
    })
}

/// Returns what an initiative shall serve; none when nothing is said of it.
fn served(
    resolver: &Resolver<'_, '_>,
    (id, args): (InitiativeId, &InitiativeSetArgs),
) -> Result<Option<BTreeSet<KeyResultId>>, CliError> {
    if !args.key_results.is_empty() {
        return key_results(resolver, &args.key_results).map(Some);
    }
    let added = key_results(resolver, &args.add_kr)?;
    let removed = key_results(resolver, &args.remove_kr)?;
    if added.is_empty() && removed.is_empty() {
        return Ok(None);
    }
    let now = resolver.reading.initiative(id).map_err(failure::replica)?;
    let now = now.ok_or_else(|| CliError::internal("an initiative that was found is not there"))?;
    let mut served = now.key_results.clone();
    served.retain(|id| !removed.contains(id));
    served.extend(added);
    Ok(Some(served))
}

/// Runs `okr initiative list`.
///
/// # Errors
/// When a reference cannot be understood, or the replica cannot be read.
fn list(context: &mut Context, args: &InitiativeListArgs) -> Result<Exit, CliError> {
    if let Some(word) = &args.state
        && !STATE_WORDS.split(", ").any(|known| known == word)
    {
        let message = format!("\"{word}\" is no state of an initiative");
        return Err(
            CliError::usage("unknown-status", message).with_hint(format!("one of {STATE_WORDS}"))
        );
    }
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let is_empty = print(context, &mut past, args)?;
    past.warn_upgrade(context);
    if is_empty {
        past.hint_nothing(
            context,
            "nothing fits; okr initiative add TITLE --kr KR, or -c all for every cycle",
        );
    }
    Ok(Exit::Ok)
}

/// Prints a list of initiatives, and says whether it is empty.
///
/// # Errors
/// When a reference cannot be understood, or the replica cannot be read.
pub(super) fn print(
    context: &mut Context,
    past: &mut Past<'_>,
    args: &InitiativeListArgs,
) -> Result<bool, CliError> {
    let found = find(context, past, args)?;
    let today = past.at.moment.day;
    let past = &*past;
    let item = |one| InitiativeItem::new(one, (today, &past.names));
    super::list::print(context, past, (&found, item), |screen| {
        super::list::work::initiatives(&found, true, (past, screen))
    })
}

fn find(
    context: &mut Context,
    past: &mut Past<'_>,
    args: &InitiativeListArgs,
) -> Result<Vec<Initiative>, CliError> {
    let order = Order::read(ListKind::Initiatives, &args.order)?;
    let owner: Option<PersonId> = if args.mine {
        past.person(context, Some("@me"))?
    } else {
        past.person(context, args.owner.as_deref())?
    };
    let wanted = if args.key_results.is_empty() {
        in_scope(context, past)?
    } else {
        let named = &args.key_results;
        past.with_resolver(context, |resolver| key_results(resolver, named))?
    };
    let filter = InitiativeFilter {
        key_results: Some(wanted),
        owner,
        archived: args.archived,
        ..InitiativeFilter::default()
    };
    let mut found = past
        .reading
        .initiatives(&filter)
        .map_err(failure::replica)?;
    let today = past.at.moment.day;
    found.retain(|one| match args.state.as_deref() {
        None => true,
        Some("open") => one.state.is_open(),
        Some("overdue") => one.is_overdue(today),
        Some(word) => one.state.word() == word,
    });
    order.apply(&mut found, sort::INITIATIVES, past);
    found.truncate(args.limit.unwrap_or(usize::MAX));
    let served = found.iter().flat_map(|one| one.key_results.clone());
    past.learn(served.map(EntityId::from))?;
    Ok(found)
}

/// Returns the key results of the cycles and of the team that the command is about.
fn in_scope(context: &mut Context, past: &Past<'_>) -> Result<BTreeSet<KeyResultId>, CliError> {
    let team = past.team_scope(context)?;
    let cycles = cycle_goals(context, past)?;
    let goals = cycles.iter().flat_map(CycleGoals::key_results);
    let wanted =
        goals.filter(|(objective, _)| team.is_none_or(|team| past.is_within(objective.team, team)));
    Ok(wanted.map(|(_, key_result)| key_result.id).collect())
}
