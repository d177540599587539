//! `okrd org list`: what organisations there are, and how much they hold.

use std::collections::BTreeMap;

use okr_core::id::OrgId;
use okr_log::LogOptions;
use okr_proto::ToLog as _;
use serde_json::{Value, json};

use super::{ListArguments, find};
use crate::args::OutputFormat;
use crate::data::{DataDir, DataError, directory_file};
use crate::directory::Directory;
use crate::failure::Failure;
use crate::organisations;
use crate::server::read_orgs;
use crate::{output, stored_log};

/// What the log says about an organisation.
struct Size {
    changes: u64,
    people: usize,
}

pub(super) fn run(arguments: &ListArguments) -> Result<(), Failure> {
    let data = &arguments.data.path()?;
    let manifest = find::manifest(data)?;
    let orgs = read_orgs(&manifest)?;
    let sizes = match DataDir::open(data) {
        Ok((open, manifest)) => Some(sizes(&open, &read_orgs(&manifest)?)?),
        // Everything else can be read while the server runs.
        Err(DataError::Locked { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let settled = organisations::read(data, &manifest)?;
    let directory = Directory::open(directory_file(data))?;
    for org in orgs {
        let known = settled.get(org);
        let size = sizes.as_ref().and_then(|sizes| sizes.get(&org));
        let entries = directory.people(org).entries.len();
        output::print(&match arguments.output {
            OutputFormat::Json => json!({
                "schema": "okrd.v1.Organisation",
                "org": org.to_string(),
                "name": known.label,
                "frozen": known.frozen,
                "quotas": known.quotas,
                "directory_entries": entries,
                "changes": size.map_or(Value::Null, |size| size.changes.into()),
                "people": size.map_or(Value::Null, |size| size.people.into()),
            })
            .to_string(),
            OutputFormat::Text => {
                let name = known.label.as_deref().unwrap_or("-");
                let held = size.map_or_else(String::new, |size| {
                    let changes = output::count(size.changes, "change");
                    format!("  {changes}  {}", output::people(size.people as u64))
                });
                let frozen = if known.frozen { "  frozen" } else { "" };
                let limits = quotas(known.quotas);
                format!("{org}  {name}{held}{frozen}{limits}")
            }
        })?;
    }
    if sizes.is_none() && arguments.output == OutputFormat::Text {
        output::print("the server runs: how much they hold is shown when it is stopped")?;
    }
    Ok(())
}

/// Writes the limits of an organisation, if there are any.
pub(super) fn quotas(quotas: organisations::Quotas) -> String {
    let parts = [
        quotas
            .changes_per_day
            .map(|changes| format!("{} a day", output::count(changes, "change"))),
        quotas.bytes.map(|bytes| output::count(bytes, "byte")),
        quotas.people.map(output::people),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!("  at most {}", parts.join(", "))
    }
}

fn sizes(
    data: &DataDir,
    orgs: &std::collections::BTreeSet<OrgId>,
) -> Result<BTreeMap<OrgId, Size>, Failure> {
    let (log, sequencer) = stored_log::open(&data.log_directory(), LogOptions::new(), orgs)?;
    let mut people: BTreeMap<OrgId, usize> = BTreeMap::new();
    for (org, person) in sequencer.people() {
        *people.entry(org).or_default() += usize::from(person.active);
    }
    let size = |org: &OrgId| Size {
        changes: log.head(org.to_log()).position.get(),
        people: people.get(org).copied().unwrap_or(0),
    };
    Ok(orgs.iter().map(|org| (*org, size(org))).collect())
}
