//! Where groups come in: durable in the journal first, in the store a while later.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use crate::engine::append::AppendFailure;
use crate::engine::block::Block;
use crate::engine::board::Failure;
use crate::engine::directory::Directory;
use crate::engine::fault::{FaultHook, Step, perform};
use crate::engine::journal::{Found, Journal, Marker};
use crate::engine::key::BlockKey;
use crate::engine::manifest::Manifest;
use crate::engine::mover::Mover;
use crate::engine::renewal::renew;
use crate::engine::store::{Store, StoreError};
use crate::id::{LogId, Position};

/// Takes groups, one after the other.
pub(crate) struct Intake {
    /// None in a directory that an earlier program made, until its first group.
    open: Option<Open>,
    directory: Directory,
    manifest: Manifest,
    means: Means,
}

/// What it takes to move a journal into the store.
#[derive(Clone)]
pub(crate) struct Means {
    pub(crate) store: Arc<Store>,
    pub(crate) faults: Option<FaultHook>,
    pub(crate) failure: Failure,
}

struct Open {
    journal: Journal,
    mover: Mover,
}

impl Intake {
    pub(crate) fn new(
        (directory, manifest): (Directory, Manifest),
        journal: Option<(Journal, Marker)>,
        means: Means,
    ) -> io::Result<Self> {
        let open = journal.map(|(journal, marker)| Open::start(journal, marker, &means));
        Ok(Self {
            open: open.transpose()?,
            directory,
            manifest,
            means,
        })
    }

    /// Makes a group durable.
    pub(crate) fn commit(&mut self, blocks: Vec<(BlockKey, Block)>) -> Result<(), AppendFailure> {
        let open = match self.open.take() {
            Some(open) => open,
            None => self.renew().map_err(|source| AppendFailure {
                step: Step::WriteJournal,
                source: Arc::new(source),
            })?,
        };
        let Open { journal, mover } = self.open.insert(open);
        let faults = self.means.faults.as_ref();
        if !journal.has_room(&blocks) {
            mover.turn()?;
            journal.turn();
        }
        perform(Step::WriteJournal, faults, || {
            journal.write(&blocks).map_err(StoreError::Io)
        })?;
        mover.take(journal.newest(), blocks);
        Ok(())
    }

    /// Returns up to where logs have come to be in the store since this was last asked.
    pub(crate) fn stored(&self) -> HashMap<LogId, Position> {
        let open = self.open.as_ref();
        open.map(|open| open.mover.stored()).unwrap_or_default()
    }

    /// Makes the directory one with a journal.
    fn renew(&self) -> Result<Open, StoreError> {
        let Found {
            journal, marker, ..
        } = renew(&self.directory, &self.manifest)
            .map_err(|error| StoreError::Io(io::Error::new(error.source.kind(), error)))?;
        Open::start(journal, marker, &self.means).map_err(StoreError::Io)
    }
}

impl Open {
    fn start(journal: Journal, marker: Marker, means: &Means) -> io::Result<Self> {
        let Means {
            store,
            faults,
            failure,
        } = means.clone();
        let mover = Mover::start(store, marker, (faults, failure))?;
        Ok(Self { journal, mover })
    }
}
