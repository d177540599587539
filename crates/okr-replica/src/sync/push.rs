//! Pushing: in pieces within the limits, again when an answer gets lost.

use okr_core::id::{ChangeId, Position};
use okr_proto::{EncodedChange, PushOutcome, Refusal};
use rusqlite::Connection;

use super::blame::Blame;
use super::{MAX_ATTEMPTS, SyncError, SyncProgress, Tally};
use crate::conflict::{self, Conflict};
use crate::error::ReplicaError;
use crate::pending::{self, PendingChange};
use crate::remote::{MAX_DIRECTORY_ENTRIES, MAX_PUSH_BYTES, MAX_PUSH_CHANGES, Remote, RemoteError};
use crate::replica::Replica;

/// What a change takes in a push beside its body and texts, at most, in bytes.
const CHANGE_OVERHEAD_BYTES: usize = 16;
/// What a text takes in a push beside itself, at most, in bytes: salt, tags and lengths.
const TEXT_OVERHEAD_BYTES: usize = 32;
/// What a push takes beside its changes, at most, in bytes.
const PUSH_OVERHEAD_BYTES: usize = 32;

/// Pushes the directory entries that the server does not have, before anything names these people.
///
/// Returns how many, and why the server refused them if it did, which stops nothing else.
pub(super) fn people(
    replica: &mut Replica,
    remote: &mut dyn Remote,
) -> Result<(usize, Option<RemoteError>), SyncError> {
    let entries = replica.directory_to_push()?;
    for piece in entries.chunks(MAX_DIRECTORY_ENTRIES) {
        match again_when_lost(|| remote.update_directory(piece.to_vec())) {
            Ok(_) => replica.directory_pushed(piece)?,
            Err(
                error @ (RemoteError::NotPermitted { .. }
                | RemoteError::Refused { .. }
                | RemoteError::TooLarge { .. }),
            ) => return Ok((0, Some(error))),
            Err(error) => return Err(error.into()),
        }
    }
    Ok((entries.len(), None))
}

/// Pushes every pending change and deals with the answers.
pub(super) fn changes(
    replica: &mut Replica,
    remote: &mut dyn Remote,
    tally: &mut Tally,
    progress: &mut dyn FnMut(SyncProgress),
) -> Result<(), SyncError> {
    let mut waiting = pending::all(replica.db())?;
    let base = replica.info()?.head;
    let mut blame = Blame::of(&conflict::all(replica.db())?);
    let mut done = 0;
    let mut most = MAX_PUSH_CHANGES;
    while let Some(piece) = next_piece(&waiting[done..], most) {
        let gone = offer(replica, piece)?;
        if !gone.is_empty() {
            waiting.retain(|pending| !gone.contains(&pending.change.id));
            continue;
        }
        let offered = || {
            piece
                .iter()
                .map(|pending| pending.encoded.clone())
                .collect()
        };
        let outcomes = match again_when_lost(|| remote.push(base, offered())) {
            Ok(outcomes) if outcomes.len() == piece.len() => outcomes,
            Ok(outcomes) => {
                let (answers, offered) = (outcomes.len(), piece.len());
                return Err(SyncError::Remote(RemoteError::Nonsense {
                    problem: format!("{answers} answers to {offered} changes"),
                }));
            }
            // What the server cannot read it never will: it stays here, and the others go.
            Err(RemoteError::InvalidChange { index: 0, problem }) => {
                vec![PushOutcome::Rejected(unreadable("invalid-change", problem))]
            }
            Err(RemoteError::InvalidChange { index, .. }) if index < piece.len() => {
                most = index;
                continue;
            }
            Err(error @ RemoteError::TooLarge { .. }) if piece.len() == 1 => {
                vec![PushOutcome::Rejected(unreadable(
                    "too-large",
                    error.to_string(),
                ))]
            }
            Err(RemoteError::TooLarge { .. }) => {
                most = piece.len() / 2;
                continue;
            }
            Err(error) => {
                if error.took_nothing() {
                    refused(replica, piece)?;
                }
                return Err(error.into());
            }
        };
        let answered = &piece[..outcomes.len()];
        replica.write(|db| note(db, answered, outcomes, (base, &mut blame), tally))?;
        done += answered.len();
        most = MAX_PUSH_CHANGES;
        progress(SyncProgress::Pushed {
            done,
            of: waiting.len(),
        });
    }
    Ok(())
}

