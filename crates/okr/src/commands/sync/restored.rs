//! A server whose history is not the one that is here any more: what it lost, and following it.

use std::path::PathBuf;

use okr_core::id::PersonId;
use okr_replica::{Divergence, LogEntry, LostChange, Replica, SyncError, TakenOver};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::super::log::{before, learn_entries};
use super::super::past::Past;
use super::counted;
use crate::config;
use crate::context::Context;
use crate::error::CliError;
use crate::exchange::{self, Limits};
use crate::exit::Exit;
use crate::failure;
use crate::output::ChangeItem;
use crate::render::{Screen, local};
use crate::ui::Item;
use crate::wording::told;

/// How many lost changes are listed on the screen.
const LISTED_MAX: usize = 10;
/// What follows the server.
const COMMAND: &str = "okr sync --accept-restored";

/// Says how the server's history differs, what it no longer has, and what to do.
pub(crate) fn diverged(
    context: &mut Context,
    replica: &Replica,
    (divergence, cause): (&Divergence, &SyncError),
) -> CliError {
    let (code, message) = if !divergence.altered.is_empty() {
        ("history-rewritten", "the server's history was rewritten")
    } else if divergence.is_behind() {
        (
            "server-behind",
            "the server's history ends before the one that is here",
        )
    } else {
        (
            "history-differs",
            "the server's history is not the one that is here",
        )
    };
    let mut error = CliError::user(code, message).with_exit(Exit::Integrity);
    let lines = describe(context, replica, divergence);
    for line in lines.unwrap_or_default() {
        error = error.with_detail(line);
    }
    error = error.with_detail(
        "Nothing was changed here: everything reads and writes as before, and what you write waits.",
    );
    error = error.caused_by(cause);
    if divergence.altered.is_empty() {
        error
            .with_hint("ask who runs the server whether it was restored from a backup")
            .with_hint(format!(
                "{COMMAND}   if it was: follows it and sends your changes again"
            ))
    } else {
        error.with_hint("ask who runs the server; okr follows no server that does this")
    }
}

/// Puts in words how two histories differ.
fn describe(
    context: &mut Context,
    replica: &Replica,
    divergence: &Divergence,
) -> Result<Vec<String>, CliError> {
    let mut past = Past::open(context, replica)?;
    let Divergence {
        common,
        here,
        server,
        ..
    } = divergence;
    let same = match common.get() {
        0 => "nothing is the same".to_owned(),
        1 => "the first change is the same".to_owned(),
        common => format!("the first {common} are the same"),
    };
    let mut lines = vec![format!(
        "here {here} changes are confirmed, the server has {server}; {same}"
    )];
    if let Some(first) = divergence.altered.first() {
        let altered = counted(divergence.altered.len(), "change");
        lines.push(format!(
            "{altered} no longer say what they said, {first} first; no backup does that"
        ));
    }
    if divergence.lost.is_empty() {
        lines.push("everything that was confirmed here is on the server too".to_owned());
        return Ok(lines);
    }
    lines.push(format!(
        "the server no longer has {}: {}",
        counted(divergence.lost.len(), "change"),
        whose(&past, divergence)
    ));
    let listed = &divergence.lost[..divergence.lost.len().min(LISTED_MAX)];
    let entries = replica.entries(listed).map_err(failure::replica)?;
    learn_entries(context, &mut past, &entries)?;
    lines.extend(entries.iter().map(|entry| line(entry, &past)));
    if divergence.lost.len() > listed.len() {
        let rest = divergence.lost.len() - listed.len();
        lines.push(format!("  and {rest} more"));
    }
    Ok(lines)
}

/// Puts a lost change in one line.
fn line(entry: &LogEntry, past: &Past<'_>) -> String {
    let before = before::Latest::new();
    let clock = &past.at.clock;
    let told = told(entry, &before, &past.names, (clock, &Screen::piped()));
    let said = told.said.iter().map(|said| {
        let about = past.names.label(said.about);
        format!("{about} {} {}", said.word, said.text)
    });
    let said: Vec<String> = said.collect();
    format!(
        "  {}  {}  {}  {}",
        told.id,
        local(told.authored_at, clock),
        told.who,
        said.join("; ")
    )
}

