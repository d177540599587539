//! etcd: one put of a new key for each event, over gRPC.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;
use prost::Message;
use tempfile::TempDir;

use super::call::{Call, Connection};
use super::{Appender as _, EVENT, Process, free_port, patiently, program};

const PUT: Call<PutRequest> = ("/etcdserverpb.KV/Put", |id| PutRequest {
    key: id.into_bytes().to_vec(),
    value: vec![7; EVENT],
});

/// The fields of an `etcdserverpb.PutRequest` that are set.
#[derive(Clone, PartialEq, Message)]
pub(super) struct PutRequest {
    #[prost(bytes = "vec", tag = "1")]
    key: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

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
    pub(super) async fn connections(&self, count: usize) -> Result<Vec<Connection<PutRequest>>> {
        Connection::several(&self.url, PUT, count).await
    }
}
