//! `okr erase person`: name, handle, address, tokens and codes go; the id and what it did stay.

use okr_core::decide::Command;
use okr_core::id::PersonId;
use okr_core::view::View as _;
use okr_replica::{Moment, Replica};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{catch_up, confirm, warn_of_leftovers};
use crate::args::ErasePersonArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::exchange::{self, Limits};
use crate::exit::Exit;
use crate::failure;
use crate::output::Id;
use crate::resolve::look;
use crate::short_id::{self, Alphabet};
use crate::ui::Item;
use crate::when::Clock;
use crate::write::{Outcome, Wish, write};

/// A person who was erased, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ErasedPersonItem {
    id: Id,
    short_id: String,
    /// Whether it was done; false with `--dry-run`.
    erased: bool,
    /// Whether the person was let go for it just now, or would be.
    let_go: bool,
    /// Whether nothing of them is left in unused parts of the copy on this machine.
    clean: bool,
}

impl Item for ErasedPersonItem {
    const TYPE: &'static str = "erased_person";
    const SCHEMA: &'static str = "ErasedPersonList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id.0)
    }
}

/// Who is to be erased, and by whom.
struct Whom {
    person: PersonId,
    /// What is typed to confirm: the handle, or the id of somebody without one.
    word: String,
    me: PersonId,
    /// Whether the rules let this person manage others.
    may: bool,
}

pub(super) fn run(context: &mut Context, args: &ErasePersonArgs) -> Result<Exit, CliError> {
    let (mut replica, (whom, clock)) = look(context, |resolver, clock| {
        let person = resolver.person(&args.person)?;
        let entry = resolver.directory.entries.get(&person);
        let whom = Whom {
            person,
            word: entry.map_or_else(|| person.uuid().to_string(), |entry| entry.handle.clone()),
            me: resolver.me,
            may: resolver.is_admin()?,
        };
        Ok((whom, clock.clone()))
    })?;
    refuse(&whom)?;
    let info = replica.info().map_err(failure::replica)?;
    let remote = info.remote.ok_or_else(exchange::no_server)?;
    let url = remote.url.as_str();
    catch_up(context, &mut replica, url)?;
    let let_go = is_active(&replica, (whom.person, &clock))?;
    if !context.globals.dry_run {
        let lost = lost(&whom, let_go);
        confirm(context, args.confirm.as_deref(), (&whom.word, &lost))?;
    }
    if let_go {
        let wish = Wish::new(Command::DeactivatePerson(whom.person), &args.reason);
        let outcome = write(context, &mut replica, &clock, wish)?;
        if matches!(outcome, Outcome::Written(_)) {
            exchange::exchange(context, &mut replica, url, Limits::WAITED_FOR)?;
        }
    }
    let mut item = ErasedPersonItem {
        id: Id(whom.person.uuid()),
        short_id: short_id::shown(Alphabet::Thing, whom.person.uuid()),
        erased: false,
        let_go,
        clean: false,
    };
    if !context.globals.dry_run {
        let mut server = exchange::server(context, (url, 0), Limits::WAITED_FOR)?;
        server
            .erase_person(whom.person)
            .map_err(|error| failure::remote(&error, None))?;
        exchange::exchange(context, &mut replica, url, Limits::WAITED_FOR)?;
        item.erased = true;
        item.clean = replica.clean().unwrap_or(false);
    }
    tell(context, &item);
    Ok(Exit::Ok)
}

fn refuse(whom: &Whom) -> Result<(), CliError> {
    let message = if !whom.may {
        "only an administrator erases who somebody was"
    } else if whom.person == whom.me {
        "nobody erases themselves: another administrator does"
    } else {
        return Ok(());
    };
    Err(CliError::user("not-permitted", message).with_exit(Exit::NotPermitted))
}

fn is_active(replica: &Replica, (person, clock): (PersonId, &Clock)) -> Result<bool, CliError> {
    let moment = Moment::now(clock.today());
    let reading = replica.reading(moment).map_err(failure::replica)?;
    let found = reading.person(person).map_err(failure::replica)?;
    Ok(found.is_some_and(|person| person.active))
}

/// Says what goes.
fn lost(whom: &Whom, let_go: bool) -> String {
    let first = if let_go { "They are let go. " } else { "" };
    format!(
        "{first}Name, handle, address, tokens and codes of {} go for good, on the server and on every \
         copy that syncs. What they did stays, under an id. Texts that name them stay: okr search.",
        whom.word
    )
}

fn tell(context: &mut Context, item: &ErasedPersonItem) {
    let frame = context.plain_frame();
    context.ui.answer(&frame, std::slice::from_ref(item), |_| {
        let done = if item.erased {
            "erased"
        } else {
            "would be erased"
        };
        let let_go = match (item.let_go, item.erased) {
            (false, _) => "",
            (true, true) => ", and let go before",
            (true, false) => ", and let go before that",
        };
        format!(
            "{}  {done}: name, handle, address, tokens, codes{let_go}\n",
            item.short_id
        )
    });
    if !item.erased {
        context.ui.note("dry run: nothing was written");
        return;
    }
    if !item.clean {
        warn_of_leftovers(context);
    }
    context.ui.hint(
        "copies of others follow at their next sync, backups as long as they are kept (okrd backup --help)",
    );
}
