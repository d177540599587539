//! Writing a backup: from a snapshot and the records up to it, proven to be what was signed while they pass.

use std::io::{self, Write};

use jiff::Timestamp;
use okr_core::id::OrgId;
use okr_log::{Frontier, Position, VerifyingKey};

use super::frame::{FrameWriter, Kind};
use super::manifest::{Before, Ends, Manifest, Part, Run};
use super::read::Whole;
use super::snapshot::Snapshot;
use super::source::Source;
use super::walk::{Walk, WalkError};
use crate::failure::{Exit, Failure};

/// Bytes of records in one frame.
const RUN_BYTES: usize = 1024 * 1024;

/// A backup that was written.
#[derive(Debug)]
pub(crate) struct Written {
    /// What it is.
    pub manifest: Manifest,
    /// Its id.
    pub id: String,
    /// Its length.
    pub bytes: u64,
}

/// Writes a backup of a server, of all or of what came since another backup.
///
/// # Errors
///
/// `Integrity` when the records are not what the server signed, or do not continue the other backup; what the source
/// says; and `Error` when nothing can be written. What was written is then worth nothing.
pub(crate) fn create(
    source: &mut Source,
    since: Option<&Whole>,
    (out, now): (impl Write, Timestamp),
) -> Result<Written, Failure> {
    let snapshot = source.snapshot(now)?;
    let key = snapshot.verifier_key.parse::<VerifyingKey>();
    let key = key.map_err(|error| {
        Failure::new(Exit::Integrity, "the server's key is none").caused_by(&error)
    })?;
    let manifest = manifest(&snapshot, since)?;
    let mut out = FrameWriter::start(out).map_err(|error| unwritten(&error))?;
    let files = json(&snapshot.files)?;
    out.frame(Kind::Manifest, &json(&manifest)?)
        .and_then(|()| out.packed(Kind::Files, &files))
        .map_err(|error| unwritten(&error))?;
    let mut ends = Ends::default();
    for part in &manifest.orgs {
        let mut walk = begin(part, since)?;
        copy(source, &mut walk, (part, &mut out))?;
        let finished = walk.finish(&part.end, &key);
        finished.map_err(|error| unproven(&error, part.after > 0))?;
        ends.insert(part.end.org, walk.frontier());
    }
    out.frame(Kind::Ends, &json(&ends)?)
        .map_err(|error| unwritten(&error))?;
    let (id, bytes) = out.close().map_err(|error| unwritten(&error))?;
    Ok(Written {
        manifest,
        id: id.to_string(),
        bytes,
    })
}

fn manifest(snapshot: &Snapshot, since: Option<&Whole>) -> Result<Manifest, Failure> {
    if let Some(since) = since
        && since.manifest.verifier_key != snapshot.verifier_key
    {
        let message = "the backup before is of another server: it was signed with another key";
        return Err(Failure::new(Exit::Configuration, message)
            .hint("give --since a backup of this server, or leave it out for a full backup"));
    }
    let mut orgs = Vec::with_capacity(snapshot.orgs.len());
    for end in &snapshot.orgs {
        let before = since.and_then(|since| since.part(end.org));
        let after = before.map_or(0, |before| before.end.head);
        if after > end.head {
            let org = end.org.0;
            let message = format!(
                "the log of organisation {org} ends at position {}, before the backup that was to be \
                 continued ({after})",
                end.head
            );
            return Err(Failure::new(Exit::Integrity, message).hint(RESTORED_HINT));
        }
        let end = end.clone();
        orgs.push(Part { after, end });
    }
    Ok(Manifest {
        okrd: snapshot.okrd.clone(),
        taken_at: snapshot.taken_at,
        verifier_key: snapshot.verifier_key.clone(),
        continues: since.map(|since| Before {
            id: since.id.clone(),
            taken_at: since.manifest.taken_at,
        }),
        orgs,
    })
}

const RESTORED_HINT: &str = "the server was restored or its history was changed since that backup: keep \
what you have, and make a full backup (without --since)";

fn begin(part: &Part, since: Option<&Whole>) -> Result<Walk, Failure> {
    let org = OrgId::new(part.end.org.0);
    let Some(since) = since.filter(|_| part.after > 0) else {
        return Ok(Walk::new(org));
    };
    let frontier = since.ends.frontier(part.end.org);
    let frontier = frontier.filter(|frontier: &Frontier| frontier.size() == part.after);
    let frontier = frontier.ok_or_else(|| {
        let message = "the backup before does not say how it ends";
        Failure::new(Exit::Integrity, message).hint("make a full backup (without --since)")
    })?;
    let recorded_at = since
        .part(part.end.org)
        .and_then(|part| part.end.recorded_at);
    Ok(Walk::after(
        org,
        frontier,
        recorded_at.map(|moment| moment.0),
    ))
}

/// Copies the records of an organisation up to its end.
fn copy(
    source: &mut Source,
    walk: &mut Walk,
    (part, out): (&Part, &mut FrameWriter<impl Write>),
) -> Result<(), Failure> {
    let (org, head) = (part.end.org.0, part.end.head);
    while walk.position() < head {
        let after = walk.position();
        let mut records = source.records(OrgId::new(org), Position::new(after), RUN_BYTES)?;
        // The log may have grown since.
        records.truncate(usize::try_from(head - after).unwrap_or(usize::MAX));
        if records.is_empty() {
            break;
        }
        for record in &records {
            walk.take(record).map_err(|error| unproven(&error, false))?;
        }
        let first = after + 1;
        let run = Run {
            org,
            first,
            records,
        };
        out.packed(Kind::Records, &run.to_bytes())
            .map_err(|error| unwritten(&error))?;
    }
    Ok(())
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value).map_err(|error| unwritten(&error.into()))
}

fn unwritten(error: &io::Error) -> Failure {
    let failure = Failure::new(Exit::Error, "the backup cannot be written").caused_by(error);
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            failure.hint("make room; nothing is left of this backup")
        }
        _ => failure,
    }
}

fn unproven(error: &WalkError, continues: bool) -> Failure {
    let message = "the log is not what the server signed: no backup was made";
    let failure = Failure::new(Exit::Integrity, message).caused_by(error);
    if continues {
        failure.hint(RESTORED_HINT)
    } else {
        failure.hint("run `okrd verify`, and keep all backups that there are")
    }
}
