//! From kill -9 to ready.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use crate::figures::{Figures, milliseconds};
use crate::pull::LargeLog;
use crate::target::Target;

/// Kills the server, starts it again, and prints how long it takes until it accepts.
pub(crate) fn measure(programs: &Path, log: LargeLog, figures: &mut Figures) -> Result<LargeLog> {
    let LargeLog {
        server,
        data,
        login,
        changes,
    } = log;
    server.kill()?;
    let started = Instant::now();
    let server = Target::okrd(programs, &data.path())?;
    let elapsed = started.elapsed();
    figures.print(
        "open after kill -9",
        &milliseconds(elapsed),
        "budget 1 500 ms at 1 M",
    );
    let memory = server.memory_kib().unwrap_or_default() / 1024;
    figures.print(
        "server memory after open",
        &format!("{memory} MiB"),
        "budget 250 MiB at 1 M",
    );
    Ok(LargeLog {
        server,
        data,
        login,
        changes,
    })
}
