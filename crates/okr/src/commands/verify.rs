//! `okr verify`: is what is here what the server signed, and does the server still say so?
//!
//! Nothing is changed. Every check is told, also after one that failed.

mod anchors;
mod fault;
pub(crate) mod screen;

use std::time::{Duration, Instant};

use okr_core::id::Position;
use okr_replica::{Examination, Flaw, Replica, ReplicaInfo, ServerStanding, SignedHead};

use super::counted;
use crate::args::VerifyArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::exchange::{self, Limits};
use crate::exit::Exit;
use crate::failure;
use crate::ui::{self, Ui};
pub(super) use screen::CheckItem;
use screen::Outcome;

/// After what time it is told how far a check is.
const PROGRESS_AFTER: Duration = Duration::from_millis(300);

/// How many digits of a root are shown where it is not to be compared.
const ROOT_DIGITS: usize = 8;

/// What the checks came to.
#[derive(Default)]
struct Report {
    items: Vec<CheckItem>,
    /// The first thing that is wrong.
    wrong: Option<CliError>,
    /// Why the server could not be asked.
    unasked: Option<CliError>,
}

impl Report {
    fn add(&mut self, item: CheckItem) {
        self.items.push(item);
    }

    fn add_wrong(&mut self, item: CheckItem, error: CliError) {
        self.items.push(item);
        self.wrong.get_or_insert(error);
    }

    fn is_undecided(&self) -> bool {
        self.items
            .iter()
            .any(|item| item.check == anchors::CHECK && item.outcome == Outcome::NotChecked)
    }
}

/// Runs `okr verify`.
///
/// # Errors
/// Exit 9 when something does not hold, exit 7 and others when the server cannot be asked.
pub(crate) fn run(context: &mut Context, args: &VerifyArgs) -> Result<Exit, CliError> {
    let kept = anchors::read(&args.anchor)?;
    let replica = context.replica()?;
    let mut examination = replica.examine().map_err(failure::replica)?;
    let mut report = Report::default();
    let signed = here(context, (&mut examination, args.quick), &mut report)?;
    server(
        context,
        &replica,
        (&examination, signed.as_ref()),
        &mut report,
    );
    for kept in &kept {
        anchors::check(&examination, kept, &mut report)?;
    }
    let frame = frame(context, examination.info());
    let nothing = examination.info().head == Position::ZERO;
    context.ui.answer(&frame, &report.items, |screen| {
        screen::render(&report.items, nothing, screen)
    });
    let is_undecided = report.is_undecided();
    match report.wrong.or(report.unasked) {
        Some(error) => Err(error),
        None if is_undecided => Ok(Exit::ConditionNotMet),
        None => Ok(Exit::Ok),
    }
}

/// The frame of the answer, from what is known without believing anything that is checked.
fn frame(context: &Context, info: &ReplicaInfo) -> ui::Context {
    ui::Context {
        synced_at: info.synced_at.map(|then| then.to_string()),
        pending: u64::try_from(info.pending).unwrap_or(u64::MAX),
        ..context.plain_frame()
    }
}

/// Checks what is here by itself, and returns what the server signed if all of it holds.
fn here(
    context: &mut Context,
    (examination, quick): (&mut Examination<'_>, bool),
    report: &mut Report,
) -> Result<Option<SignedHead>, CliError> {
    let is_sound = records(context, examination, report)?;
    let signed = signature(context, examination, report)?;
    let mut proven = None;
    if let (true, Some(signed)) = (is_sound, signed) {
        match examination.root(&signed) {
            Ok(()) => {
                let size = signed.size.get();
                let shown = &signed.root.to_string()[..ROOT_DIGITS];
                let text = format!("{shown}... over {}, as signed", counted(size, "change"));
                report.add(CheckItem::new("root", Outcome::Ok, text).counting(signed.size.get()));
                proven = Some(signed);
            }
            Err(flaw) => fault::add(context, ("root", &flaw, None), examination.info(), report)?,
        }
    }
    let goes_on = is_sound && report.wrong.is_none();
    derived(context, (examination, quick, goes_on), report)?;
    let started = Instant::now();
    match examination.waiting().map_err(failure::replica)? {
        Ok(waits) => {
            let text = format!(
                "{} and {}, ready to be sent as they were written",
                counted(waits.pending, "change"),
                counted(waits.conflicts, "conflict")
            );
            report.add(CheckItem::new("waiting", Outcome::Ok, text));
        }
        Err(flaw) => {
            let took = Some(started.elapsed());
            fault::add(
                context,
                ("waiting", &flaw, took),
                examination.info(),
                report,
            )?;
        }
    }
    Ok(proven)
}

/// Reads and hashes every record; says whether all of them are what they were.
fn records(
    context: &mut Context,
    examination: &mut Examination<'_>,
    report: &mut Report,
) -> Result<bool, CliError> {
    let (started, of) = (Instant::now(), examination.info().head);
    let flaw = examination.records(&mut tell(&mut context.ui, started, "read", of));
    context.ui.progress_ends();
    let took = started.elapsed();
    match flaw.map_err(failure::replica)? {
        None => {
            let read = examination.records_read();
            let text = format!(
                "{} read and hashed, none is missing",
                counted(read, "change")
            );
            report.add(
                CheckItem::new("records", Outcome::Ok, text)
                    .counting(read)
                    .in_time(took),
            );
            Ok(true)
        }
        Some(flaw) => {
            fault::add(
                context,
                ("records", &flaw, Some(took)),
                examination.info(),
                report,
            )?;
            Ok(false)
        }
    }
}

/// Verifies the checkpoint that is kept here.
fn signature(
    context: &mut Context,
    examination: &Examination<'_>,
    report: &mut Report,
) -> Result<Option<SignedHead>, CliError> {
    match examination.signature() {
        Ok(None) => Ok(None),
        Ok(Some(signed)) => {
            let text = format!("by {}, pinned at the first login", signed.key);
            report.add(CheckItem::new("signature", Outcome::Ok, text));
            Ok(Some(signed))
        }
        Err(flaw) => {
            fault::add(
                context,
                ("signature", &flaw, None),
                examination.info(),
                report,
            )?;
            Ok(None)
        }
    }
}

/// Makes everything derived again and compares.
fn derived(
    context: &mut Context,
    (examination, quick, goes_on): (&Examination<'_>, bool, bool),
    report: &mut Report,
) -> Result<(), CliError> {
    let left_out = |text: &str| CheckItem::new("derived", Outcome::NotChecked, text);
    if !goes_on {
        report.add(left_out("what it is derived from is wrong"));
        return Ok(());
    }
    if quick {
        report.add(left_out(
            "left out by --quick: what the screens show of the history",
        ));
        return Ok(());
    }
    let (started, of) = (Instant::now(), examination.info().head);
    let derived = examination.derived(&mut tell(&mut context.ui, started, "taken in again", of));
    context.ui.progress_ends();
    let took = started.elapsed();
    match derived.map_err(failure::replica)? {
        Ok(derived) => {
            let text = format!(
                "{} of {}, made again and equal",
                counted(derived.versions, "version"),
                counted(derived.things, "thing")
            );
            let item = CheckItem::new("derived", Outcome::Ok, text);
            report.add(item.counting(derived.versions).in_time(took));
            Ok(())
        }
        Err(flaw) => fault::add(
            context,
            ("derived", &flaw, Some(took)),
            examination.info(),
            report,
        ),
    }
}

/// Tells how far a check is, once it takes long.
fn tell<'u>(
    ui: &'u mut Ui,
    started: Instant,
    done_what: &'static str,
    of: Position,
) -> impl FnMut(u64) + 'u {
    move |done| {
        if started.elapsed() >= PROGRESS_AFTER {
            ui.progress(&format!("{done} of {of} changes {done_what}"));
        }
    }
}

