//! The database file: how it is made, opened and recognised. SCHEMA.md describes the tables.

mod bulk;
mod unwritable;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::error::ReplicaError;
pub(crate) use bulk::{drop_large_indexes, make_large_indexes, share, take_alone};
pub use unwritable::Unwritable;

/// The version of the tables that this program writes: 1 and a step for each of [`STEPS`].
pub(crate) const SCHEMA_VERSION: i64 = 9;
/// The name of the database file in its directory.
pub(crate) const FILE_NAME: &str = "replica.db";
/// Marks the file as a replica: "okr1" in ASCII.
const APPLICATION_ID: i64 = 0x6f6b_7231;
/// The size of a page, in bytes: rows of some 300 bytes fill it better than the usual 4,096.
const PAGE_BYTES: i64 = 8192;
/// How long to wait for a lock of another process.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How many prepared statements are kept; more than there are different ones.
const STATEMENT_CACHE: usize = 128;
/// What a connection may keep of the file in memory, in KiB.
const CACHE_KIB: i64 = 64 * 1024;
/// How much of the file is read through the page cache of the operating system, in bytes: as much as
/// SQLite can, because the newest cycle lies at the end of the file.
const MAP_BYTES: i64 = 0x7fff_0000;

const TABLES: &str = include_str!("schema.sql");
const VIEWS: &str = include_str!("views.sql");
/// What brings the tables from each version to the next, from 1 on.
const STEPS: [&str; 8] = [
    include_str!("schema/step_2.sql"),
    include_str!("schema/step_3.sql"),
    include_str!("schema/step_4.sql"),
    include_str!("schema/step_5.sql"),
    include_str!("schema/step_6.sql"),
    include_str!("schema/step_7.sql"),
    include_str!("schema/step_8.sql"),
    include_str!("schema/step_9.sql"),
];

/// Makes the database and its tables in one transaction, so that a crash leaves none.
pub(crate) fn create(
    dir: &Path,
    fill: impl FnOnce(&Connection) -> Result<(), ReplicaError>,
) -> Result<Connection, ReplicaError> {
    std::fs::create_dir_all(dir).map_err(|error| ReplicaError::io(dir, error))?;
    let mut connection = connect(dir, OpenFlags::SQLITE_OPEN_CREATE)?;
    let exists = |connection: &Connection| -> Result<(), ReplicaError> {
        match stamp(connection)? {
            Stamp::Nothing => Ok(()),
            Stamp::Replica(_) | Stamp::Other => Err(ReplicaError::Exists {
                dir: dir.to_owned(),
            }),
        }
    };
    exists(&connection)?;
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    exists(&transaction)?;
    make_tables(&transaction)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    fill(&transaction)?;
    transaction.commit()?;
    Ok(connection)
}

/// Makes an empty database with the same tables that goes away when it is closed.
///
/// What does not fit in memory goes to a file without a name, where the system has such files.
pub(crate) fn create_temporary(
    fill: impl FnOnce(&Connection) -> Result<(), ReplicaError>,
) -> Result<Connection, ReplicaError> {
    let connection = Connection::open("")?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    make_tables(&connection)?;
    fill(&connection)?;
    Ok(connection)
}

/// Makes the tables, indexes and views of an empty database.
fn make_tables(connection: &Connection) -> Result<(), ReplicaError> {
    connection.execute_batch(TABLES)?;
    make_large_indexes(connection)?;
    for step in STEPS {
        connection.execute_batch(step)?;
    }
    connection.execute_batch(VIEWS)?;
    Ok(())
}

/// Opens the database. Nothing is scanned, and nothing is written unless its tables are older ones.
pub(crate) fn open(dir: &Path) -> Result<Connection, ReplicaError> {
    file_in(dir)?;
    let mut connection = connect(dir, OpenFlags::empty())?;
    if known_version(dir, &connection)? != SCHEMA_VERSION {
        upgrade(&mut connection)?;
    }
    use_write_ahead_log(&connection);
    Ok(connection)
}

/// Opens the database to look at it only: nothing is written or brought up to date, and no lock of
/// another process is waited for.
pub(crate) fn open_to_read(dir: &Path) -> Result<Connection, ReplicaError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file_in(dir)?, flags)?;
    prepare(&connection, Duration::ZERO)?;
    match known_version(dir, &connection)? {
        SCHEMA_VERSION => Ok(connection),
        found => Err(ReplicaError::Older {
            found,
            known: SCHEMA_VERSION,
        }),
    }
}

/// Returns the database file of a directory, which must be there.
fn file_in(dir: &Path) -> Result<PathBuf, ReplicaError> {
    let path = dir.join(FILE_NAME);
    match path.try_exists() {
        Ok(true) => Ok(path),
        Ok(false) => Err(missing(dir)),
        Err(error) => Err(ReplicaError::io(dir, error)),
    }
}

