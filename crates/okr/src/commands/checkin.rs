//! `okr checkin`: what is reported on a key result, and how a report is put right.

mod list;
mod record;
mod said;
pub(super) mod value;
mod walk;

use okr_core::decide::{CheckInPatch, Command};
use okr_core::view::View as _;

use crate::args::{AmendArgs, CheckInArgs, CheckInCommand, Reason, RetractArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::resolve::look;
use crate::write::{Wish, write_and_tell};
pub(super) use record::RecordedItem;

pub(crate) fn run(context: &mut Context, args: &CheckInArgs) -> Result<Exit, CliError> {
    match &args.command {
        Some(CheckInCommand::Amend(args)) => amend(context, args),
        Some(CheckInCommand::Retract(args)) => retract(context, args),
        Some(CheckInCommand::List(args)) => list::run(context, args),
        None => record::run(context, &args.record),
    }
}

fn amend(context: &mut Context, args: &AmendArgs) -> Result<Exit, CliError> {
    let (mut replica, (id, patch)) = look(context, |resolver, clock| {
        let id = resolver.check_in(&args.reference)?;
        let check_in = resolver.reading.check_in(id).map_err(failure::replica)?;
        let check_in =
            check_in.ok_or_else(|| CliError::internal("a check-in that was found is not there"))?;
        let key_result = resolver.reading.key_result(check_in.key_result);
        let key_result = key_result
            .map_err(failure::replica)?
            .ok_or_else(|| CliError::internal("a check-in is on no key result"))?;
        let value = match &args.value {
            Some(text) => Some(value::read(&key_result, Some(&check_in.value), text)?),
            None => None,
        };
        let patch = CheckInPatch {
            effective: value::day(args.on.as_deref(), clock)?,
            value,
            confidence: args.confidence.map(Some),
            note: args.note.clone().map(Some),
            blocker: match args.blocker.report() {
                None if args.no_blocker => Some(None),
                report => report.map(Some),
            },
        };
        Ok((id, patch))
    })?;
    if patch == CheckInPatch::default() {
        return Err(super::nothing_given("okr checkin amend --help"));
    }
    let reason = Reason {
        reason: args.reason.clone(),
        category: None,
    };
    let wish = Wish::new(Command::CorrectCheckIn { id, patch }, &reason);
    write_and_tell(context, &mut replica, wish, (id.into(), None))
}

fn retract(context: &mut Context, args: &RetractArgs) -> Result<Exit, CliError> {
    let (mut replica, id) = look(context, |resolver, _| resolver.check_in(&args.reference))?;
    let reason = Reason {
        reason: Some(args.reason.clone()),
        category: None,
    };
    let wish = Wish::new(Command::RetractCheckIn(id), &reason);
    write_and_tell(context, &mut replica, wish, (id.into(), None))
}
