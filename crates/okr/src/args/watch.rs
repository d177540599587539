//! Arguments of the command that follows the history as it grows.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::help;

/// What a command that fails means for the watch that runs it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnFailure {
    /// Say so and go on with the next change
    #[default]
    GoOn,
    /// Stop with this change not handled
    Stop,
}

/// Arguments of `okr watch`.
#[derive(Args, Clone, Debug)]
#[command(after_help = help::WATCH)]
pub(crate) struct WatchArgs {
    /// Only changes of these, and of what belongs to them; without any, all changes
    #[arg(value_name = "REF")]
    pub(crate) references: Vec<String>,

    /// Only changes by this person
    #[arg(long, value_name = "PERSON")]
    pub(crate) by: Option<String>,

    /// Begin with the changes from this moment or position on; without it, with what comes from now
    /// on
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,

    /// End after this many changes
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,

    /// End after this time, such as 30s, 10m or 2h; before the changes of --limit came, with exit 3
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,

    /// Run this shell command for each change, with the change as JSON on its standard input
    #[arg(long, value_name = "COMMAND")]
    pub(crate) exec: Option<String>,

    /// When the command of --exec fails
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "WHAT",
        requires = "exec"
    )]
    pub(crate) exec_fail: OnFailure,

    /// Keep in this file how far the changes were handled, and begin there the next time
    #[arg(long, value_name = "FILE")]
    pub(crate) cursor: Option<PathBuf>,
}

/// Reads `90s`, `10m`, `2h` and `1h 30m`.
fn duration(text: &str) -> Result<Duration, String> {
    let given: Option<jiff::SignedDuration> = text.parse().ok();
    given
        .and_then(|duration| Duration::try_from(duration).ok())
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "a time with its unit, such as 30s, 10m or 2h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_a_unit_and_is_not_nothing() {
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("10m"), Ok(Duration::from_mins(10)));
        assert_eq!(duration("1h 30m"), Ok(Duration::from_mins(90)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        for bad in ["", "10", "0s", "-5s", "soon"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
