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
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::engine::append::AppendFailure;
use crate::engine::fault::{FaultHook, Step, perform};
use crate::engine::store::StoreError;
use crate::engine::witness::{Statement, Testimony, Witness};
use crate::id::LogId;

/// How long the clerk waits for more before it writes.
const PAUSE: Duration = Duration::from_millis(5);
/// Nothing is acknowledged while the witness lacks something that was noted longer ago.
const LONGEST_LAG: Duration = Duration::from_millis(20);

/// The failure after which nothing more is written.
pub(crate) type Failure = Arc<OnceLock<AppendFailure>>;

/// The appender's side of the thread.
pub(crate) struct Clerk {
    tray: Arc<Tray>,
    thread: Option<JoinHandle<()>>,
}

/// Where the appender leaves what the clerk is to write, and both see how far the other one is.
struct Tray {
    state: Mutex<State>,
    /// Something is noted, or must not wait.
    work: Condvar,
    /// The clerk has written, or never will again.
    written: Condvar,
    failure: Failure,
}

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
        let tray = Arc::new(Tray {
            state: Mutex::default(),
            work: Condvar::new(),
            written: Condvar::new(),
            failure,
        });
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
        let late = |state: &State| {
            let oldest = state.writing_since.or(state.noted_since);
            oldest.is_some_and(|since| since.elapsed() > LONGEST_LAG)
        };
        let mut state = tray.wait_while(tray.lock(), late)?;
        state.noted.extend(ends);
        if !state.noted.is_empty() {
            state.noted_since.get_or_insert_with(Instant::now);
        }
        let idle = state.idle;
        drop(state);
        if idle {
            tray.work.notify_one();
        }
        Ok(())
    }

    /// Waits until the witness says everything that was noted.
    pub(crate) fn settle(&self) -> Result<(), AppendFailure> {
        let lacks = |state: &State| state.writing_since.or(state.noted_since).is_some();
        let tray = &self.tray;
        tray.wait_while(tray.lock(), lacks).map(drop)
    }
}

impl Drop for Clerk {
    fn drop(&mut self) {
        self.tray.lock().closed = true;
        self.tray.work.notify_one();
        if let Some(thread) = self.thread.take() {
            // A panic has been reported by then, and a witness that is behind is no harm.
            drop(thread.join());
        }
    }
}

impl Tray {
    /// Waits for the clerk, who hurries, for as long as something holds; until it has failed, at most.
    fn wait_while<'a>(
        &self,
        mut state: MutexGuard<'a, State>,
        holds: impl Fn(&State) -> bool,
    ) -> Result<MutexGuard<'a, State>, AppendFailure> {
        loop {
            if let Some(cause) = self.failure.get() {
                return Err(cause.clone());
            }
            if !holds(&state) {
                return Ok(state);
            }
            state.urgent = true;
            self.work.notify_one();
            let waited = self.written.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits for something to write, and then for more of it; `None` when nothing more comes.
    fn take(&self) -> Option<HashMap<LogId, Testimony>> {
        let mut state = self.lock();
        state.writing_since = None;
        self.written.notify_all();
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
            let waited = match rest {
                None => self.work.wait(state),
                Some(rest) => match self.work.wait_timeout(state, rest) {
                    Ok((state, _)) => Ok(state),
                    Err(poisoned) => Err(PoisonError::new(poisoned.into_inner().0)),
                },
            };
            state = waited.unwrap_or_else(PoisonError::into_inner);
            state.idle = false;
        }
        state.urgent = false;
        state.writing_since = state.noted_since.take();
        Some(std::mem::take(&mut state.noted))
    }

    /// Lets nobody wait for the clerk any more.
    fn fail(&self, cause: AppendFailure) {
        // Under the lock, so that nobody begins to wait after it was told.
        let state = self.lock();
        self.failure.get_or_init(|| cause);
        drop(state);
        self.written.notify_all();
    }

    /// Nothing here is left half changed by a panic under the lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    fn work(mut self) {
        let leaving = FailOnPanic(Arc::clone(&self.tray));
        while let Some(ends) = self.tray.take() {
            if let Err(cause) = self.write(ends) {
                self.tray.fail(cause);
                break;
            }
        }
        drop(leaving);
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

/// Lets nobody wait for a clerk that panicked: what the witness says is not known then.
struct FailOnPanic(Arc<Tray>);

impl Drop for FailOnPanic {
    fn drop(&mut self) {
        if thread::panicking() {
            let source = StoreError::Io(io::Error::other("the thread of the witness is gone"));
            self.0.fail(AppendFailure {
                step: Step::SyncWitness,
                source: source.into(),
            });
        }
    }
}
