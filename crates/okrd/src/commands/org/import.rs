//! `okrd org import`: takes in what `okrd org export` wrote, record by record, so that the history is the same one.
//!
//! The whole file is checked first. Then the organisation is listed, its records are appended, and its people are
//! entered: nobody can log in before that, and doing it again goes on where a crash ended it.

use std::collections::BTreeSet;

use okr_core::id::{OrgId, PersonId};
use okr_log::{Head, Log, LogOptions, VerifyingKey};
use okr_proto::ToLog as _;
use serde_json::json;

use super::ImportArguments;
use super::exported::Exported;
use crate::access_log::{AccessLog, Act, Entry};
use crate::args::OutputFormat;
use crate::backup::{Filling, OrgEnd, Walk};
use crate::clock::Clock;
use crate::credentials::{Credentials, Principal};
use crate::data::{DataDir, Manifest};
use crate::directory::Directory;
use crate::failure::{Exit, Failure};
use crate::output;
use crate::store::AsText;

/// What a failed import leaves.
const AGAIN: &str = "make room and do it again: it goes on where it ended";

pub(super) fn run(arguments: &ImportArguments) -> Result<(), Failure> {
    let path = &arguments.data.path()?;
    let exported = Exported::open(&arguments.from)?;
    let (data, mut manifest) = DataDir::open(path)?;
    let log = Log::open(&data.log_directory(), LogOptions::new())?;
    let org = exported.org();
    check(&exported, log.head(org.to_log()))?;

    let added = take_in(&exported, (&data, &mut manifest), &log)?;
    log.close();
    enter_people(&exported, &data)?;
    let people = exported.people();
    let entry = Entry::done(Act::Operate, Clock::system().now()).of(org);
    AccessLog::open(data.access_log_file())?.record(&entry.saying("org import"));
    let changes = exported.changes();
    output::print(&match arguments.output {
        OutputFormat::Text => format!(
            "{org} has its {} and {} here{}\n\n\
             Next: okrd code --data {directory} --org {org} --person HANDLE\n\
             Then: okrd org rename --data {directory} {org} NAME, which is for this server only\n\
             Its people clone it anew: this server signs with another key.",
            output::count(changes, "change"),
            output::people(people.len() as u64),
            if added == 0 { ", as before" } else { "" },
            directory = path.display(),
        ),
        OutputFormat::Json => json!({
            "schema": "okrd.v1.Imported",
            "org": org.to_string(),
            "changes": changes,
            "added": added,
            "people": people.len(),
        })
        .to_string(),
    })
}

/// Checks every record, the root and the signature, and that what is here already is the beginning of it.
fn check(exported: &Exported, here: Head) -> Result<(), Failure> {
    let org = exported.org();
    if here.position.get() > exported.changes() {
        return Err(other_history(org, "it has more changes than the file"));
    }
    let untrusted = |error: &dyn std::error::Error| {
        Failure::new(Exit::Integrity, exported.problem("cannot be trusted"))
            .caused_by(error)
            .hint("export it once more; nothing was changed here")
    };
    let mut walk = Walk::new(org);
    exported.records(&mut |bytes| {
        let record = walk.take(bytes).map_err(|error| untrusted(&error))?;
        walk.change(&record).map_err(|error| {
            let failure = untrusted(&error);
            if error.is_newer() {
                return Failure::new(Exit::Incompatible, "the history needs a newer okrd")
                    .caused_by(&error)
                    .hint("upgrade okrd; nothing was changed here");
            }
            failure
        })?;
        if record.position() == here.position && walk.frontier().root() != here.root {
            return Err(other_history(org, "its changes are not those in the file"));
        }
        Ok(())
    })?;
    let Some(checkpoint) = exported.checkpoint() else {
        return match (exported.changes(), walk.position()) {
            (0, 0) => Ok(()),
            _ => Err(exported.malformed("it has no checkpoint")),
        };
    };
    let origin = checkpoint.lines().next().unwrap_or_default();
    if !origin.ends_with(&format!("/{org}")) {
        return Err(exported.malformed("its checkpoint is of another organisation"));
    }
    let key = exported.verifier_key().parse::<VerifyingKey>();
    let key = key.map_err(|error| untrusted(&error))?;
    let end = OrgEnd {
        org: AsText(org.uuid()),
        head: exported.changes(),
        root: exported.root().to_owned(),
        recorded_at: None,
        origin: origin.to_owned(),
        checkpoint: checkpoint.to_owned(),
    };
    walk.finish(&end, &key).map_err(|error| untrusted(&error))
}

/// Appends what is not here yet, and returns how many records that were.
fn take_in(
    exported: &Exported,
    (data, manifest): (&DataDir, &mut Manifest),
    log: &Log,
) -> Result<u64, Failure> {
    let org = exported.org();
    let listed = org.to_string();
    if !manifest.orgs.contains(&listed) {
        manifest.orgs.push(listed);
        // Before its records: a server refuses to start on a log that is not listed.
        data.write_manifest(manifest)?;
    }
    let here = log.head(org.to_log()).position;
    let appender = log
        .appender()
        .expect("a log that was just opened has its appender");
    let mut filling = Filling::new(appender, AGAIN);
    let mut walk = Walk::new(org);
    exported.records(&mut |bytes| {
        let record = walk.take(bytes).map_err(|error| {
            let message = exported.problem("was changed while it was read");
            Failure::new(Exit::Error, message).caused_by(&error)
        })?;
        if record.position() > here {
            filling.take(org, &record)?;
        }
        Ok(())
    })?;
    filling.flush()?;
    Ok(exported.changes() - here.get())
}

/// Enters the people, and erases here who was erased there.
fn enter_people(exported: &Exported, data: &DataDir) -> Result<(), Failure> {
    let org = exported.org();
    let directory = Directory::open(data.directory_file())?;
    let erased: BTreeSet<PersonId> = exported.erased().collect();
    if !erased.is_empty() {
        let stays = |holder: Principal| holder.org != org || !erased.contains(&holder.person);
        Credentials::open(data.credentials_file())?.retain(stays)?;
    }
    for person in erased {
        directory.erase(org, person)?;
    }
    directory.update(org, exported.people()).map_err(|error| {
        Failure::new(Exit::Integrity, "its people cannot be entered").caused_by(&error)
    })?;
    Ok(())
}

fn other_history(org: OrgId, why: &str) -> Failure {
    let message = format!("this server has another history of {org}: {why}");
    Failure::new(Exit::Configuration, message)
        .hint("two histories are never mixed: `okrd org delete` takes one away for good")
}
