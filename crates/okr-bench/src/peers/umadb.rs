//! `UmaDB`: one event of its own kind a call, over gRPC, without a condition.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;
use tempfile::TempDir;

use super::call::{Call, Connection, field};
use super::{Appender as _, EVENT, Process, free_port, patiently, program};

/// Its message is an `umadb.v1.AppendRequest` of one event: its type, its data, and the id that makes a second try harmless.
const APPEND: Call = ("/umadb.v1.DCB/Append", |id| {
    let event = [
        field(1, b"measured"),
        field(3, &[7; EVENT]),
        field(4, id.to_string().as_bytes()),
    ];
    field(1, &event.concat())
});

/// A running server.
pub(super) struct Server {
    url: String,
    _process: Process,
    _directory: TempDir,
}

impl Server {
    /// Starts it beside the programs, on the same disk; none when it is not installed.
    pub(super) async fn start(programs: &Path) -> Result<Option<Self>> {
        let Some(program) = program("umadb", &[]) else {
            return Ok(None);
        };
        let directory = TempDir::new_in(programs)?;
        let address = format!("127.0.0.1:{}", free_port()?);
        let child = Command::new(program)
            .args(["--listen", &address, "--db-path"])
            .arg(directory.path().join("uma.db"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut process = Process(child);
        let url = format!("http://{address}");
        patiently(&mut process, async || {
            Connection::new(&url, APPEND).await?.append().await
        })
        .await?;
        Ok(Some(Self {
            url,
            _process: process,
            _directory: directory,
        }))
    }

    /// Connects so many times.
    pub(super) async fn connections(&self, count: usize) -> Result<Vec<Connection>> {
        Connection::several(&self.url, APPEND, count).await
    }
}
