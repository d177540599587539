//! Texts of the history: their hashes stay, so that every record still proves what it proved.

use std::collections::{BTreeMap, BTreeSet};

use okr_core::Timestamp;
use okr_core::change::Change;
use okr_core::event::{Event, OrgEvent, TextPlace};
use okr_core::id::{ChangeId, PersonId, Position};
use okr_log::RecordTextView;
use okr_proto::{Decoded, ERASED, EncodedChange, SaltedText, StoredText, ToCore as _, decode};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::forget_commands;
use crate::error::ReplicaError;
use crate::ingest::evolve_again;
use crate::meta::Meta;
use crate::pending;
use crate::record::{self, NewRecord};
use crate::replica::Replica;

/// The tables that hold changes of this machine, with their texts.
const OWN_CHANGES: [&str; 3] = ["pending", "conflicts", "dropped"];

/// A text of the history that was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasedText {
    /// Where it stood.
    pub place: TextPlace,
    /// The change that erased it.
    pub by_change: ChangeId,
    /// The position of that change.
    pub position: Position,
    /// Who erased it.
    pub author: PersonId,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// Why.
    pub reason: Option<String>,
}

/// A text of the confirmed history that is like a wanted one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextFound {
    /// Where it stands.
    pub place: TextPlace,
    /// The position of the change that brought it.
    pub position: Position,
}

impl Replica {
    /// Finds a text everywhere in the confirmed history, word for word, in the order of the log.
    ///
    /// # Errors
    /// The store's failures.
    pub fn find_text(&self, wanted: &str) -> Result<Vec<TextFound>, ReplicaError> {
        let mut found = Vec::new();
        let snapshot = self.snapshot()?;
        let mut statement = snapshot
            .db
            .prepare("SELECT position, bytes FROM records ORDER BY position")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let position = record::position(row.get(0)?)?;
            let bytes = row.get_ref(1)?.as_blob().map_err(ReplicaError::damaged)?;
            let record = record::view(bytes, position)?;
            for (number, text) in (1..).zip(record.texts()) {
                if matches!(text, RecordTextView::Present { text, .. } if text == wanted) {
                    let place = TextPlace {
                        change: record.change_id().to_core(),
                        text: number,
                    };
                    found.push(TextFound { place, position });
                }
            }
        }
        Ok(found)
    }

    /// Returns the texts of a confirmed change in their order, none for one that was erased; none when there is no
    /// such change.
    ///
    /// # Errors
    /// The store's failures.
    pub fn texts_of(&self, change: ChangeId) -> Result<Option<Vec<Option<String>>>, ReplicaError> {
        let snapshot = self.snapshot()?;
        let Some(position) = record::find_exact(snapshot.db, change)? else {
            return Ok(None);
        };
        let bytes = record::stored(snapshot.db, position)?;
        let record = record::view(&bytes, position)?;
        let texts = record.texts().map(|text| match text {
            RecordTextView::Present { text, .. } => Some(text.to_owned()),
            RecordTextView::Erased { .. } => None,
        });
        Ok(Some(texts.collect()))
    }
}

