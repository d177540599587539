//! Following a server that was restored from an older backup, when a person wants that.
//!
//! The server's log is pulled and verified into a replica beside the one that is in use. Then one
//! transaction puts its history in place of the old one and lets the own changes that the server
//! lost wait again, with the ids that they have. A file is not exchanged: another process that has
//! the old one open would go on writing into it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use okr_core::Timestamp;
use okr_core::change::Change;
use okr_core::event::{Event, PersonEvent};
use okr_core::id::{ChangeId, PersonId};
use okr_proto::EncodedChange;
use rusqlite::Connection;

use crate::divergence::{self, Divergence, LostChange};
use crate::error::ReplicaError;
use crate::integrity::IntegrityError;
use crate::meta::{self, NewReplica};
use crate::operation::{self, Did};
use crate::remote::Remote;
use crate::replica::Replica;
use crate::sync::{SyncError, SyncProgress, pull_all};
use crate::{inbox, pending, people, rebase, record, schema, search};

/// How the directories begin in which a replica is built beside the one in use.
const BUILDING: &str = "rebuilding-";
/// The tables that hold what the server says; all others belong to this device.
pub(crate) const TABLES_OF_THE_SERVER: [&str; 7] = [
    "authors",
    "records",
    "change_ends",
    "entity_ends",
    "versions",
    "upgrades",
    "erased_texts",
];

/// The server's whole history, verified, beside the replica that is still in use.
///
/// Dropping it forgets it.
#[derive(Debug)]
pub struct Rebuilt {
    directory: PathBuf,
    fresh: Option<Replica>,
    divergence: Divergence,
}

/// What came of following the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenOver {
    /// One's own changes that the server had lost; they wait to be pushed again.
    pub again: Vec<ChangeId>,
    /// The lost changes that are not among those: of others, or not to be pushed again.
    pub gone: Vec<LostChange>,
    /// The waiting changes that do not fit what is confirmed now, as when they build on something
    /// of `gone`.
    pub unfitting: Vec<ChangeId>,
    /// The replica as it was before.
    pub copy: PathBuf,
}

impl Rebuilt {
    /// Returns how the history that was in use differs from the server's.
    pub const fn divergence(&self) -> &Divergence {
        &self.divergence
    }

    fn fresh(&self) -> &Replica {
        self.fresh
            .as_ref()
            .expect("it is there until the whole is dropped")
    }
}

impl Drop for Rebuilt {
    fn drop(&mut self) {
        drop(self.fresh.take());
        // What is left is cleared away the next time.
        fs::remove_dir_all(&self.directory).ok();
    }
}

impl Replica {
    /// Pulls the server's whole log and verifies it, and leaves what is in use as it is.
    ///
    /// # Errors
    /// As [`Replica::sync`]; [`SyncError::Diverged`] when the server says something else about a
    /// change that is here, which no backup explains.
    pub fn rebuild(
        &self,
        remote: &mut dyn Remote,
        now: Timestamp,
        progress: &mut dyn FnMut(SyncProgress),
    ) -> Result<Rebuilt, SyncError> {
        let info = self.info()?;
        if info.remote.is_none() {
            return Err(SyncError::NotConnected);
        }
        let home = self.directory_path()?;
        clear_away(&home);
        let directory = home.join(format!("{BUILDING}{}", std::process::id()));
        let new = NewReplica {
            org: info.org,
            me: info.me,
            remote: info.remote,
        };
        let fresh = Replica::create(&directory, &new)?;
        let mut rebuilt = Rebuilt {
            directory,
            fresh: Some(fresh),
            divergence: Divergence::none(info.head),
        };
        let fresh = rebuilt.fresh.as_mut().expect("it was put there just now");
        pull_all(fresh, remote, now, progress)?;
        rebuilt.divergence = divergence::between(self.db(), fresh.db())?;
        if let Some(change) = rebuilt.divergence.altered.first().copied() {
            return Err(SyncError::Diverged {
                divergence: Box::new(rebuilt.divergence.clone()),
                cause: Box::new(IntegrityError::Altered { change }.into()),
            });
        }
        Ok(rebuilt)
    }

