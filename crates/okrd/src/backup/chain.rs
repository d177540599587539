//! Backups that continue one another: put in order, and checked from the first record to the last.

use std::collections::BTreeMap;
use std::path::PathBuf;

use okr_core::id::OrgId;
use okr_log::{RecordView, VerifyingKey};
use uuid::Uuid;

use super::files::SmallFiles;
use super::manifest::{Manifest, Run};
use super::read::Whole;
use super::walk::Walk;
use crate::failure::{Exit, Failure};

/// A full backup and those that continue it.
#[derive(Debug)]
pub(crate) struct Chain {
    /// In order; never empty.
    pub files: Vec<Whole>,
    /// The small files of the last one.
    pub small: SmallFiles,
}

/// What sees every record of a chain, after it was checked.
pub(crate) type Visiting<'a> = dyn FnMut(OrgId, &Walk, &RecordView<'_>) -> Result<(), Failure> + 'a;

impl Chain {
    /// Reads backups, whatever order they are given in, and puts them in order.
    ///
    /// # Errors
    ///
    /// As [`Whole::open`]; `Configuration` when they do not continue one another; `Integrity` when the small files
    /// cannot be understood.
    pub(crate) fn open(paths: &[PathBuf]) -> Result<Self, Failure> {
        let mut rest = Vec::with_capacity(paths.len());
        for path in paths {
            rest.push(Whole::open(path)?);
        }
        let files = in_order(rest)?;
        let last = files.last().expect("an order has at least one file");
        let (key, place) = (&last.manifest.verifier_key, last.path.display().to_string());
        let small = SmallFiles::read(&last.files, key, &place)?;
        Ok(Self { files, small })
    }

    /// Returns the last file.
    pub(crate) fn last(&self) -> &Whole {
        self.files.last().expect("a chain has at least one file")
    }

    /// Reads all records again and checks each of them and every end.
    ///
    /// # Errors
    ///
    /// `Integrity` with the first position that cannot be trusted, `Incompatible` for a change that only a newer
    /// program understands, and those of `visit`.
    pub(crate) fn walk(&self, visit: &mut Visiting<'_>) -> Result<(), Failure> {
        let mut walks: BTreeMap<Uuid, Walk> = BTreeMap::new();
        for file in &self.files {
            let untrusted = |error: &dyn std::error::Error| untrusted(file, error);
            let key = file.manifest.verifier_key.parse::<VerifyingKey>();
            let key = key.map_err(|error| untrusted(&error))?;
            let again = Whole::read(&file.path, &mut |_: &Manifest, run: &Run| {
                let org = OrgId::new(run.org);
                let walk = walks.entry(run.org).or_insert_with(|| Walk::new(org));
                for record in &run.records {
                    let record = walk.take(record).map_err(|error| untrusted(&error))?;
                    visit(org, walk, &record)?;
                }
                Ok(())
            })?;
            if again.id != file.id {
                let message = format!("{} was exchanged while it was read", file.path.display());
                return Err(Failure::new(Exit::Error, message));
            }
            for part in &file.manifest.orgs {
                let org = part.end.org.0;
                let walk = walks
                    .entry(org)
                    .or_insert_with(|| Walk::new(OrgId::new(org)));
                let finished = walk.finish(&part.end, &key);
                finished.map_err(|error| untrusted(&error))?;
            }
        }
        Ok(())
    }
}

fn in_order(mut rest: Vec<Whole>) -> Result<Vec<Whole>, Failure> {
    let full = rest
        .iter()
        .position(|file| file.manifest.continues.is_none());
    let Some(full) = full else {
        return Err(unconnected(&rest[0], &[]));
    };
    let mut files = vec![rest.swap_remove(full)];
    while !rest.is_empty() {
        let last = files.last().map(|file| file.id.clone());
        let next = rest.iter().position(|file| {
            let before = file.manifest.continues.as_ref();
            before.map(|before| &before.id) == last.as_ref()
        });
        match next {
            Some(next) => files.push(rest.swap_remove(next)),
            None => return Err(unconnected(&rest[0], &files)),
        }
    }
    Ok(files)
}

/// Says why a file has no place after those that are in order.
fn unconnected(file: &Whole, files: &[Whole]) -> Failure {
    let path = file.path.display();
    let Some(before) = &file.manifest.continues else {
        let message = format!("{path} is a full backup, and so is another of the files");
        return Failure::new(Exit::Configuration, message)
            .hint("give one full backup and those that continue it");
    };
    let twins = files.windows(2).find(|pair| pair[0].id == before.id);
    if let Some([both, twin]) = twins {
        let (both, twin) = (both.path.display(), twin.path.display());
        let message = format!("{path} continues {both}, and so does {twin}");
        return Failure::new(Exit::Configuration, message)
            .hint("leave one of the two out: the one that nothing continues");
    }
    let message = format!("{path} does not continue any of the other files");
    let moment = before.taken_at.0;
    let id: String = before.id.chars().take(16).collect();
    Failure::new(Exit::Configuration, message).hint(format!(
        "it continues the backup with the id {id}..., taken at {moment:.0}: give the full backup \
         and every one after it"
    ))
}

fn untrusted(file: &Whole, error: &dyn std::error::Error) -> Failure {
    let message = format!("{} cannot be trusted", file.path.display());
    Failure::new(Exit::Integrity, message)
        .caused_by(error)
        .hint("take another backup; the replicas have the history as well")
}
