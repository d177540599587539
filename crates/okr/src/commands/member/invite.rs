//! `okr member invite`, `invitations` and `uninvite`: one-time login codes, on the server.

use okr_core::id::PersonId;
use okr_replica::{Directory, Holder, OpenCode};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::args::{MemberInvitationsArgs, MemberInviteArgs, MemberUninviteArgs};
use crate::commands::token::{connect, holder, is_id, short, visible, who};
use crate::context::Context;
use crate::error::CliError;
use crate::exchange::{self, Limits};
use crate::exit::Exit;
use crate::failure;
use crate::render::{Cell, Column, Screen, Table, Tone, iso, local, moment};
use crate::resolve::{Resolver, look};
use crate::short_id::{Alphabet, ShortIds};
use crate::ui::Item;
use crate::when::Clock;

/// A one-time login code in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct InvitationItem {
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

/// A login code that waits to be used, in machine output. What makes it work is not known any more.
#[derive(Serialize, JsonSchema)]
pub(crate) struct OpenInvitationItem {
    id: Uuid,
    short_id: String,
    person: Uuid,
    handle: Option<String>,
    /// Null when it was made on the server's machine.
    issued_by: Option<Uuid>,
    issued_at: String,
    expires_at: String,
}

impl Item for OpenInvitationItem {
    const TYPE: &'static str = "open_invitation";
    const SCHEMA: &'static str = "OpenInvitationList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

pub(super) fn invite(context: &mut Context, args: &MemberInviteArgs) -> Result<Exit, CliError> {
    let (mut replica, (person, clock)) = look(context, |resolver, clock| {
        Ok((resolver.person(&args.person)?, clock.clone()))
    })?;
    let info = replica.info().map_err(failure::replica)?;
    let remote = info.remote.ok_or_else(exchange::no_server)?;
    // The server must know the person before it can make a code for them.
    if info.pending > 0 {
        exchange::exchange(context, &mut replica, &remote.url, Limits::WAITED_FOR)?;
    }
    let mut server = exchange::server(context, (&remote.url, info.pending), Limits::WAITED_FOR)?;
    let code = server
        .issue_login_code(Some(person), args.expires)
        .map_err(|error| failure::remote(&error, None))?;
    let directory = replica.directory().map_err(failure::replica)?;
    let entry = directory.entries.get(&person);
    let item = InvitationItem {
        person: person.uuid(),
        handle: entry.map(|entry| entry.handle.clone()),
        code: code.code.clone(),
        expires_at: iso(code.expires_at, &clock.zone),
        server: remote.url,
    };
    let frame = context.plain_frame();
    context.ui.answer(&frame, std::slice::from_ref(&item), |_| {
        let who = item.handle.as_deref().unwrap_or("them");
        let until = local(code.expires_at, &clock);
        format!("{}   for {who}, works once, until {until}\n", item.code)
    });
    let authority = context.workspace()?.config()?.ca_cert;
    for hint in passing_on(&item, authority.as_deref()) {
        context.ui.hint(&hint);
    }
    Ok(Exit::Ok)
}

/// Says what to pass on to somebody with a code: also whom to trust, where only a file says that.
fn passing_on(item: &InvitationItem, authority: Option<&str>) -> Vec<String> {
    let typed = format!("they type: okr clone {} --code {}", item.server, item.code);
    match authority {
        None => vec![typed],
        Some(path) => vec![
            format!("{typed} --ca-cert ca.pem"),
            format!("ca.pem is a copy of {path}, which says whose certificates to trust"),
        ],
    }
}

pub(super) fn invitations(
    context: &mut Context,
    args: &MemberInvitationsArgs,
) -> Result<Exit, CliError> {
    let (replica, (holder, clock)) = look(context, |resolver, clock| {
        let holder = holder(&args.whose, |text| resolver.person(text))?;
        Ok((holder, clock.clone()))
    })?;
    let mut server = connect(context, &replica)?;
    let codes = server
        .list_login_codes(holder)
        .map_err(|error| failure::remote(&error, None))?;
    let directory = replica.directory().map_err(failure::replica)?;
    let items = items(&codes, &directory, &clock);
    let frame = context.plain_frame();
    context.ui.answer(&frame, &items, |screen| {
        table(&codes, (&directory, &clock), screen)
    });
    if codes.is_empty() {
        context.ui.note(match holder {
            Holder::Me => "no login code waits for you; --all shows those of everybody",
            Holder::Person(_) => "no login code waits for them",
            Holder::Everybody => "no login code waits for anybody",
        });
    }
    Ok(Exit::Ok)
}

fn items(codes: &[OpenCode], directory: &Directory, clock: &Clock) -> Vec<OpenInvitationItem> {
    let item = |code: &OpenCode| OpenInvitationItem {
        id: code.id,
        short_id: short(code.id),
        person: code.person.uuid(),
        handle: directory
            .entries
            .get(&code.person)
            .map(|entry| entry.handle.clone()),
        issued_by: code.issued_by.map(PersonId::uuid),
        issued_at: iso(code.issued_at, &clock.zone),
        expires_at: iso(code.expires_at, &clock.zone),
    };
    codes.iter().map(item).collect()
}

fn table(codes: &[OpenCode], (directory, clock): (&Directory, &Clock), screen: &Screen) -> String {
    let ids = ShortIds::among(Alphabet::Change, codes.iter().map(|code| code.id));
    let mut table = Table::new(["ID", "FOR", "BY", "MADE", "EXPIRES"].map(Column::left));
    for code in codes {
        table.row([
            Cell::toned(Tone::Id, &ids.shown(code.id)),
            who(directory, code.person).into(),
            match code.issued_by {
                Some(by) => who(directory, by).into(),
                None => Cell::toned(Tone::Dim, "okrd"),
            },
            moment(code.issued_at, clock, screen).into(),
            moment(code.expires_at, clock, screen).into(),
        ]);
    }
    table.render(screen)
}

pub(super) fn uninvite(context: &mut Context, args: &MemberUninviteArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let mut server = connect(context, &replica)?;
    let known = visible(|holder| server.list_login_codes(holder))?;
    let (replica, (chosen, clock)) = look(context, |resolver, clock| {
        let mut chosen: Vec<OpenCode> = Vec::new();
        for text in &args.references {
            for code in meant(&known, text, resolver)? {
                if chosen.iter().all(|other| other.id != code.id) {
                    chosen.push(code);
                }
            }
        }
        Ok((chosen, clock.clone()))
    })?;
    for code in &chosen {
        server
            .revoke_login_code(code.id)
            .map_err(|error| failure::remote(&error, None))?;
    }
    let directory = replica.directory().map_err(failure::replica)?;
    let items = items(&chosen, &directory, &clock);
    let frame = context.plain_frame();
    context.ui.answer(&frame, &items, |_| {
        let line = |code: &OpenCode| {
            let (id, who) = (short(code.id), who(&directory, code.person));
            format!("taken back: login code {id} for {who}\n")
        };
        chosen.iter().map(line).collect()
    });
    Ok(Exit::Ok)
}

/// Finds the codes that a text means: one by its id, or all of a person.
fn meant(
    known: &[OpenCode],
    text: &str,
    resolver: &Resolver<'_, '_>,
) -> Result<Vec<OpenCode>, CliError> {
    let by_id: Vec<OpenCode> = known
        .iter()
        .filter(|code| is_id(code.id, text))
        .copied()
        .collect();
    match by_id.as_slice() {
        [_] => return Ok(by_id),
        [] => {}
        [..] => {
            let message = format!("\"{text}\" could be {} login codes", by_id.len());
            return Err(CliError::user("ambiguous-code", message).with_exit(Exit::NotFound));
        }
    }
    let person = resolver.person(text).map_err(|error| {
        error.with_hint("okr member invitations --all shows the codes that wait")
    })?;
    let theirs = known.iter().filter(|code| code.person == person);
    let theirs: Vec<OpenCode> = theirs.copied().collect();
    if theirs.is_empty() {
        let message = format!("no login code waits for {text}");
        return Err(CliError::user("no-code", message).with_exit(Exit::NotFound));
    }
    Ok(theirs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_invited_learns_whom_to_trust() {
        let item = InvitationItem {
            person: Uuid::nil(),
            handle: None,
            code: "KFPB".to_owned(),
            expires_at: String::new(),
            server: "https://okr.example.org".to_owned(),
        };
        let typed = "they type: okr clone https://okr.example.org --code KFPB";
        assert_eq!(passing_on(&item, None), [typed]);
        let with_file = passing_on(&item, Some("/etc/ca.pem"));
        assert_eq!(with_file[0], format!("{typed} --ca-cert ca.pem"));
        assert!(with_file[1].contains("/etc/ca.pem"), "{with_file:?}");
    }
}
