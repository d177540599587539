//! A device: a replica in a directory, a clock, and somebody who writes on it.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use okr_core::id::{ChangeId, PersonId};
use okr_replica::{LogFilter, NewReplica, RemoteInfo, Replica, ReplicaError};
use uuid::Uuid;

use super::ledger::Ledger;
use crate::generate::Maker;
use crate::sample::ORG;

/// The machine of somebody.
#[derive(Debug)]
pub(super) struct Device {
    pub(super) person: PersonId,
    pub(super) token: Uuid,
    /// Where the replica is now.
    pub(super) directory: RefCell<PathBuf>,
    /// Borrowed while it syncs; others open the file a second time then, as another process does.
    replica: RefCell<Option<Replica>>,
    pub(super) maker: RefCell<Maker>,
    /// The changes that the maker knows.
    pub(super) known: RefCell<HashSet<ChangeId>>,
    pub(super) ledger: RefCell<Ledger>,
    /// How far its clock is off, in microseconds.
    pub(super) skew: Cell<i64>,
    /// The head when it was last looked at.
    pub(super) head: Cell<u64>,
    /// How many syncs run at the moment, one within the other.
    pub(super) syncs: Cell<usize>,
    pub(super) backup: RefCell<Option<Backup>>,
}

/// A copy of a device's disk, and what was written until then.
#[derive(Clone, Debug)]
pub(super) struct Backup {
    pub(super) directory: PathBuf,
    pub(super) ledger: Ledger,
    pub(super) head: u64,
}

impl Device {
    /// Makes a new replica.
    pub(super) fn new(
        person: PersonId,
        number: u64,
        directory: PathBuf,
        (seed, remote): (u64, RemoteInfo),
    ) -> Result<Self, ReplicaError> {
        let new = NewReplica {
            org: ORG,
            me: person,
            remote: Some(remote),
        };
        let replica = Replica::create(&directory, &new)?;
        Ok(Self {
            person,
            token: Uuid::from_u128(u128::from(number) + 1),
            directory: RefCell::new(directory),
            replica: RefCell::new(Some(replica)),
            maker: RefCell::new(Maker::new(seed)),
            known: RefCell::default(),
            ledger: RefCell::default(),
            skew: Cell::new(0),
            head: Cell::new(0),
            syncs: Cell::new(0),
            backup: RefCell::new(None),
        })
    }

    /// Does something with the replica; with the same one opened again while it is in use.
    pub(super) fn with<T>(
        &self,
        step: impl FnOnce(&mut Replica) -> Result<T, ReplicaError>,
    ) -> Result<T, ReplicaError> {
        if let Ok(mut held) = self.replica.try_borrow_mut() {
            let replica = match held.take() {
                Some(replica) => replica,
                None => Replica::open(&self.directory.borrow())?,
            };
            return step(held.insert(replica));
        }
        let mut other = Replica::open(&self.directory.borrow())?;
        step(&mut other)
    }

    /// Goes on with a copy of its disk, as after a crash.
    pub(super) fn move_to(&self, image: PathBuf) {
        drop(self.replica.borrow_mut().take());
        let old = self.directory.replace(image);
        remove(&old);
    }

    /// Returns the changes that wait to be pushed, and those that wait for a decision.
    pub(super) fn waiting(&self) -> Result<Waiting, ReplicaError> {
        self.with(|replica| {
            let info = replica.info()?;
            let filter = LogFilter {
                pending: true,
                limit: Some(info.pending),
                ..LogFilter::default()
            };
            let mut pending = replica.log(&filter)?;
            pending.reverse();
            Ok(Waiting {
                head: info.head.get(),
                root: info.root,
                pending: pending
                    .into_iter()
                    .filter_map(|entry| entry.change)
                    .collect(),
                conflicts: replica.conflicts()?,
            })
        })
    }
}

/// What a device shows of itself.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) head: u64,
    pub(super) root: okr_log::Hash,
    pub(super) pending: Vec<okr_core::change::Change>,
    pub(super) conflicts: Vec<okr_replica::Conflict>,
}

/// Copies what is on a disk at this moment, whoever is writing: what a power cut leaves, with a cache that survives.
///
/// # Panics
/// When the files cannot be copied.
pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory can be made");
    for entry in fs::read_dir(from).expect("the directory of a replica can be read") {
        let path = entry.expect("a directory can be listed").path();
        let name = path.file_name().expect("an entry has a name");
        // Shared memory of processes that are dead: the first one to come makes it anew.
        if name.to_string_lossy().ends_with("-shm") {
            continue;
        }
        fs::copy(&path, to.join(name)).expect("a file can be copied");
    }
}

/// Removes a directory that nobody needs any more. The whole world's goes in the end, so a failure is no matter.
pub(super) fn remove(directory: &Path) {
    let _left = fs::remove_dir_all(directory);
}