/// Counts lost changes by person: "2 of yours, 3 of @ben".
fn whose(past: &Past<'_>, divergence: &Divergence) -> String {
    let mut authors = divergence.authors();
    authors.sort_by_key(|(author, _)| *author != past.me());
    let parts = authors.into_iter().map(|(author, count)| {
        if author == past.me() {
            format!("{count} of yours")
        } else {
            format!("{count} of {}", past.names.at_person(author))
        }
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// What came of following a server, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RestoredItem {
    same_until: u64,
    head_before: u64,
    head: u64,
    waiting_again: Vec<Uuid>,
    unfitting: Vec<Uuid>,
    lost: usize,
    lost_authors: Vec<String>,
    lost_file: Option<String>,
    replica_before: String,
}

impl Item for RestoredItem {
    const TYPE: &'static str = "restored";
    const SCHEMA: &'static str = "RestoredList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}

/// Follows a server that was restored from an older backup, if it was and if the person agrees.
///
/// Returns false when the server has everything that is here.
///
/// # Errors
/// When the server cannot be asked or is not the one of this workspace, when nobody agrees, and when
/// the replica cannot be written.
pub(super) fn accept(context: &mut Context, replica: &mut Replica) -> Result<bool, CliError> {
    let info = replica.info().map_err(failure::replica)?;
    let Some(remote) = &info.remote else {
        return Err(exchange::no_server());
    };
    let mut server = exchange::server(context, (&remote.url, info.pending), Limits::WAITED_FOR)?;
    let failed = |error| failure::sync(error, info.pending);
    let Some(divergence) = replica.divergence(&mut server).map_err(failed)? else {
        let note = "the server has everything that was confirmed here: there is nothing to accept";
        context.ui.note(note);
        return Ok(false);
    };
    for line in describe(context, replica, &divergence)? {
        context.ui.note(&line);
    }
    context.confirm("Follow the server, and give up that these are confirmed?")?;
    let rebuilt = match replica.rebuild(&mut server, context.now, &mut |_| {}) {
        Ok(rebuilt) => rebuilt,
        Err(SyncError::Diverged { divergence, cause }) => {
            return Err(diverged(context, replica, (&divergence, &*cause)));
        }
        Err(error) => return Err(failed(error)),
    };
    let gone: Vec<LostChange> = rebuilt
        .divergence()
        .lost
        .iter()
        .filter(|lost| !lost.again)
        .copied()
        .collect();
    // Names and words are those of the history that is given up, so they are written down first.
    let file = write_down(context, replica, &gone)?;
    let lost_authors = authors_of(context, replica, &gone)?;
    let same_until = rebuilt.divergence().common.get();
    let taken = replica
        .take_over(rebuilt, context.now)
        .map_err(failure::replica)?;
    let head = replica.info().map_err(failure::replica)?.head.get();
    let item = RestoredItem {
        same_until,
        head_before: info.head.get(),
        head,
        waiting_again: taken.again.iter().map(|id| id.uuid()).collect(),
        unfitting: taken.unfitting.iter().map(|id| id.uuid()).collect(),
        lost: gone.len(),
        lost_authors,
        lost_file: file.map(|path| path.display().to_string()),
        replica_before: taken.copy.display().to_string(),
    };
    tell(context, replica, (&item, &taken))?;
    Ok(true)
}

/// Writes the changes that do not come back from here into a file beside the replica.
fn write_down(
    context: &mut Context,
    replica: &Replica,
    gone: &[LostChange],
) -> Result<Option<PathBuf>, CliError> {
    if gone.is_empty() {
        return Ok(None);
    }
    let mut past = Past::open(context, replica)?;
    let entries = replica.entries(gone).map_err(failure::replica)?;
    learn_entries(context, &mut past, &entries)?;
    let mut text = String::new();
    for entry in &entries {
        let line = serde_json::to_string(&ChangeItem::new(entry, &past.names));
        text.push_str(&line.expect("strings and numbers always serialise"));
        text.push('\n');
    }
    let moment = context.now.strftime("%Y%m%dT%H%M%SZ");
    let path = context
        .workspace()?
        .directory
        .join(format!("lost-{moment}.jsonl"));
    config::replace(&path, text.as_bytes()).map_err(|error| {
        let message = format!("{} cannot be written; nothing was changed", path.display());
        CliError::config("lost-file", message).caused_by(&error)
    })?;
    Ok(Some(path))
}

/// Names the people whose changes do not come back from here.
fn authors_of(
    context: &mut Context,
    replica: &Replica,
    gone: &[LostChange],
) -> Result<Vec<String>, CliError> {
    let past = Past::open(context, replica)?;
    let mut authors: Vec<PersonId> = gone.iter().map(|lost| lost.author).collect();
    authors.sort_unstable();
    authors.dedup();
    let others = authors.into_iter().filter(|author| *author != past.me());
    Ok(others.map(|author| past.names.at_person(author)).collect())
}

fn tell(
    context: &mut Context,
    replica: &Replica,
    (item, taken): (&RestoredItem, &TakenOver),
) -> Result<(), CliError> {
    let (_, clock) = context.present(replica)?;
    let frame = context.frame(replica, &clock)?;
    context
        .ui
        .answer(&frame, std::slice::from_ref(item), |screen| {
            let mut lines = vec![
                format!(
                    "this workspace follows the server again: head {} {} {}, the same until {}",
                    item.head_before,
                    screen.arrow(),
                    item.head,
                    item.same_until
                ),
                format!(
                    "  to be sent again: {} of yours",
                    counted(taken.again.len(), "change")
                ),
            ];
            if let Some(file) = &item.lost_file {
                let lost = counted(item.lost, "change");
                lines.push(format!("  not brought back from here: {lost}, in {file}"));
            }
            lines.push(format!("  as it was before: {}", item.replica_before));
            lines.join("\n")
        });
    if !item.lost_authors.is_empty() {
        let whom = item.lost_authors.join(", ");
        context.ui.hint(&format!(
            "ask {whom} to run {COMMAND}: that brings theirs back"
        ));
    }
    match taken.unfitting.len() {
        0 => context.ui.hint("okr sync"),
        count => context.ui.hint(&format!(
            "after that: okr sync; {} of yours cannot do without what others bring back",
            counted(count, "change")
        )),
    }
    Ok(())
}
