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

    /// Says how much memory came for how many changes.
    pub(super) fn growth(&self, before: &Self) -> String {
        let changes = self.changes.saturating_sub(before.changes);
        let bytes = self.memory_kib.saturating_sub(before.memory_kib) * 1024;
        let each = bytes / changes.max(1);
        format!("{each} bytes a change")
    }
}

impl fmt::Display for Look {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            memory_kib,
            descriptors,
            threads,
            tasks,
            changes,
        } = self;
        let (mib, changes) = (memory_kib / 1024, thousands(*changes));
        write!(
            formatter,
            "{mib} MiB, {descriptors} descriptors, {threads} threads, {tasks} tasks, {changes} changes"
        )
    }
}
