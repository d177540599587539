//! A pager between a long answer and the terminal.
//!
//! What fits on the screen is printed as it is; a pager is started only for what does not.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::UiFlags;
use crate::environment;
use crate::interrupt::{GivenAway, Interrupt};
use crate::workspace::Environment;

/// The pager that is used when nobody names one. Its letters: end at once what fits after all, let
/// colours through, and leave the text on the screen.
const USUAL: &str = "less -FRX";

/// What less does when a person has not said it; the same letters.
const LESS: &str = "FRX";

/// How many rows a terminal has that does not say so.
const ROWS: usize = 24;

/// The program that long answers are read with, and what is long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pager {
    /// A command line for the shell.
    command: String,
    /// How many rows the terminal has.
    rows: usize,
    /// What the variable `LESS` is to be; none where the person has set it.
    less: Option<&'static str>,
}

impl Pager {
    /// Chooses what flags, variables and settings say; none where nothing is to be paged.
    pub(crate) fn choose(flags: &UiFlags, environment: &Environment) -> Option<Self> {
        let terminal = environment.variable("TERM");
        if flags.no_pager || matches!(terminal, None | Some("dumb")) {
            return None;
        }
        let size = terminal_size::terminal_size();
        Some(Self {
            command: command(environment)?,
            rows: size.map_or(ROWS, |(_, height)| usize::from(height.0)),
            less: environment.variable("LESS").is_none().then_some(LESS),
        })
    }

    /// Starts the program.
    fn start(&self) -> io::Result<Reader> {
        let interrupt = Interrupt::watch_for().ok();
        let given_away = interrupt.as_ref().map(GivenAway::begin);
        let mut command = Command::new("sh");
        command.arg("-c").arg(&self.command).stdin(Stdio::piped());
        if let Some(less) = self.less {
            command.env("LESS", less);
        }
        Ok(Reader {
            child: command.spawn()?,
            given_away,
        })
    }
}

/// Finds the command line of the pager: the first that is named, or the usual one.
///
/// An empty name and `cat` mean none. So does a program that is not there: the answer is worth more
/// than how it is read.
fn command(environment: &Environment) -> Option<String> {
    let named = environment
        .even_if_empty(environment::PAGER)
        .or_else(|| environment.setting("ui.pager"))
        .or_else(|| environment.even_if_empty("PAGER"))
        .unwrap_or(USUAL);
    let program = named.split_whitespace().next()?;
    // What begins with an assignment is for the shell to find.
    let is_there = program.contains('=') || is_there(program, environment);
    (named.trim() != "cat" && is_there).then(|| named.to_owned())
}

fn is_there(program: &str, environment: &Environment) -> bool {
    if program.contains('/') {
        return Path::new(program).is_file();
    }
    let path = environment.variable("PATH").unwrap_or_default();
    std::env::split_paths(path).any(|place| place.join(program).is_file())
}

/// A pager that runs.
struct Reader {
    child: Child,
    /// Ctrl-C is for the pager as long as it runs.
    given_away: Option<GivenAway>,
}

impl Reader {
    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        match &mut self.child.stdin {
            Some(stdin) => stdin.write_all(text),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Says that there is no more, and waits until the person has read it.
    fn wait(mut self) -> io::Result<()> {
        drop(self.child.stdin.take());
        self.child.wait()?;
        drop(self.given_away.take());
        Ok(())
    }
}

/// Where the answer goes: to its stream, or by way of a pager once it is too long for the screen.
pub(super) struct Answer {
    stream: Box<dyn Write>,
    pager: Option<Pager>,
    /// What may still fit on the screen.
    held: Vec<u8>,
    rows: usize,
    reader: Option<Reader>,
}

impl Answer {
    pub(super) fn new(stream: Box<dyn Write>) -> Self {
        Self {
            stream,
            pager: None,
            held: Vec::new(),
            rows: 0,
            reader: None,
        }
    }

    /// Says with what a long answer is read; none prints whatever comes.
    pub(super) fn page_with(&mut self, pager: Option<Pager>) {
        self.pager = pager;
    }

    /// Says whether a reader who goes away is one who has read enough in a pager.
    pub(super) const fn is_paged(&self) -> bool {
        self.pager.is_some()
    }

