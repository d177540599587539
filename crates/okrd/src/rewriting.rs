//! Writing the log of a stopped server anew, record by record, so that nothing of what went is left in any file.
//!
//! Every organisation that stays must end at the same position with the same root as before; only then does the new log
//! take the place of the old one, in one step (`log_swap.rs`). Texts that the log erases are copied as their hashes.

use okr_core::id::OrgId;
use okr_log::{
    AppendOutcome, Appender, Batch, CreateError, Head, Log, LogOptions, OpenError, Record,
};
use okr_proto::{ToCore as _, ToLog as _};

use crate::data::{DataDir, DataError, Manifest};
use crate::failure::{Exit, Failure};
use crate::log_swap::LogSwap;
use crate::server::{ServeError, read_orgs};
use crate::stored_log;

/// Bytes of records that are copied at a time.
const COPY_BYTES: usize = 4 * 1024 * 1024;

/// Why a log is not written anew.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RewriteError {
    /// A file cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The list of organisations cannot be used.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The log cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The new log cannot be made.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// A record cannot be read or written.
    #[error("a record of {org} cannot be copied")]
    Copy {
        /// Whose.
        org: OrgId,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The new log cannot be ended.
    #[error("the new log cannot be ended")]
    End(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The copy is not what it should be.
    #[error("the copy of {org} does not end where its history does")]
    Different {
        /// Whose.
        org: OrgId,
    },
}

/// Opens the log of a stopped server with everything that it erases.
///
/// # Errors
///
/// When it cannot be opened.
pub(crate) fn open(data: &DataDir, manifest: &Manifest) -> Result<Log, RewriteError> {
    let orgs = read_orgs(manifest)?;
    let (log, _) = stored_log::open(&data.log_directory(), LogOptions::new(), &orgs)?;
    Ok(log)
}

/// Writes a log anew that was opened with everything that it erases, perhaps without an organisation.
///
/// # Errors
///
/// See [`RewriteError`]; the log is as it was then.
pub(crate) fn rewrite(
    data: &DataDir,
    old: Log,
    without: Option<OrgId>,
) -> Result<(), RewriteError> {
    let swap = LogSwap::new(data.path());
    let new = Log::create(&swap.rewritten(), LogOptions::new())?;
    let mut appender = new
        .appender()
        .expect("a log that was just made has its appender");
    for (id, head) in old.organisations() {
        let org: OrgId = id.to_core();
        if Some(org) == without {
            continue;
        }
        copy(&old, (org, head), &mut appender)?;
        if new.head(id) != head {
            return Err(RewriteError::Different { org });
        }
    }
    let settled = appender.settle();
    settled.map_err(|error| RewriteError::End(error.into()))?;
    drop(appender);
    new.close();
    old.close();
    swap.swap()?;
    Ok(())
}

fn copy(
    old: &Log,
    (org, head): (OrgId, Head),
    appender: &mut Appender,
) -> Result<(), RewriteError> {
    let failed =
        |source: Box<dyn std::error::Error + Send + Sync>| RewriteError::Copy { org, source };
    let mut position = okr_log::Position::ZERO;
    while position < head.position {
        let read = old.read(org.to_log(), position, COPY_BYTES);
        let records = read.map_err(|error| failed(error.into()))?;
        let records = records.iter().map(|bytes| Record::decode(bytes));
        let records = records
            .collect::<Result<Vec<Record>, _>>()
            .map_err(|error| failed(error.into()))?;
        let last = records.last().map(|record| record.position);
        let batch = Batch {
            organisation: org.to_log(),
            expected_head: position,
            records,
        };
        position = match (appender.append(&[batch]).as_slice(), last) {
            ([AppendOutcome::Appended { .. }], Some(last)) => last,
            (outcome, _) => return Err(failed(format!("{outcome:?}").into())),
        };
    }
    Ok(())
}

impl From<RewriteError> for Failure {
    fn from(error: RewriteError) -> Self {
        match error {
            RewriteError::Data(error) => error.into(),
            RewriteError::Serve(error) => error.into(),
            RewriteError::Open(error) => error.into(),
            RewriteError::Create(error) => error.into(),
            error @ (RewriteError::Copy { .. }
            | RewriteError::End(_)
            | RewriteError::Different { .. }) => Self::new(Exit::Integrity, error.to_string())
                .caused_by_source_of(&error)
                .hint("the log is as it was; try again, or check it with okrd verify"),
        }
    }
}
