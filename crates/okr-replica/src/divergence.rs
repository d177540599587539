//! Where the server's history left the one that is here, and what it no longer has.
//!
//! A server that was restored from an older backup looks like this, alone or with other changes on
//! top. Nothing is written here; `restored.rs` follows such a server when a person wants that.

mod theirs;

use std::ops::ControlFlow;

use bytes::Bytes;
use okr_core::id::{ChangeId, PersonId, Position};
use okr_log::{Hash, RecordTextView, RecordView};
use okr_proto::{Decoded, EncodedChange, SaltedText, ToCore as _, decode_record};
use rusqlite::Connection;

use crate::error::ReplicaError;
use crate::integrity::IntegrityError;
use crate::log::{self, LogEntry};
use crate::remote::{Pulled, Remote, RemoteError};
use crate::replica::Replica;
use crate::sync::SyncError;
use crate::{meta, record};

use theirs::Theirs;
pub(crate) use theirs::pull_verified;

/// How the server's history differs from the one that is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// Up to where both are the same.
    pub common: Position,
    /// The newest position here.
    pub here: Position,
    /// The newest position of the server.
    pub server: Position,
    /// The confirmed changes that the server does not have, oldest first.
    pub lost: Vec<LostChange>,
    /// The changes that stand in both and do not say the same, oldest first. A backup does not do
    /// that: somebody rewrote history.
    pub altered: Vec<ChangeId>,
}

/// A change that was confirmed and that the server no longer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LostChange {
    /// Where it stands here.
    pub position: Position,
    /// The change.
    pub id: ChangeId,
    /// Who made it.
    pub author: PersonId,
    /// Whether it is one's own and can be pushed again.
    pub again: bool,
}

impl Divergence {
    /// Two histories that are the same up to a position.
    pub(crate) const fn none(here: Position) -> Self {
        Self {
            common: here,
            here,
            server: here,
            lost: Vec::new(),
            altered: Vec::new(),
        }
    }

    /// Says whether the server has nothing that is not here.
    pub fn is_behind(&self) -> bool {
        self.server == self.common
    }

    /// Counts the lost changes of each person, of the one with the most first.
    pub fn authors(&self) -> Vec<(PersonId, usize)> {
        let mut counted: Vec<(PersonId, usize)> = Vec::new();
        for lost in &self.lost {
            match counted
                .iter_mut()
                .find(|(author, _)| *author == lost.author)
            {
                Some((_, count)) => *count += 1,
                None => counted.push((lost.author, 1)),
            }
        }
        counted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counted
    }
}

impl Replica {
    /// Compares the server's history with the one that is here; none when it only goes on from it.
    ///
    /// What the server says is believed only if the pinned key signed it.
    ///
    /// # Errors
    /// As [`Replica::sync`].
    pub fn divergence(&self, remote: &mut dyn Remote) -> Result<Option<Divergence>, SyncError> {
        let db = self.db();
        let here = meta::head(db)?;
        let server_head = match first_record(remote, here)? {
            Follows::Record(_) | Follows::Nothing => here,
            Follows::Ahead(head) => head,
        };
        let halved = last_equal(db, remote, server_head)?;
        let (common, theirs) = match Theirs::pull(db, remote, halved) {
            Ok(theirs) => (halved, theirs),
            // The histories are the same again after they differed: no backup, but single changes
            // that were rewritten.
            Err(SyncError::Integrity(
                IntegrityError::Root { .. } | IntegrityError::NotAnExtension { .. },
            )) => {
                let walked = last_of_the_same_beginning(db, remote)?;
                (walked, Theirs::pull(db, remote, walked)?)
            }
            Err(error) => return Err(error),
        };
        if common == here {
            return Ok(None);
        }
        Ok(Some(theirs.compare(db, common, here)?))
    }

    /// Looks for the reason of a failed sync: [`SyncError::Diverged`] when it is a history that is
    /// not the one that is here any more, else the error as it was.
    ///
    /// [`Replica::sync`] does so itself; whoever follows the server asks here.
    pub fn diagnose(&self, remote: &mut dyn Remote, error: SyncError) -> SyncError {
        explain(self, remote, error)
    }

