//! SIGHUP: settings, certificate and key are read again, and what can change in a running server does.
//!
//! Either everything that is new is usable, or nothing changes. No connection is closed and no stream ended for it.

use std::error::Error;

use crate::accept::Gate;
use crate::clock::Clock;
use crate::config::{Applies, Config, ConfigError, Key, Limits, Sources};
use crate::hits::Limit;
use crate::telemetry::FilterHandle;
use crate::tls::{TlsError, TlsFiles};

/// What can be changed in a server while it runs.
#[derive(Clone, Debug)]
pub struct Controls {
    gate: Gate,
    clock: Clock,
}

/// What a running server was started with, and what of it can change.
pub(crate) struct Reloader {
    pub(crate) sources: Sources,
    pub(crate) started: Config,
    pub(crate) filter: FilterHandle,
    pub(crate) controls: Controls,
}

/// Why nothing changes.
#[derive(Debug, thiserror::Error)]
enum ReloadError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl Controls {
    pub(crate) const fn new(gate: Gate, clock: Clock) -> Self {
        Self { gate, clock }
    }

    /// Sets other limits. What is there already stays, even when it is more than they allow.
    pub fn set_limits(&self, limits: Limits) {
        self.gate.limits.set(limits);
    }

    /// Returns how often each limit was hit since the start, by the name of its setting in `[limits]`.
    pub fn limit_hits(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = Limit::ALL
            .iter()
            .map(|limit| (limit.name(), self.gate.hits.count(*limit)));
        counts.collect::<Vec<_>>().into_iter()
    }

    /// Shows another certificate to the connections after this. A server in plain text stays so.
    ///
    /// # Errors
    ///
    /// What is wrong with the files; the old certificate stays.
    pub fn set_tls(&self, files: &TlsFiles) -> Result<(), TlsError> {
        let config = files.load(self.clock.now())?;
        if let Some(slot) = &self.gate.tls {
            slot.set(config);
        }
        Ok(())
    }
}

impl Reloader {
    /// Reads everything again. What is wrong with it goes to the log, as does what needs a restart.
    pub(crate) fn reload(&self) {
        match self.try_reload() {
            Ok(config) => {
                for key in self.waiting(&config) {
                    tracing::warn!(setting = key.path(), "takes effect at the next start");
                }
                tracing::info!("settings reloaded");
            }
            Err(error) => {
                if let ReloadError::Config(ConfigError::Mistakes(mistakes)) = &error {
                    for mistake in mistakes {
                        tracing::error!(origin = %mistake.origin, "{}", mistake.problem);
                    }
                }
                let error = &error as &dyn Error;
                tracing::error!(error, "settings not reloaded; everything stays as it was");
            }
        }
    }

    fn try_reload(&self) -> Result<Config, ReloadError> {
        let config = self.sources.load().and_then(Config::checked)?;
        if let Some(files) = config.settings.tls_files() {
            self.controls.set_tls(&files)?;
        }
        self.controls.set_limits(config.settings.limits.clone());
        self.filter.set(&config.settings.log.filter);
        Ok(config)
    }

    /// Returns the settings that are other than at the start, and need another one.
    fn waiting(&self, config: &Config) -> Vec<&'static Key> {
        let (before, after) = (&self.started, config);
        // TLS is for all connections of a process or for none.
        let tls_waits = before.settings.scheme() != after.settings.scheme();
        let changed = Key::all().filter(|key| {
            let waits = key.applies == Applies::Restart || (tls_waits && key.section == "tls");
            waits && before.chosen.get(key).0 != after.chosen.get(key).0
        });
        changed.collect()
    }
}
