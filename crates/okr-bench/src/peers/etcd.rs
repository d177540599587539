//! etcd: one put of a new key for each event, over gRPC.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use tempfile::TempDir;

use super::call::{Call, Server, field};
use super::{EVENT, free_port, program};

/// Its message is an `etcdserverpb.PutRequest`: a key and a value.
const PUT: Call = ("/etcdserverpb.KV/Put", |id| {
    [field(1, id.as_bytes()), field(2, &[7; EVENT])].concat()
});

/// Starts one of a single member beside the programs, on the same disk; none when it is not installed.
pub(super) async fn start(programs: &Path) -> Result<Option<Server>> {
    let Some(program) = program("etcd", &[]) else {
        return Ok(None);
    };
    let directory = TempDir::new_in(programs)?;
    let url = format!("http://127.0.0.1:{}", free_port()?);
    let peer = format!("http://127.0.0.1:{}", free_port()?);
    let mut command = Command::new(program);
    command
        .arg("--data-dir")
        .arg(directory.path().join("data"))
        .args(["--name", "bench", "--log-level", "error"])
        .args(["--listen-client-urls", &url])
        .args(["--advertise-client-urls", &url])
        .args(["--listen-peer-urls", &peer])
        .args(["--initial-advertise-peer-urls", &peer])
        .args(["--initial-cluster", &format!("bench={peer}")]);
    let server = Server::start(&mut command, (url, PUT), directory).await?;
    Ok(Some(server))
}
