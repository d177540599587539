//! The thread that keeps the witness: it is told what has become durable, and makes the witness say so.
//!
//! ```text
//!   appender   journal: write --> note --> acknowledge
//!   clerk                           `--> (a moment later, all that was noted) witness: write, sync
//! ```
//!
//! So the witness is behind what is acknowledged, but never for long: nothing is acknowledged while it lacks something
//! that was noted more than [`LONGEST_LAG`] ago. To write it for each group, before the acknowledgement, would take as
//! much from the device as the group itself takes.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::engine::append::AppendFailure;
use crate::engine::board::{Board, Failure};
use crate::engine::fault::{FaultHook, Step, perform};
use crate::engine::store::StoreError;
use crate::engine::witness::{Statement, Testimony, Witness};
use crate::id::LogId;

/// How long the clerk waits for more before it writes.
const PAUSE: Duration = Duration::from_millis(5);
/// Nothing is acknowledged while the witness lacks something that was noted longer ago.
const LONGEST_LAG: Duration = Duration::from_millis(20);

/// The appender's side of the thread.
pub(crate) struct Clerk {
    tray: Arc<Tray>,
    thread: Option<JoinHandle<()>>,
}

/// Where the appender leaves what the clerk is to write, and both see how far the other one is.
type Tray = Board<State>;

#[derive(Default)]
struct State {
    /// Durable, and not taken to the witness yet.
    noted: HashMap<LogId, Testimony>,
    /// When the oldest of it was noted.
    noted_since: Option<Instant>,
    /// When the oldest of what is being written was noted.
    writing_since: Option<Instant>,
    /// Somebody waits, so the clerk does not.
    urgent: bool,
    /// The clerk has nothing to do. Only then is it woken for a note.
    idle: bool,
    /// Nothing more comes.
    closed: bool,
}

/// The thread's side.
struct Desk {
    witness: Witness,
    faults: Option<FaultHook>,
    tray: Arc<Tray>,
}

impl Clerk {
    /// Starts the thread. A failure of it is left where everybody finds it.
    pub(crate) fn start(
        witness: Witness,
        faults: Option<FaultHook>,
        failure: Failure,
    ) -> io::Result<Self> {
        let tray = Tray::new(failure);
        let desk = Desk {
            witness,
            faults,
            tray: Arc::clone(&tray),
        };
        let name = "okr-log-witness".to_owned();
        let thread = thread::Builder::new()
            .name(name)
            .spawn(move || desk.work())?;
        Ok(Self {
            tray,
            thread: Some(thread),
        })
    }

    /// Notes ends of logs that are durable. Waits while the witness is too far behind.
    pub(crate) fn note(
        &self,
        ends: impl IntoIterator<Item = (LogId, Testimony)>,
    ) -> Result<(), AppendFailure> {
        let tray = &self.tray;
        let late = |state: &mut State| {
            let oldest = state.writing_since.or(state.noted_since);
            let late = oldest.is_some_and(|since| since.elapsed() > LONGEST_LAG);
            state.urgent |= late;
            late
        };
        let mut state = tray.wait_while(tray.lock(), late)?;
        state.noted.extend(ends);
        if !state.noted.is_empty() {
            state.noted_since.get_or_insert_with(Instant::now);
        }
        let idle = state.idle;
        drop(state);
        if idle {
            tray.call();
        }
        Ok(())
    }

    /// Waits until the witness says everything that was noted.
    pub(crate) fn settle(&self) -> Result<(), AppendFailure> {
        let lacks = |state: &mut State| {
            let lacks = state.writing_since.or(state.noted_since).is_some();
            state.urgent |= lacks;
            lacks
        };
        let tray = &self.tray;
        tray.wait_while(tray.lock(), lacks).map(drop)
    }
}

impl Drop for Clerk {
    fn drop(&mut self) {
        self.tray.lock().closed = true;
        self.tray.call();
        if let Some(thread) = self.thread.take() {
            // A panic has been reported by then, and a witness that is behind is no harm.
            drop(thread.join());
        }
    }
}

impl Desk {
    fn work(mut self) {
        let leaving = self.tray.fail_on_panic(Step::SyncWitness);
        while let Some(ends) = self.take() {
            if let Err(cause) = self.write(ends) {
                self.tray.fail(cause);
                break;
            }
        }
        drop(leaving);
    }

    /// Waits for something to write, and then for more of it; `None` when nothing more comes.
    fn take(&self) -> Option<HashMap<LogId, Testimony>> {
        let tray = &self.tray;
        let mut state = tray.lock();
        state.writing_since = None;
        tray.tell();
        loop {
            let rest = match state.noted_since {
                None if state.closed => return None,
                None => None,
                Some(_) if state.closed || state.urgent => break,
                Some(since) => match PAUSE.checked_sub(since.elapsed()) {
                    Some(rest) if !rest.is_zero() => Some(rest),
                    Some(_) | None => break,
                },
            };
            state.idle = rest.is_none();
            state = tray.wait_for_call(state, rest);
            state.idle = false;
        }
        state.urgent = false;
        state.writing_since = state.noted_since.take();
        Some(std::mem::take(&mut state.noted))
    }

    /// Makes ends of logs durable in the witness.
    fn write(&mut self, ends: HashMap<LogId, Testimony>) -> Result<(), AppendFailure> {
        let Self {
            witness, faults, ..
        } = self;
        let faults = faults.as_ref();
        perform(Step::WriteWitness, faults, || {
            ends.into_iter().try_for_each(|(organisation, end)| {
                let written = witness.write(organisation, Statement::settled(end));
                written.map_err(StoreError::Io)
            })
        })?;
        perform(Step::SyncWitness, faults, || {
            witness.sync().map_err(StoreError::Io)
        })
    }
}
