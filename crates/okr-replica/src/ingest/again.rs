//! Evolving the stored records again, from the first one on.

use okr_core::id::Position;
use okr_proto::{ConfirmedChange, Decoded};
use rusqlite::Connection;

use super::evolve::{Evolver, Stand};
use super::rewrite;
use super::rows::Rows;
use crate::error::ReplicaError;
use crate::meta::{self, Meta};
use crate::{erasure, record, search, upgrade};

/// Makes the versions of all entities anew from the stored records, in the transaction that is open.
pub(crate) fn evolve_again(db: &Connection) -> Result<(), ReplicaError> {
    db.execute_batch("DELETE FROM versions; DELETE FROM entity_ends; DELETE FROM upgrades;")?;
    search::forget(db)?;
    for counter in [Meta::Entities, Meta::AheadRecorded, Meta::AheadAuthored] {
        counter.set(db, 0)?;
    }
    let mut evolver = Evolver::new(db, true)?;
    let mut rows = Rows::prepare(db)?;
    let head = meta::head(db)?;
    let mut statement =
        db.prepare("SELECT bytes FROM records WHERE position <= ?1 ORDER BY position")?;
    let mut stored = statement.query([record::number(head)])?;
    let mut last = Position::ZERO;
    while let Some(row) = stored.next()? {
        let bytes = row.get_ref(0)?.as_blob().map_err(ReplicaError::damaged)?;
        let confirmed = record::read(bytes)?;
        last = confirmed.position;
        take_in(db, (&mut evolver, &mut rows), &confirmed)?;
    }
    if last != head {
        return Err(ReplicaError::damaged(format!(
            "record {} is missing",
            last.next()
        )));
    }
    for key in evolver.take_disordered() {
        rewrite::rewrite(db, (&mut evolver, &mut rows), key)?;
    }
    evolver.write_down(db)?;
    evolver.ends().write(db)
}

fn take_in(
    db: &Connection,
    (evolver, rows): (&mut Evolver, &mut Rows<'_>),
    confirmed: &ConfirmedChange,
) -> Result<(), ReplicaError> {
    let stand = Stand {
        position: confirmed.position,
        recorded_at: confirmed.recorded_at.as_microsecond(),
        authored_at: confirmed.decoded.authored_at().as_microsecond(),
    };
    match &confirmed.decoded {
        Decoded::Known(change) => {
            erasure::note(db, change, stand.position)?;
            evolver.apply(db, rows, change, stand)
        }
        newer @ Decoded::Newer { .. } => upgrade::mark(db, newer, stand.position),
    }
}
