//! `UmaDB`: one event of its own kind a call, over gRPC, without a condition.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use tempfile::TempDir;

use super::call::{Call, Server, field};
use super::{EVENT, free_port, program};

/// Its message is an `umadb.v1.AppendRequest` of one event: its type, its data, and the id that makes a second try harmless.
const APPEND: Call = ("/umadb.v1.DCB/Append", |id| {
    let event = [
        field(1, b"measured"),
        field(3, &[7; EVENT]),
        field(4, id.to_string().as_bytes()),
    ];
    field(1, &event.concat())
});

/// Starts one beside the programs, on the same disk; none when it is not installed.
pub(super) async fn start(programs: &Path) -> Result<Option<Server>> {
    let Some(program) = program("umadb", &[]) else {
        return Ok(None);
    };
    let directory = TempDir::new_in(programs)?;
    let address = format!("127.0.0.1:{}", free_port()?);
    let url = format!("http://{address}");
    let mut command = Command::new(program);
    command
        .args(["--listen", &address, "--db-path"])
        .arg(directory.path().join("uma.db"));
    let server = Server::start(&mut command, (url, APPEND), directory).await?;
    Ok(Some(server))
}
