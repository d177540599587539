//! `okrd org export`: the exact records of an organisation, its people, and the checkpoint over them.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use okr_core::id::OrgId;
use okr_log::{Log, Position};
use okr_proto::ToLog as _;
use serde_json::{Value, json};

use super::{ExportArguments, find};
use crate::args::OutputFormat;
use crate::data::{DataDir, PRIVATE_FILE, io_error};
use crate::directory::Directory;
use crate::failure::{Exit, Failure};
use crate::heads::Heads;
use crate::server::{ServeError, origin};
use crate::{key, limits, output, rewriting};

/// What the first line says that the file is.
pub(super) const SCHEMA: &str = "okrd.v1.OrganisationExport";

pub(super) fn run(arguments: &ExportArguments) -> Result<(), Failure> {
    let path = &arguments.one.data.path()?;
    let (data, manifest) = DataDir::open(path)?;
    let org = find::find(path, &manifest, &arguments.one.org)?;
    let key = key::of(&data, &manifest).map_err(ServeError::from)?;
    // With what the log erases, so that no export has it.
    let log = rewriting::open(&data, &manifest)?;
    let head = log.head(org.to_log());
    let origin = origin(&manifest, org).map_err(ServeError::from)?;
    let heads = Heads::new(key, [(org, origin, head)]);
    let note = heads.checkpoint(org, head.into());
    let people = Directory::open(data.directory_file())?.people(org);
    let mut first = json!({
        "schema": SCHEMA,
        "org": org.to_string(),
        "changes": head.position.get(),
        "root": head.root.to_string(),
        "checkpoint": note,
        "verifier_key": heads.verifier_key(),
        "people": people.entries.len(),
    });
    if !people.erased.is_empty() {
        let erased = people.erased.iter().map(|person| person.uuid().to_string());
        first["erased"] = erased.collect();
    }
    let mut lines = vec![first];
    lines.extend(people.entries.iter().map(|entry| {
        json!({
            "person": entry.person.uuid().to_string(),
            "handle": entry.handle.as_str(),
            "name": entry.name.as_str(),
            "email": entry.email.as_str(),
        })
    }));
    let to_standard_output = arguments.to == Path::new("-");
    if to_standard_output {
        let mut out = BufWriter::new(io::stdout().lock());
        write(&mut out, &arguments.to, (&log, org), &lines)?;
    } else {
        let file = create(&arguments.to)?;
        let mut out = BufWriter::new(&file);
        write(&mut out, &arguments.to, (&log, org), &lines)?;
        file.sync_all().map_err(io_error("write", &arguments.to))?;
    }
    let answer = answer(arguments, org, head.position);
    if to_standard_output {
        output::note(&answer);
        return Ok(());
    }
    output::print(&answer)
}

fn answer(arguments: &ExportArguments, org: OrgId, head: Position) -> String {
    let changes = head.get();
    match arguments.one.output {
        OutputFormat::Text => {
            let to = arguments.to.display();
            let changes = output::count(changes, "change");
            format!("wrote {changes} of {org} to {to}")
        }
        OutputFormat::Json => json!({
            "schema": "okrd.v1.Exported",
            "org": org.to_string(),
            "changes": changes,
            "file": arguments.to,
        })
        .to_string(),
    }
}

/// Makes the file, which nobody else may read.
fn create(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(PRIVATE_FILE);
    options.open(path).map_err(|error| {
        let message = format!("{} cannot be made", path.display());
        Failure::new(Exit::Configuration, message)
            .caused_by(&error)
            .hint("name a file that is not there yet, in a directory that is")
    })
}

fn write(
    out: &mut impl Write,
    path: &Path,
    (log, org): (&Log, OrgId),
    lines: &[Value],
) -> Result<(), Failure> {
    let failed = |error| Failure::from(io_error("write", path)(error));
    for line in lines {
        writeln!(out, "{line}").map_err(failed)?;
    }
    let mut position = Position::ZERO;
    loop {
        let read = log.read(org.to_log(), position, limits::RECORDS_MESSAGE_BYTES);
        let records = read.map_err(|error| {
            let message = format!("what follows position {} cannot be read", position.get());
            Failure::new(Exit::Integrity, message).caused_by(&error)
        })?;
        if records.is_empty() {
            break;
        }
        for record in records {
            position = position.next();
            let bytes = BASE64.encode(&record);
            let line = json!({ "position": position.get(), "record": bytes });
            writeln!(out, "{line}").map_err(failed)?;
        }
    }
    out.flush().map_err(failed)
}
