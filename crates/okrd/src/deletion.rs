//! Deleting an organisation: nothing of it is left in any file, and the histories of others stay as they are.
//!
//! The log is written anew without it, record by record, and every other organisation must end at the same position
//! with the same root as before. Until the last step a crash leaves the organisation there, without anybody who could
//! log in; doing it again ends it.

use okr_core::id::OrgId;
use okr_log::{
    AppendOutcome, Appender, Batch, CreateError, Head, Log, LogOptions, OpenError, Record,
};
use okr_proto::{ToCore as _, ToLog as _};

use crate::access_log;
use crate::credentials::Credentials;
use crate::data::{DataDir, DataError, Manifest};
use crate::directory::Directory;
use crate::last_used::LastUsed;
use crate::log_swap::LogSwap;
use crate::organisations;

/// Bytes of records that are copied at a time.
const COPY_BYTES: usize = 4 * 1024 * 1024;

/// Why an organisation is not deleted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeleteError {
    /// A file cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The log cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The new log cannot be made.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// A record cannot be read.
    #[error("a record of {org} cannot be copied")]
    Copy {
        /// Whose.
        org: OrgId,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The copy is not what it should be.
    #[error("the copy of {org} does not end where its history does")]
    Different {
        /// Whose.
        org: OrgId,
    },
}

/// Deletes an organisation.
///
/// # Errors
///
/// See [`DeleteError`]; the log is as it was then.
pub(crate) fn delete(
    data: &DataDir,
    manifest: &mut Manifest,
    org: OrgId,
) -> Result<(), DeleteError> {
    // First nobody can log in: an organisation without a history could be founded anew by whoever still can.
    let credentials = Credentials::open(data.credentials_file())?;
    credentials.retain(|principal| principal.org != org)?;
    Directory::open(data.directory_file())?.forget(org)?;
    organisations::edit::<_, DataError>(&data.organisations_file(), |file| {
        file.forget(org);
        Ok(())
    })?;
    let tokens = credentials.subscribe();
    LastUsed::open(data.last_used_file())?.prune(|token| tokens.borrow().knows(token))?;
    access_log::forget(&data.access_log_file(), org)?;
    rewrite_log(data, org)?;
    manifest.orgs.retain(|listed| *listed != org.to_string());
    data.write_manifest(manifest)?;
    Ok(())
}

fn rewrite_log(data: &DataDir, without: OrgId) -> Result<(), DeleteError> {
    let swap = LogSwap::new(data.path());
    let old = Log::open(&data.log_directory(), LogOptions::new())?;
    let new = Log::create(&swap.rewritten(), LogOptions::new())?;
    let mut appender = new
        .appender()
        .expect("a log that was just made has its appender");
    for (id, head) in old.organisations() {
        let org: OrgId = id.to_core();
        if org == without {
            continue;
        }
        copy(&old, (org, head), &mut appender)?;
        if new.head(id) != head {
            return Err(DeleteError::Different { org });
        }
    }
    let settled = appender.settle();
    settled.map_err(|error| DeleteError::Copy {
        org: without,
        source: error.into(),
    })?;
    drop(appender);
    new.close();
    old.close();
    swap.swap()?;
    Ok(())
}

fn copy(old: &Log, (org, head): (OrgId, Head), appender: &mut Appender) -> Result<(), DeleteError> {
    let failed =
        |source: Box<dyn std::error::Error + Send + Sync>| DeleteError::Copy { org, source };
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
