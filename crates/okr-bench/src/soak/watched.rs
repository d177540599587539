//! What a server holds at a moment: memory, descriptors, threads, tasks.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::PATIENCE;
use crate::figures::thousands;
use crate::target::Target;

/// A server that is looked at from outside.
pub(super) struct Watched {
    process: u32,
    /// Where it answers `/metrics`.
    monitor: String,
}

/// What it held.
#[derive(Clone, Debug)]
pub(super) struct Look {
    memory_kib: u64,
    descriptors: u64,
    threads: u64,
    tasks: u64,
    changes: u64,
    /// Time on a processor so far.
    worked: Duration,
}

impl Watched {
    pub(super) fn new(okrd: &Target, monitor: String) -> Self {
        Self {
            process: okrd.process(),
            monitor,
        }
    }

    pub(super) fn look(&self) -> Result<Look> {
        let process = format!("/proc/{}", self.process);
        let status = std::fs::read_to_string(format!("{process}/status"))?;
        let stated = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next());
            number
                .and_then(|number| number.parse().ok())
                .with_context(|| format!("the system does not say {name}"))
        };
        let stat = std::fs::read_to_string(format!("{process}/stat"))?;
        let metrics = self.metrics()?;
        let metric = |name: &str| {
            let line = metrics.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|number| number.trim().parse().ok())
                .with_context(|| format!("okrd has no number {name}"))
        };
        Ok(Look {
            memory_kib: stated("VmRSS:")?,
            descriptors: std::fs::read_dir(format!("{process}/fd"))?.count() as u64,
            threads: stated("Threads:")?,
            tasks: metric("okrd_tasks ")?,
            changes: metric("okrd_head_position ")?,
            worked: worked(&stat).context("the system does not say how long okrd worked")?,
        })
    }

    /// Looks until it is as it should be, for as long as one may wait; returns how it was in the end.
    pub(super) async fn settled(&self, is_right: impl Fn(&Look) -> bool) -> Result<Look> {
        let begun = Instant::now();
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let look = self.look()?;
            if is_right(&look) || begun.elapsed() > PATIENCE {
                return Ok(look);
            }
        }
    }

    fn metrics(&self) -> Result<String> {
        let mut stream = TcpStream::connect(&self.monitor)?;
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: okrd\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

impl Look {
    /// Says whether there are no more descriptors and tasks than there were, but for a few.
    pub(super) const fn is_near(&self, before: &Self, spare: u64) -> bool {
        self.descriptors <= before.descriptors + spare && self.tasks <= before.tasks + spare
    }

    /// Says how long the server was on a processor for each change since it was looked at before.
    pub(super) fn work(&self, before: &Self) -> String {
        let changes = self.changes.saturating_sub(before.changes);
        let worked = self.worked.saturating_sub(before.worked);
        let each = worked.as_micros() / u128::from(changes.max(1));
        format!("{each} us of a processor a change")
    }

    /// Says how much memory came for how many changes.
    pub(super) fn growth(&self, before: &Self) -> String {
        let changes = self.changes.saturating_sub(before.changes);
        let bytes = self.memory_kib.saturating_sub(before.memory_kib) * 1024;
        let each = bytes / changes.max(1);
        format!("{each} bytes a change")
    }
}

/// Reads how long a process was on a processor: fields 14 and 15 of its line, in hundredths of a second (proc(5)).
fn worked(stat: &str) -> Option<Duration> {
    // The name of the program, the second field, may hold anything; it ends with the last bracket.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some(Duration::from_millis(10 * (ticks()? + ticks()?)))
}

impl fmt::Display for Look {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            memory_kib,
            descriptors,
            threads,
            tasks,
            changes,
            ..
        } = self;
        let (mib, changes) = (memory_kib / 1024, thousands(*changes));
        write!(
            formatter,
            "{mib} MiB, {descriptors} descriptors, {threads} threads, {tasks} tasks, {changes} changes"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_on_a_processor_is_that_in_the_program_and_in_the_system() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 10 0 0 0 250 150 3 4 20 0 9 0 1 2 3";
        assert_eq!(worked(stat), Some(Duration::from_secs(4)));
        assert_eq!(worked("7 okrd S"), None);
    }
}