    /// Returns what confirmed changes say.
    ///
    /// # Errors
    /// The store's failures.
    pub fn entries(&self, changes: &[LostChange]) -> Result<Vec<LogEntry>, ReplicaError> {
        let mut entries = Vec::with_capacity(changes.len());
        for change in changes {
            entries.extend(log::entry(self.db(), change.position)?);
        }
        Ok(entries)
    }
}

/// Looks for the reason of a failed sync: a history that is not the one that is here any more.
pub(crate) fn explain(replica: &Replica, remote: &mut dyn Remote, error: SyncError) -> SyncError {
    let is_suspicious = match &error {
        SyncError::Remote(error) => matches!(error, RemoteError::Ahead { .. }),
        SyncError::Integrity(error) => match error {
            IntegrityError::Root { .. }
            | IntegrityError::NotAnExtension { .. }
            | IntegrityError::Repeated { .. }
            | IntegrityError::ClockBackwards { .. }
            | IntegrityError::Altered { .. } => true,
            IntegrityError::PinnedKey(_)
            | IntegrityError::Gap { .. }
            | IntegrityError::Record { .. }
            | IntegrityError::NoCheckpoint { .. }
            | IntegrityError::Checkpoint(_)
            | IntegrityError::Size { .. }
            | IntegrityError::NotInLog { .. } => false,
        },
        SyncError::NotConnected | SyncError::Replica(_) | SyncError::Diverged { .. } => false,
    };
    if !is_suspicious {
        return error;
    }
    match replica.divergence(remote) {
        Ok(Some(divergence)) => SyncError::Diverged {
            divergence: Box::new(divergence),
            cause: Box::new(error),
        },
        // It is no server of this organisation at all.
        Err(wrong @ SyncError::Integrity(IntegrityError::Checkpoint(_))) => wrong,
        Ok(None) | Err(_) => error,
    }
}

/// Compares the history that is here with one that was pulled and verified.
pub(crate) fn between(db: &Connection, fresh: &Connection) -> Result<Divergence, ReplicaError> {
    let here = meta::head(db)?;
    let newest = here.min(meta::head(fresh)?);
    let mut common = Position::ZERO;
    while common < newest {
        let next = common.next();
        if stored_leaf(db, next)? != stored_leaf(fresh, next)? {
            break;
        }
        common = next;
    }
    Theirs::stored(fresh, common)?.compare(db, common, here)
}

/// What follows a position on the server.
enum Follows {
    Record(Hash),
    Nothing,
    /// The log ends before that position.
    Ahead(Position),
}

/// Asks for the record that follows a position.
fn first_record(remote: &mut dyn Remote, after: Position) -> Result<Follows, SyncError> {
    let mut found = Follows::Nothing;
    let mut problem = None;
    let pulled = remote.pull(after, u64::MAX, &mut |pulled| match pulled {
        Pulled::Directory(_) => ControlFlow::Continue(()),
        Pulled::Checkpoint(_) => ControlFlow::Break(()),
        Pulled::Records(records) => {
            match records.first().map(|bytes| leaf(bytes, after.next())) {
                Some(Ok(leaf)) => found = Follows::Record(leaf),
                Some(Err(error)) => problem = Some(error),
                None => return ControlFlow::Continue(()),
            }
            ControlFlow::Break(())
        }
    });
    match (problem, pulled) {
        (Some(problem), _) => Err(problem.into()),
        (None, Ok(())) => Ok(found),
        (None, Err(RemoteError::Ahead { head })) => Ok(Follows::Ahead(head)),
        (None, Err(error)) => Err(error.into()),
    }
}

fn leaf(bytes: &Bytes, expected: Position) -> Result<Hash, IntegrityError> {
    Ok(parse(bytes, expected)?.leaf_hash())
}

