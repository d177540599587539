//! `okr anchor`: a checkpoint to keep elsewhere, and a line that two people can compare.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use okr_core::id::Position;
use okr_replica::{Anchored, Axis, Fingerprint, LogFilter, Place, Point, Replica};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::counted;
use crate::args::AnchorArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::ui::Item;

/// An anchor in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct AnchorItem {
    origin: String,
    size: u64,
    root: String,
    /// When the newest change that it covers was recorded.
    recorded_at: Option<String>,
    /// The key that signed the newest checkpoint, as `name+id`.
    key: String,
    /// The signed note; none for an earlier size than the newest.
    note: Option<String>,
    /// Size and beginning of the root, to be compared by people.
    line: String,
    /// The file that it was added to, or stood in already.
    file: Option<String>,
    /// Whether the file had it already.
    known: Option<bool>,
}

impl Item for AnchorItem {
    const TYPE: &'static str = "anchor";
    const SCHEMA: &'static str = "AnchorList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}

/// Runs `okr anchor`.
///
/// # Errors
/// Exit 9 when what is here was not signed; when the file cannot be written.
pub(crate) fn run(context: &mut Context, args: &AnchorArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let at = position(context, &replica)?;
    let anchored = replica.anchor(at).map_err(failure::replica)?;
    let anchored = anchored.ok_or_else(|| {
        CliError::user(
            "nothing-confirmed",
            "nothing is confirmed here, so there is nothing to anchor",
        )
        .with_hint("okr login URL --code CODE, then okr sync")
    })?;
    let workspace = context.workspace()?.name.clone();
    let mut item = item(&replica, &anchored)?;
    let text = text(&item, &workspace);
    if let Some(path) = args.to.as_deref().filter(|path| path.as_os_str() != "-") {
        let known = keep(path, &item, &text).map_err(|error| not_kept(path, &error))?;
        item.file = Some(path.display().to_string());
        item.known = Some(known);
    }
    let clock = context.present(&replica)?.1;
    let frame = context.frame(&replica, &clock)?;
    context.ui.answer(&frame, std::slice::from_ref(&item), |_| {
        match (&item.file, item.known) {
            (Some(file), Some(true)) => format!("{}\n{file} has it already", item.line),
            (Some(file), _) => format!("{}\nadded to {file}", item.line),
            (None, _) => text.clone(),
        }
    });
    context
        .ui
        .hint("who has the same last line was shown the same history; okr help proof says more");
    Ok(Exit::Ok)
}

/// Returns the position that `--at` means; none for the newest one.
fn position(context: &mut Context, replica: &Replica) -> Result<Option<Position>, CliError> {
    let at = context.reading(replica)?.1;
    if at.moment.axis != Axis::Recorded {
        return Err(CliError::usage(
            "bad-moment",
            "an anchor is of the log, so it has the recorded axis only",
        ));
    }
    match at.moment.point {
        Point::Now => Ok(None),
        Point::Position(position) => Ok(Some(position)),
        Point::Time(until) => replica
            .position_at(until)
            .map(Some)
            .map_err(failure::replica),
    }
}

fn item(replica: &Replica, anchored: &Anchored) -> Result<AnchorItem, CliError> {
    let newest = LogFilter {
        until_position: Some(anchored.size),
        limit: Some(1),
        ..LogFilter::default()
    };
    let newest = replica.log(&newest).map_err(failure::replica)?;
    let recorded_at = newest.first().and_then(|entry| match entry.place {
        Place::Confirmed { recorded_at, .. } => Some(recorded_at.to_string()),
        Place::Pending => None,
    });
    Ok(AnchorItem {
        origin: anchored.origin.clone(),
        size: anchored.size.get(),
        root: anchored.root.to_string(),
        recorded_at,
        key: anchored.key.clone(),
        note: anchored.note.clone(),
        line: Fingerprint::new(anchored.size, &anchored.root).to_string(),
        file: None,
        known: None,
    })
}

/// Writes an anchor as it stands in a file: what it is, the note, and the line for people.
fn text(item: &AnchorItem, workspace: &str) -> String {
    let size = counted(item.size, "change");
    let until = item
        .recorded_at
        .as_deref()
        .map(|then| format!(", the last of {then}"));
    let until = until.unwrap_or_default();
    let signed = if item.note.is_some() {
        ""
    } else {
        "; computed here, not signed"
    };
    let head = format!("# okr anchor of {workspace}: {size}{until}{signed}\n");
    let note = item.note.as_ref().map(|note| format!("{note}\n"));
    format!("{head}{}{}\n", note.unwrap_or_default(), item.line)
}

/// Adds the text to a file, durably and as a whole, unless it has the anchor already.
fn keep(path: &Path, item: &AnchorItem, text: &str) -> io::Result<bool> {
    let before = match fs::read_to_string(path) {
        Ok(before) => before,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    if before.contains(item.note.as_deref().unwrap_or(&item.line)) {
        return Ok(true);
    }
    let between = match before.as_bytes() {
        [] => "",
        [.., b'\n'] => "\n",
        [..] => "\n\n",
    };
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    let written = file
        .write_all(format!("{between}{text}").as_bytes())
        .and_then(|()| file.sync_all());
    if written.is_err() {
        // Half an anchor is worse than none. That this fails as well is told by the next check.
        file.set_len(before.len() as u64).ok();
    }
    written.map(|()| false)
}

fn not_kept(path: &Path, error: &io::Error) -> CliError {
    let message = format!("{} cannot be written; nothing was added", path.display());
    CliError::user("anchor-file", message).caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> AnchorItem {
        AnchorItem {
            origin: "okr.example/acme".to_owned(),
            size: 2,
            root: "00".repeat(32),
            recorded_at: None,
            key: "okr.example+00000000".to_owned(),
            note: Some("okr.example/acme\n2\nAA==\n\n\u{2014} okr.example AA==\n".to_owned()),
            line: "2 0000-0000".to_owned(),
            file: None,
            known: None,
        }
    }

    #[test]
    fn a_file_keeps_several_and_each_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("anchors.txt");
        let (first, mut second) = (item(), item());
        second.note = Some(first.note.clone().unwrap().replace("\n2\n", "\n3\n"));
        for (item, known) in [
            (&first, false),
            (&first, true),
            (&second, false),
            (&second, true),
        ] {
            assert_eq!(keep(&path, item, &text(item, "acme")).unwrap(), known);
        }
        let kept = okr_replica::read_anchors(&fs::read_to_string(&path).unwrap());
        // The lines are too short here to be read as fingerprints.
        assert_eq!(
            kept.iter()
                .filter(|kept| kept.text.contains('\u{2014}'))
                .count(),
            2
        );
    }

    #[test]
    fn a_file_without_its_last_line_feed_is_not_spoilt() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("anchors.txt");
        fs::write(&path, "# mine").unwrap();
        keep(&path, &item(), &text(&item(), "acme")).unwrap();
        let written = fs::read_to_string(&path).unwrap();
        assert!(
            written.starts_with("# mine\n\n# okr anchor of acme: 2 changes\nokr.example/acme\n"),
            "{written}"
        );
    }
}
