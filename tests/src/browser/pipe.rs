//! The process of the browser and the two pipes of messages, each of which ends with a zero byte.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// The names under which Chromium is installed.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// Longer than anything takes that is waited for.
const NEVER: Duration = Duration::from_mins(2);

/// A browser that is spoken to.
#[derive(Debug)]
pub(super) struct Pipe {
    child: Child,
    stdin: ChildStdin,
    messages: Receiver<Vec<u8>>,
    last: u64,
}

impl Pipe {
    /// Starts the browser; none when there is none.
    pub(super) fn start(profile: &Path) -> Result<Option<Self>> {
        let Some(program) = program() else {
            return Ok(None);
        };
        fs::create_dir_all(profile).context("the profile cannot be made")?;
        // The browser reads commands from its file 3 and answers on 4; the shell puts our pipes there.
        let script = "exec \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null";
        let mut child = Command::new("sh")
            .args(["-c", script, "browser"])
            .arg(program)
            .args(["--headless", "--no-sandbox", "--disable-gpu"])
            .args(["--disable-dev-shm-usage", "--disable-background-networking"])
            .args(["--no-first-run", "--hide-scrollbars"])
            .arg("--remote-debugging-pipe")
            .arg(format!("--user-data-dir={}", profile.display()))
            .env("HOME", profile)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("the browser does not start")?;
        let stdin = child.stdin.take().context("stdin is piped")?;
        let messages = messages(child.stdout.take().context("stdout is piped")?);
        Ok(Some(Self {
            child,
            stdin,
            messages,
            last: 0,
        }))
    }

    /// Sends a message, and returns the number by which its answer is known.
    pub(super) fn send(&mut self, mut message: Value) -> Result<u64> {
        self.last += 1;
        message["id"] = json!(self.last);
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.stdin
            .write_all(&bytes)
            .context("the browser is gone")?;
        Ok(self.last)
    }

    /// Waits for a message.
    pub(super) fn receive(&self) -> Result<Value> {
        let message = self.messages.recv_timeout(NEVER);
        let message = message.context("the browser says nothing more")?;
        serde_json::from_slice(&message).context("the browser sent no JSON")
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn program() -> Option<std::ffi::OsString> {
    if let Some(named) = env::var_os("OKR_TEST_BROWSER") {
        return Some(named);
    }
    let path = env::var_os("PATH")?;
    let found = NAMES
        .iter()
        .find(|name| env::split_paths(&path).any(|directory| directory.join(name).is_file()));
    found.map(Into::into)
}

/// Reads messages in a thread of its own, so that the browser never waits for a reader.
fn messages(stream: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for message in BufReader::new(stream).split(0).map_while(Result::ok) {
            if sender.send(message).is_err() {
                break;
            }
        }
    });
    receiver
}