/// Returns the version of the tables, which is at most that of this program.
fn known_version(dir: &Path, connection: &Connection) -> Result<i64, ReplicaError> {
    match stamp(connection)? {
        Stamp::Nothing => Err(missing(dir)),
        Stamp::Other => Err(ReplicaError::damaged("the file is not a replica")),
        Stamp::Replica(found) if found > SCHEMA_VERSION => Err(ReplicaError::Newer {
            found,
            known: SCHEMA_VERSION,
        }),
        Stamp::Replica(found) => Ok(found),
    }
}

fn missing(dir: &Path) -> ReplicaError {
    ReplicaError::Missing {
        dir: dir.to_owned(),
    }
}

/// Brings older tables up to date, as a whole or not at all.
fn upgrade(connection: &mut Connection) -> Result<(), ReplicaError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let taken = usize::try_from(found - 1)
        .map_err(|_| ReplicaError::damaged(format!("schema version {found} never existed")))?;
    for step in STEPS.iter().skip(taken) {
        transaction.execute_batch(step)?;
    }
    transaction.execute_batch(VIEWS)?;
    transaction.pragma_update(None, "user_version", found.max(SCHEMA_VERSION))?;
    transaction.commit()?;
    Ok(())
}

/// What a database file says that it is.
enum Stamp {
    /// An empty file: nothing was made, or making it was cut short.
    Nothing,
    /// A replica with this version of the schema.
    Replica(i64),
    /// Something else.
    Other,
}

fn stamp(connection: &Connection) -> Result<Stamp, ReplicaError> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let application = number("application_id")?;
    let version = number("user_version")?;
    if application == APPLICATION_ID {
        return Ok(Stamp::Replica(version));
    }
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(if tables == 0 && application == 0 {
        Stamp::Nothing
    } else {
        Stamp::Other
    })
}

fn connect(dir: &Path, extra: OpenFlags) -> Result<Connection, ReplicaError> {
    let path = dir.join(FILE_NAME);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | extra;
    let connection = match Connection::open_with_flags(&path, flags) {
        Ok(connection) => connection,
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::CannotOpen) => {
            return Err(cannot_open(&path, error));
        }
        Err(error) => return Err(error.into()),
    };
    prepare(&connection, BUSY_TIMEOUT)?;
    connection.pragma_update(None, "synchronous", "full")?;
    Ok(connection)
}

/// Sets what every connection to a file is to have.
fn prepare(connection: &Connection, busy_timeout: Duration) -> Result<(), ReplicaError> {
    connection.busy_timeout(busy_timeout)?;
    // Otherwise a statement is planned again each time that a parameter has another value, because a
    // plan with a partial index could depend on it. That took half of the time of a reading.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "mmap_size", MAP_BYTES)?;
    Ok(())
}

/// Asks the operating system why a file cannot be opened, since SQLite does not say.
fn cannot_open(path: &Path, error: rusqlite::Error) -> ReplicaError {
    let opened = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(path);
    match (opened, path.parent()) {
        (Err(cause), Some(dir)) => ReplicaError::io(dir, cause),
        (Err(_) | Ok(_), _) => error.into(),
    }
}

/// Goes back to the write-ahead log, which a crash during a first load has left behind.
///
/// Where that is not possible now, everything works as well, only with more waiting.
fn use_write_ahead_log(connection: &Connection) {
    let mode = connection.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0));
    if mode.is_ok_and(|mode| mode != "wal") {
        let _in_use = connection.pragma_update(None, "journal_mode", "wal");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(db: &Connection) -> Vec<String> {
        let sql = "SELECT name || ': ' || coalesce(sql, '') FROM sqlite_schema ORDER BY name";
        let mut statement = db.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    #[test]
    fn views_of_later_kinds_are_read_by_their_index() {
        let db = create_temporary(|_| Ok(())).unwrap();
        for view in ["comments", "initiatives", "metrics", "metric_values"] {
            let sql = format!("EXPLAIN QUERY PLAN SELECT id FROM {view}");
            let plan: String = db.query_row(&sql, [], |row| row.get("detail")).unwrap();
            assert!(plan.contains("versions_later_kinds"), "{view}: {plan}");
        }
    }

    /// A large history is taken in by dropping indexes first, which must be there.
    #[test]
    fn a_database_that_goes_away_is_made_like_one_that_stays() {
        let dir = tempfile::tempdir().unwrap();
        let stays = create(dir.path(), |_| Ok(())).unwrap();
        let goes = create_temporary(|_| Ok(())).unwrap();
        assert!(made(&stays).len() > 20);
        assert_eq!(made(&stays), made(&goes));
    }
}
