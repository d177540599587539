//! A command that stays: its lines are read as they come.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use rustix::process::{Pid, Signal, kill_process};

/// Longer than anything takes that is waited for; what takes longer never comes.
const NEVER: Duration = Duration::from_mins(2);

/// A running command. Dropping it kills it.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Running {
    /// Starts a command.
    pub(crate) fn start(mut command: Command) -> Result<Self> {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("the command does not start")?;
        let stdout = lines(child.stdout.take().context("stdout is piped")?);
        let stderr = lines(child.stderr.take().context("stderr is piped")?);
        Ok(Self {
            child,
            stdout,
            stderr,
        })
    }

    /// Waits for the next line of the answer.
    pub fn line(&self) -> Result<String> {
        self.stdout.recv_timeout(NEVER).map_err(|_| {
            let said: Vec<String> = self.stderr.try_iter().collect();
            anyhow!("no line came; beside the answer: {said:?}")
        })
    }

    /// Waits for the next line beside the answer.
    pub fn remark(&self) -> Result<String> {
        self.stderr
            .recv_timeout(NEVER)
            .context("no line came beside the answer")
    }

    /// Presses Ctrl-C (SIGINT).
    pub fn interrupt(&self) -> Result<()> {
        kill_process(Pid::from_child(&self.child), Signal::INT).context("it is gone already")
    }

    /// Ends it without a warning (SIGKILL), and returns the lines of the answer not read yet.
    pub fn kill(mut self) -> Result<Vec<String>> {
        self.child.kill().context("it is gone already")?;
        self.child.wait().context("it does not end")?;
        Ok(self.stdout.iter().collect())
    }

    /// Waits for its end, and returns what was not read yet of the answer and beside it.
    pub fn end(mut self) -> Result<(ExitStatus, Vec<String>, Vec<String>)> {
        let stdout = self.stdout.iter().collect();
        let stderr = self.stderr.iter().collect();
        let status = self.child.wait().context("it does not end")?;
        Ok((status, stdout, stderr))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Reads lines in a thread of its own, so that the command never waits for a reader.
fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}
