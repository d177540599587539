//! Putting records that were checked into a log, in groups.

use okr_core::id::OrgId;
use okr_log::{AppendOutcome, Appender, Batch, Position, Record, RecordView};
use okr_proto::ToLog as _;

use crate::failure::{Exit, Failure};

/// Bytes of records that are made durable together.
const GROUP_BYTES: usize = 4 * 1024 * 1024;

/// A log that is being filled.
pub(crate) struct Filling {
    appender: Appender,
    batch: Option<Batch>,
    bytes: usize,
    /// What is left when it fails, and what to do.
    hint: &'static str,
}

impl Filling {
    pub(crate) const fn new(appender: Appender, hint: &'static str) -> Self {
        Self {
            appender,
            batch: None,
            bytes: 0,
            hint,
        }
    }

    /// Takes the next record of an organisation.
    pub(crate) fn take(&mut self, org: OrgId, record: &RecordView<'_>) -> Result<(), Failure> {
        let organisation = org.to_log();
        let other = self
            .batch
            .as_ref()
            .is_some_and(|batch| batch.organisation != organisation);
        if other || self.bytes >= GROUP_BYTES {
            self.flush()?;
        }
        let before = Position::new(record.position().get() - 1);
        let batch = self.batch.get_or_insert_with(|| Batch {
            organisation,
            expected_head: before,
            records: Vec::new(),
        });
        let record = Record::decode(record.bytes()).map_err(|error| {
            Failure::new(Exit::Integrity, "a record cannot be read").caused_by(&error)
        })?;
        self.bytes += record.encoded_len();
        batch.records.push(record);
        Ok(())
    }

    /// Makes what was taken durable.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.bytes = 0;
        let Some(batch) = self.batch.take() else {
            return Ok(());
        };
        let failure = Failure::new(Exit::Error, "the records cannot be written").hint(self.hint);
        match self.appender.append(&[batch]).as_slice() {
            [AppendOutcome::Appended { .. }] => Ok(()),
            [AppendOutcome::Unknown { cause } | AppendOutcome::Refused { cause }] => {
                Err(failure.caused_by(cause))
            }
            other => {
                let cause = std::io::Error::other(format!("{other:?}"));
                Err(failure.caused_by(&cause))
            }
        }
    }
}
