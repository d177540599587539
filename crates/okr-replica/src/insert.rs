//! Inserting rows, many with one statement.
//!
//! One by one, each statement opens the table and all of its indexes again, which takes about as long as the rest.

use rusqlite::{CachedStatement, Connection, Statement, ToSql};

use crate::error::ReplicaError;

/// How many rows one statement writes where there are so many.
const ROWS_AT_ONCE: usize = if cfg!(test) { 4 } else { 64 };

/// Inserts rows into one table.
pub(crate) struct Insert<'db> {
    db: &'db Connection,
    /// The table and its columns.
    into: &'static str,
    /// The values of a row.
    row: &'static str,
    one: CachedStatement<'db>,
    /// Prepared when there are so many rows: a short pull does not wait for it.
    many: Option<CachedStatement<'db>>,
}

/// Binds the values of one row.
pub(crate) type Bind<'a> = dyn FnMut(&[&dyn ToSql]) -> rusqlite::Result<()> + 'a;

impl<'db> Insert<'db> {
    pub(crate) fn prepare(
        db: &'db Connection,
        into: &'static str,
        row: &'static str,
    ) -> Result<Self, ReplicaError> {
        let one = db.prepare_cached(&format!("INSERT INTO {into} VALUES {row}"))?;
        Ok(Self {
            db,
            into,
            row,
            one,
            many: None,
        })
    }

    /// Writes rows; `values` gives those of each to what binds them.
    ///
    /// # Errors
    /// The store's failures; a row that cannot stand there ends the transaction.
    pub(crate) fn write<R>(
        &mut self,
        rows: &[R],
        values: impl Fn(&R, &mut Bind<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), ReplicaError> {
        let (many, rest) = rows.as_chunks::<ROWS_AT_ONCE>();
        for rows in many {
            let mut index = 0;
            let statement = self.many()?;
            for row in rows {
                values(row, &mut |values| bind((statement, &mut index), values))?;
            }
            statement.raw_execute()?;
        }
        for row in rest {
            let statement = &mut self.one;
            values(row, &mut |values| run(statement, values))?;
        }
        Ok(())
    }

    fn many(&mut self) -> Result<&mut CachedStatement<'db>, ReplicaError> {
        match &mut self.many {
            Some(statement) => Ok(statement),
            none => {
                let rows = [self.row; ROWS_AT_ONCE].join(", ");
                // Without "OR ROLLBACK" SQLite would copy every page first, to be able to take back the rows of this
                // statement alone.
                let sql = format!("INSERT OR ROLLBACK INTO {} VALUES {rows}", self.into);
                Ok(none.insert(self.db.prepare_cached(&sql)?))
            }
        }
    }
}

/// Runs a statement with values for all of its parameters.
pub(crate) fn run(statement: &mut Statement<'_>, values: &[&dyn ToSql]) -> rusqlite::Result<()> {
    bind((statement, &mut 0), values)?;
    statement.raw_execute().map(drop)
}

/// Binds values to the parameters after those that are bound, whose number is given.
fn bind(
    (statement, bound): (&mut Statement<'_>, &mut usize),
    values: &[&dyn ToSql],
) -> rusqlite::Result<()> {
    for value in values {
        *bound += 1;
        statement.raw_bind_parameter(*bound, value)?;
    }
    Ok(())
}
