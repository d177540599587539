//! The base of a plan: the state of the workspace when it was pulled, read from the history.

use std::collections::HashMap;

use okr_core::change::Change;
use okr_core::id::{ChangeId, Position};
use okr_replica::{Axis, LogFilter, Moment, Place, Point, Reading, Replica};
use uuid::Uuid;

use super::bench::Bench;
use crate::context::{Context, moment_named};
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::plan::{Base, Waiting};
use crate::short_id::{self, Alphabet};

/// Where to find the state that a file is compared with.
pub(super) struct Ground<'r> {
    /// What was confirmed.
    pub(super) reading: Reading<'r>,
    /// What waited then, in order.
    pub(super) over: Vec<Change>,
}

/// What `--base` asks for.
pub(super) enum Asked {
    /// The base in the file.
    InFile,
    /// What is there now.
    Now,
    /// A moment of the history.
    Moment(Moment),
}

/// Reads what `--base` gives.
pub(super) fn asked(
    context: &mut Context,
    replica: &Replica,
    text: Option<&str>,
) -> Result<Asked, CliError> {
    match text {
        None => Ok(Asked::InFile),
        Some("now") => Ok(Asked::Now),
        Some(text) => {
            let at = moment_named(context, replica, (text, Axis::Recorded))
                .map_err(|error| error.with_hint("--base takes a position, a change or now"))?;
            Ok(Asked::Moment(at.moment))
        }
    }
}

/// Says what the base of a file is that is pulled now.
pub(super) fn of_now(replica: &Replica) -> Result<Base, CliError> {
    let head = replica.info().map_err(failure::replica)?.head;
    let waiting = waiting(replica, head)?;
    let full = |change: &Change| short_id::full(Alphabet::Change, change.id.uuid());
    Ok(Base {
        position: head.get(),
        waiting: match waiting.last() {
            None => Waiting::Nothing,
            // Without a server everything waits, and keeps its order when it gets one.
            Some(last) if head == Position::ZERO => Waiting::Until {
                change: full(last),
                count: waiting.len(),
            },
            Some(_) => Waiting::Changes(waiting.iter().map(full).collect()),
        },
    })
}

/// Returns what waits for the server and is in effect, oldest first.
fn waiting(replica: &Replica, head: Position) -> Result<Vec<Change>, CliError> {
    let filter = LogFilter {
        after_position: Some(head),
        pending: true,
        oldest_first: true,
        ..LogFilter::default()
    };
    let entries = replica.log(&filter).map_err(failure::replica)?;
    let waiting = entries
        .into_iter()
        .filter(|entry| entry.place == Place::Pending);
    Ok(waiting.filter_map(|entry| entry.change).collect())
}

impl Bench<'_> {
    /// Finds the state that a base names.
    pub(super) fn ground(&self, base: &Base) -> Result<Ground<'_>, CliError> {
        let head = self.replica.info().map_err(failure::replica)?.head;
        if base.position > head.get() {
            let message = format!(
                "the plan was pulled at position {}, and the history here ends at {}",
                base.position,
                head.get()
            );
            return Err(not_here(message).with_hint("okr sync, then try again"));
        }
        match &base.waiting {
            Waiting::Nothing => self.at(base.position, Vec::new()),
            Waiting::Changes(ids) => self.at(base.position, self.changes(ids)?),
            Waiting::Until { change, count } => self.until(base.position, (change, *count)),
        }
    }

    fn at(&self, position: u64, over: Vec<Change>) -> Result<Ground<'_>, CliError> {
        let moment = Moment {
            point: Point::Position(Position::new(position)),
            ..Moment::now(self.clock.today())
        };
        let reading = self.replica.reading(moment).map_err(failure::replica)?;
        Ok(Ground { reading, over })
    }

    /// Finds the state after a change of a workspace that had no server then.
    ///
    /// Without all the changes that counted then, the state would be another one, and what was taken
    /// back since would look like an edit in the file.
    fn until(&self, position: u64, (id, count): (&str, usize)) -> Result<Ground<'_>, CliError> {
        let last = change_id(id)?;
        let entry = self.replica.change(last).map_err(failure::replica)?;
        match &entry {
            Some(entry) if entry.change.is_none() => return Err(failure::newer(&shown(id))),
            Some(_) => {}
            // Nobody knows it, or it was taken back.
            None => drop(self.put_away(id)?),
        }
        let all_are_here = |here: usize| {
            if here == count {
                return Ok(());
            }
            let message = "changes that counted when the plan was pulled were taken back since";
            Err(not_here(message.to_owned())
                .with_hint("okr plan pull writes a new one")
                .with_hint("--base now takes what the file says for what is meant"))
        };
        if let Some(Place::Confirmed { position, .. }) = entry.map(|entry| entry.place) {
            all_are_here(usize::try_from(position.get()).unwrap_or(usize::MAX))?;
            return self.at(position.get(), Vec::new());
        }
        let mut over = waiting(self.replica, Position::new(position))?;
        let before = over.iter().position(|change| change.id == last);
        over.truncate(before.map_or(0, |before| before + 1));
        all_are_here(over.len())?;
        self.at(position, over)
    }

    /// Finds the changes that waited when a plan was pulled, wherever they are now.
    fn changes(&self, ids: &[String]) -> Result<Vec<Change>, CliError> {
        // Read once: each look for a single one reads all that wait.
        let head = self.replica.info().map_err(failure::replica)?.head;
        let waiting = waiting(self.replica, head)?.into_iter();
        let waiting: HashMap<ChangeId, Change> =
            waiting.map(|change| (change.id, change)).collect();
        let found = ids.iter().map(|full| {
            let id = change_id(full)?;
            if let Some(change) = waiting.get(&id) {
                return Ok(change.clone());
            }
            match self.replica.change(id).map_err(failure::replica)? {
                Some(entry) => entry.change.ok_or_else(|| failure::newer(&shown(full))),
                None => self.put_away(full),
            }
        });
        found.collect()
    }

    /// Finds a change that counted when a plan was pulled, and does no longer.
    fn put_away(&self, full: &str) -> Result<Change, CliError> {
        let (id, short) = (change_id(full)?, shown(full));
        let conflicts = self.replica.conflicts().map_err(failure::replica)?;
        let mut conflicts = conflicts.into_iter().map(|conflict| conflict.change);
        if let Some(change) = conflicts.find(|change| change.id == id) {
            return Ok(change);
        }
        let dropped = self.replica.dropped().map_err(failure::replica)?;
        let mut dropped = dropped.into_iter().map(|dropped| dropped.change);
        dropped.find(|change| change.id == id).ok_or_else(|| {
            not_here(format!(
                "the plan was pulled with change {short}, which is not here"
            ))
            .with_hint("okr sync, here and on the machine where the plan was pulled")
            .with_hint("--base now takes what the file says for what is meant")
        })
    }
}

/// Reads the full id of a change.
fn change_id(full: &str) -> Result<ChangeId, CliError> {
    short_id::hex_end(Alphabet::Change, full)
        .and_then(|hex| Uuid::parse_str(&hex).ok())
        .map(ChangeId::new)
        .ok_or_else(|| not_here(format!("\"{full}\" is no id of a change")))
}

/// Shortens a full id as it is shown.
fn shown(full: &str) -> String {
    full.chars().take(Alphabet::Change.shown_length()).collect()
}

fn not_here(message: String) -> CliError {
    CliError::user("unknown-base", message).with_exit(Exit::NotFound)
}
