//! A real `okrd` process on a free loopback port.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;

use anyhow::{Context, Result, anyhow};
use rustix::process::{Pid, Signal, kill_process};

use crate::Programs;

/// A running server. Dropping it kills it.
#[derive(Debug)]
pub struct Server {
    child: Child,
    url: String,
    log: Option<JoinHandle<String>>,
    data: PathBuf,
}

impl Server {
    /// Makes a data directory and returns what `okrd init` printed as JSON.
    pub fn init(programs: &Programs, data: &Path, arguments: &[&str]) -> Result<serde_json::Value> {
        let output = Command::new(&programs.okrd)
            .arg("init")
            .arg("--data")
            .arg(data)
            .args(arguments)
            .args(["-o", "json"])
            .output()
            .context("okrd does not start")?;
        if !output.status.success() {
            return Err(anyhow!(
                "okrd init: {}",
                String::from_utf8_lossy(&output.stderr)
            ));
        }
        serde_json::from_slice(&output.stdout).context("okrd init prints no JSON")
    }

    /// Starts a server on a data directory and waits until it accepts.
    pub fn start(programs: &Programs, data: &Path) -> Result<Self> {
        Self::start_with(programs, data, &["--listen", "127.0.0.1:0"])
    }

    /// Starts a server with these arguments after `serve --data DIR` and waits until it accepts.
    pub fn start_with(programs: &Programs, data: &Path, arguments: &[&str]) -> Result<Self> {
        let mut child = Command::new(&programs.okrd)
            .arg("serve")
            .arg("--data")
            .arg(data)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("okrd does not start")?;
        let mut stderr = child.stderr.take().context("stderr is piped")?;
        let log = std::thread::spawn(move || {
            let mut text = Vec::new();
            // What was read before the process was killed is all that is wanted.
            drop(stderr.read_to_end(&mut text));
            String::from_utf8_lossy(&text).into_owned()
        });
        let stdout = child.stdout.take().context("stdout is piped")?;
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .context("okrd says nothing")?;
        let Some(url) = line.trim().strip_prefix("okrd listening on ") else {
            drop(child.kill());
            let status = child.wait().context("okrd does not end")?;
            let log = log.join().unwrap_or_default();
            return Err(anyhow!("okrd serve ended ({status}): {line}{log}"));
        };
        let url = url.to_owned();
        Ok(Self {
            child,
            url,
            log: Some(log),
            data: data.to_owned(),
        })
    }

    /// Returns the address that clients use.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the data directory.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Returns `--listen` for a successor on the same port.
    pub fn listen(&self) -> String {
        self.url.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// Returns how much memory the server has, in KiB.
    pub fn resident_kib(&self) -> Result<u64> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).context("okrd is gone")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        Ok(number.context("the system says no size")?.parse()?)
    }

    /// Returns how many files and connections the server has open.
    pub fn descriptors(&self) -> Result<usize> {
        let path = format!("/proc/{}/fd", self.child.id());
        Ok(std::fs::read_dir(path).context("okrd is gone")?.count())
    }

    /// Asks the server to end (SIGTERM), waits, and returns its status and its log.
    pub fn stop(mut self) -> Result<(ExitStatus, String)> {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).context("okrd is gone already")?;
        let status = self.child.wait().context("okrd does not end")?;
        let log = self
            .log
            .take()
            .and_then(|log| log.join().ok())
            .unwrap_or_default();
        Ok((status, log))
    }

    /// Stops the server where it stands (SIGSTOP): it does and answers nothing more.
    pub fn freeze(&self) -> Result<()> {
        kill_process(Pid::from_child(&self.child), Signal::STOP).context("okrd is gone already")
    }

    /// Ends the server without a warning (SIGKILL).
    pub fn kill(mut self) -> Result<()> {
        self.child.kill().context("okrd is gone already")?;
        self.child.wait().context("okrd does not end")?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
