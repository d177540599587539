//! `okr erase`: what the law demands to be forgotten, here and on the server.

mod person;
mod text;

use okr_replica::Replica;

use crate::args::{EraseArgs, EraseCommand};
use crate::context::Context;
use crate::error::CliError;
use crate::exchange::{self, Limits};
use crate::exit::Exit;
pub(super) use person::ErasedPersonItem;
pub(super) use text::ErasedTextsItem;

pub(crate) fn run(context: &mut Context, args: &EraseArgs) -> Result<Exit, CliError> {
    match &args.command {
        EraseCommand::Person(args) => person::run(context, args),
        EraseCommand::Text(args) => text::run(context, args),
    }
}

/// Fetches what others did meanwhile, which decides what there is to erase. A rehearsal goes by what is
/// here, because an exchange would also send what waits.
fn catch_up(context: &mut Context, replica: &mut Replica, url: &str) -> Result<(), CliError> {
    if context.globals.dry_run {
        return Ok(());
    }
    exchange::exchange(context, replica, url, Limits::WAITED_FOR).map(drop)
}

/// Wants a word once more, from the flag or from somebody at a terminal; -y is not enough.
fn confirm(
    context: &mut Context,
    given: Option<&str>,
    (word, lost): (&str, &str),
) -> Result<(), CliError> {
    let given = match given {
        Some(given) => given.to_owned(),
        None if context.may_ask() => {
            context.ask(&format!("{lost}\nType {word} to erase it for good: "))?
        }
        None => {
            let message = format!("erasing needs \"{word}\" once more");
            return Err(CliError::user("needs-confirm", message)
                .with_detail(lost)
                .with_hint(format!("add --confirm {word}")));
        }
    };
    if given.trim().trim_start_matches('@') == word {
        return Ok(());
    }
    let message = format!("nothing was erased: \"{given}\" is not \"{word}\"");
    Err(CliError::user("not-confirmed", message))
}

fn warn_of_leftovers(context: &mut Context) {
    context
        .ui
        .warning("another program reads this copy, so its file is not clean yet: okr sync later");
}
