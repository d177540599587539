//! `okrd verify`: reads all there is and checks it, of a running server as well.

use okr_core::id::OrgId;
use okr_log::{Position, VerifyingKey};
use serde_json::json;

use crate::args::{OutputFormat, VerifyArguments};
use crate::backup::{OrgEnd, Source, Walk, WalkError};
use crate::clock::Clock;
use crate::failure::{Exit, Failure};
use crate::output;

/// Bytes of records that are read together.
const PORTION_BYTES: usize = 1024 * 1024;

pub(super) fn run(arguments: &VerifyArguments) -> Result<(), Failure> {
    // A directory that opens here was verified by that, down to the checksums of its blocks.
    let mut source = Source::open(&arguments.data.path()?)?;
    let snapshot = source.snapshot(Clock::system().now())?;
    snapshot.check_files("the data directory")?;
    let key = snapshot.verifier_key.parse::<VerifyingKey>();
    let key = key.map_err(|error| {
        Failure::new(Exit::Integrity, "the server's key is none").caused_by(&error)
    })?;
    for end in &snapshot.orgs {
        let walk = walk(&mut source, end)?;
        walk.finish(end, &key).map_err(|error| untrusted(&error))?;
        let (org, changes, root) = (end.org.0, end.head, &end.root);
        output::print(&match arguments.output {
            OutputFormat::Text => {
                let changes = output::count(changes, "change");
                format!("{org}  {changes}  ok\n  root {root}")
            }
            OutputFormat::Json => json!({
                "schema": "okrd.v1.Verified",
                "org": org.to_string(),
                "changes": changes,
                "root": root,
                "checkpoint": end.checkpoint,
            })
            .to_string(),
        })?;
    }
    Ok(())
}

fn walk(source: &mut Source, end: &OrgEnd) -> Result<Walk, Failure> {
    let org = OrgId::new(end.org.0);
    let mut walk = Walk::new(org);
    while walk.position() < end.head {
        let after = Position::new(walk.position());
        let mut records = source.records(org, after, PORTION_BYTES)?;
        // The log may have grown since.
        records.truncate(usize::try_from(end.head - after.get()).unwrap_or(usize::MAX));
        if records.is_empty() {
            break;
        }
        for record in &records {
            let record = walk.take(record).map_err(|error| untrusted(&error))?;
            walk.change(&record).map_err(|error| untrusted(&error))?;
        }
    }
    Ok(walk)
}

fn untrusted(error: &WalkError) -> Failure {
    Failure::new(Exit::Integrity, "the log cannot be trusted")
        .caused_by(error)
        .hint("nothing was repaired or changed; keep a copy of the directory, and restore a backup")
}
