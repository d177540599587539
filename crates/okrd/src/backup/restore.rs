//! Making a data directory of backups: all of it, or what there was at a position or a moment.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use okr_core::id::OrgId;
use okr_log::{Frontier, Log, LogOptions, RecordView};
use okr_proto::ToLog as _;
use uuid::Uuid;

use super::chain::Chain;
use super::filling::Filling;
use crate::data::{self, CARRIED_FILES, CARRIED_IF_THERE, DataDir, MANIFEST};
use crate::failure::{Exit, Failure};
use crate::stored_log;

const NOTHING_LEFT: &str = "nothing is left of this restore; make room or choose another disk";

/// What is left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cut {
    /// By organisation, the last position that is kept.
    pub positions: BTreeMap<Uuid, u64>,
    /// The last moment that is kept.
    pub time: Option<Timestamp>,
}

/// An organisation that was restored.
#[derive(Clone, Debug)]
pub(crate) struct Restored {
    /// The organisation.
    pub org: OrgId,
    /// Its newest position.
    pub head: u64,
    /// The Merkle root up to there, in hex.
    pub root: String,
    /// How many changes of the backup were left out.
    pub left_out: u64,
}

/// Where the log of an organisation shall end.
#[derive(Debug)]
struct Goal {
    head: u64,
    root: String,
    /// Where the backup ends.
    of: u64,
}

impl Cut {
    fn is_none(&self) -> bool {
        self.positions.is_empty() && self.time.is_none()
    }

    fn keeps(&self, org: Uuid, record: &RecordView<'_>) -> bool {
        let position = self.positions.get(&org);
        let time = self.time.map(Timestamp::as_microsecond);
        position.is_none_or(|last| record.position().get() <= *last)
            && time.is_none_or(|last| record.recorded_at().as_micros() <= last)
    }

    /// Refuses what these backups cannot show.
    fn check(&self, chain: &Chain) -> Result<(), Failure> {
        let last = chain.last();
        for (org, position) in &self.positions {
            let Some(part) = last
                .manifest
                .orgs
                .iter()
                .find(|part| part.end.org.0 == *org)
            else {
                let known = last
                    .manifest
                    .orgs
                    .iter()
                    .map(|part| part.end.org.0.to_string());
                let known: Vec<String> = known.collect();
                let message = format!("there is no organisation {org} in these backups");
                return Err(Failure::new(Exit::NotFound, message)
                    .hint(format!("they hold: {}", known.join(", "))));
            };
            if *position > part.end.head {
                let head = part.end.head;
                let message = format!(
                    "position {position} of organisation {org} is not in these backups: they end at {head}"
                );
                return Err(Failure::new(Exit::NotFound, message).hint("give a later backup, too"));
            }
        }
        // The newest moment, which a clock that was set back has not given to the last one.
        let taken_at = chain
            .files
            .iter()
            .map(|file| file.manifest.taken_at.0)
            .max();
        if let Some((time, taken_at)) = self.time.zip(taken_at)
            && time > taken_at
        {
            let message =
                format!("{time} is not in these backups: the newest was taken at {taken_at}");
            return Err(Failure::new(Exit::NotFound, message).hint("give a later backup, too"));
        }
        Ok(())
    }
}

/// Makes a data directory of backups; when it fails, nothing is left of it.
///
/// # Errors
///
/// As [`Chain::walk`]; `NotFound` for a position or moment that the backups do not reach; those of the directory, which
/// must be missing or empty; and that it cannot be written.
pub(crate) fn restore(chain: &Chain, cut: &Cut, path: &Path) -> Result<Vec<Restored>, Failure> {
    cut.check(chain)?;
    refuse_used(path)?;
    // All of it is checked before anything is written.
    let goals = goals(chain, cut)?;
    let made_here = !path.exists();
    let directory = DataDir::create(path)?;
    let filled = fill(chain, &goals, &directory);
    drop(directory);
    if let Err(failure) = filled {
        remove(path, made_here);
        return Err(failure);
    }
    let restored = goals.into_iter().map(|(org, goal)| Restored {
        org: OrgId::new(org),
        head: goal.head,
        root: goal.root,
        left_out: goal.of - goal.head,
    });
    Ok(restored.collect())
}

