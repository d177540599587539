//! `okr member`: the people of the organisation.

use okr_core::decide::Command;
use okr_core::id::{EntityId, PersonId};
use okr_replica::DirectoryEntry;
use serde::Serialize;
use uuid::Uuid;

use super::init::{checked, handle_of};
use crate::args::{ListArgs, ListKind, MemberAddArgs, MemberArgs, MemberCommand, MemberInviteArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exchange::{self, Limits};
use crate::exit::Exit;
use crate::failure;
use crate::render::iso;
use crate::resolve::look;
use crate::ui::Item;
use crate::write::{Outcome, Wish, tell, write};

/// A one-time login code in machine output.
#[derive(Serialize)]
struct InvitationItem {
    person: Uuid,
    handle: Option<String>,
    code: String,
    expires_at: String,
    server: String,
}

impl Item for InvitationItem {
    const TYPE: &'static str = "invitation";
    const SCHEMA: &'static str = "InvitationList";

    fn id(&self) -> Option<Uuid> {
        Some(self.person)
    }
}

pub(crate) fn run(context: &mut Context, args: &MemberArgs) -> Result<Exit, CliError> {
    match &args.command {
        MemberCommand::Add(args) => add(context, args),
        MemberCommand::List => super::list::run(context, &ListArgs::all(ListKind::People)),
        MemberCommand::Invite(args) => invite(context, args),
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

fn invite(context: &mut Context, args: &MemberInviteArgs) -> Result<Exit, CliError> {
    let (mut replica, (person, zone)) = look(context, |resolver, clock| {
        Ok((resolver.person(&args.person)?, clock.zone.clone()))
    })?;
    let info = replica.info().map_err(failure::replica)?;
    let remote = info.remote.ok_or_else(exchange::no_server)?;
    // The server must know the person before it can make a code for them.
    if info.pending > 0 {
        exchange::exchange(context, &mut replica, &remote.url, Limits::WAITED_FOR)?;
    }
    let mut server = exchange::server(context, (&remote.url, info.pending), Limits::WAITED_FOR)?;
    let code = server
        .issue_login_code(Some(person))
        .map_err(|error| failure::remote(&error, None))?;
    let directory = replica.directory().map_err(failure::replica)?;
    let entry = directory.entries.get(&person);
    let item = InvitationItem {
        person: person.uuid(),
        handle: entry.map(|entry| entry.handle.clone()),
        code: code.code,
        expires_at: iso(code.expires_at, &zone),
        server: remote.url,
    };
    let frame = context.plain_frame();
    context.ui.answer(&frame, std::slice::from_ref(&item), |_| {
        let who = item.handle.as_deref().unwrap_or("them");
        format!(
            "{}   for {who}, works once, until {}\n",
            item.code, item.expires_at
        )
    });
    context.ui.hint(&format!(
        "they type: okr clone {} --code {}",
        item.server, item.code
    ));
    Ok(Exit::Ok)
}
