//! The commands: one file for each verb or noun.

mod alias;
mod align;
mod anchor;
mod audit;
mod blame;
mod carry;
mod chart;
mod checkin;
mod clone;
mod close;
mod closing;
mod comment;
mod completions;
mod config;
mod conflicts;
mod cycle;
mod diff;
mod doctor;
mod due;
mod erase;
mod export;
mod follow;
mod goal;
mod goalposts;
mod help;
mod import;
mod inbox;
mod init;
mod initiative;
mod kr;
mod lint;
mod list;
mod log;
mod login;
mod member;
mod metric;
mod naming;
mod objective;
mod op;
mod org;
mod past;
mod pending;
mod plan;
mod present;
mod replay;
mod report;
mod resolve;
#[cfg(test)]
mod sample;
mod schema;
mod search;
mod show;
mod stats;
mod status;
mod sync;
mod team;
mod token;
mod tree;
mod tutorial;
mod undo;
mod util;
mod verify;
mod watch;
mod whoami;
mod whose;
mod workspace;

pub(crate) use alias::expanded;
pub(crate) use goalposts::Counts;
pub(crate) use import::is_table;
pub(crate) use list::STATUS_WORDS;
pub(crate) use list::sort::keys as sort_keys;
pub(crate) use log::learn_entries;
pub(crate) use past::Past;
pub(crate) use stats::{Figures, Group, Of, Report};
pub(crate) use sync::{diverged, tell_beside};

use okr_core::id::EntityId;

use crate::args::{Command, ShowArgs, ShowOneArgs, StatusArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::resolve::{Resolver, look};
use crate::wording::counted;

/// Runs a command; none is `okr` alone.
///
/// # Errors
/// Whatever keeps the command from doing what was asked.
#[expect(
    clippy::too_many_lines,
    reason = "one line a command: a reader looks for theirs, and nothing else happens here"
)]
pub(crate) fn run(context: &mut Context, command: Option<Command>) -> Result<Exit, CliError> {
    match command {
        None => status::run(context, &StatusArgs::default()),
        Some(Command::Init(args)) => init::run(context, &args),
        Some(Command::Clone(args)) => clone::run(context, &args),
        Some(Command::Login(args)) => login::run(context, &args),
        Some(Command::Sync(args)) => sync::run(context, &args),
        Some(Command::Whoami) => whoami::run(context),
        Some(Command::Workspace(args)) => workspace::run(context, &args),
        Some(Command::Tutorial(args)) => tutorial::run(context, &args),
        Some(Command::Org(args)) => org::run(context, &args),
        Some(Command::Member(args)) => member::run(context, &args),
        Some(Command::Token(args)) => token::run(context, &args),
        Some(Command::Erase(args)) => erase::run(context, &args),
        Some(Command::Team(args)) => team::run(context, &args),
        Some(Command::Cycle(args)) => cycle::run(context, &args),
        Some(Command::Objective(args)) => objective::run(context, &args),
        Some(Command::Kr(args)) => kr::run(context, &args),
        Some(Command::Align(args)) => align::run(context, &args),
        Some(Command::Close(args)) => close::close(context, &args),
        Some(Command::Grade(args)) => close::grade(context, &args),
        Some(Command::Carry(args)) => carry::run(context, &args),
        Some(Command::Initiative(args)) => initiative::run(context, &args),
        Some(Command::Metric(args)) => metric::run(context, &args),
        Some(Command::Checkin(args)) => checkin::run(context, &args),
        Some(Command::Comment(args)) => comment::run(context, &args),
        Some(Command::Pending(args)) => pending::run(context, &args),
        Some(Command::Conflicts(args)) => conflicts::run(context, &args),
        Some(Command::Resolve(args)) => resolve::run(context, &args),
        Some(Command::Undo(args)) => undo::undo(context, &args),
        Some(Command::Redo(args)) => undo::redo(context, &args),
        Some(Command::Op(args)) => op::run(context, &args),
        Some(Command::Import(args)) => import::run(context, &args),
        Some(Command::Plan(args)) => plan::run(context, &args),
        Some(Command::Export(args)) => export::run(context, &args),
        Some(Command::Verify(args)) => verify::run(context, &args),
        Some(Command::Anchor(args)) => anchor::run(context, &args),
        Some(Command::Audit(args)) => audit::run(context, &args),
        Some(Command::Status(args)) => status::run(context, &args),
        Some(Command::Due(args)) => due::run(context, &args),
        Some(Command::Inbox(args)) => inbox::run(context, &args),
        Some(Command::Follow(args)) => follow::follow(context, &args),
        Some(Command::Unfollow(args)) => follow::unfollow(context, &args),
        Some(Command::Tree(args)) => tree::run(context, &args),
        Some(Command::List(args)) => list::run(context, &args),
        Some(Command::Show(args)) => show::run(context, &args),
        Some(Command::Search(args)) => search::run(context, &args),
        Some(Command::Log(args)) => log::run(context, &args),
        Some(Command::Lint(args)) => lint::run(context, &args),
        Some(Command::Chart(args)) => chart::run(context, &args),
        Some(Command::Diff(args)) => diff::run(context, &args),
        Some(Command::Blame(args)) => blame::run(context, &args),
        Some(Command::Goalposts(args)) => goalposts::run(context, &args),
        Some(Command::Stats(args)) => stats::run(context, &args),
        Some(Command::Report(args)) => report::run(context, &args),
        Some(Command::Present(args)) => present::run(context, &args),
        Some(Command::Replay(args)) => replay::run(context, &args),
        Some(Command::Watch(args)) => watch::run(context, &args),
        Some(Command::Doctor(args)) => Ok(doctor::run(context, &args)),
        Some(Command::Config(args)) => config::run(context, &args),
        Some(Command::Alias(args)) => alias::run(context, &args),
        Some(Command::Completions(args)) => Ok(completions::run(context, &args)),
        Some(Command::Schema(args)) => schema::run(context, &args),
        Some(Command::Util(args)) => util::run(context, &args),
        Some(Command::Help(args)) => help::run(context, &args),
    }
}

