//! A change in a few words, on lines of its own: what `okr log` says of it, without the columns.

use std::collections::BTreeSet;

use okr_core::change::Change;
use okr_core::event::Event;
use okr_core::id::{EntityId, PersonId};
use okr_replica::{LogEntry, Place};

use crate::commands::{Past, learn_entries};
use crate::context::Context;
use crate::error::CliError;
use crate::render::{Screen, local};
use crate::short_id::{self, Alphabet};
use crate::wording::told;

/// Makes an entry of the log of a change that only this machine has.
pub(crate) fn own_entry(me: PersonId, change: &Change) -> LogEntry {
    LogEntry {
        place: Place::Pending,
        author: me,
        id: change.id,
        authored_at: change.authored_at,
        on_behalf_of: change.on_behalf_of,
        source: change.source,
        reason: change.reason.clone(),
        change: Some(change.clone()),
        clock_ahead: false,
        late: false,
        erased: Vec::new(),
    }
}

/// Learns the names of everything that changes mention.
///
/// # Errors
/// When the replica cannot be read.
pub(crate) fn learn(
    context: &Context,
    past: &mut Past<'_>,
    changes: &[&Change],
) -> Result<(), CliError> {
    let me = past.me();
    let entries: Vec<LogEntry> = changes.iter().map(|change| own_entry(me, change)).collect();
    learn_entries(context, past, &entries)
}

/// Says what a change does, a line for each thing that it says: `fast  title  "a" → "b"`.
///
/// Not yet harmless for a terminal.
pub(crate) fn lines(change: &Change, past: &Past<'_>, screen: &Screen) -> Vec<String> {
    let entry = own_entry(past.me(), change);
    let nothing = std::collections::HashMap::new();
    let told = told(&entry, &nothing, &past.names, (&past.at.clock, screen));
    told.said
        .iter()
        .map(|said| {
            let label = past.names.label(said.about);
            let line = format!("{label}  {}  {}", said.word, said.line());
            line.trim_end().to_owned()
        })
        .collect()
}

/// Returns what a change is about, and by whose names it is told: a check-in by that of its key
/// result.
pub(crate) fn about(change: &Change, past: &Past<'_>, screen: &Screen) -> BTreeSet<EntityId> {
    let entry = own_entry(past.me(), change);
    let nothing = std::collections::HashMap::new();
    let told = told(&entry, &nothing, &past.names, (&past.at.clock, screen));
    let called = told.said.iter().map(|said| said.about);
    let itself = change.events.iter().map(Event::subject);
    called.chain(itself).collect()
}

/// Says what a change does on one line, however much that is.
pub(crate) fn line(change: &Change, past: &Past<'_>, screen: &Screen) -> String {
    let mut lines = lines(change, past, screen);
    match lines.len() {
        0 | 1 => lines.pop().unwrap_or_default(),
        more => format!("{}, and {} more", lines.swap_remove(0), more - 1),
    }
}

/// Names who made a change, when, and which one it is: `@ben, Mon 23 Nov 11:36, 9c41f0e7`.
pub(crate) fn whose(entry: &LogEntry, past: &Past<'_>) -> String {
    let who = match (entry.author == past.me(), entry.place) {
        (true, Place::Pending) => "you, not pushed".to_owned(),
        (true, Place::Confirmed { .. }) => "you".to_owned(),
        (false, _) => past.names.at_person(entry.author),
    };
    let when = local(entry.authored_at, &past.at.clock);
    let id = short_id::shown(Alphabet::Change, entry.id.uuid());
    format!("{who}, {when}, {id}")
}
