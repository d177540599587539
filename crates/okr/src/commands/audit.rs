//! `okr audit`: the history with its proof, for people who have neither okr nor the server.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use okr_core::id::{EntityKind, Position};
use okr_replica::{
    BundleError, BundleReport, Bundled, Examination, Replica, Selection, SignedHead, check_bundle,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::counted;
use super::log::Window;
use super::past::Past;
use crate::args::{AuditArgs, AuditCommand, AuditExportArgs, AuditVerifyArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::ui::Item;

/// After what time it is told how far an export or a check is.
const PROGRESS_AFTER: Duration = Duration::from_millis(300);
/// What a bundle can be about.
const KINDS: &[EntityKind] = &[
    EntityKind::Team,
    EntityKind::Cycle,
    EntityKind::Objective,
    EntityKind::KeyResult,
    EntityKind::CheckIn,
    EntityKind::Person,
    EntityKind::Initiative,
    EntityKind::Metric,
    EntityKind::MetricValue,
];

/// A bundle that was written or checked, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct BundleItem {
    directory: String,
    origin: String,
    /// The key that signed it, whole.
    verifier_key: String,
    /// How many changes the log had that was signed.
    size: u64,
    root: String,
    changes: u64,
    /// Whether these are all changes of the log.
    complete: bool,
    /// Whether the key was compared with one that was given.
    key_compared: bool,
    first_recorded_at: Option<String>,
    last_recorded_at: Option<String>,
    took_ms: u128,
}

impl Item for BundleItem {
    const TYPE: &'static str = "bundle";
    const SCHEMA: &'static str = "BundleList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}

/// Runs `okr audit`.
///
/// # Errors
/// Exit 9 when a bundle or the copy that is here does not hold; when files cannot be written or read.
pub(crate) fn run(context: &mut Context, args: &AuditArgs) -> Result<Exit, CliError> {
    match &args.command {
        AuditCommand::Export(args) => export(context, args),
        AuditCommand::Verify(args) => verify(context, args),
    }
}

fn export(context: &mut Context, args: &AuditExportArgs) -> Result<Exit, CliError> {
    let started = Instant::now();
    let replica = context.replica()?;
    let selection = selection(context, &replica, args)?;
    let mut examination = replica.examine().map_err(failure::replica)?;
    let info = examination.info().clone();
    let Some(remote) = info.remote.filter(|_| info.head > Position::ZERO) else {
        return Err(CliError::user(
            "nothing-confirmed",
            "nothing is confirmed here, so there is nothing to prove",
        )
        .with_hint("okr login URL --code CODE, then okr sync"));
    };
    let signed = proven(&mut examination)?;
    let name = format!("okr-audit-{}-{}", context.workspace()?.name, signed.size);
    let directory = args.to.clone().unwrap_or_else(|| PathBuf::from(name));
    let ui = &mut context.ui;
    let of = signed.size;
    let written = examination.export(&signed, (&directory, &selection), &mut |done| {
        if done.is_multiple_of(4096) && started.elapsed() >= PROGRESS_AFTER {
            ui.progress(&format!("{done} of {of} changes written"));
        }
    });
    context.ui.progress_ends();
    let Bundled { changes, complete } = written.map_err(|error| refused(&error, &directory))?;
    let item = BundleItem {
        directory: directory.display().to_string(),
        origin: remote.origin,
        verifier_key: remote.verifier_key,
        size: signed.size.get(),
        root: signed.root.to_string(),
        changes,
        complete,
        key_compared: true,
        first_recorded_at: None,
        last_recorded_at: None,
        took_ms: started.elapsed().as_millis(),
    };
    let clock = context.present(&replica)?.1;
    let frame = context.frame(&replica, &clock)?;
    context.ui.answer(&frame, std::slice::from_ref(&item), |_| {
        let which = if complete {
            "all of them"
        } else {
            "a selection, each with its proof"
        };
        format!(
            "{}  {} of {}, {which}",
            item.directory,
            counted(changes, "change"),
            item.size
        )
    });
    tell(context, &item);
    Ok(Exit::Ok)
}

/// Checks what is here before anything of it is handed on, and returns what the server signed.
fn proven(examination: &mut Examination<'_>) -> Result<SignedHead, CliError> {
    let flaw = examination.records(&mut |_| {}).map_err(failure::replica)?;
    match (flaw, examination.signature()) {
        (None, Ok(Some(signed))) if examination.root(&signed).is_ok() => Ok(signed),
        (_, _) => Err(CliError::config(
            "replica-altered",
            "this copy of the history is not what the server signed; nothing was written",
        )
        .with_exit(Exit::Integrity)
        .with_hint("okr verify   says what is wrong, and what to do")),
    }
}

/// Says how a bundle is checked, and what has to be told beside it.
fn tell(context: &mut Context, item: &BundleItem) {
    let check = format!(
        "python3 {}/verify.py, or okr audit verify {0}, checks it",
        item.directory
    );
    context.ui.hint(&check);
    let key = format!(
        "tell its reader the key by another way: {}",
        item.verifier_key
    );
    context.ui.hint(&key);
    if !item.complete {
        context
            .ui
            .note("That nothing was left out of a selection is not proven.");
    }
}

/// Reads which changes are wanted.
fn selection(
    context: &mut Context,
    replica: &Replica,
    args: &AuditExportArgs,
) -> Result<Selection, CliError> {
    let past = Past::open(context, replica)?;
    let about = past.find(context, &args.about, KINDS)?;
    let window = Window::read(
        context,
        &past,
        (args.since.as_deref(), args.until.as_deref()),
    )?;
    let after = match window.since {
        // A microsecond before it belongs to what is left out.
        Some(since) => {
            let before = since.checked_sub(jiff::SignedDuration::from_micros(1));
            Some(
                replica
                    .position_at(before.unwrap_or(since))
                    .map_err(failure::replica)?,
            )
        }
        None => None,
    };
    let by_time = match window.until {
        Some(until) => Some(replica.position_at(until).map_err(failure::replica)?),
        None => None,
    };
    let until = [by_time, window.until_position].into_iter().flatten().min();
    Ok(Selection {
        about,
        after,
        until,
    })
}

fn verify(context: &mut Context, args: &AuditVerifyArgs) -> Result<Exit, CliError> {
    let started = Instant::now();
    let ui = &mut context.ui;
    let checked = check_bundle(&args.bundle, &mut |done| {
        if done.is_multiple_of(4096) && started.elapsed() >= PROGRESS_AFTER {
            ui.progress(&format!("{done} changes checked"));
        }
    });
    context.ui.progress_ends();
    let report = checked.map_err(|error| refused(&error, &args.bundle))?;
    if let Some(key) = args
        .key
        .as_deref()
        .filter(|key| *key != report.verifier_key)
    {
        return Err(CliError::user("other-key", "the bundle is signed by another key than the one that was given")
            .with_exit(Exit::Integrity)
            .with_detail(format!("given   {key}"))
            .with_detail(format!("bundle  {}", report.verifier_key))
            .with_hint("who makes up a history can make up a key: do not believe the bundle before you know why"));
    }
    let item = BundleItem {
        directory: args.bundle.display().to_string(),
        origin: report.origin.clone(),
        verifier_key: report.verifier_key.clone(),
        size: report.size.get(),
        root: report.root.to_string(),
        changes: report.changes,
        complete: report.complete,
        key_compared: args.key.is_some(),
        first_recorded_at: Some(report.recorded.0.to_string()),
        last_recorded_at: Some(report.recorded.1.to_string()),
        took_ms: started.elapsed().as_millis(),
    };
    let frame = context.plain_frame();
    context
        .ui
        .answer(&frame, std::slice::from_ref(&item), |screen| {
            text(&report, args.key.is_some(), screen.ascii)
        });
    if args.key.is_none() {
        context
            .ui
            .hint("compare the key with one that you got elsewhere, or give it with --key");
    }
    if !report.own_verifier {
        context.ui.note("README.md or verify.py is not the one of this okr: another version wrote it, or somebody changed it.");
    }
    Ok(Exit::Ok)
}

fn text(report: &BundleReport, key_compared: bool, ascii: bool) -> String {
    let days = |at: jiff::Timestamp| at.strftime("%Y-%m-%d").to_string();
    let which = if report.complete {
        format!("all {}, none is missing", counted(report.changes, "change"))
    } else {
        format!(
            "a selection of {} of {}; what was left out is not proven",
            report.changes,
            counted(report.size.get(), "change")
        )
    };
    let key = if key_compared {
        "as given"
    } else {
        "as the bundle says"
    };
    let mark = if ascii { "" } else { "✓ " };
    [
        format!("log      {}", report.origin),
        format!("changes  {which}"),
        format!(
            "recorded {} to {} (UTC)",
            days(report.recorded.0),
            days(report.recorded.1)
        ),
        format!("root     {}", report.root),
        format!("key      {} ({key})", report.verifier_key),
        format!("{mark}Every change is what the server signed, and is shown as it was recorded."),
    ]
    .join("\n")
}

/// Says why a bundle was not written, or is not believed.
fn refused(error: &BundleError, directory: &Path) -> CliError {
    let name = directory.display();
    let shown = if error.is_proof_failed() {
        let code = match error {
            BundleError::Incomplete { .. } => "bundle-incomplete",
            _ => "bundle-altered",
        };
        CliError::user(code, format!("{name} proves nothing: {error}"))
            .with_exit(Exit::Integrity)
            .with_hint("ask for it again, from somebody who has the workspace: okr audit export")
    } else {
        match error {
            BundleError::Replica(_) | BundleError::Io { .. } => {
                let disk = CliError::config("bundle-failed", error.to_string());
                disk.with_hint(
                    "what was begun was taken away again; look at the disk and the rights",
                )
            }
            BundleError::Newer { .. } => CliError::user("bundle-too-new", error.to_string())
                .with_exit(Exit::Incompatible)
                .with_hint("upgrade okr, or run verify.py in the bundle"),
            BundleError::Nothing => CliError::user("nothing-selected", error.to_string())
                .with_hint("okr log shows what there is"),
            _ => CliError::user("bundle-exists", error.to_string())
                .with_hint("give another directory with --to, or remove that one"),
        }
    };
    match std::error::Error::source(error) {
        Some(source) => shown.caused_by(source),
        None => shown,
    }
}