    /// Takes text; the pager is started when it cannot fit any more.
    fn hold(&mut self, pager: &Pager, text: &[u8]) -> io::Result<()> {
        self.held.extend_from_slice(text);
        self.rows += text.split(|byte| *byte == b'\n').count() - 1;
        // The last row is for what comes after the answer, such as the prompt of the shell.
        if self.rows < pager.rows {
            return Ok(());
        }
        let held = std::mem::take(&mut self.held);
        if let Ok(reader) = pager.start() {
            return self.reader.insert(reader).write(&held);
        }
        self.pager = None;
        self.stream.write_all(&held)
    }
}

impl Write for Answer {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        if let Some(reader) = &mut self.reader {
            reader.write(text)?;
        } else if let Some(pager) = self.pager.clone() {
            self.hold(&pager, text)?;
        } else {
            self.stream.write_all(text)?;
        }
        Ok(text.len())
    }

    /// Shows everything that was written so far; a person who reads it in a pager is waited for.
    fn flush(&mut self) -> io::Result<()> {
        self.rows = 0;
        if let Some(reader) = self.reader.take() {
            return reader.wait();
        }
        self.stream.write_all(&std::mem::take(&mut self.held))?;
        self.stream.flush()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        // Whatever kept the answer from being ended, the terminal is not left to two programs.
        if let Some(reader) = self.reader.take() {
            reader.wait().ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(flags: &UiFlags, variables: &[(&'static str, &'static str)]) -> Option<String> {
        let there = tempfile::tempdir().unwrap();
        for program in ["less", "more", "cat"] {
            std::fs::write(there.path().join(program), "").unwrap();
        }
        let path = there.path().display().to_string();
        let mut all = [
            ("TERM", "xterm"),
            ("PATH", path.as_str()),
            ("", ""),
            ("", ""),
        ];
        for (place, variable) in variables.iter().enumerate() {
            all[place + 2] = *variable;
        }
        // The first of a name is what tests say otherwise.
        let terminal = variables.iter().find(|(name, _)| *name == "TERM");
        all[0] = *terminal.unwrap_or(&all[0]);
        Pager::choose(flags, &Environment::of(all)).map(|pager| pager.command)
    }

    #[test]
    fn the_first_that_is_named_is_taken_and_less_without_any() {
        let usual = UiFlags::default();
        for (variables, command) in [
            (&[][..], Some("less -FRX")),
            (&[("PAGER", "more")], Some("more")),
            (
                &[("PAGER", "more"), ("OKR_PAGER", "less -S")],
                Some("less -S"),
            ),
            (&[("OKR_PAGER", "LESS=R less")], Some("LESS=R less")),
            (&[("PAGER", "more"), ("OKR_PAGER", "")], None),
            (&[("OKR_PAGER", "cat")], None),
            (&[("PAGER", "")], None),
            (&[("OKR_PAGER", "nothing-like-this")], None),
            (&[("OKR_PAGER", "/nowhere/less")], None),
            (&[("TERM", "dumb")], None),
            (&[("TERM", "")], None),
        ] {
            assert_eq!(
                chosen(&usual, variables).as_deref(),
                command,
                "{variables:?}"
            );
        }
        let off = UiFlags {
            no_pager: true,
            ..UiFlags::default()
        };
        assert_eq!(chosen(&off, &[("PAGER", "more")]), None);
    }

    /// Writes an answer by way of a command; returns what came to the stream itself.
    fn written(command: &str, pieces: &[&str]) -> (io::Result<()>, String) {
        let stream = crate::ui::tests::Memory::default();
        let mut answer = Answer::new(Box::new(stream.clone()));
        answer.page_with(Some(Pager {
            command: command.to_owned(),
            rows: 3,
            less: None,
        }));
        let all = pieces
            .iter()
            .try_for_each(|piece| answer.write_all(piece.as_bytes()));
        let ended = answer.flush();
        (all.and(ended), stream.text())
    }

    #[test]
    fn only_what_does_not_fit_is_paged_and_all_of_it() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("read");
        let command = format!("cat > '{}'", file.display());
        let (ended, printed) = written(&command, &["a\n", "b\n"]);
        ended.unwrap();
        assert_eq!(printed, "a\nb\n");
        assert!(!file.exists());
        let (ended, printed) = written(&command, &["a\n", "b\n", "c\n", "d\n"]);
        ended.unwrap();
        assert_eq!(printed, "");
        assert_eq!(std::fs::read_to_string(file).unwrap(), "a\nb\nc\nd\n");
    }

    #[test]
    fn who_has_read_enough_closes_the_answer() {
        let long = "x\n".repeat(1 << 20);
        let (ended, _) = written("true", &["a\nb\nc\n", &long, &long]);
        assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
