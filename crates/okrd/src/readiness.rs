//! Whether the server can append durably, and if not, why: what probes, metrics and pushes are told.
//!
//! Reading goes on, but for records that are not in memory once sled itself has failed to write: it refuses reads as well
//! then, and pulls end with what pushes are told.

mod disk;

use std::fmt;

use tokio::sync::watch;

pub use self::disk::{DiskProbe, DiskSpace};
pub(crate) use self::disk::{DiskReserve, size_of};

/// What keeps the server from appending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// A write failed; nothing more is written until a restart.
    Storage,
    /// A write has not ended for long.
    Stalled,
    /// Less is free on the disk than is kept in reserve.
    Disk,
    /// The server is about to stop.
    Draining,
}

/// The causes that stand at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Causes {
    storage: bool,
    stalled: bool,
    disk: bool,
    draining: bool,
}

/// The causes, for whoever wants to know of each change.
#[derive(Debug)]
pub(crate) struct Readiness(watch::Sender<Causes>);

impl Cause {
    pub(crate) const ALL: [Self; 4] = [Self::Storage, Self::Stalled, Self::Disk, Self::Draining];

    /// Returns its name in metrics and answers.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Storage => "storage",
            Self::Stalled => "stalled",
            Self::Disk => "disk",
            Self::Draining => "draining",
        }
    }

    /// Says what it means, and what ends it.
    pub(crate) const fn sentence(self) -> &'static str {
        match self {
            Self::Storage => "a write failed; restart okrd when its cause is gone",
            Self::Stalled => "a write does not end; see what holds the disk up",
            Self::Disk => "less is free on the disk than is kept in reserve; make room",
            Self::Draining => "okrd is about to stop",
        }
    }
}

impl Causes {
    /// Says whether there is none.
    pub(crate) fn is_ready(self) -> bool {
        self == Self::default()
    }

    /// Says whether one of them stands.
    pub(crate) const fn has(self, cause: Cause) -> bool {
        match cause {
            Cause::Storage => self.storage,
            Cause::Stalled => self.stalled,
            Cause::Disk => self.disk,
            Cause::Draining => self.draining,
        }
    }

    /// Lists all of them with whether each stands.
    pub(crate) fn each(self) -> impl Iterator<Item = (Cause, bool)> {
        Cause::ALL
            .into_iter()
            .map(move |cause| (cause, self.has(cause)))
    }

    fn with(mut self, cause: Cause, stands: bool) -> Self {
        match cause {
            Cause::Storage => self.storage = stands,
            Cause::Stalled => self.stalled = stands,
            Cause::Disk => self.disk = stands,
            Cause::Draining => self.draining = stands,
        }
        self
    }
}

impl fmt::Display for Causes {
    /// One line for each cause; one word when there is none.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_ready() {
            return formatter.write_str("ready\n");
        }
        formatter.write_str("not ready\n")?;
        for (cause, _) in self.each().filter(|(_, stands)| *stands) {
            writeln!(formatter, "{}: {}", cause.word(), cause.sentence())?;
        }
        Ok(())
    }
}

impl Default for Readiness {
    fn default() -> Self {
        Self(watch::Sender::new(Causes::default()))
    }
}

impl Readiness {
    /// Returns what keeps the server from appending now.
    pub(crate) fn causes(&self) -> Causes {
        *self.0.borrow()
    }

    /// Follows it.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Causes> {
        self.0.subscribe()
    }

    /// Notes that a cause stands, or no longer does.
    pub(crate) fn set(&self, cause: Cause, stands: bool) {
        self.0.send_if_modified(|causes| {
            let before = *causes;
            *causes = causes.with(cause, stands);
            *causes != before
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_ready_when_no_cause_stands_and_says_which_does() {
        let readiness = Readiness::default();
        assert_eq!(readiness.causes().to_string(), "ready\n");
        for cause in Cause::ALL {
            readiness.set(cause, true);
            let causes = readiness.causes();
            assert!(!causes.is_ready() && causes.has(cause), "{cause:?}");
            let line = format!("\n{}: {}\n", cause.word(), cause.sentence());
            assert_eq!(causes.to_string(), format!("not ready{line}"));
            readiness.set(cause, false);
            assert!(readiness.causes().is_ready(), "{cause:?}");
        }
    }

    #[test]
    fn whoever_follows_hears_of_changes_only() {
        let readiness = Readiness::default();
        let mut following = readiness.subscribe();
        readiness.set(Cause::Disk, false);
        assert!(!following.has_changed().unwrap());
        readiness.set(Cause::Disk, true);
        assert!(following.has_changed().unwrap());
        assert!(following.borrow_and_update().has(Cause::Disk));
    }
}
