//! The processes under load: a real `okrd` with a data directory of its own, or the echo baseline.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, anyhow};
use serde_json::Value;
use tempfile::TempDir;

/// A process that listens on a loopback port; killed when dropped.
#[derive(Debug)]
pub(crate) struct Target {
    child: Child,
    pub(crate) url: String,
}

impl Target {
    fn spawn(command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        let stdout = child.stdout.take().context("stdout is piped")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let url = line
            .trim()
            .rsplit_once(' ')
            .filter(|(_, url)| url.starts_with("http://"))
            .map(|(_, url)| url.to_owned());
        match url {
            Some(url) => Ok(Self { child, url }),
            None => Err(anyhow!("the server did not say where it listens: {line}")),
        }
    }

    /// Starts the echo baseline: this program again.
    pub(crate) fn echo() -> Result<Self> {
        Self::spawn(Command::new(std::env::current_exe()?).arg("echo-server"))
    }

    /// Starts `okrd` on a data directory. One token and one address stand for a whole company here.
    pub(crate) fn okrd(programs: &Path, data: &Path) -> Result<Self> {
        Self::spawn(&mut Self::command(programs, data))
    }

    /// As [`Target::okrd`], and returns where it answers those who watch it, as well.
    pub(crate) fn okrd_with_monitor(programs: &Path, data: &Path) -> Result<(Self, String)> {
        // It was free a moment ago.
        let monitor = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let mut command = Self::command(programs, data);
        let target = Self::spawn(command.args(["--metrics-listen", &monitor]))?;
        Ok((target, monitor))
    }

    fn command(programs: &Path, data: &Path) -> Command {
        let mut command = Command::new(programs.join("okrd"));
        command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(["--limits-calls-per-second", "10000000"])
            .args(["--limits-calls-per-second-per-address", "10000000"])
            .args(["--limits-connections", "100000"])
            .args(["--limits-connections-per-address", "100000"])
            .args(["--limits-streams-per-token", "1000000"])
            .arg("--data")
            .arg(data);
        command
    }

    /// Returns the id of the process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Returns the resident memory in KiB, where the system says.
    pub(crate) fn memory_kib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }

    /// Ends the process without a warning.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A new data directory with one organisation.
#[derive(Debug)]
pub(crate) struct Data {
    directory: TempDir,
    pub(crate) code: String,
}

impl Data {
    pub(crate) fn init(programs: &Path) -> Result<Self> {
        // Beside the programs: a file system in memory would make every sync free.
        let directory = TempDir::new_in(programs)?;
        let output = Command::new(programs.join("okrd"))
            .args([
                "init",
                "--org",
                "Bench",
                "--time-zone",
                "UTC",
                "--admin",
                "bench",
                "-o",
                "json",
            ])
            .arg("--data")
            .arg(directory.path().join("data"))
            .output()
            .context("cannot start okrd")?;
        let answer: Value = serde_json::from_slice(&output.stdout)
            .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
        let code = find_string(&answer, "code").context("okrd init prints no login code")?;
        Ok(Self { directory, code })
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// Returns the bytes on disk.
    pub(crate) fn bytes(&self) -> Result<u64> {
        fn size(path: &Path) -> Result<u64> {
            let mut total = 0;
            for entry in std::fs::read_dir(path)? {
                let entry = entry?;
                let metadata = entry.metadata()?;
                total += if metadata.is_dir() {
                    size(&entry.path())?
                } else {
                    metadata.len()
                };
            }
            Ok(total)
        }
        size(self.directory.path())
    }
}

/// Finds a field by name, however deep the envelope is.
fn find_string(value: &Value, name: &str) -> Option<String> {
    match value {
        Value::Object(fields) => fields
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
            .or_else(|| fields.values().find_map(|field| find_string(field, name))),
        Value::Array(items) => items.iter().find_map(|item| find_string(item, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}
