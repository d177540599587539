//! Which lines of the log are written; can be changed while the server runs.

use std::fmt;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::reload::Handle;

/// The words for how much is written.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// A level, or levels for parts of the program, such as `warn,okrd=debug`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogFilter(String);

/// Changes the filter of the lines that are being written.
pub(crate) struct FilterHandle(Option<Box<dyn Fn(EnvFilter) + Send + Sync>>);

impl LogFilter {
    /// Reads a filter. A word that is no level would silently name a part of the program, and write nothing.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let sound = text.split(',').all(|part| {
            let level = match part.split_once('=') {
                Some((target, level)) if !target.is_empty() => level,
                Some(_) => return false,
                None => part,
            };
            LEVELS.contains(&level)
        });
        (sound && EnvFilter::try_new(text).is_ok()).then(|| Self(text.to_owned()))
    }

    /// Returns it as it was given.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn to_filter(&self) -> EnvFilter {
        EnvFilter::new(&self.0)
    }
}

impl FilterHandle {
    pub(super) fn new<S: 'static>(handle: Handle<EnvFilter, S>) -> Self {
        Self(Some(Box::new(move |filter| {
            // Only fails when there is no subscriber any more, which then has no lines either.
            drop(handle.reload(filter));
        })))
    }

    /// Returns what changes nothing, for lines that somebody else writes.
    pub(super) const fn none() -> Self {
        Self(None)
    }

    /// Changes the filter.
    pub(crate) fn set(&self, filter: &LogFilter) {
        if let Some(reload) = &self.0 {
            reload(filter.to_filter());
        }
    }
}

impl fmt::Debug for FilterHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("FilterHandle")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_names_levels_that_exist() {
        for good in ["info", "off", "warn,okrd=debug", "info,audit=info,rpc=off"] {
            assert!(LogFilter::new(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "inof",
            "okrd",
            "INFO",
            "okrd=",
            "=info",
            "info,",
            "info;warn",
            "okrd=loud",
        ] {
            assert!(LogFilter::new(bad).is_none(), "{bad}");
        }
    }
}
