//! `okr member`: the people of the organisation.

mod invite;
mod set;

use okr_core::decide::Command;
use okr_core::id::{EntityId, PersonId};
use okr_core::view::View as _;
use okr_replica::{DirectoryEntry, Replica};

use super::init::{checked, handle_of};
use super::past::Past;
use crate::args::{ListArgs, ListKind, MemberAddArgs, MemberArgs, MemberCommand, MemberStepArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::PersonItem;
use crate::resolve::look;
use crate::write::{Outcome, Wish, tell, write, write_and_tell};
pub(super) use invite::{InvitationItem, OpenInvitationItem};

pub(crate) fn run(context: &mut Context, args: &MemberArgs) -> Result<Exit, CliError> {
    match &args.command {
        MemberCommand::Add(args) => add(context, args),
        MemberCommand::List => super::list::run(context, &ListArgs::all(ListKind::People)),
        MemberCommand::Show(args) => super::show_one(context, args, |resolver, text| {
            resolver.person(text).map(Into::into)
        }),
        MemberCommand::Set(args) => set::run(context, args),
        MemberCommand::Deactivate(args) => step(context, args, Command::DeactivatePerson),
        MemberCommand::Reactivate(args) => step(context, args, Command::ReactivatePerson),
        MemberCommand::Invite(args) => invite::invite(context, args),
        MemberCommand::Invitations(args) => invite::invitations(context, args),
        MemberCommand::Uninvite(args) => invite::uninvite(context, args),
    }
}

fn add(context: &mut Context, args: &MemberAddArgs) -> Result<Exit, CliError> {
    let handle = handle_of(&args.handle)?;
    let mut replica = context.replica()?;
    let mut directory = replica.directory().map_err(failure::replica)?;
    if directory.by_handle(&handle).is_some() {
        let message = format!("somebody is @{handle} already");
        return Err(CliError::user("handle-taken", message).with_hint("okr member list"));
    }
    let id = PersonId::new(context.new_uuid());
    let entry = checked(DirectoryEntry {
        person: id,
        name: args.name.clone().unwrap_or_else(|| handle.clone()),
        email: args.email.clone().unwrap_or_default(),
        handle: handle.clone(),
    })?;
    let clock = context.present(&replica)?.1;
    let command = Command::AddPerson {
        id,
        role: args.role,
    };
    let outcome = write(
        context,
        &mut replica,
        &clock,
        Wish::new(command, &args.reason),
    )?;
    directory.set(entry.clone());
    if let Outcome::Written(_) = outcome {
        replica
            .set_directory_entry(&entry)
            .map_err(failure::replica)?;
    }
    let has_server = replica.info().map_err(failure::replica)?.remote.is_some();
    let next = has_server.then(|| format!("okr member invite @{handle}"));
    tell(
        context,
        &mut replica,
        &directory,
        (&outcome, EntityId::Person(id), next),
    )
}

fn step(
    context: &mut Context,
    args: &MemberStepArgs,
    command: impl FnOnce(PersonId) -> Command,
) -> Result<Exit, CliError> {
    let (mut replica, person) = look(context, |resolver, _| resolver.person(&args.person))?;
    let wish = Wish::new(command(person), &args.reason);
    write_and_tell(context, &mut replica, wish, (person.into(), None))
}

/// Shows one person as they are now.
fn show(context: &mut Context, replica: &Replica, person: PersonId) -> Result<Exit, CliError> {
    let past = Past::open(context, replica)?;
    let found = past.reading.person(person).map_err(failure::replica)?;
    let items: Vec<PersonItem> = found
        .iter()
        .map(|person| PersonItem::new(person, &past.names))
        .collect();
    let frame = past.frame(context)?;
    let entry = replica.directory().map_err(failure::replica)?;
    let entry = entry.entries.get(&person).cloned();
    context.ui.answer(&frame, &items, |_| match &entry {
        Some(entry) if entry.email.is_empty() => format!("@{}  {}\n", entry.handle, entry.name),
        Some(entry) => format!("@{}  {}  {}\n", entry.handle, entry.name, entry.email),
        None => String::new(),
    });
    Ok(Exit::Ok)
}
