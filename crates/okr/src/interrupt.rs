//! Ctrl-C for commands that stay: the process ends with the documented exit code, and not in the
//! middle of what has to be done as a whole.
//!
//! Commands that come to an end by themselves need nothing of this: the store survives anything.

use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::CliError;
use crate::exit::Exit;

/// Waits for Ctrl-C in a thread of its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt {
    /// Held while something must not be cut short.
    whole: Arc<Mutex<()>>,
    pressed: Arc<AtomicBool>,
    /// What is said when it ends the process.
    last_words: Arc<Mutex<String>>,
}

/// Set while another program has the terminal, and what is pressed is meant for that. A process has
/// one terminal.
static IS_GIVEN_AWAY: AtomicBool = AtomicBool::new(false);

/// What waits for Ctrl-C already. A process has one terminal, so two that wait would not know of each
/// other what must not be cut short.
static WAITING: Mutex<Option<Interrupt>> = Mutex::new(None);

/// As long as it is kept another program has the terminal: Ctrl-C is meant for that.
pub(crate) struct GivenAway(());

impl GivenAway {
    /// Gives the terminal away in a process that waits for Ctrl-C, which would end any other.
    pub(crate) fn begin(_: &Interrupt) -> Self {
        IS_GIVEN_AWAY.store(true, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for GivenAway {
    fn drop(&mut self) {
        IS_GIVEN_AWAY.store(false, Ordering::SeqCst);
    }
}

impl Interrupt {
    /// Ends the process at Ctrl-C from now on; at the second one whatever is being done. Whoever asks
    /// again shares what waits already.
    ///
    /// # Errors
    /// When the operating system gives nothing to wait with.
    pub(crate) fn watch_for() -> Result<Self, CliError> {
        let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(interrupt) = &*waiting {
            return Ok(interrupt.clone());
        }
        let interrupt = Self::begin()?;
        *waiting = Some(interrupt.clone());
        Ok(interrupt)
    }

    fn begin() -> Result<Self, CliError> {
        let interrupt = Self::default();
        let failed = |error: std::io::Error| {
            CliError::config("no-signals", "Ctrl-C cannot be waited for").caused_by(&error)
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .map_err(failed)?;
        // Here and not in the thread, which may begin only after somebody has pressed it.
        let presses = {
            let _inside = runtime.enter();
            signal(SignalKind::interrupt()).map_err(failed)?
        };
        let waiting = interrupt.clone();
        thread::spawn(move || runtime.block_on(waiting.wait(presses)));
        Ok(interrupt)
    }

    async fn wait(self, mut presses: Signal) {
        while presses.recv().await.is_some() {
            if IS_GIVEN_AWAY.load(Ordering::SeqCst) {
                continue;
            }
            if self.pressed.swap(true, Ordering::SeqCst) {
                self.end();
            }
            let ending = self.clone();
            thread::spawn(move || ending.as_a_whole(|| ending.end()));
        }
    }

    /// Sets what is said beside the answer when it ends the process, harmless for a terminal.
    pub(crate) fn say_at_the_end(&self, text: &str) {
        let mut words = self.words();
        words.clear();
        words.push_str(text);
    }

    fn words(&self) -> MutexGuard<'_, String> {
        self.last_words
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self) {
        // Whoever cannot be told is not kept waiting for that.
        io::stderr().write_all(self.words().as_bytes()).ok();
        std::process::exit(i32::from(Exit::Interrupted.code()));
    }

    /// Does something during which another program has the terminal: Ctrl-C is meant for that.
    pub(crate) fn given_away<T>(&self, step: impl FnOnce() -> T) -> T {
        let _given = GivenAway::begin(self);
        step()
    }

    /// Does something that Ctrl-C waits for.
    pub(crate) fn as_a_whole<T>(&self, step: impl FnOnce() -> T) -> T {
        // A step that panicked is over as well.
        let _held = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        step()
    }

    /// Says whether Ctrl-C was pressed.
    pub(crate) fn is_pressed(&self) -> bool {
        self.pressed.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_waits_once_whoever_asks() {
        let one = Interrupt::watch_for().unwrap();
        let other = Interrupt::watch_for().unwrap();
        assert!(Arc::ptr_eq(&one.whole, &other.whole));
    }
}