/// Compares with the server, if there is one and it may be asked.
fn server(
    context: &mut Context,
    replica: &Replica,
    (examination, signed): (&Examination<'_>, Option<&SignedHead>),
    report: &mut Report,
) {
    let not_checked = |text: &str| CheckItem::new("server", Outcome::NotChecked, text);
    let info = examination.info();
    let Some(remote) = &info.remote else {
        return;
    };
    if context.globals.offline {
        report.add(not_checked("left out by --offline"));
        return;
    }
    let is_root_wrong = report
        .items
        .iter()
        .any(|item| item.problem.as_deref() == Some(fault::ROOT));
    if signed.is_none() && !is_root_wrong {
        report.add(not_checked("what is here is wrong by itself"));
        return;
    }
    let started = Instant::now();
    let server = exchange::server(context, (&remote.url, info.pending), Limits::WAITED_FOR);
    let mut server = match server {
        Ok(server) => server,
        Err(error) => return unasked(error, started, report),
    };
    if is_root_wrong {
        fault::locate(examination, &mut server, report);
        return;
    }
    match examination.server(&mut server) {
        Ok(standing) => {
            let (text, head) = match standing {
                ServerStanding::Same => ("has the same history".to_owned(), info.head),
                ServerStanding::Ahead { head } => {
                    let more = counted(head.get() - info.head.get(), "change");
                    (format!("goes on from what is here, with {more} more"), head)
                }
            };
            let item = CheckItem::new("server", Outcome::Ok, text);
            report.add(item.counting(head.get()).in_time(started.elapsed()));
        }
        Err(error) => {
            let error = exchange::failed(context, replica, error);
            unasked(error, started, report);
        }
    }
}

/// Adds why the server could not be compared, or what is wrong with it.
fn unasked(error: CliError, started: Instant, report: &mut Report) {
    let is_wrong = error.exit() == Exit::Integrity;
    let outcome = if is_wrong {
        Outcome::Wrong
    } else {
        Outcome::NotChecked
    };
    let mut item = CheckItem::new("server", outcome, error.message()).in_time(started.elapsed());
    item.problem = Some(error.code().to_owned());
    if is_wrong {
        report.add_wrong(item, error);
        return;
    }
    report.add(item);
    let error = error
        .with_detail("What is here was checked all the same; the answer says what came of it.")
        .with_hint("okr verify --offline   checks only what is here");
    report.unasked.get_or_insert(error);
}

/// Says in one word what a flaw is about.
pub(super) const fn problem(flaw: &Flaw) -> &'static str {
    match flaw {
        Flaw::Missing { .. } => "missing",
        Flaw::Surplus { .. } => "surplus",
        Flaw::Record { .. } => "unreadable",
        Flaw::Misplaced { .. } => "misplaced",
        Flaw::Altered { .. } => "altered",
        Flaw::Column { .. } => "listed-otherwise",
        Flaw::ClockBackwards { .. } => "clock-backwards",
        Flaw::Size { .. } => "size",
        Flaw::Root { .. } => fault::ROOT,
        Flaw::NoCheckpoint { .. } => "no-checkpoint",
        Flaw::Signature(_) => "signature",
        Flaw::Refused(_) => "refused",
        Flaw::Derived { .. } => "derived",
        Flaw::Waiting { .. } => "waiting",
    }
}
