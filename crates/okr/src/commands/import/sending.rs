//! What every import shares that goes in parts: with a server each part is sent before the next one
//! is written, so that neither memory nor what waits on this machine grows with the file.

use std::time::{Duration, Instant};

use okr_replica::Replica;

use crate::context::Context;
use crate::error::CliError;
use crate::exchange;
use crate::exit::Exit;
use crate::failure;
use crate::interrupt::Interrupt;

/// How many changes are written before they are sent.
pub(super) const PART: u64 = 4096;
/// After what time it is told how far an import is.
const PROGRESS_AFTER: Duration = Duration::from_millis(300);

/// Sends what an import wrote, and says how far it is.
pub(super) struct Sending {
    /// Where to; none without a server, and for a rehearsal.
    url: Option<String>,
    begun: Instant,
    /// Waits for Ctrl-C, so that it can be said what is in.
    interrupt: Option<Interrupt>,
}

impl Sending {
    /// Prepares to send.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(super) fn begin(context: &mut Context, replica: &Replica) -> Result<Self, CliError> {
        let info = replica.info().map_err(failure::replica)?;
        let url = info.remote.map(|remote| remote.url);
        let url = url.filter(|_| !context.globals.offline && !context.globals.dry_run);
        // Without parts nothing is in before the end, and Ctrl-C needs no words.
        let is_told = url.is_some() && !context.ui.output().is_json();
        Ok(Self {
            url,
            begun: Instant::now(),
            interrupt: is_told.then(Interrupt::watch_for).transpose()?,
        })
    }

    /// Says whether an import is sent in parts.
    pub(super) const fn is_in_parts(&self) -> bool {
        self.url.is_some()
    }

    /// Returns how many changes are written in one step.
    pub(super) const fn most(&self) -> u64 {
        if self.is_in_parts() { PART } else { u64::MAX }
    }

    /// Says how far an import is, once it takes a while.
    pub(super) fn tell(&self, context: &mut Context, done: u64, what: &str) {
        if self.begun.elapsed() >= PROGRESS_AFTER {
            context.ui.progress(&format!("{done} {what}"));
        }
    }

    /// As [`Sending::tell`], but not for every change.
    pub(super) fn tell_some(&self, context: &mut Context, done: u64, what: &str) {
        if done.is_multiple_of(1024) {
            self.tell(context, done, what);
        }
    }

    /// Sends what waits already, such as what a run left behind that was cut off.
    ///
    /// # Errors
    /// As [`Sending::send`].
    pub(super) fn catch_up(
        &self,
        context: &mut Context,
        replica: &mut Replica,
        all: u64,
    ) -> Result<(), CliError> {
        match replica.info().map_err(failure::replica)?.pending {
            0 => Ok(()),
            _ => self.send(context, replica, (0, all)),
        }
    }

    /// Sends what was written, so that the next part does not come on top of it; says on failure how
    /// many of all are in.
    ///
    /// # Errors
    /// What keeps the exchange from its end, and when the server did not take a change as it is.
    pub(super) fn send(
        &self,
        context: &mut Context,
        replica: &mut Replica,
        (done, all): (u64, u64),
    ) -> Result<(), CliError> {
        let Some(url) = self.url.as_deref() else {
            return Ok(());
        };
        // An import may take longer than clocks may be apart.
        context.refresh_now();
        let so_far = || match done {
            // What an earlier run sent has not been counted yet.
            0 => "run it again when that is mended, and it goes on".to_owned(),
            _ => format!(
                "{done} of {all} changes are in; run it again when that is mended, and it goes on"
            ),
        };
        let report = exchange::exchange(context, replica, url, exchange::Limits::WAITED_FOR)
            .map_err(|error| error.with_hint(so_far()))?;
        if let Some(interrupt) = &self.interrupt {
            let words = "are in; run it again, and it goes on";
            interrupt.say_at_the_end(&format!("\n{done} of {all} changes {words}\n"));
        }
        if report.conflicts.is_empty() {
            return Ok(());
        }
        Err(CliError::user(
            "conflicts",
            "the server did not take a change of the file as it is",
        )
        .with_exit(Exit::ConflictsOpen)
        .with_hint("okr conflicts shows which, and why")
        .with_hint(so_far()))
    }
}
