//! `okrd verify`: reads the whole log and checks it against its checksums, its order and its witness.

use okr_log::LogOptions;
use okr_proto::ToLog as _;
use serde_json::json;

use crate::args::{OutputFormat, VerifyArguments};
use crate::data::DataDir;
use crate::failure::Failure;
use crate::heads::Heads;
use crate::server::{ServeError, origin, read_orgs};
use crate::{key, output, stored_log};

pub(super) fn run(arguments: &VerifyArguments) -> Result<(), Failure> {
    let (data, manifest) = DataDir::open(&arguments.data.path()?)?;
    let orgs = read_orgs(&manifest)?;
    let key = key::open(&data.key_file()).map_err(ServeError::from)?;
    let (log, _) = stored_log::open(&data.log_directory(), LogOptions::new(), &orgs)?;
    let mut ends = Vec::new();
    for org in &orgs {
        let origin = origin(&manifest, *org).map_err(ServeError::from)?;
        ends.push((*org, origin, log.head(org.to_log())));
    }
    let heads = Heads::new(key, ends);
    for org in orgs {
        let head = heads.head(org);
        let changes = head.position.get();
        let note = heads
            .checkpoint(org, head.into())
            .map(|signed| signed.to_string());
        output::print(&match arguments.output {
            OutputFormat::Text => format!("{org}  {changes} changes  root {}  ok", head.root),
            OutputFormat::Json => json!({
                "schema": "okrd.v1.Verified",
                "org": org.to_string(),
                "changes": changes,
                "root": head.root.to_string(),
                "checkpoint": note,
            })
            .to_string(),
        });
    }
    Ok(())
}
