//! Checkpoints that were kept elsewhere, against the history that is here.

use std::path::PathBuf;

use okr_replica::{AnchorFinding, Examination, KeptAnchor, read_anchors};

use super::Report;
use super::screen::{CheckItem, Outcome};
use crate::commands::counted;
use crate::error::CliError;
use crate::exit::Exit;
use crate::text_file;

/// The word for these checks.
pub(super) const CHECK: &str = "anchor";
/// A file of anchors is read up to this many bytes.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// An anchor and the file that it stands in.
pub(super) struct InFile {
    file: String,
    anchor: KeptAnchor,
}

/// Reads every file before anything is checked.
///
/// # Errors
/// When a file cannot be read, or holds no checkpoint.
pub(super) fn read(files: &[PathBuf]) -> Result<Vec<InFile>, CliError> {
    let mut all = Vec::new();
    for path in files {
        let file = path.display().to_string();
        let anchors = read_anchors(&text_file::read(path, FILE_BYTES_MAX)?);
        if anchors.is_empty() {
            let message = format!("{file} holds no checkpoint");
            let error = CliError::user("no-anchor", message);
            return Err(error.with_hint("okr anchor --to FILE keeps one"));
        }
        let file = &file;
        all.extend(anchors.into_iter().map(|anchor| InFile {
            file: file.clone(),
            anchor,
        }));
    }
    Ok(all)
}

/// Checks one anchor and adds what came of it.
///
/// # Errors
/// When what was pinned of the server cannot be read.
pub(super) fn check(
    examination: &Examination<'_>,
    kept: &InFile,
    report: &mut Report,
) -> Result<(), CliError> {
    let place = format!("{}:{}", kept.file, kept.anchor.line);
    let finding = examination.anchor(&kept.anchor).map_err(|error| {
        CliError::config(
            "checkpoint-altered",
            "what was pinned of the server cannot be read",
        )
        .with_exit(Exit::Integrity)
        .caused_by(&error)
    })?;
    let text = described(&finding, &place);
    let (outcome, problem) = judged(&finding);
    let mut item = CheckItem::new(CHECK, outcome, text.as_str());
    item.problem = problem.map(str::to_owned);
    item.file = Some(kept.file.clone());
    item.line = Some(kept.anchor.line);
    item.count = size(&finding);
    match (outcome, problem) {
        (Outcome::Wrong, Some(problem)) => report.add_wrong(item, refused(&finding, problem, text)),
        (Outcome::Ok | Outcome::NotChecked | Outcome::Wrong, _) => report.add(item),
    }
    Ok(())
}

const fn judged(finding: &AnchorFinding) -> (Outcome, Option<&'static str>) {
    match finding {
        AnchorFinding::Fits { .. } => (Outcome::Ok, None),
        AnchorFinding::Beyond { .. } => (Outcome::NotChecked, Some("beyond-head")),
        AnchorFinding::OtherLog { .. } => (Outcome::NotChecked, Some("other-log")),
        AnchorFinding::Undecided { .. } => (Outcome::NotChecked, Some("undecided")),
        AnchorFinding::Rewritten { .. } => (Outcome::Wrong, Some("history-rewritten")),
        AnchorFinding::OtherKey { .. } => (Outcome::Wrong, Some("other-key")),
        AnchorFinding::Forged => (Outcome::Wrong, Some("anchor-altered")),
        AnchorFinding::Unsigned => (Outcome::Wrong, Some("anchor-unsigned")),
        AnchorFinding::Unreadable(_) => (Outcome::Wrong, Some("anchor-unreadable")),
    }
}

fn size(finding: &AnchorFinding) -> Option<u64> {
    match finding {
        AnchorFinding::Fits { size, .. }
        | AnchorFinding::Beyond { size }
        | AnchorFinding::Undecided { size }
        | AnchorFinding::Rewritten { size } => Some(size.get()),
        AnchorFinding::OtherLog { .. }
        | AnchorFinding::OtherKey { .. }
        | AnchorFinding::Forged
        | AnchorFinding::Unsigned
        | AnchorFinding::Unreadable(_) => None,
    }
}

fn described(finding: &AnchorFinding, place: &str) -> String {
    match finding {
        AnchorFinding::Fits { size, key } => {
            let size = counted(size.get(), "change");
            let signed = if key.is_some() {
                "signed"
            } else {
                "a line, not signed"
            };
            format!("{place}: {size}, the same here ({signed})")
        }
        AnchorFinding::Beyond { size } => {
            let size = counted(size.get(), "change");
            format!("{place}: is about {size}, more than are here; okr sync first")
        }
        AnchorFinding::OtherLog { origin } => {
            format!("{place}: is of another log and says nothing about this one: {origin}")
        }
        AnchorFinding::Undecided { .. } => {
            format!("{place}: what it is about is wrong here by itself")
        }
        AnchorFinding::Rewritten { size } => {
            let first = counted(size.get(), "change");
            format!("{place}: the first {first} were others when it was kept")
        }
        AnchorFinding::OtherKey { signers } => {
            format!("{place}: is signed by another key: {}", signers.join(", "))
        }
        AnchorFinding::Forged => {
            format!("{place}: was altered: the signature of the server is not of this text")
        }
        AnchorFinding::Unsigned => format!("{place}: nobody signed it"),
        AnchorFinding::Unreadable(error) => format!("{place}: cannot be read: {error}"),
    }
}

fn refused(finding: &AnchorFinding, problem: &'static str, text: String) -> CliError {
    let error = |message: &str| {
        CliError::user(problem, message)
            .with_exit(Exit::Integrity)
            .with_detail(text)
    };
    match finding {
        AnchorFinding::Rewritten { .. } => error(
            "the history here is not the one that the anchor was made of",
        )
        .with_detail(
            "The server signed both: one of the two was shown to somebody only, or was rewritten.",
        )
        .with_hint("keep the anchor: with the server's signature it is evidence")
        .with_hint("compare with others: okr anchor --at POSITION on each machine shows one line"),
        AnchorFinding::OtherKey { .. } => {
            error("the anchor is signed by another key than the one that was pinned here")
                .with_hint(
                    "okr whoami shows the pinned key; ask who runs the server which one is theirs",
                )
        }
        AnchorFinding::Fits { .. }
        | AnchorFinding::Beyond { .. }
        | AnchorFinding::OtherLog { .. }
        | AnchorFinding::Undecided { .. }
        | AnchorFinding::Forged
        | AnchorFinding::Unsigned
        | AnchorFinding::Unreadable(_) => error("the anchor does not prove anything").with_hint(
            "it says nothing about the history here; keep anchors where nobody edits them",
        ),
    }
}