/// Returns what was erased of the texts of a change, in their order.
pub(crate) fn erased_of(
    db: &Connection,
    change: ChangeId,
) -> Result<Vec<ErasedText>, ReplicaError> {
    let mut statement = db.prepare_cached(
        "SELECT text, by_position FROM erased_texts WHERE change_id = ?1 ORDER BY text",
    )?;
    let mut rows = statement.query([change.to_bytes()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let place = TextPlace {
            change,
            text: row.get(0)?,
        };
        found.push(erased_by(db, place, record::position(row.get(1)?)?)?);
    }
    Ok(found)
}

fn erased_by(
    db: &Connection,
    place: TextPlace,
    position: Position,
) -> Result<ErasedText, ReplicaError> {
    let confirmed = record::read(&record::stored(db, position)?)?;
    Ok(ErasedText {
        place,
        by_change: confirmed.decoded.id(),
        position,
        author: confirmed.author,
        at: confirmed.recorded_at,
        reason: match confirmed.decoded {
            Decoded::Known(change) => change.reason,
            Decoded::Newer { reason, .. } => reason,
        }
        .map(|reason| reason.to_string()),
    })
}

/// Notes what a confirmed change erases, and says whether it erases anything. It is done by [`erase_texts`].
pub(crate) fn note(
    db: &Connection,
    change: &Change,
    position: Position,
) -> Result<bool, ReplicaError> {
    let mut any = false;
    for event in &change.events {
        let Event::Org(_, OrgEvent::TextsErased(places)) = event else {
            continue;
        };
        let mut insert = db.prepare_cached(
            "INSERT OR IGNORE INTO erased_texts (change_id, text, by_position, done)
             VALUES (?1, ?2, ?3, 0)",
        )?;
        for TextPlace { change, text } in places {
            insert.execute((change.to_bytes(), text, record::number(position)))?;
            any = true;
        }
    }
    Ok(any)
}

/// Erases what was noted and is not erased yet, in a transaction of its own.
pub(crate) fn catch_up(db: &Connection) -> Result<(), ReplicaError> {
    if !is_due(db)? {
        return Ok(());
    }
    let transaction = Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
    erase_texts(&transaction)?;
    transaction.commit()?;
    Ok(())
}

/// Says whether any text of the history was ever erased.
pub(crate) fn any_texts(db: &Connection) -> Result<bool, ReplicaError> {
    let mut statement = db.prepare_cached("SELECT 1 FROM erased_texts LIMIT 1")?;
    Ok(statement.exists([])?)
}

/// Says whether something was noted that is not erased yet.
pub(crate) fn is_due(db: &Connection) -> Result<bool, ReplicaError> {
    let mut statement = db.prepare_cached("SELECT 1 FROM erased_texts WHERE done = 0 LIMIT 1")?;
    Ok(statement.exists([])?)
}

/// Erases what was noted, in the transaction that is open; says whether any text was still here.
///
/// What is derived from the records is made anew then.
pub(crate) fn erase_texts(db: &Connection) -> Result<bool, ReplicaError> {
    let mut due: BTreeMap<ChangeId, BTreeSet<u16>> = BTreeMap::new();
    {
        let mut statement =
            db.prepare_cached("SELECT change_id, text FROM erased_texts WHERE done = 0")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let number: u16 = row.get(1)?;
            // Texts are counted from 1 in a change and from 0 in a record.
            let number = number.saturating_sub(1);
            let change = ChangeId::from_bytes(row.get(0)?);
            due.entry(change).or_default().insert(number);
        }
    }
    let mut gone = BTreeSet::new();
    for (change, numbers) in due {
        own_texts(db, change, &numbers, &mut gone)?;
        // A server appends no erasure of what is not in its log.
        if let Some(position) = record::find_exact(db, change)? {
            erase(db, (position, &numbers), &mut gone)?;
        }
    }
    db.execute("UPDATE erased_texts SET done = 1 WHERE done = 0", [])?;
    if gone.is_empty() {
        return Ok(false);
    }
    forget_here(db, gone)?;
    evolve_again(db)?;
    Ok(true)
}

/// Returns texts of a change of this machine that were erased before it came back confirmed.
///
/// That happens when the answer to its push was lost: the record that comes has hashes in their place, so that
/// nothing in it says what they were.
pub(crate) fn erased_before(
    db: &Connection,
    new: &NewRecord,
) -> Result<BTreeSet<String>, ReplicaError> {
    let texts = record::view(&new.bytes, new.position)?.texts();
    let erased = (0..).zip(texts).filter_map(|(number, text)| match text {
        RecordTextView::Erased { .. } => Some(number),
        RecordTextView::Present { .. } => None,
    });
    let mut gone = BTreeSet::new();
    own_texts(db, new.change, &erased.collect(), &mut gone)?;
    Ok(gone)
}

/// Takes texts out of everything that only this machine has, in the transaction that is open.
pub(crate) fn forget_here(db: &Connection, gone: BTreeSet<String>) -> Result<(), ReplicaError> {
    Meta::Unclean.set(db, 1)?;
    for table in OWN_CHANGES {
        forget_in(db, table, &gone)?;
    }
    forget_refusals(db, &gone)?;
    forget_commands(db, &gone.into_iter().collect::<Vec<_>>(), false)
}

