//! Where the appender and one of its threads leave things for each other.
//!
//! The failure after which nothing more is written belongs to it: nobody waits for a thread that has failed or panicked.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use crate::engine::append::AppendFailure;
use crate::engine::fault::Step;
use crate::engine::store::StoreError;

/// The failure after which nothing more is written.
pub(crate) type Failure = Arc<OnceLock<AppendFailure>>;

/// What both see.
pub(crate) struct Board<S> {
    state: Mutex<S>,
    /// There is something to do for the thread.
    work: Condvar,
    /// The thread has done something, or never will again.
    done: Condvar,
    failure: Failure,
}

/// Lets nobody wait for a thread that panicked: what it has done is not known then.
pub(crate) struct FailOnPanic<S> {
    board: Arc<Board<S>>,
    step: Step,
}

impl<S: Default> Board<S> {
    pub(crate) fn new(failure: Failure) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            work: Condvar::new(),
            done: Condvar::new(),
            failure,
        })
    }
}

impl<S> Board<S> {
    /// Nothing on a board is left half changed by a panic under the lock.
    pub(crate) fn lock(&self) -> MutexGuard<'_, S> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the thread.
    pub(crate) fn call(&self) {
        self.work.notify_one();
    }

    /// Wakes who waits for the thread.
    pub(crate) fn tell(&self) {
        self.done.notify_all();
    }

    /// On the thread: waits until it is called, or for a time.
    pub(crate) fn wait_for_call<'a>(
        &self,
        state: MutexGuard<'a, S>,
        most: Option<Duration>,
    ) -> MutexGuard<'a, S> {
        match most {
            None => self
                .work
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner),
            Some(most) => {
                let waited = self.work.wait_timeout(state, most);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        }
    }

    /// Waits for the thread, and calls it, for as long as something holds; until it has failed, at most.
    pub(crate) fn wait_while<'a>(
        &self,
        mut state: MutexGuard<'a, S>,
        holds: impl Fn(&mut S) -> bool,
    ) -> Result<MutexGuard<'a, S>, AppendFailure> {
        loop {
            if let Some(cause) = self.failure.get() {
                return Err(cause.clone());
            }
            if !holds(&mut state) {
                return Ok(state);
            }
            self.call();
            let waited = self.done.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets nobody wait for the thread any more.
    pub(crate) fn fail(&self, cause: AppendFailure) {
        // Under the lock, so that nobody begins to wait after it was told.
        let state = self.lock();
        self.failure.get_or_init(|| cause);
        drop(state);
        self.tell();
    }

    /// Returns what the thread holds while it works.
    pub(crate) fn fail_on_panic(self: &Arc<Self>, step: Step) -> FailOnPanic<S> {
        FailOnPanic {
            board: Arc::clone(self),
            step,
        }
    }
}

impl<S> Drop for FailOnPanic<S> {
    fn drop(&mut self) {
        if thread::panicking() {
            let gone = format!("the thread that was to {} is gone", self.step);
            let source = StoreError::Io(io::Error::other(gone));
            self.board.fail(AppendFailure {
                step: self.step,
                source: source.into(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_a_thread_that_panicked() {
        let board = Board::<bool>::new(Failure::default());
        let hers = Arc::clone(&board);
        let thread = thread::spawn(move || {
            let leaving = hers.fail_on_panic(Step::SyncWitness);
            let mut state = hers.lock();
            while !*state {
                state = hers.wait_for_call(state, None);
            }
            drop(state);
            assert!(hers.failure.get().is_some(), "it panics at its work");
            drop(leaving);
        });
        let waited = board.wait_while(board.lock(), |state| {
            *state = true;
            true
        });
        let cause = waited.err().unwrap();
        assert_eq!(cause.step, Step::SyncWitness);
        let said = cause.source.to_string();
        assert!(
            said.contains("the thread that was to sync the witness is gone"),
            "{said}"
        );
        assert!(thread.join().is_err());
        // Whoever comes later does not begin to wait.
        assert!(board.wait_while(board.lock(), |_| true).is_err());
    }
}
