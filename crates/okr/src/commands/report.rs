//! `okr report`: what happened in a week, how a cycle stands half-way, and how it ended.
//!
//! Facts are gathered here; what is said of them, in which language and in which form, is decided in
//! `okr-report`.

pub(super) mod closing;
mod course;
mod decisions;
mod destination;
mod gather;
mod mid;
mod moment;
mod said;
mod state;
mod weekly;
mod work;

use okr_report::document::Document;
use okr_report::reports::{Final, Mid, Weekly, final_report, mid_report, weekly_report};
use okr_report::words::Language;

use super::past::Past;
use crate::args::{ReportArgs, ReportCommand, ReportFlags};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{FinalItem, MidItem, WeeklyItem};
use crate::whole_file;
use destination::Destination;
pub(super) use destination::Form;
pub(super) use gather::Ask;
use gather::Ground;
pub(super) use moment::open;

/// What a report was made of.
enum Facts {
    Weekly(Box<Weekly>),
    Mid(Box<Mid>),
    Final(Box<Final>),
}

impl Facts {
    fn document(&self, language: Language) -> Document {
        match self {
            Self::Weekly(facts) => weekly_report(facts, language),
            Self::Mid(facts) => mid_report(facts, language),
            Self::Final(facts) => final_report(facts, language),
        }
    }
}

/// Runs `okr report`.
///
/// # Errors
/// When a reference or moment cannot be understood, the replica cannot be read, or the file cannot be
/// written.
pub(crate) fn run(context: &mut Context, args: &ReportArgs) -> Result<Exit, CliError> {
    let flags = match &args.command {
        ReportCommand::Weekly(args) => &args.flags,
        ReportCommand::Mid(args) | ReportCommand::Final(args) => &args.flags,
    };
    let destination = Destination::of(context, flags)?;
    let replica = context.replica()?;
    let (mut past, facts) = match &args.command {
        ReportCommand::Weekly(args) => {
            let (mut past, days) = moment::weekly(context, &replica, args.week.as_deref())?;
            let ask = Ask::of(context, &past, (flags, destination.form))?;
            let facts = weekly::gather(context, &mut past, days, &ask)?;
            (past, Facts::Weekly(Box::new(facts)))
        }
        ReportCommand::Mid(args) => {
            name_cycle(context, args.named.as_deref())?;
            let mut past = moment::mid(context, &replica)?;
            let ask = Ask::of(context, &past, (flags, destination.form))?;
            let facts = mid::gather(context, &mut past, &ask)?;
            (past, Facts::Mid(Box::new(facts)))
        }
        ReportCommand::Final(args) => {
            name_cycle(context, args.named.as_deref())?;
            let mut past = moment::open(context, &replica)?;
            let ask = Ask::of(context, &past, (flags, destination.form))?;
            let facts = closing::gather(context, &mut past, &ask)?;
            (past, Facts::Final(Box::new(facts)))
        }
    };
    answer(context, &mut past, &facts, (&destination, flags))?;
    past.warn_upgrade(context);
    Ok(Exit::Ok)
}

/// Takes the cycle of a report as the cycle that the command works in.
pub(super) fn name_cycle(context: &mut Context, cycle: Option<&str>) -> Result<(), CliError> {
    let Some(cycle) = cycle else {
        return Ok(());
    };
    if context.globals.cycle.is_some() {
        let message = "the cycle is given twice: as an argument and with --cycle";
        return Err(CliError::usage("cycle-twice", message));
    }
    context.globals.cycle = Some(cycle.to_owned());
    Ok(())
}

/// Reads the cycle that a report is about; none when there is none at the moment.
///
/// # Errors
/// When several are named, or the replica cannot be read.
fn only_cycle(
    context: &mut Context,
    past: &mut Past<'_>,
    ask: &Ask,
) -> Result<Option<Ground>, CliError> {
    match past.cycles_in_scope(context)?.as_slice() {
        [] => {
            past.hint_empty(context);
            Ok(None)
        }
        [cycle] => gather::cycle(context, past, cycle, ask),
        [_, _, ..] => {
            let message = "a report is about one cycle";
            Err(CliError::usage("several-cycles", message).with_hint("name one instead of all"))
        }
    }
}

fn answer(
    context: &mut Context,
    past: &mut Past<'_>,
    facts: &Facts,
    (destination, flags): (&Destination, &ReportFlags),
) -> Result<(), CliError> {
    let form = destination.form;
    let text = match form {
        Form::Json => json(context, past, facts, destination)?,
        Form::Terminal | Form::Markdown | Form::Html | Form::Slides => {
            let document = facts.document(flags.lang.language());
            Some(form.render(&document, &destination.screen(context)))
        }
    };
    match (&destination.to, text) {
        (Some(to), Some(text)) => whole_file::write(context, to, &text),
        (None, Some(text)) => {
            context.ui.print(&text);
            Ok(())
        }
        (_, None) => Ok(()),
    }
}

/// Prints the facts for machines, or returns what a file of them holds.
fn json(
    context: &mut Context,
    past: &Past<'_>,
    facts: &Facts,
    destination: &Destination,
) -> Result<Option<String>, CliError> {
    let frame = past.frame(context)?;
    let text = match facts {
        Facts::Weekly(facts) => {
            destination.items(context, &frame, &[WeeklyItem::new(facts, &past.names)])
        }
        Facts::Mid(facts) => {
            destination.items(context, &frame, &[MidItem::new(facts, &past.names)])
        }
        Facts::Final(facts) => {
            destination.items(context, &frame, &[FinalItem::new(facts, &past.names)])
        }
    };
    Ok(text)
}
