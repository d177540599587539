//! `okr member set`: who somebody is, and what they may do.

use okr_core::decide::Command;
use okr_core::id::{EntityId, PersonId};
use okr_replica::{Directory, DirectoryEntry, Remote as _, RemoteError, Replica};

use crate::args::MemberSetArgs;
use crate::commands::init::{checked, handle_of};
use crate::commands::nothing_given;
use crate::context::Context;
use crate::error::CliError;
use crate::exchange::{self, Limits};
use crate::exit::Exit;
use crate::failure;
use crate::resolve::look;
use crate::write::{Wish, judge, write_and_tell};

pub(super) fn run(context: &mut Context, args: &MemberSetArgs) -> Result<Exit, CliError> {
    let renames = args.handle.is_some() || args.name.is_some() || args.email.is_some();
    if !renames && args.role.is_none() {
        return Err(nothing_given("okr member set --help"));
    }
    let (mut replica, (person, may, today)) = look(context, |resolver, clock| {
        let person = resolver.person(&args.person)?;
        let may = resolver.is_admin()? || person == resolver.me;
        Ok((person, may, clock.today()))
    })?;
    if renames {
        if !may {
            let message = "only an administrator corrects who somebody else is";
            return Err(CliError::user("not-permitted", message).with_exit(Exit::NotPermitted));
        }
        // Whoever may not have the role keeps the name, too: nothing is done by half.
        if let Some(role) = args.role {
            let command = Command::SetRole { id: person, role };
            let wish = Wish::new(command, &args.reason);
            judge(context, &mut replica, today, wish)?;
        }
        rename(context, &mut replica, (person, args))?;
    }
    match args.role {
        Some(role) => {
            let command = Command::SetRole { id: person, role };
            let wish = Wish::new(command, &args.reason);
            write_and_tell(
                context,
                &mut replica,
                wish,
                (EntityId::Person(person), None),
            )
        }
        None => super::show(context, &replica, person),
    }
}

/// Corrects who somebody is: on the server if it is reached, else here until the next sync.
fn rename(
    context: &mut Context,
    replica: &mut Replica,
    (person, args): (PersonId, &MemberSetArgs),
) -> Result<(), CliError> {
    let directory = replica.directory().map_err(failure::replica)?;
    let entry = corrected(&directory, person, args)?;
    if context.globals.dry_run {
        context.ui.note("dry run: nothing was written");
        return Ok(());
    }
    let info = replica.info().map_err(failure::replica)?;
    let waits = match info.remote {
        Some(remote) if !context.globals.offline => {
            let told = tell_server(context, (&remote.url, info.pending), &entry);
            match told {
                Ok(()) => false,
                // What the server refuses must not stay here as if it were so.
                Err(error) if error.exit() != Exit::ServerUnreachable => return Err(error),
                Err(_) => true,
            }
        }
        Some(_) => true,
        None => false,
    };
    replica
        .set_directory_entry(&entry)
        .map_err(failure::replica)?;
    if waits {
        context
            .ui
            .note("the server was not told yet: okr sync does that");
    }
    Ok(())
}

fn tell_server(
    context: &mut Context,
    server: (&str, usize),
    entry: &DirectoryEntry,
) -> Result<(), CliError> {
    let mut server = exchange::server(context, server, Limits::WAITED_FOR)?;
    let told = server.update_directory(vec![entry.clone()]);
    told.map(drop).map_err(|error| match &error {
        RemoteError::Refused { message, .. } if message.contains("is taken") => {
            let message = format!("somebody is @{} already", entry.handle);
            CliError::user("handle-taken", message).with_hint("okr member list")
        }
        _ => failure::remote(&error, None),
    })
}

fn corrected(
    directory: &Directory,
    person: PersonId,
    args: &MemberSetArgs,
) -> Result<DirectoryEntry, CliError> {
    let before = directory.entries.get(&person);
    let handle = match (&args.handle, before) {
        (Some(handle), _) => handle_of(handle)?,
        (None, Some(entry)) => entry.handle.clone(),
        (None, None) => {
            let message = "nobody says yet who this is";
            return Err(CliError::user("no-handle", message).with_hint("add --handle HANDLE"));
        }
    };
    let taken = directory.by_handle(&handle);
    if taken.is_some_and(|other| other.person != person) {
        let message = format!("somebody is @{handle} already");
        return Err(CliError::user("handle-taken", message).with_hint("okr member list"));
    }
    let before_name = before.map(|entry| entry.name.clone());
    let before_email = before.map(|entry| entry.email.clone());
    checked(DirectoryEntry {
        person,
        name: args
            .name
            .clone()
            .or(before_name)
            .unwrap_or_else(|| handle.clone()),
        email: match args.email.as_deref() {
            Some("none") => String::new(),
            Some(email) => email.to_owned(),
            None => before_email.unwrap_or_default(),
        },
        handle,
    })
}
