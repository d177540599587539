//! A person's machine: a home directory of its own, and `okr` run in it.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::terminal::terminal;
use crate::{Programs, Running};

/// A home directory in which `okr` runs with nothing from outside.
#[derive(Clone, Debug)]
pub struct Home {
    okr: PathBuf,
    directory: PathBuf,
    environment: Vec<(String, String)>,
    unset: Vec<String>,
}

/// What a command line did.
#[derive(Clone, Debug)]
pub struct Run {
    /// The command line, for messages.
    pub line: String,
    /// What it answered.
    pub stdout: String,
    /// What it said beside the answer.
    pub stderr: String,
    /// Its exit code; none when a signal ended it.
    pub code: Option<i32>,
}

impl Run {
    fn new(arguments: &[&str], output: &Output) -> Self {
        Self {
            line: format!("okr {}", arguments.join(" ")),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code(),
        }
    }
}

impl Home {
    /// Makes a home in a directory, which may exist.
    pub fn new(programs: &Programs, directory: &Path) -> Result<Self> {
        std::fs::create_dir_all(directory)
            .with_context(|| format!("cannot make {}", directory.display()))?;
        Ok(Self {
            okr: programs.okr.clone(),
            directory: directory.to_owned(),
            environment: Vec::new(),
            unset: Vec::new(),
        })
    }

    /// Sets an environment variable for every later command.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Leaves out a variable that is set otherwise.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.environment.retain(|(set, _)| set != name);
        self.unset.push(name.to_owned());
        self
    }

    /// Returns the directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Returns a command that runs `okr` here.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program(&self.okr);
        command.args(arguments);
        command
    }

    /// Returns a command that gives a line to a shell, which finds programs where `PATH` says.
    pub fn shell(&self, line: &str, path: &str) -> Command {
        let mut command = self.program(Path::new("/bin/sh"));
        command.args(["-c", line]).env("PATH", path);
        command
    }

    /// Returns a command that runs a program here with nothing from outside.
    fn program(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", &self.directory)
            .env("XDG_DATA_HOME", self.directory.join("data"))
            .env("XDG_CONFIG_HOME", self.directory.join("config"))
            .env("XDG_STATE_HOME", self.directory.join("state"))
            .env("XDG_CACHE_HOME", self.directory.join("cache"))
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC")
            // Nobody presses keys for the pager of this machine.
            .env("OKR_PAGER", "")
            .env(
                "TERM",
                std::env::var_os("TERM").unwrap_or_else(|| "dumb".into()),
            )
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        for name in &self.unset {
            command.env_remove(name);
        }
        command
    }

    /// Runs `okr` here and returns what it did, whatever that was.
    pub fn run(&self, arguments: &[&str]) -> Result<Run> {
        let output = self
            .command(arguments)
            .output()
            .context("okr does not start")?;
        Ok(Run::new(arguments, &output))
    }

    /// Runs `okr` as [`Home::run`] does, from another directory.
    pub fn run_in(&self, directory: &Path, arguments: &[&str]) -> Result<Run> {
        let output = self
            .command(arguments)
            .current_dir(directory)
            .output()
            .context("okr does not start")?;
        Ok(Run::new(arguments, &output))
    }

    /// Runs `okr` here, and ends it with an error when it takes longer than a hang-up may be waited for.
    pub fn run_within(&self, limit: Duration, arguments: &[&str]) -> Result<Run> {
        let child = self
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("okr does not start")?;
        let pid = Pid::from_child(&child);
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || sender.send(child.wait_with_output()));
        let Ok(output) = receiver.recv_timeout(limit) else {
            kill_process(pid, Signal::KILL).context("okr ended at the last moment")?;
            bail!("okr {} hangs", arguments.join(" "));
        };
        Ok(Run::new(arguments, &output.context("okr does not end")?))
    }

    /// Runs `okr` at a terminal, where somebody types some lines ahead, and returns what it did.
    ///
    /// Only its input is the terminal; what it says is read from pipes.
    pub fn typed(&self, lines: &str, arguments: &[&str]) -> Result<Run> {
        let (mut keyboard, terminal) = terminal().context("no terminal")?;
        keyboard.write_all(lines.as_bytes())?;
        let output = self
            .command(arguments)
            .stdin(terminal)
            .output()
            .context("okr does not start")?;
        Ok(Run::new(arguments, &output))
    }

    /// Starts `okr` at a terminal where lines are typed in advance, and lets it run.
    ///
    /// The terminal stays as long as the file that is returned with it.
    pub fn asked(&self, lines: &str, arguments: &[&str]) -> Result<(Running, File)> {
        let (mut keyboard, terminal) = terminal().context("no terminal")?;
        keyboard.write_all(lines.as_bytes())?;
        let mut command = self.command(arguments);
        command.stdin(terminal);
        Ok((Running::start(command)?, keyboard))
    }

    /// Runs `okr` where a person sees its answer, and returns what it did.
    ///
    /// What it says beside the answer is read from a pipe.
    pub fn at_terminal(&self, arguments: &[&str]) -> Result<Run> {
        let (mut screen, terminal) = terminal().context("no terminal")?;
        let mut command = self.command(arguments);
        command
            .stdin(terminal.try_clone()?)
            .stdout(terminal)
            .stderr(Stdio::piped());
        let child = command.spawn().context("okr does not start")?;
        // While nobody here holds the program's side, reading ends when the program does.
        drop(command);
        let mut answer = Vec::new();
        let read = screen.read_to_end(&mut answer);
        // A terminal that nobody holds any more is an error to read, not the end of a file.
        drop(read);
        let mut output = child.wait_with_output().context("okr does not end")?;
        output.stdout = answer;
        let run = Run::new(arguments, &output);
        Ok(Run {
            stdout: run.stdout.replace("\r\n", "\n"),
            ..run
        })
    }

    /// Starts `okr` here and lets it run.
    pub fn start(&self, arguments: &[&str]) -> Result<Running> {
        Running::start(self.command(arguments))
    }

    /// Runs `okr` here, demands success and returns its answer.
    pub fn okr(&self, arguments: &[&str]) -> Result<String> {
        let run = self.run(arguments)?;
        if run.code != Some(0) {
            bail!(
                "{} ended with {:?}\n{}{}",
                run.line,
                run.code,
                run.stdout,
                run.stderr
            );
        }
        Ok(run.stdout)
    }

    /// Runs `okr` here with `-o json`, demands success and returns the parsed answer.
    pub fn json(&self, arguments: &[&str]) -> Result<serde_json::Value> {
        let mut all = arguments.to_vec();
        all.extend(["-o", "json"]);
        let answer = self.okr(&all)?;
        serde_json::from_str(&answer)
            .with_context(|| format!("okr {} prints no JSON: {answer}", all.join(" ")))
    }
}
