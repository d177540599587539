//! Erasing by law: what was taken out of the tables also leaves the file.
//!
//! SQLite marks what is deleted as unused and leaves its bytes. So whatever erases notes that the file is not clean, in
//! the transaction that erases; cleaning writes the file anew. A process that is killed in between, or a reader that is
//! in the way, leaves the note, and the next sync cleans.

mod texts;

use std::collections::BTreeSet;

use okr_core::id::PersonId;
use rusqlite::Connection;

use crate::error::ReplicaError;
use crate::meta::Meta;
use crate::replica::Replica;

pub use texts::{ErasedText, TextFound};
pub(crate) use texts::{
    any_texts, catch_up, erase_texts, erased_before, erased_of, forget_here, is_due, note,
};

/// What stands in the log of operations in place of a command line that named somebody who was erased.
pub(crate) const ERASED_COMMAND: &str = "okr (erased)";
/// Commands that say who somebody is; an earlier name may stand in them.
const NAMING_COMMANDS: [&str; 2] = ["okr member add ", "okr member set "];

impl Replica {
    /// Writes the file anew if something was erased since it last was; says whether it is clean.
    ///
    /// # Errors
    /// The store's failures; the file is then as it was, and cleaned another time.
    pub fn clean(&mut self) -> Result<bool, ReplicaError> {
        let db = self.db();
        if Meta::Unclean.get::<i64>(db)?.is_none() {
            return Ok(true);
        }
        db.pragma_update(None, "secure_delete", true)?;
        db.execute_batch("VACUUM")?;
        // The write-ahead log has the pages as they were before, until it is emptied.
        let busy = "PRAGMA wal_checkpoint(TRUNCATE)";
        let busy: i64 = db.query_row(busy, [], |row| row.get(0))?;
        if busy != 0 {
            return Ok(false);
        }
        self.write(|db| Meta::Unclean.remove(db))?;
        Ok(true)
    }
}

/// Returns whose entry in the directory was erased.
pub(crate) fn people(db: &Connection) -> Result<BTreeSet<PersonId>, ReplicaError> {
    let mut statement = db.prepare_cached("SELECT person FROM erased_people")?;
    let people = statement.query_map([], |row| row.get(0).map(PersonId::from_bytes))?;
    Ok(people.collect::<Result<_, _>>()?)
}

/// Takes in whose entries the server says are erased, in the transaction that is open.
pub(crate) fn erase_people(
    db: &Connection,
    erased: &BTreeSet<PersonId>,
) -> Result<(), ReplicaError> {
    let known = people(db)?;
    if *erased == known {
        return Ok(());
    }
    let version: i64 = Meta::DirectoryVersion.require(db)?;
    for person in erased.difference(&known) {
        let words = words(db, *person)?;
        // Where no directory ever was, nothing of them is either.
        if version == 0 && words.is_empty() {
            continue;
        }
        Meta::Unclean.set(db, 1)?;
        db.prepare_cached("DELETE FROM directory WHERE person = ?1")?
            .execute([person.to_bytes()])?;
        forget_commands(db, &words, true)?;
    }
    // A restored server may know of fewer.
    db.execute("DELETE FROM erased_people", [])?;
    let mut insert = db.prepare_cached("INSERT INTO erased_people (person) VALUES (?1)")?;
    for person in erased {
        insert.execute([person.to_bytes()])?;
    }
    Ok(())
}

/// Returns what somebody is called here.
fn words(db: &Connection, person: PersonId) -> Result<Vec<String>, ReplicaError> {
    let sql = "SELECT handle, name, email FROM directory WHERE person = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([person.to_bytes()], |row| {
        Ok([row.get(0)?, row.get(1)?, row.get(2)?])
    })?;
    let mut words = Vec::new();
    for row in rows {
        let named: [String; 3] = row?;
        words.extend(named.into_iter().filter(|word| !word.is_empty()));
    }
    Ok(words)
}

/// Forgets what was typed in commands that name somebody.
fn forget_commands(
    db: &Connection,
    words: &[String],
    also_naming: bool,
) -> Result<(), ReplicaError> {
    let mut statement = db.prepare_cached("SELECT ordinal, command, failure FROM operations")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<String>>(2)?))
    })?;
    let mut forget = db.prepare_cached(
        "UPDATE operations SET command = ?2, failure = iif(failure IS NULL, NULL, '(erased)')
         WHERE ordinal = ?1",
    )?;
    for row in rows {
        let (ordinal, command, failure): (i64, String, Option<String>) = row?;
        let names = |text: &str| words.iter().any(|word| mentions(text, word));
        let naming = NAMING_COMMANDS
            .iter()
            .any(|prefix| command.starts_with(prefix));
        if (also_naming && naming)
            || names(&command)
            || failure.is_some_and(|failure| names(&failure))
        {
            forget.execute((ordinal, ERASED_COMMAND))?;
        }
    }
    Ok(())
}

/// Says whether a text has a word, whatever its case, that is no part of a longer one.
fn mentions(text: &str, word: &str) -> bool {
    let (text, word) = (text.to_lowercase(), word.to_lowercase());
    text.match_indices(&word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests;
