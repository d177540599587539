//! `UmaDB`: one event of its own kind a call, over gRPC, without a condition.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;
use prost::Message;
use tempfile::TempDir;

use super::call::{Call, Connection};
use super::{Appender as _, EVENT, Process, free_port, patiently, program};

const APPEND: Call<AppendRequest> = ("/umadb.v1.DCB/Append", |id| AppendRequest {
    events: vec![Event {
        kind: "measured".to_owned(),
        data: vec![7; EVENT],
        uuid: id.to_string(),
    }],
});

/// The fields of an `umadb.v1.AppendRequest` that are set.
#[derive(Clone, PartialEq, Message)]
pub(super) struct AppendRequest {
    #[prost(message, repeated, tag = "1")]
    events: Vec<Event>,
}

/// The fields of an `umadb.v1.Event` that are set; its id makes a second try harmless.
#[derive(Clone, PartialEq, Message)]
struct Event {
    #[prost(string, tag = "1")]
    kind: String,
    #[prost(bytes = "vec", tag = "3")]
    data: Vec<u8>,
    #[prost(string, tag = "4")]
    uuid: String,
}

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
    pub(super) async fn connections(&self, count: usize) -> Result<Vec<Connection<AppendRequest>>> {
        Connection::several(&self.url, APPEND, count).await
    }
}