/// Refuses a directory before the long check of the backups.
fn refuse_used(path: &Path) -> Result<(), Failure> {
    match fs::read_dir(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(data::io_error("read", path)(error).into()),
        Ok(_) => {
            data::refuse_used(path)?;
            Ok(data::refuse_foreign(path)?)
        }
    }
}

fn goals(chain: &Chain, cut: &Cut) -> Result<BTreeMap<Uuid, Goal>, Failure> {
    let mut kept: BTreeMap<Uuid, Frontier> = BTreeMap::new();
    chain.walk(&mut |org, walk, record| {
        if !cut.is_none() && cut.keeps(org.uuid(), record) {
            kept.insert(org.uuid(), walk.frontier().clone());
        }
        Ok(())
    })?;
    let goals = chain.last().manifest.orgs.iter().map(|part| {
        let org = part.end.org.0;
        let of = part.end.head;
        let goal = if cut.is_none() {
            let root = part.end.root.clone();
            Goal { head: of, root, of }
        } else {
            let frontier = kept.remove(&org).unwrap_or_default();
            let (head, root) = (frontier.size(), frontier.root().to_string());
            Goal { head, root, of }
        };
        (org, goal)
    });
    let goals: BTreeMap<Uuid, Goal> = goals.collect();
    let nothing = goals.values().all(|goal| goal.head == 0);
    if let Some(time) = cut.time.filter(|_| nothing) {
        let message = format!("nothing in these backups was recorded by {time}");
        return Err(Failure::new(Exit::NotFound, message).hint("give a later moment"));
    }
    Ok(goals)
}

fn fill(chain: &Chain, goals: &BTreeMap<Uuid, Goal>, directory: &DataDir) -> Result<(), Failure> {
    for file in &chain.last().files {
        // The chain knows that these are the files that it may carry.
        if file.name != MANIFEST {
            let content = BASE64.decode(&file.content).map_err(|error| {
                Failure::new(Exit::Integrity, "a file in the backup is no base64").caused_by(&error)
            })?;
            data::replace(&directory.path().join(&file.name), &content)?;
        }
    }
    let log = Log::create(&directory.log_directory(), LogOptions::new())
        .map_err(|error| Failure::from(error).hint(NOTHING_LEFT))?;
    let appender = log
        .appender()
        .expect("a log that was just made has its appender");
    let mut filling = Filling::new(appender, NOTHING_LEFT);
    chain.walk(&mut |org, _, record| {
        let goal = goals.get(&org.uuid());
        if goal.is_some_and(|goal| record.position().get() <= goal.head) {
            filling.take(org, record)?;
        }
        Ok(())
    })?;
    filling.flush()?;
    drop(filling);
    log.close();
    let mut server = chain.small.server.clone();
    // An organisation that was made while the backup was taken may stand in the logs only.
    for org in goals.keys().map(ToString::to_string) {
        if !server.orgs.contains(&org) {
            server.orgs.push(org);
        }
    }
    // As a server will open it.
    let orgs = crate::server::read_orgs(&server)?;
    let (log, _) = stored_log::open(&directory.log_directory(), LogOptions::new(), &orgs)?;
    for (org, goal) in goals {
        let found = log.head(OrgId::new(*org).to_log());
        if found.position.get() != goal.head || found.root.to_string() != goal.root {
            let message =
                format!("the restored log of organisation {org} is not that of the backup");
            return Err(Failure::new(Exit::Integrity, message));
        }
    }
    drop(log);
    Ok(directory.write_manifest(&server)?)
}

/// Removes what a failed restore has made; the directory was missing or empty before.
fn remove(path: &Path, made_here: bool) {
    // What cannot be removed is the remainder of a restore, which the next command explains.
    if made_here {
        drop(fs::remove_dir_all(path));
        return;
    }
    drop(fs::remove_dir_all(path.join("log")));
    for name in CARRIED_FILES.into_iter().chain(CARRIED_IF_THERE) {
        drop(fs::remove_file(path.join(name)));
        drop(data::remove_beginning(&path.join(name)));
    }
    data::remove_frame(path);
}
