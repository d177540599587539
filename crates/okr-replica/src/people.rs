//! The directory in the database: what the server says, and over it what it has yet to be told.

use okr_core::id::PersonId;
use rusqlite::{Connection, Row};

use crate::directory::{Directory, DirectoryEntry};
use crate::erasure;
use crate::error::ReplicaError;
use crate::inbox;
use crate::meta::Meta;
use crate::replica::Replica;

impl Replica {
    /// Returns who the people are.
    ///
    /// # Errors
    /// The store's failures.
    pub fn directory(&self) -> Result<Directory, ReplicaError> {
        let snapshot = self.snapshot()?;
        let version: i64 = Meta::DirectoryVersion.require(snapshot.db)?;
        let mut directory = Directory {
            version: version.cast_unsigned(),
            ..Directory::default()
        };
        // What has to be pushed comes second and takes the place of what the server says.
        for entry in entries(
            snapshot.db,
            "SELECT person, handle, name, email FROM directory ORDER BY to_push",
        )? {
            directory.set(entry);
        }
        directory.erased = erasure::people(snapshot.db)?;
        Ok(directory)
    }

    /// Says who somebody is; kept here until the server was told.
    ///
    /// # Errors
    /// The store's failures; nothing was written then.
    pub fn set_directory_entry(&mut self, entry: &DirectoryEntry) -> Result<(), ReplicaError> {
        self.write(|db| {
            inbox::forget_unread(db)?;
            insert(db, entry, true)
        })
    }

    /// Returns what the server has yet to be told.
    pub(crate) fn directory_to_push(&self) -> Result<Vec<DirectoryEntry>, ReplicaError> {
        entries(
            self.db(),
            "SELECT person, handle, name, email FROM directory WHERE to_push = 1 ORDER BY person",
        )
    }

    /// Notes that the server was told; what was corrected here since then has yet to be pushed.
    pub(crate) fn directory_pushed(
        &mut self,
        pushed: &[DirectoryEntry],
    ) -> Result<(), ReplicaError> {
        self.write(|db| {
            let mut statement = db.prepare_cached(
                "DELETE FROM directory WHERE person = ?1 AND to_push = 1
                     AND handle = ?2 AND name = ?3 AND email = ?4",
            )?;
            for entry in pushed {
                let DirectoryEntry {
                    person,
                    handle,
                    name,
                    email,
                } = entry;
                if statement.execute((person.to_bytes(), handle, name, email))? > 0 {
                    insert(db, entry, false)?;
                }
            }
            Ok(())
        })
    }

    /// Puts what the server says in place of what it said before.
    pub(crate) fn replace_directory(&mut self, directory: &Directory) -> Result<(), ReplicaError> {
        self.write(|db| {
            inbox::forget_unread(db)?;
            erasure::erase_people(db, &directory.erased)?;
            db.execute("DELETE FROM directory WHERE to_push = 0", [])?;
            for entry in directory.entries.values() {
                insert(db, entry, false)?;
            }
            Meta::DirectoryVersion.set(db, directory.version.cast_signed())
        })
    }
}

/// Returns what the server says.
pub(crate) fn from_server(db: &Connection) -> Result<Vec<DirectoryEntry>, ReplicaError> {
    entries(
        db,
        "SELECT person, handle, name, email FROM directory WHERE to_push = 0 ORDER BY person",
    )
}

/// Lets the server be told about somebody, if it is not going to be anyway.
pub(crate) fn insert_missing(db: &Connection, entry: &DirectoryEntry) -> Result<(), ReplicaError> {
    let waiting = db
        .prepare_cached("SELECT 1 FROM directory WHERE person = ?1 AND to_push = 1")?
        .exists([entry.person.to_bytes()])?;
    if waiting {
        return Ok(());
    }
    insert(db, entry, true)
}

fn insert(db: &Connection, entry: &DirectoryEntry, to_push: bool) -> Result<(), ReplicaError> {
    let DirectoryEntry {
        person,
        handle,
        name,
        email,
    } = entry;
    db.prepare_cached(
        "INSERT OR REPLACE INTO directory (person, to_push, handle, name, email)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute((person.to_bytes(), to_push, handle, name, email))?;
    Ok(())
}

fn entries(db: &Connection, sql: &str) -> Result<Vec<DirectoryEntry>, ReplicaError> {
    let mut statement = db.prepare_cached(sql)?;
    let read = |row: &Row<'_>| {
        Ok(DirectoryEntry {
            person: PersonId::from_bytes(row.get(0)?),
            handle: row.get(1)?,
            name: row.get(2)?,
            email: row.get(3)?,
        })
    };
    let entries = statement.query_map([], read)?;
    Ok(entries.collect::<Result<_, _>>()?)
}
