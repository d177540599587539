//! What the server has where its history left the one that is here, verified.

use std::collections::HashMap;
use std::ops::ControlFlow;

use bytes::Bytes;
use okr_core::id::{ChangeId, Position};
use okr_log::{Frontier, Hash, RecordView, RecordedAt, TokenId};
use okr_proto::ToCore as _;
use rusqlite::Connection;

use super::{Divergence, LostChange, as_pushed, parse};
use crate::error::ReplicaError;
use crate::integrity::IntegrityError;
use crate::pinned::Pinned;
use crate::remote::{Pulled, Remote};
use crate::sync::SyncError;
use crate::{meta, record};

/// What the server has after the common part.
pub(super) struct Theirs {
    head: Position,
    /// Each change with what its author wrote, hashed.
    changes: HashMap<ChangeId, Hash>,
}

impl Theirs {
    /// Pulls what follows a position and verifies all of it with the common part.
    pub(super) fn pull(
        db: &Connection,
        remote: &mut dyn Remote,
        common: Position,
    ) -> Result<Self, SyncError> {
        let mut frontier = frontier_until(db, common)?;
        let remote_info = meta::remote(db)?.ok_or(SyncError::NotConnected)?;
        let pinned = Pinned::new(&remote_info)?;
        let mut changes = HashMap::new();
        pull_verified(remote, (&pinned, &mut frontier), &mut |view, _| {
            changes.insert(view.change_id().to_core(), written(view));
        })?;
        Ok(Self {
            head: Position::new(frontier.size()),
            changes,
        })
    }

    /// Reads what a replica of the server has after a position.
    pub(super) fn stored(fresh: &Connection, common: Position) -> Result<Self, ReplicaError> {
        let mut theirs = Self {
            head: meta::head(fresh)?,
            changes: HashMap::new(),
        };
        for position in common.get() + 1..=theirs.head.get() {
            let position = Position::new(position);
            let bytes = record::stored(fresh, position)?;
            let view = record::view(&bytes, position)?;
            theirs
                .changes
                .insert(view.change_id().to_core(), written(&view));
        }
        Ok(theirs)
    }

    pub(super) fn compare(
        &self,
        db: &Connection,
        common: Position,
        here: Position,
    ) -> Result<Divergence, ReplicaError> {
        let me = meta::me(db)?;
        let mut divergence = Divergence {
            common,
            server: self.head,
            ..Divergence::none(here)
        };
        for position in common.get() + 1..=here.get() {
            let position = Position::new(position);
            let bytes = record::stored(db, position)?;
            let view = record::view(&bytes, position)?;
            let id = view.change_id().to_core();
            match self.changes.get(&id) {
                None => {
                    let author = view.author().to_core();
                    divergence.lost.push(LostChange {
                        position,
                        id,
                        author,
                        again: author == me && as_pushed(db, position)?.is_some(),
                    });
                }
                Some(theirs) if *theirs != written(&view) => divergence.altered.push(id),
                Some(_) => {}
            }
        }
        Ok(divergence)
    }
}

/// Returns the Merkle tree over the first records here.
fn frontier_until(db: &Connection, last: Position) -> Result<Frontier, ReplicaError> {
    let mut frontier = Frontier::new();
    let mut statement =
        db.prepare_cached("SELECT leaf FROM records WHERE position <= ?1 ORDER BY position")?;
    let leaves = statement.query_map([record::number(last)], |row| row.get(0))?;
    for leaf in leaves {
        frontier.push(Hash(leaf?));
    }
    Ok(frontier)
}

/// Pulls what follows the leaves of a tree, and verifies all of it together.
///
/// `each` is given every record as it comes, with the tree up to it; what it was given counts only
/// when this returns.
pub(crate) fn pull_verified(
    remote: &mut dyn Remote,
    (pinned, frontier): (&Pinned, &mut Frontier),
    each: &mut dyn FnMut(&RecordView<'_>, &Frontier),
) -> Result<(), SyncError> {
    let (mut note, mut problem) = (None, None);
    let after = Position::new(frontier.size());
    let pulled = remote.pull(after, u64::MAX, &mut |pulled| {
        match pulled {
            Pulled::Directory(_) => {}
            // The one that comes last speaks of everything.
            Pulled::Checkpoint(text) => note = Some(text),
            Pulled::Records(records) => {
                note = None;
                if let Err(error) = take(&records, frontier, each) {
                    problem = Some(error);
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    });
    if let Some(problem) = problem {
        return Err(problem.into());
    }
    pulled?;
    let position = Position::new(frontier.size());
    let note = note.ok_or(IntegrityError::NoCheckpoint { position })?;
    verify(pinned, &note, (after, frontier))?;
    Ok(())
}

fn take(
    records: &[Bytes],
    frontier: &mut Frontier,
    each: &mut dyn FnMut(&RecordView<'_>, &Frontier),
) -> Result<(), IntegrityError> {
    for bytes in records {
        let view = parse(bytes, Position::new(frontier.size()).next())?;
        frontier.push(view.leaf_hash());
        each(&view, frontier);
    }
    Ok(())
}

fn verify(
    pinned: &Pinned,
    note: &str,
    (after, frontier): (Position, &Frontier),
) -> Result<(), IntegrityError> {
    let signed = pinned.verify(note).map_err(IntegrityError::Checkpoint)?;
    let (position, stated) = (Position::new(frontier.size()), signed.size);
    let computed = frontier.root();
    if stated != position {
        let received = position;
        return Err(IntegrityError::Size { stated, received });
    }
    match (signed.root == computed, position == after) {
        (true, _) => Ok(()),
        (false, true) => Err(IntegrityError::NotAnExtension {
            position,
            computed,
            stated: signed.root,
        }),
        (false, false) => Err(IntegrityError::Root {
            position,
            computed,
            stated: signed.root,
        }),
    }
}

/// Hashes what a person wrote, wherever it stands and whenever it was recorded.
fn written(view: &RecordView<'_>) -> Hash {
    let mut moved = view.to_record();
    moved.position = okr_log::Position::new(1);
    moved.recorded_at = RecordedAt::from_micros(0);
    moved.token = TokenId([0; 16]);
    let bytes = moved
        .encode()
        .expect("a record of the same size was within the limits");
    RecordView::parse(&bytes)
        .expect("what was just encoded is a record")
        .leaf_hash()
}
