//! etcd: one put of a new key for each event, over gRPC.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;
use tempfile::TempDir;

use super::call::{Call, Connection, field};
use super::{Appender as _, EVENT, Process, free_port, patiently, program};

/// Its message is an `etcdserverpb.PutRequest`: a key and a value.
const PUT: Call = ("/etcdserverpb.KV/Put", |id| {
    [field(1, id.as_bytes()), field(2, &[7; EVENT])].concat()
});

/// A running etcd of one member.
pub(super) struct Server {
    url: String,
    _process: Process,
    _directory: TempDir,
}

impl Server {
    /// Starts it beside the programs, on the same disk; none when it is not installed.
    pub(super) async fn start(programs: &Path) -> Result<Option<Self>> {
        let Some(program) = program("etcd", &[]) else {
            return Ok(None);
        };
        let directory = TempDir::new_in(programs)?;
        let url = format!("http://127.0.0.1:{}", free_port()?);
        let peer = format!("http://127.0.0.1:{}", free_port()?);
        let child = Command::new(program)
            .arg("--data-dir")
            .arg(directory.path().join("data"))
            .args(["--name", "bench", "--log-level", "error"])
            .args([
                "--listen-client-urls",
                &url,
                "--advertise-client-urls",
                &url,
            ])
            .args(["--listen-peer-urls", &peer])
            .args(["--initial-advertise-peer-urls", &peer])
            .args(["--initial-cluster", &format!("bench={peer}")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut process = Process(child);
        patiently(&mut process, async || {
            Connection::new(&url, PUT).await?.append().await
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
        Connection::several(&self.url, PUT, count).await
    }
}
