//! Where a watch begins, and what it is about.

use okr_core::Timestamp;
use okr_core::id::Position;
use okr_replica::{LogFilter, Place, Replica};

use super::cursor::CursorFile;
use crate::args::WatchArgs;
use crate::commands::log::{self, Window};
use crate::commands::past::Past;
use crate::context::{Context, bad_when, only_change};
use crate::error::CliError;
use crate::failure;
use crate::when::{When, parse_when};

/// Returns which changes are wanted: after a position, or from the first contact on where there is
/// none.
///
/// # Errors
/// When a reference or moment cannot be understood, or the replica cannot be read.
pub(super) fn filter(
    context: &mut Context,
    replica: &Replica,
    args: &WatchArgs,
    cursor: Option<&CursorFile>,
) -> Result<LogFilter, CliError> {
    let past = Past::open(context, replica)?;
    let mut filter = LogFilter {
        about: log::about(context, &past, &args.references)?,
        with_children: true,
        author: past.person(context, args.by.as_deref())?,
        after_position: cursor.and_then(CursorFile::position),
        oldest_first: true,
        ..LogFilter::default()
    };
    if let (None, Some(since)) = (filter.after_position, &args.since) {
        let (after, time) = since_when(context, &past, since)?;
        filter.after_position = Some(after);
        filter.since = time;
    }
    Ok(filter)
}

/// Reads `--since`: after which position, and from which time on.
fn since_when(
    context: &mut Context,
    past: &Past<'_>,
    text: &str,
) -> Result<(Position, Option<Timestamp>), CliError> {
    let before = |position: u64| Position::new(position.saturating_sub(1));
    let when = parse_when(text, &past.at.clock).map_err(|error| bad_when("--since", &error))?;
    match when {
        When::Position(position) => Ok((before(position), None)),
        When::Change(prefix) => {
            let found = past.replica.find_change(&prefix);
            let id = only_change(&found.map_err(failure::replica)?, &prefix)?;
            let entry = past.replica.change(id).map_err(failure::replica)?;
            match entry.map(|entry| entry.place) {
                Some(Place::Confirmed { position, .. }) => Ok((before(position.get()), None)),
                Some(Place::Pending) | None => {
                    let message = "this change waits for the server, so nothing comes after it yet";
                    Err(CliError::user("still-pending", message).with_hint("okr sync"))
                }
            }
        }
        When::Day(_)
        | When::Instant(_)
        | When::Period { .. }
        | When::CycleStart
        | When::CycleMid
        | When::CycleEnd
        | When::LastSync => {
            let window = Window::read(context, past, (Some(text), None))?;
            Ok((Position::ZERO, window.since))
        }
    }
}