/// Adds texts of a change, by their numbers from 0, that stand among the changes of this machine.
fn own_texts(
    db: &Connection,
    change: ChangeId,
    numbers: &BTreeSet<u16>,
    gone: &mut BTreeSet<String>,
) -> Result<(), ReplicaError> {
    if numbers.is_empty() {
        return Ok(());
    }
    for table in OWN_CHANGES {
        let sql = format!("SELECT body, texts FROM {table} WHERE change_id = ?1");
        let mut statement = db.prepare_cached(&sql)?;
        let mut rows = statement.query([change.to_bytes()])?;
        while let Some(row) = rows.next()? {
            let texts = row.get_ref(1)?.as_bytes().unwrap_or_default();
            let own = pending::read_encoded(row.get(0)?, texts)?;
            let erased = (0..)
                .zip(own.texts)
                .filter(|(number, _)| numbers.contains(number));
            gone.extend(erased.map(|(_, text)| text.text));
        }
    }
    Ok(())
}

/// Puts hashes in place of texts of a record; what they said is added to `gone`.
fn erase(
    db: &Connection,
    (position, numbers): (Position, &BTreeSet<u16>),
    gone: &mut BTreeSet<String>,
) -> Result<(), ReplicaError> {
    let bytes = record::stored(db, position)?;
    let record = record::view(&bytes, position)?;
    let mut any = false;
    for (number, text) in (0..).zip(record.texts()) {
        if let RecordTextView::Present { text, .. } = text
            && numbers.contains(&number)
        {
            gone.insert(text.to_owned());
            any = true;
        }
    }
    if any {
        db.prepare_cached("UPDATE records SET bytes = ?2 WHERE position = ?1")?
            .execute((record::number(position), record.without_texts(numbers)))?;
    }
    Ok(())
}

/// Takes texts out of changes of this machine, which then say what everybody reads in their place.
fn forget_in(db: &Connection, table: &str, gone: &BTreeSet<String>) -> Result<(), ReplicaError> {
    let mut statement = db.prepare(&format!("SELECT ordinal, body, texts FROM {table}"))?;
    let mut rows = statement.query([])?;
    let mut update = db.prepare(&format!(
        "UPDATE {table} SET body = ?2, texts = ?3 WHERE ordinal = ?1"
    ))?;
    while let Some(row) = rows.next()? {
        let ordinal: i64 = row.get(0)?;
        let texts = row.get_ref(2)?.as_bytes().unwrap_or_default();
        let encoded = pending::read_encoded(row.get(1)?, texts)?;
        if let Some(encoded) = without(&encoded, gone)? {
            let texts = pending::write_texts(&encoded.texts);
            update.execute((ordinal, encoded.body.as_ref(), texts))?;
        }
    }
    Ok(())
}

/// Encodes a change anew without some texts; none when it has none of them.
fn without(
    encoded: &EncodedChange,
    gone: &BTreeSet<String>,
) -> Result<Option<EncodedChange>, ReplicaError> {
    let is_gone = |text: &&SaltedText| gone.contains(&text.text);
    if !encoded.texts.iter().any(|text| is_gone(&text)) {
        return Ok(None);
    }
    let texts: Vec<StoredText<'_>> = encoded
        .texts
        .iter()
        .map(|text| {
            if is_gone(&text) {
                StoredText::Erased
            } else {
                StoredText::Present(&text.text)
            }
        })
        .collect();
    let decoded = decode(&encoded.body, &texts).map_err(ReplicaError::damaged)?;
    match decoded {
        Decoded::Known(change) => pending::encode(&change).map(Some),
        Decoded::Newer { id, .. } => Err(ReplicaError::damaged(format!(
            "change {id} of this machine was written by a newer program"
        ))),
    }
}

/// Takes texts out of what was said when changes were refused.
fn forget_refusals(db: &Connection, gone: &BTreeSet<String>) -> Result<(), ReplicaError> {
    let mut statement = db.prepare("SELECT ordinal, message, facts FROM conflicts")?;
    let mut rows = statement.query([])?;
    let mut update =
        db.prepare("UPDATE conflicts SET message = ?2, facts = ?3 WHERE ordinal = ?1")?;
    while let Some(row) = rows.next()? {
        let (ordinal, message, facts): (i64, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let mut facts: BTreeMap<String, String> =
            serde_json::from_str(&facts).map_err(ReplicaError::damaged)?;
        let mut said = message.clone();
        for text in gone {
            said = said.replace(text, ERASED);
            for fact in facts.values_mut().filter(|fact| *fact == text) {
                ERASED.clone_into(fact);
            }
        }
        let facts = serde_json::to_string(&facts).map_err(ReplicaError::damaged)?;
        update.execute((ordinal, said, facts))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
