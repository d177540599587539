//! The start of the command line, beside the start of `true`.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::figures::{Figures, median, milliseconds, ratio};

/// Starts of each program.
const RUNS: usize = 200;

fn starts(mut command: Command) -> Result<Duration> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let started = Instant::now();
        command.status()?;
        times.push(started.elapsed());
    }
    Ok(median(&mut times))
}

/// Prints the start of `okr --version`.
pub(crate) fn measure(programs: &Path, figures: &mut Figures) -> Result<()> {
    let nothing = starts(Command::new("true"))?;
    let mut okr = Command::new(programs.join("okr"));
    okr.arg("--version");
    let okr = starts(okr)?;
    let beside = format!(
        "{} x true ({}); budget 3 x",
        ratio(
            u64::try_from(okr.as_nanos())?,
            u64::try_from(nothing.as_nanos())?
        ),
        milliseconds(nothing)
    );
    figures.print("okr --version, p50", &milliseconds(okr), &beside);
    Ok(())
}
