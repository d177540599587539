//! The thread that moves what is durable in the journal into the store, half a journal at a time.
//!
//! ```text
//!   appender   journal: write --> acknowledge       (until a half is full)
//!   mover         `--> store: write, flush, sync --> journal: mark --> the half may be written over
//! ```
//!
//! Nobody waits for it, unless the other half is full before it has ended.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crate::engine::append::AppendFailure;
use crate::engine::block::Block;
use crate::engine::board::{Board, Failure};
use crate::engine::fault::{FaultHook, Step, perform};
use crate::engine::journal::Marker;
use crate::engine::key::BlockKey;
use crate::engine::merge::portions;
use crate::engine::store::{Store, StoreError};
use crate::id::{LogId, Position};

/// The appender's side of the thread.
pub(crate) struct Mover {
    hall: Arc<Hall>,
    /// What is in the half that is being written.
    load: Load,
    thread: Option<JoinHandle<()>>,
}

/// What goes into the store together.
#[derive(Default)]
struct Load {
    blocks: Vec<(BlockKey, Block)>,
    /// The number of the newest frame of these blocks.
    newest: u64,
}

/// Where the appender leaves a load, and learns what came of it.
type Hall = Board<State>;

#[derive(Default)]
struct State {
    load: Option<Load>,
    /// A load is on its way.
    carrying: bool,
    /// Up to where logs are in the store, since the appender last asked.
    stored: HashMap<LogId, Position>,
    /// Nothing more comes.
    closed: bool,
}

/// The thread's side.
struct Carrier {
    store: Arc<Store>,
    marker: Marker,
    faults: Option<FaultHook>,
    hall: Arc<Hall>,
}

impl Mover {
    /// Starts the thread. A failure of it is left where everybody finds it.
    pub(crate) fn start(
        store: Arc<Store>,
        marker: Marker,
        (faults, failure): (Option<FaultHook>, Failure),
    ) -> io::Result<Self> {
        let hall = Hall::new(failure);
        let carrier = Carrier {
            store,
            marker,
            faults,
            hall: Arc::clone(&hall),
        };
        let name = "okr-log-mover".to_owned();
        let thread = thread::Builder::new()
            .name(name)
            .spawn(move || carrier.work())?;
        Ok(Self {
            hall,
            load: Load::default(),
            thread: Some(thread),
        })
    }

    /// Takes the blocks of a frame that is durable in the journal.
    pub(crate) fn take(&mut self, newest: u64, blocks: Vec<(BlockKey, Block)>) {
        self.load.newest = newest;
        self.load.blocks.extend(blocks);
    }

    /// Lets what was taken be moved, when all that was taken before has been: then the half it came from is free.
    pub(crate) fn turn(&mut self) -> Result<(), AppendFailure> {
        let is_busy = |state: &mut State| state.load.is_some() || state.carrying;
        let mut state = self.hall.wait_while(self.hall.lock(), is_busy)?;
        if self.load.blocks.is_empty() {
            return Ok(());
        }
        state.load = Some(std::mem::take(&mut self.load));
        drop(state);
        self.hall.call();
        Ok(())
    }

    /// Returns up to where logs have come to be in the store since this was last asked.
    pub(crate) fn stored(&self) -> HashMap<LogId, Position> {
        std::mem::take(&mut self.hall.lock().stored)
    }
}

impl Drop for Mover {
    fn drop(&mut self) {
        // After a failure everything stays in the journal, where the next opening finds it.
        if !self.load.blocks.is_empty() {
            drop(self.turn());
        }
        self.hall.lock().closed = true;
        self.hall.call();
        if let Some(thread) = self.thread.take() {
            // A panic has been reported by then.
            drop(thread.join());
        }
    }
}

impl Carrier {
    fn work(mut self) {
        let leaving = self.hall.fail_on_panic(Step::WriteBlocks);
        while let Some(load) = self.next() {
            if let Err(cause) = self.carry(load) {
                self.hall.fail(cause);
                break;
            }
        }
        drop(leaving);
    }

    /// Waits for a load; `None` when no more comes.
    fn next(&self) -> Option<Load> {
        let mut state = self.hall.lock();
        loop {
            if let Some(load) = state.load.take() {
                state.carrying = true;
                return Some(load);
            }
            if state.closed {
                return None;
            }
            state = self.hall.wait_for_call(state, None);
        }
    }

    fn carry(&mut self, load: Load) -> Result<(), AppendFailure> {
        let Load { mut blocks, newest } = load;
        blocks.sort_by_key(|(key, _)| *key);
        let ends: HashMap<LogId, Position> = blocks
            .iter()
            .map(|(key, block)| (key.organisation, key.last(block)))
            .collect();
        let faults = self.faults.as_ref();
        for portion in portions(blocks) {
            self.store.commit(&portion.blocks, faults)?;
        }
        perform(Step::MarkJournal, faults, || {
            self.marker.settle(newest).map_err(StoreError::Io)
        })?;
        let mut state = self.hall.lock();
        state.carrying = false;
        state.stored.extend(ends);
        drop(state);
        self.hall.tell();
        Ok(())
    }
}
