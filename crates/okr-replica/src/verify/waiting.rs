//! What waits here: readable as it would be sent, and not confirmed already.

use okr_core::id::ChangeId;
use okr_core::quick::HashSet;
use rusqlite::Connection;

use super::{Examination, Flaw};
use crate::error::ReplicaError;
use crate::{pending, record};

/// What waits here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// Changes to be pushed.
    pub pending: usize,
    /// Changes that wait for a person to decide.
    pub conflicts: usize,
}

impl Examination<'_> {
    /// Reads every change that waits, as it would be sent.
    ///
    /// # Errors
    /// The store's failures.
    pub fn waiting(&self) -> Result<Result<Waits, Flaw>, ReplicaError> {
        let mut seen = HashSet::default();
        let mut counts = [0; 2];
        for (table, count) in ["pending", "conflicts"].into_iter().zip(&mut counts) {
            match read_all(self.snapshot.db, table, &mut seen)? {
                Ok(found) => *count = found,
                Err(flaw) => return Ok(Err(flaw)),
            }
        }
        let [pending, conflicts] = counts;
        Ok(Ok(Waits { pending, conflicts }))
    }
}

fn read_all(
    db: &Connection,
    table: &str,
    seen: &mut HashSet<ChangeId>,
) -> Result<Result<usize, Flaw>, ReplicaError> {
    let sql = format!("SELECT change_id, authored_at, body, texts FROM {table} ORDER BY ordinal");
    let mut statement = db.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        let id = ChangeId::from_bytes(row.get(0)?);
        let texts = row.get_ref(3)?.as_blob().unwrap_or_default();
        let encoded = row.get(2).map_err(ReplicaError::from);
        let read = encoded.and_then(|body| pending::read_encoded(body, texts));
        let problem = match read.and_then(|encoded| pending::decode(&encoded)) {
            Err(error) => Some(error.to_string()),
            Ok(change) if change.id != id => {
                Some(format!("it says that it is change {}", change.id))
            }
            Ok(change) if row.get(1) != Ok(change.authored_at.as_microsecond()) => {
                Some("it is listed with another time of authoring than it has".to_owned())
            }
            Ok(_) if !seen.insert(id) => Some("it waits twice".to_owned()),
            Ok(_) => record::find_exact(db, id)?
                .map(|position| format!("it is confirmed already, at {position}")),
        };
        if let Some(problem) = problem {
            return Ok(Err(Flaw::Waiting {
                change: id,
                problem,
            }));
        }
        count += 1;
    }
    Ok(Ok(count))
}
