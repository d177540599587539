//! How the file is while a first load has it for itself: no write-ahead log, no large indexes.
//!
//! A first load is as large as the file that it makes: through the write-ahead log it would be
//! written twice. The file stays safe from a crash by a rollback journal, which then holds next to
//! nothing. Others who open the file meanwhile wait, or give up as busy.

use std::time::Duration;

use rusqlite::Connection;

use super::{BUSY_TIMEOUT, use_write_ahead_log};
use crate::error::ReplicaError;

const LARGE_INDEXES: &str = include_str!("large_indexes.sql");

/// Locks everybody else out and writes straight to the file from now on.
///
/// Returns false, and changes nothing, when another process has the file open.
pub(crate) fn take_alone(connection: &Connection) -> Result<bool, ReplicaError> {
    connection.busy_timeout(Duration::ZERO)?;
    connection.pragma_update(None, "locking_mode", "exclusive")?;
    // With somebody else there, this fails; the lock is then not taken either.
    let alone = connection
        .pragma_update(None, "journal_mode", "delete")
        .is_ok();
    connection.busy_timeout(BUSY_TIMEOUT)?;
    if !alone {
        share(connection);
    }
    Ok(alone)
}

/// Lets others in again.
///
/// Where going back to the write-ahead log is not possible now, the next one to open the file does it.
pub(crate) fn share(connection: &Connection) {
    // The lock is given up with the next reading, which asking for the journal mode is.
    let _kept = connection.pragma_update(None, "locking_mode", "normal");
    let _read = connection.pragma_query_value(None, "schema_version", |row| row.get::<_, i64>(0));
    use_write_ahead_log(connection);
}

/// Drops the large indexes: to fill them in order, at the end, takes a third of the time.
pub(crate) fn drop_large_indexes(connection: &Connection) -> Result<(), ReplicaError> {
    connection.execute_batch(
        "DROP INDEX records_author; DROP INDEX records_authored; DROP INDEX versions_parent;",
    )?;
    Ok(())
}

/// Makes the large indexes, which are not there.
pub(crate) fn make_large_indexes(connection: &Connection) -> Result<(), ReplicaError> {
    connection.execute_batch(LARGE_INDEXES)?;
    Ok(())
}