    /// Puts the server's history in place of the one in use. Durable when it returns.
    ///
    /// One's own changes that the server lost wait again, before those that waited already;
    /// conflicts stay. A copy of the replica as it was is kept beside it, dated by `now`.
    ///
    /// # Errors
    /// [`ReplicaError::Busy`] when another process changed the confirmed history meanwhile; the
    /// store's failures. The history in use is the old one then.
    pub fn take_over(
        &mut self,
        rebuilt: Rebuilt,
        now: Timestamp,
    ) -> Result<TakenOver, ReplicaError> {
        let home = self.directory_path()?;
        let copy = free_name(&home, now)?;
        let path = rebuilt.directory.join(schema::FILE_NAME);
        let attached = path.to_string_lossy();
        self.db()
            .execute("ATTACH DATABASE ?1 AS fresh", [attached.as_ref()])?;
        // What is put in other places here is not written anew.
        let operation = self.operation.take();
        let done = self.write(|db| {
            if meta::head(db)? != rebuilt.divergence.here {
                return Err(ReplicaError::Busy);
            }
            // Nothing changes while this transaction is open, and it has written nothing yet.
            keep_copy(&home, &copy)?;
            let again = exchange(db, &rebuilt)?;
            if let Some(operation) = &operation {
                let noted: Vec<_> = again.iter().map(|id| (*id, Did::Again)).collect();
                operation::note_changes(db, operation, &noted)?;
            }
            Ok(again)
        });
        self.operation = operation;
        let detached = self.db().execute_batch("DETACH DATABASE fresh");
        let again = done?;
        detached?;
        // A large log may leave a large write-ahead log behind. That it stays is no failure.
        let _kept = self
            .db()
            .execute_batch("PRAGMA main.wal_checkpoint(TRUNCATE)");
        let rebased = rebase::rebase(self.db())?;
        let gone = rebuilt.divergence.lost.iter().filter(|lost| !lost.again);
        let gone = gone.copied().collect();
        drop(rebuilt);
        Ok(TakenOver {
            again,
            gone,
            unfitting: rebased
                .refused
                .iter()
                .map(|(pending, _)| pending.change.id)
                .collect(),
            copy,
        })
    }

    fn directory_path(&self) -> Result<PathBuf, ReplicaError> {
        let file = self.db().path().map(Path::new);
        file.and_then(Path::parent)
            .map(Path::to_owned)
            .ok_or_else(|| ReplicaError::damaged("the replica is not in a directory"))
    }
}

/// Removes what an earlier attempt left behind when it was killed.
fn clear_away(home: &Path) {
    let Ok(entries) = fs::read_dir(home) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with(BUILDING) {
            // What cannot be removed is only in the way of its own successor, who says so.
            fs::remove_dir_all(entry.path()).ok();
        }
    }
}

/// Finds a name for the copy that nothing has.
fn free_name(home: &Path, now: Timestamp) -> Result<PathBuf, ReplicaError> {
    let moment = now.strftime("%Y%m%dT%H%M%SZ");
    for number in 1..100 {
        let name = match number {
            1 => format!("replica-before-{moment}.db"),
            _ => format!("replica-before-{moment}-{number}.db"),
        };
        let path = home.join(name);
        let taken = path.try_exists();
        if !taken.map_err(|error| ReplicaError::io(home, error))? {
            return Ok(path);
        }
    }
    let error = io::Error::from(io::ErrorKind::AlreadyExists);
    Err(ReplicaError::io(home, error))
}

