//! Deleting an organisation: nothing of it is left in any file, and the histories of others stay as they are.
//!
//! The log is written anew without it (`rewriting.rs`). Until the last step a crash leaves the organisation there, without
//! anybody who could log in; doing it again ends it.

use okr_core::id::OrgId;

use crate::access_log;
use crate::credentials::Credentials;
use crate::data::{DataDir, DataError, Manifest};
use crate::directory::Directory;
use crate::last_used::LastUsed;
use crate::organisations;
use crate::rewriting::{self, RewriteError};

/// Deletes an organisation.
///
/// # Errors
///
/// See [`RewriteError`]; the log is as it was then.
pub(crate) fn delete(
    data: &DataDir,
    manifest: &mut Manifest,
    org: OrgId,
) -> Result<(), RewriteError> {
    // First nobody can log in: an organisation without a history could be founded anew by whoever still can.
    let credentials = Credentials::open(data.credentials_file())?;
    credentials.retain(|principal| principal.org != org)?;
    Directory::open(data.directory_file())?.forget(org)?;
    organisations::edit::<_, DataError>(data.path(), manifest, |file| {
        file.forget(org);
        Ok(())
    })?;
    let tokens = credentials.subscribe();
    LastUsed::open(data.last_used_file())?.prune(|token| tokens.borrow().knows(token))?;
    access_log::forget(&data.access_log_file(), org)?;
    let log = rewriting::open(data, manifest)?;
    rewriting::rewrite(data, log, Some(org))?;
    manifest.orgs.retain(|listed| *listed != org.to_string());
    data.write_manifest(manifest)?;
    Ok(())
}
