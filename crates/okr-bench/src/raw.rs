//! The baseline "raw": write and fdatasync of the same bytes in the same groups.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

/// What was appended: the number of changes, the time, and the median of a group.
pub(crate) type Groups = (usize, Duration, Duration);

/// Appends groups of so many changes of so many bytes for a while.
pub(crate) fn append(
    programs: &Path,
    (group, bytes): (usize, usize),
    seconds: u64,
) -> Result<Groups> {
    let mut file: File = tempfile::tempfile_in(programs)?;
    let bytes = vec![7; bytes * group];
    let mut times = Vec::new();
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(seconds) {
        let at = Instant::now();
        file.write_all(&bytes)?;
        file.sync_data()?;
        times.push(at.elapsed());
    }
    let changes = times.len() * group;
    Ok((
        changes,
        started.elapsed(),
        crate::figures::median(&mut times),
    ))
}
