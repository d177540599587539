//! SIGHUP: the file of settings is read again, and what can change in a running server does.
//!
//! Either everything that is new is usable, or nothing changes.

use crate::config::{Applies, Config, ConfigError, Key, Sources};
use crate::telemetry::FilterHandle;

/// What a running server was started with, and what of it can change.
pub(crate) struct Reloader {
    sources: Sources,
    started: Config,
    filter: FilterHandle,
}

impl Reloader {
    /// Makes one for a server that was started with these settings.
    pub(crate) const fn new(sources: Sources, started: Config, filter: FilterHandle) -> Self {
        Self {
            sources,
            started,
            filter,
        }
    }

    /// Reads the file again. What is wrong with it goes to the log, as does what needs a restart.
    pub(crate) fn reload(&self) {
        match self.sources.load().and_then(Config::checked) {
            Ok(config) => self.apply(&config),
            Err(error) => refuse(&error),
        }
    }

    fn apply(&self, config: &Config) {
        self.filter.set(&config.settings.log.filter);
        for key in self.waiting(config) {
            tracing::warn!(setting = key.path(), "takes effect at the next start");
        }
        tracing::info!("settings reloaded");
    }

    /// Returns the settings that are other than at the start, and need another one.
    fn waiting(&self, config: &Config) -> impl Iterator<Item = &'static Key> {
        let changed = Key::all().filter(|key| {
            let (before, after) = (self.started.chosen.get(key), config.chosen.get(key));
            key.applies == Applies::Restart && before.0 != after.0
        });
        changed.collect::<Vec<_>>().into_iter()
    }
}

fn refuse(error: &ConfigError) {
    if let ConfigError::Mistakes(mistakes) = error {
        for mistake in mistakes {
            tracing::error!(origin = %mistake.origin, "{}", mistake.problem);
        }
    }
    let error = error as &dyn std::error::Error;
    tracing::error!(error, "settings not reloaded; everything stays as it was");
}
