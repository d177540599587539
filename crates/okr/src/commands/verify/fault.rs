//! What is wrong with the copy that is here, and what to do about it.

use std::time::{Duration, Instant};

use okr_core::id::Position;
use okr_replica::{Examination, Flaw, Remote, ReplicaInfo, SyncError};

use super::screen::{CheckItem, Outcome};
use super::{Report, problem};
use crate::commands::counted;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;

/// The word for changes that lead to another root than was signed.
pub(super) const ROOT: &str = "root";

/// Adds a check that failed.
pub(super) fn add(
    context: &mut Context,
    (check, flaw, took): (&'static str, &Flaw, Option<Duration>),
    info: &ReplicaInfo,
    report: &mut Report,
) -> Result<(), CliError> {
    let mut item = CheckItem::new(check, Outcome::Wrong, described(flaw));
    item.position = flaw.position().map(Position::get);
    item.problem = Some(problem(flaw).to_owned());
    if let Some(took) = took {
        item = item.in_time(took);
    }
    let file = context.workspace()?.directory.join("replica.db");
    let error = explained(flaw, info, &file.display().to_string());
    report.add_wrong(item, error);
    Ok(())
}

/// Says what is wrong, and where.
fn described(flaw: &Flaw) -> String {
    match flaw {
        Flaw::Root { first, last } if first == last => {
            format!("{flaw}; change {first} is altered")
        }
        Flaw::Root { first, last } => {
            format!("{flaw}; the first altered one is between {first} and {last}")
        }
        Flaw::Derived {
            table,
            entity,
            position,
            ..
        } => {
            let of = entity.map(|entity| format!(" of the {entity}"));
            let by = position.map(|position| format!(" by change {position}"));
            let (of, by) = (of.unwrap_or_default(), by.unwrap_or_default());
            format!("{flaw} in \"{table}\"{of}{by}")
        }
        flaw => flaw.to_string(),
    }
}

fn explained(flaw: &Flaw, info: &ReplicaInfo, file: &str) -> CliError {
    let (code, message) = match flaw {
        Flaw::Missing { .. }
        | Flaw::Surplus { .. }
        | Flaw::Record { .. }
        | Flaw::Misplaced { .. }
        | Flaw::Altered { .. }
        | Flaw::Column { .. }
        | Flaw::ClockBackwards { .. }
        | Flaw::Size { .. }
        | Flaw::Root { .. } => (
            "replica-altered",
            "this copy of the history is not what the server signed",
        ),
        Flaw::NoCheckpoint { .. } | Flaw::Signature(_) => (
            "checkpoint-altered",
            "this copy of the history has no valid signature of the server",
        ),
        Flaw::Refused(_) | Flaw::Derived { .. } => (
            "derived-altered",
            "what this copy derives from the history is not what the history says",
        ),
        Flaw::Waiting { .. } => (
            "pending-damaged",
            "a change that waits here cannot be sent as it was written",
        ),
    };
    let mut error = CliError::config(code, message)
        .with_exit(Exit::Integrity)
        .with_detail(described(flaw))
        .with_detail(format!("file {file}"))
        .with_detail(
            "The file was altered or damaged on this machine. This check changed nothing.",
        );
    if let Some(source) = std::error::Error::source(flaw) {
        error = error.caused_by(source);
    }
    if let Some(remote) = &info.remote {
        error = error.with_hint(format!(
            "okr clone {} NAME --code CODE   makes a new copy, proven from the first change on",
            remote.url
        ));
    }
    match info.pending + info.conflicts {
        0 => error,
        waiting => error.with_hint(format!(
            "keep the file: {} of yours waits in it only (okr pending)",
            counted(waiting, "change")
        )),
    }
}

/// Asks the server which change is not what was signed, and adds what it says.
pub(super) fn locate(examination: &Examination<'_>, server: &mut dyn Remote, report: &mut Report) {
    let started = Instant::now();
    let Ok(Some(signed)) = examination.signature() else {
        return;
    };
    let found = examination.locate(server, &signed);
    let took = started.elapsed();
    let item = match found {
        Ok(Some(position)) => {
            let text =
                format!("has what was signed; the copy here differs from change {position} on");
            let mut item = CheckItem::new("server", Outcome::Ok, text.as_str());
            item.position = Some(position.get());
            let detail =
                format!("the first altered change is {position}: the server has what was signed");
            report.wrong = report.wrong.take().map(|error| error.with_detail(detail));
            item
        }
        Ok(None) => {
            let text = "does not have what it signed either; ask who runs it";
            let mut item = CheckItem::new("server", Outcome::Wrong, text);
            item.problem = Some("history-rewritten".to_owned());
            item
        }
        Err(SyncError::Integrity(error)) => {
            let text = format!("what it sends does not fit its proof: {error}");
            CheckItem::new("server", Outcome::Wrong, text)
        }
        Err(error) => CheckItem::new("server", Outcome::NotChecked, error.to_string()),
    };
    report.add(item.in_time(took));
}