/// Reads a value that the word none takes away; nothing given stays nothing.
#[expect(
    clippy::option_option,
    reason = "a patch tells a field that is not given from one that is taken away"
)]
fn or_none<T>(
    text: Option<&str>,
    read: impl FnOnce(&str) -> Result<T, CliError>,
) -> Result<Option<Option<T>>, CliError> {
    match text {
        None => Ok(None),
        Some("none") => Ok(Some(None)),
        Some(text) => Ok(Some(Some(read(text)?))),
    }
}

/// Shows one thing of the kinds that a command is about.
fn show_one(
    context: &mut Context,
    args: &ShowOneArgs,
    find: impl FnOnce(&Resolver<'_, '_>, &str) -> Result<EntityId, CliError>,
) -> Result<Exit, CliError> {
    // What people type means what it means now, whatever moment they ask about.
    let (_, id) = look(context, |resolver, _| find(resolver, &args.reference))?;
    let args = ShowArgs {
        references: vec![id.uuid().to_string()],
        history: args.history,
    };
    show::run(context, &args)
}

/// Refuses `--cycle` where what is listed is of no cycle; a moment that is told by one takes it.
fn refuse_cycle(context: &Context, since: Option<&str>) -> Result<(), CliError> {
    let mut moments = [context.globals.at.as_deref(), since].into_iter().flatten();
    let is_of_use = moments.any(|text| text.trim_start().starts_with("cycle:"));
    if context.globals.cycle.is_none() || is_of_use {
        return Ok(());
    }
    let message = "--cycle does not fit what is listed, which is of no cycle";
    Err(CliError::usage("flag-without-effect", message))
}

/// Says that an editing command was given nothing to edit.
fn nothing_given(help: &str) -> CliError {
    CliError::usage("nothing-given", "say what to change").with_hint(help)
}

#[cfg(test)]
mod tests;
