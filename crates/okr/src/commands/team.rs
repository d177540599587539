//! `okr team`: teams and who is in them.

mod people;
mod tree;

use std::collections::BTreeSet;

use okr_core::decide::{Command, TeamPatch};
use okr_core::event::NewTeam;
use okr_core::id::{PersonId, TeamId};

use super::naming::{self, Among};
use crate::args::{
    ListArgs, ListKind, TeamAddArgs, TeamArgs, TeamCommand, TeamMoveArgs, TeamSetArgs, TeamStepArgs,
};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::resolve::{Resolver, look};
use crate::write::{Wish, write_and_tell};
pub(super) use people::TeamMemberItem;
pub(super) use tree::TeamInTreeItem;

pub(crate) fn run(context: &mut Context, args: &TeamArgs) -> Result<Exit, CliError> {
    match &args.command {
        TeamCommand::Add(args) => add(context, args),
        TeamCommand::List(args) => {
            let args = ListArgs {
                archived: args.archived,
                ..ListArgs::all(ListKind::Teams)
            };
            super::list::run(context, &args)
        }
        TeamCommand::Tree(args) => tree::run(context, args),
        TeamCommand::Show(args) => super::show_one(context, args, |resolver, text| {
            resolver.team(text).map(Into::into)
        }),
        TeamCommand::Set(args) => set(context, args),
        TeamCommand::Archive(args) => step(context, args, Command::ArchiveTeam),
        TeamCommand::Restore(args) => step(context, args, Command::RestoreTeam),
        TeamCommand::Move(args) => moved(context, args),
        TeamCommand::Join(args) => people::join(context, args),
        TeamCommand::Leave(args) => people::leave(context, args),
        TeamCommand::Member(args) => people::member(context, args),
        TeamCommand::Lead(args) => people::lead(context, args),
    }
}

fn add(context: &mut Context, args: &TeamAddArgs) -> Result<Exit, CliError> {
    let id = TeamId::new(context.new_uuid());
    let (mut replica, commands) = look(context, |resolver, _| {
        let mut commands = vec![Command::AddTeam {
            id,
            new: NewTeam {
                name: args.name.clone(),
                slug: naming::of_new(
                    resolver,
                    Among::Teams,
                    (args.slug.as_ref(), args.name.as_str()),
                )?,
                parent: match &args.parent {
                    Some(parent) => Some(resolver.team(parent)?),
                    None => None,
                },
                leads: people(resolver, &args.lead)?,
            },
        }];
        for person in people(resolver, &args.member)? {
            commands.push(Command::AddTeamMember { team: id, person });
        }
        Ok(commands)
    })?;
    let next = format!("okr objective add TITLE -t {}", slug_of(&commands));
    write_and_tell(
        context,
        &mut replica,
        Wish::all(commands, &args.reason),
        (id.into(), Some(next)),
    )
}

fn slug_of(commands: &[Command]) -> String {
    let slug = commands.iter().find_map(|command| {
        if let Command::AddTeam { new, .. } = command {
            Some(new.slug.to_string())
        } else {
            None
        }
    });
    slug.unwrap_or_default()
}

pub(super) fn people(
    resolver: &Resolver<'_, '_>,
    typed: &[String],
) -> Result<BTreeSet<PersonId>, CliError> {
    if let [only] = typed
        && only == "none"
    {
        return Ok(BTreeSet::new());
    }
    typed.iter().map(|text| resolver.person(text)).collect()
}

fn set(context: &mut Context, args: &TeamSetArgs) -> Result<Exit, CliError> {
    let (mut replica, (id, patch)) = look(context, |resolver, _| {
        let id = resolver.team(&args.reference)?;
        let called = (args.slug.as_ref(), id.into());
        let patch = TeamPatch {
            name: args.name.clone(),
            slug: naming::instead(resolver, Among::Teams, called)?,
            parent: super::or_none(args.parent.as_deref(), |text| resolver.team(text))?,
            leads: if args.lead.is_empty() {
                None
            } else {
                Some(people(resolver, &args.lead)?)
            },
        };
        Ok((id, patch))
    })?;
    if patch == TeamPatch::default() {
        return Err(super::nothing_given("okr team set --help"));
    }
    let command = Command::SetTeam { id, patch };
    write_and_tell(
        context,
        &mut replica,
        Wish::new(command, &args.reason),
        (id.into(), None),
    )
}

fn moved(context: &mut Context, args: &TeamMoveArgs) -> Result<Exit, CliError> {
    let (mut replica, (id, patch)) = look(context, |resolver, _| {
        let patch = TeamPatch {
            parent: super::or_none(Some(args.to.as_str()), |text| resolver.team(text))?,
            ..TeamPatch::default()
        };
        Ok((resolver.team(&args.reference)?, patch))
    })?;
    let wish = Wish::new(Command::SetTeam { id, patch }, &args.reason);
    write_and_tell(context, &mut replica, wish, (id.into(), None))
}

fn step(
    context: &mut Context,
    args: &TeamStepArgs,
    command: fn(TeamId) -> Command,
) -> Result<Exit, CliError> {
    let (mut replica, id) = look(context, |resolver, _| resolver.team(&args.reference))?;
    let wish = Wish::new(command(id), &args.reason);
    write_and_tell(context, &mut replica, wish, (id.into(), None))
}
