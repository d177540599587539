//! Which organisation is meant.

use std::path::Path;

use okr_core::id::OrgId;

use crate::data::{DataDir, Manifest};
use crate::failure::{Exit, Failure};
use crate::organisations::{self, File};
use crate::server::read_orgs;

/// Finds an organisation by its name on this server, its id, or the beginning of that.
pub(in crate::commands) fn find(
    data: &Path,
    manifest: &Manifest,
    text: &str,
) -> Result<OrgId, Failure> {
    let orgs = read_orgs(manifest)?;
    let settled = organisations::read(data, manifest)?;
    if let Some(org) = settled.labelled(text).filter(|org| orgs.contains(org)) {
        return Ok(org);
    }
    let typed = text.to_ascii_lowercase();
    let begins = |org: &&OrgId| typed.len() >= 4 && org.to_string().starts_with(&typed);
    let found: Vec<OrgId> = orgs.iter().filter(begins).copied().collect();
    match found.as_slice() {
        [org] => Ok(*org),
        [] => {
            let message = format!("there is no organisation \"{text}\" on this server");
            let known: Vec<String> = orgs.iter().map(|org| name(&settled, *org)).collect();
            let hint = format!("there are: {}", known.join(", "));
            Err(Failure::new(Exit::NotFound, message).hint(hint))
        }
        [..] => {
            let message = format!("\"{text}\" could be {} organisations", found.len());
            let hint = "type more of the id";
            Err(Failure::new(Exit::NotFound, message).hint(hint))
        }
    }
}

/// Reads what organisations there are, without the lock: also while the server runs.
pub(super) fn manifest(data: &Path) -> Result<Manifest, Failure> {
    Ok(DataDir::manifest_of(data)?)
}

/// Returns what the operator calls an organisation.
pub(super) fn name(settled: &File, org: OrgId) -> String {
    settled.get(org).label.unwrap_or_else(|| org.to_string())
}
