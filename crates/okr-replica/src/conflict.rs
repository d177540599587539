//! Conflicts: pending changes that no longer fit. Kept until a person decides, and out of the state.

mod afresh;

use std::collections::BTreeMap;

use okr_core::Date;
use okr_core::admit::{Context, Verdict, admit};
use okr_core::change::Change;
use okr_core::id::{ChangeId, Position};
use okr_core::view::{Overlay, View};
use okr_proto::Refusal;
use rusqlite::{Connection, Row};
use uuid::Uuid;

use crate::error::ReplicaError;
use crate::pending::{self, PendingChange};
use crate::rebase::{self, Bench};
use crate::replica::Replica;

/// A change that the rules refuse, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The change, as it was written here.
    pub change: Change,
    /// Why it does not fit. The fact `follows` names a refused change that it depends on.
    pub refusal: Refusal,
    /// The newest confirmed position when it was refused.
    pub seen_at: Position,
}

/// The name of the fact with the refused change that a refused change depends on.
pub(crate) const FOLLOWS: &str = "follows";

/// What a person decides about a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Make the same edits again, knowing what the values are now.
    Mine,
    /// Drop the change.
    Theirs,
}

/// What came of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// The edits were made again by this change, which is pending now.
    Again(Change),
    /// Everything was already as the change wants it; the conflict is gone.
    AlreadySo,
    /// The change was dropped.
    Dropped,
    /// The rules refuse the edits as they stand now, too; the conflict is kept.
    StillRefused(Refusal),
    /// No conflict has this id.
    NoSuchConflict,
}

impl Replica {
    /// Returns the changes that a person has to decide about, oldest first.
    ///
    /// # Errors
    /// Only when the store fails.
    pub fn conflicts(&self) -> Result<Vec<Conflict>, ReplicaError> {
        all(self.db())
    }

    /// Settles a conflict; durable when it returns.
    ///
    /// `new_id` is the id of the change that [`Resolution::Mine`] makes; when it is a UUIDv7, the
    /// change is authored at its time, else at the time of the original.
    ///
    /// # Errors
    /// Only when the store fails. What the rules refuse is a [`Resolved`].
    pub fn resolve(
        &mut self,
        change: ChangeId,
        resolution: Resolution,
        new_id: ChangeId,
        today: Date,
    ) -> Result<Resolved, ReplicaError> {
        self.write(|db| {
            let kept = all(db)?;
            let Some(conflict) = kept.into_iter().find(|kept| kept.change.id == change) else {
                return Ok(Resolved::NoSuchConflict);
            };
            let resolved = match resolution {
                Resolution::Mine => make_again(db, conflict.change, new_id, today)?,
                Resolution::Theirs => Resolved::Dropped,
            };
            match resolved {
                Resolved::Again(_) | Resolved::AlreadySo | Resolved::Dropped => {
                    remove(db, change)?;
                }
                Resolved::StillRefused(_) | Resolved::NoSuchConflict => {}
            }
            Ok(resolved)
        })
    }
}

fn make_again(
    db: &Connection,
    mut change: Change,
    new_id: ChangeId,
    today: Date,
) -> Result<Resolved, ReplicaError> {
    change.id = new_id;
    if let Some(made) = new_id.uuid().get_timestamp() {
        change.authored_at = moment_of(made).unwrap_or(change.authored_at);
    }
    let bench = Bench::read(db)?;
    let view = rebase::head_view(db)?;
    let mut state = Overlay::new(&view);
    rebase::rebase_onto(&mut state, bench, pending::all(db)?)?;
    see_now(&state, &mut change)?;
    let context = Context {
        author: bench.me,
        today,
    };
    Ok(match admit(&state, &context, bench.org, &change)? {
        Verdict::Rejected(rejection) => Resolved::StillRefused(Refusal::from(&rejection)),
        Verdict::AlreadySo => Resolved::AlreadySo,
        Verdict::Admitted => {
            pending::append(db, &change, &pending::encode(&change)?)?;
            Resolved::Again(change)
        }
    })
}

/// Lets every event of a change see the state that it meets.
fn see_now<V: View>(state: &V, change: &mut Change) -> Result<(), V::Error> {
    let mut overlay = Overlay::new(state);
    for event in &mut change.events {
        if let Some(now) = overlay.entity(event.subject())? {
            afresh::see_now(event, &now);
        }
        overlay.apply_event(event)?;
    }
    Ok(())
}

fn moment_of(made: uuid::Timestamp) -> Option<okr_core::Timestamp> {
    let (seconds, nanoseconds) = made.to_unix();
    let nanoseconds = i32::try_from(nanoseconds).ok()?;
    okr_core::Timestamp::new(i64::try_from(seconds).ok()?, nanoseconds).ok()
}

/// Moves a pending change to the conflicts.
pub(crate) fn keep(
    db: &Connection,
    pending: &PendingChange,
    refusal: &Refusal,
    seen_at: Position,
) -> Result<(), ReplicaError> {
    pending::remove(db, pending.change.id)?;
    let facts = serde_json::to_string(&refusal.facts).expect("a map of strings is JSON");
    db.prepare_cached(
        "INSERT OR REPLACE INTO conflicts
         (change_id, authored_at, body, texts, code, message, subject, facts, seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute((
        pending.change.id.to_bytes(),
        pending.change.authored_at.as_microsecond(),
        pending.encoded.body.as_ref(),
        pending::write_texts(&pending.encoded.texts),
        &refusal.code,
        &refusal.message,
        refusal.subject.map(Uuid::into_bytes),
        facts,
        i64::try_from(seen_at.get()).unwrap_or(i64::MAX),
    ))?;
    Ok(())
}

/// Returns every conflict, oldest first.
pub(crate) fn all(db: &Connection) -> Result<Vec<Conflict>, ReplicaError> {
    let mut statement = db.prepare_cached(
        "SELECT body, texts, code, message, subject, facts, seen_at FROM conflicts ORDER BY ordinal",
    )?;
    let mut rows = statement.query([])?;
    let mut conflicts = Vec::new();
    while let Some(row) = rows.next()? {
        conflicts.push(read(row)?);
    }
    Ok(conflicts)
}

fn read(row: &Row<'_>) -> Result<Conflict, ReplicaError> {
    let texts: Vec<u8> = row.get(1)?;
    let subject: Option<[u8; 16]> = row.get(4)?;
    let facts: String = row.get(5)?;
    let facts: BTreeMap<String, String> =
        serde_json::from_str(&facts).map_err(ReplicaError::damaged)?;
    let seen_at: i64 = row.get(6)?;
    Ok(Conflict {
        change: pending::decode(&pending::read_encoded(row.get(0)?, &texts)?)?,
        refusal: Refusal {
            code: row.get(2)?,
            message: row.get(3)?,
            subject: subject.map(Uuid::from_bytes),
            facts,
        },
        seen_at: Position::new(u64::try_from(seen_at).unwrap_or(0)),
    })
}

fn remove(db: &Connection, id: ChangeId) -> Result<(), ReplicaError> {
    db.prepare_cached("DELETE FROM conflicts WHERE change_id = ?1")?
        .execute([id.to_bytes()])?;
    Ok(())
}