fn parse(bytes: &Bytes, expected: Position) -> Result<RecordView<'_>, IntegrityError> {
    let view = RecordView::parse(bytes).map_err(|error| IntegrityError::Record {
        position: expected,
        problem: error.into(),
    })?;
    let found = view.position().to_core();
    if found == expected {
        Ok(view)
    } else {
        Err(IntegrityError::Gap { expected, found })
    }
}

/// Finds the last position at which both have the same record, asking for a record at a time.
///
/// What it finds is verified afterwards: the checkpoint of the server must fit it.
fn last_equal(
    db: &Connection,
    remote: &mut dyn Remote,
    newest: Position,
) -> Result<Position, SyncError> {
    let mut agrees = |position: u64| -> Result<bool, SyncError> {
        let ours = stored_leaf(db, Position::new(position))?;
        Ok(
            match first_record(remote, Position::new(position.saturating_sub(1)))? {
                Follows::Record(theirs) => theirs == ours,
                Follows::Nothing | Follows::Ahead(_) => false,
            },
        )
    };
    let (mut equal, mut different) = (0, newest.get() + 1);
    // Usually the server has nothing but what is here.
    let mut probe = newest.get();
    while different - equal > 1 {
        if agrees(probe)? {
            equal = probe;
        } else {
            different = probe;
        }
        probe = equal + (different - equal) / 2;
    }
    Ok(Position::new(equal))
}

/// Finds the last position up to which both have the same records, from the first one on.
///
/// What it finds is verified afterwards, as with [`last_equal`].
pub(crate) fn last_of_the_same_beginning(
    db: &Connection,
    remote: &mut dyn Remote,
) -> Result<Position, SyncError> {
    let ours = leaves(db)?;
    let (mut same, mut problem) = (0, None);
    remote.pull(Position::ZERO, u64::MAX, &mut |pulled| {
        let Pulled::Records(records) = pulled else {
            return ControlFlow::Continue(());
        };
        for bytes in records {
            match leaf(&bytes, Position::new(same as u64 + 1)) {
                Ok(theirs) if ours.get(same) == Some(&theirs) => same += 1,
                Ok(_) => return ControlFlow::Break(()),
                Err(error) => {
                    problem = Some(error);
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    })?;
    match problem {
        Some(problem) => Err(problem.into()),
        None => Ok(Position::new(same as u64)),
    }
}

fn stored_leaf(db: &Connection, position: Position) -> Result<Hash, ReplicaError> {
    let leaf = db
        .prepare_cached("SELECT leaf FROM records WHERE position = ?1")?
        .query_row([record::number(position)], |row| row.get(0))?;
    Ok(Hash(leaf))
}

/// Returns the hashes that are kept of all records, in order.
pub(crate) fn leaves(db: &Connection) -> Result<Vec<Hash>, ReplicaError> {
    let mut statement = db.prepare_cached("SELECT leaf FROM records ORDER BY position")?;
    let leaves = statement.query_map([], |row| row.get(0).map(Hash))?;
    Ok(leaves.collect::<Result<_, _>>()?)
}

/// Returns a confirmed change in the form in which it was pushed; none when that is not known any
/// more, because a text was erased or a newer program wrote it.
pub(crate) fn as_pushed(
    db: &Connection,
    position: Position,
) -> Result<Option<(okr_core::change::Change, EncodedChange)>, ReplicaError> {
    let bytes = record::stored(db, position)?;
    let view = record::view(&bytes, position)?;
    let Decoded::Known(change) = decode_record(&view)? else {
        return Ok(None);
    };
    let texts = view.texts().map(|text| match text {
        RecordTextView::Present { salt, text } => Some(SaltedText {
            salt: *salt,
            text: text.to_owned(),
        }),
        RecordTextView::Erased { .. } => None,
    });
    let Some(texts) = texts.collect::<Option<Vec<_>>>() else {
        return Ok(None);
    };
    let body = Bytes::copy_from_slice(view.body());
    Ok(Some((change, EncodedChange { body, texts })))
}