/// Notes that changes are about to be pushed, and returns those that somebody took out meanwhile.
fn offer(replica: &mut Replica, piece: &[PendingChange]) -> Result<Vec<ChangeId>, ReplicaError> {
    if piece.iter().all(|pending| pending.offered) {
        return Ok(Vec::new());
    }
    replica.write(|db| {
        let mut gone = Vec::new();
        for pending in piece {
            if !pending::offer(db, pending.change.id)? {
                gone.push(pending.change.id);
            }
        }
        Ok(gone)
    })
}

/// Notes that the server took none of the changes that were offered now.
fn refused(replica: &mut Replica, piece: &[PendingChange]) -> Result<(), ReplicaError> {
    replica.write(|db| {
        for pending in piece.iter().filter(|pending| !pending.offered) {
            pending::offer_refused(db, pending.change.id)?;
        }
        Ok(())
    })
}

/// Makes what the server answered to changes durable, all of it at once.
fn note(
    db: &Connection,
    answered: &[PendingChange],
    outcomes: Vec<PushOutcome>,
    (base, blame): (Position, &mut Blame),
    tally: &mut Tally,
) -> Result<(), ReplicaError> {
    for (pending, outcome) in answered.iter().zip(outcomes) {
        let id = pending.change.id;
        match outcome {
            PushOutcome::Accepted {
                position,
                recorded_at,
            } => {
                tally.pushed += 1;
                tally.server_time.get_or_insert(recorded_at);
                tally.appended.push((id, position));
            }
            PushOutcome::Duplicate { position } => {
                tally.duplicates += 1;
                tally.appended.push((id, position));
            }
            PushOutcome::AlreadySo => {
                if pending::remove(db, id)? {
                    tally.already_so += 1;
                }
            }
            PushOutcome::Rejected(refusal) => {
                let refusal = blame.explain(&pending.change, refusal);
                if conflict::keep(db, pending, &refusal, base)? {
                    tally.conflicts.push(Conflict {
                        change: pending.change.clone(),
                        refusal,
                        seen_at: base,
                    });
                }
            }
        }
    }
    Ok(())
}

/// Returns the first changes that fit into one push; none when there is none left.
fn next_piece(waiting: &[PendingChange], most: usize) -> Option<&[PendingChange]> {
    let mut bytes = PUSH_OVERHEAD_BYTES;
    let mut count = 0;
    for pending in waiting.iter().take(most) {
        bytes += size(&pending.encoded);
        if bytes > MAX_PUSH_BYTES && count > 0 {
            break;
        }
        count += 1;
    }
    if count == 0 {
        None
    } else {
        Some(&waiting[..count])
    }
}

/// The most bytes that a change can take in a push.
fn size(encoded: &EncodedChange) -> usize {
    let texts: usize = encoded
        .texts
        .iter()
        .map(|text| TEXT_OVERHEAD_BYTES + text.text.len())
        .sum();
    CHANGE_OVERHEAD_BYTES + encoded.body.len() + texts
}

fn unreadable(code: &str, message: String) -> Refusal {
    Refusal {
        code: code.to_owned(),
        message,
        subject: None,
        facts: std::collections::BTreeMap::new(),
    }
}

/// Makes a call that may safely be made twice, again when its answer gets lost.
fn again_when_lost<T>(mut call: impl FnMut() -> Result<T, RemoteError>) -> Result<T, RemoteError> {
    let mut attempt = 1;
    loop {
        match call() {
            Err(error) if error.is_lost_answer() && attempt < MAX_ATTEMPTS => attempt += 1,
            outcome => return outcome,
        }
    }
}