/// Copies the replica, which nobody writes to meanwhile; under its name it is complete.
fn keep_copy(home: &Path, copy: &Path) -> Result<(), ReplicaError> {
    let partial = copy.with_extension("partial");
    let io = |error| ReplicaError::io(home, error);
    match fs::remove_file(&partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
        Ok(()) | Err(_) => {}
    }
    let reader = schema::open(home)?;
    reader.execute("VACUUM INTO ?1", [partial.to_string_lossy().as_ref()])?;
    drop(reader);
    let file = fs::File::open(&partial).map_err(io)?;
    file.sync_all().map_err(io)?;
    fs::rename(&partial, copy).map_err(io)?;
    fs::File::open(home)
        .and_then(|directory| directory.sync_all())
        .map_err(io)
}

/// Exchanges the history in the transaction that is open, and returns what waits again.
fn exchange(db: &Connection, rebuilt: &Rebuilt) -> Result<Vec<ChangeId>, ReplicaError> {
    let fresh = rebuilt.fresh();
    let mut own = Vec::new();
    for lost in rebuilt.divergence.lost.iter().filter(|lost| lost.again) {
        own.extend(divergence::as_pushed(db, lost.position)?);
    }
    introduce_again(db, fresh, &own)?;
    search::forget(db)?;
    for table in TABLES_OF_THE_SERVER {
        db.execute_batch(&format!(
            "DELETE FROM main.{table}; INSERT INTO main.{table} SELECT * FROM fresh.{table};"
        ))?;
    }
    db.execute_batch(
        "DELETE FROM main.directory WHERE to_push = 0;
         INSERT INTO main.directory SELECT * FROM fresh.directory;
         DELETE FROM main.erased_people;
         INSERT INTO main.erased_people SELECT * FROM fresh.erased_people;
         INSERT OR REPLACE INTO main.meta SELECT * FROM fresh.meta;",
    )?;
    let head = record::number(meta::head(db)?);
    db.execute("UPDATE conflicts SET seen_at = min(seen_at, ?1)", [head])?;
    inbox::look_again_after(db, rebuilt.divergence.common)?;
    wait_again(db, &own)?;
    Ok(own.into_iter().map(|(change, _)| change.id).collect())
}

/// Lets the lost changes wait before those that wait already, and forgets what is confirmed now.
fn wait_again(db: &Connection, own: &[(Change, EncodedChange)]) -> Result<(), ReplicaError> {
    let newest: i64 = db.query_row("SELECT coalesce(max(ordinal), 0) FROM pending", [], |row| {
        row.get(0)
    })?;
    let places = i64::try_from(own.len()).unwrap_or(i64::MAX);
    db.execute(
        "UPDATE pending SET ordinal = ordinal + ?1",
        [newest + places],
    )?;
    for ((change, encoded), ordinal) in own.iter().zip(newest + 1..) {
        pending::append(db, change, encoded)?;
        // It was confirmed once, so that others may have it.
        db.execute(
            "UPDATE pending SET ordinal = ?2, offered = 1 WHERE change_id = ?1",
            (change.id.to_bytes(), ordinal),
        )?;
    }
    for id in pending::ids(db)? {
        if record::find_exact(db, id)?.is_some() {
            pending::forget(db, id)?;
        }
    }
    Ok(())
}

/// Keeps the names of the people whom the lost changes bring back, so that the server is told.
fn introduce_again(
    db: &Connection,
    fresh: &Replica,
    own: &[(Change, EncodedChange)],
) -> Result<(), ReplicaError> {
    let known = fresh.directory()?;
    for entry in people::from_server(db)? {
        if !known.entries.contains_key(&entry.person) && adds(own, entry.person) {
            people::insert_missing(db, &entry)?;
        }
    }
    Ok(())
}

fn adds(own: &[(Change, EncodedChange)], person: PersonId) -> bool {
    let mut events = own.iter().flat_map(|(change, _)| &change.events);
    events.any(|event| matches!(event, Event::Person(id, PersonEvent::Added(_)) if *id == person))
}

#[cfg(test)]
mod tests;
