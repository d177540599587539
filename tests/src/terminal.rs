//! A terminal without a window: a program is run at it, and what would be seen is kept.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// Longer than any command takes; what takes longer waits for an answer that nobody gives.
const NEVER: Duration = Duration::from_secs(20);

/// Where a question ends, so that somebody may answer.
const ASKS: [&str; 3] = ["› ", "> ", ": "];

/// The size of a terminal in characters.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Its columns.
    pub columns: u16,
    /// Its rows.
    pub rows: u16,
}

/// What is seen at a terminal after a command has ended.
#[derive(Debug)]
pub struct Seen {
    /// What the command printed, and what was typed.
    pub text: String,
    /// How the command ended.
    pub status: ExitStatus,
}

/// Makes a terminal: the side on which is typed, and the side that a program has.
pub(crate) fn terminal() -> io::Result<(File, File)> {
    let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&keyboard)?;
    unlockpt(&keyboard)?;
    let name = ptsname(&keyboard, Vec::new())?;
    let path = name.to_str().map_err(io::Error::other)?;
    let terminal = File::options().read(true).write(true).open(path)?;
    Ok((keyboard.into(), terminal))
}

/// Runs a command with all its streams at a terminal, where each question is answered with the next line.
pub fn seen(mut command: Command, size: Size, lines: &[String]) -> Result<Seen> {
    let (mut keyboard, terminal) = terminal().context("no terminal")?;
    let window = Winsize {
        ws_row: size.rows,
        ws_col: size.columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&terminal, window).context("the terminal has no size")?;
    command
        .stdin(terminal.try_clone()?)
        .stdout(terminal.try_clone()?)
        .stderr(terminal);
    let mut child = command.spawn().context("the command does not start")?;
    // While nobody here holds the program's side, reading ends when the program does.
    drop(command);
    let pieces = pieces(keyboard.try_clone()?);
    let text = typed(&mut child, &pieces, &mut keyboard, lines)?;
    let status = child.wait().context("the command does not end")?;
    Ok(Seen {
        text: text.replace("\r\n", "\n"),
        status,
    })
}

/// Reads until the command ends, and types a line whenever it asks.
fn typed(
    child: &mut Child,
    pieces: &Receiver<Vec<u8>>,
    keyboard: &mut File,
    lines: &[String],
) -> Result<String> {
    let mut bytes = Vec::new();
    let mut lines = lines.iter();
    loop {
        match pieces.recv_timeout(NEVER) {
            Ok(piece) => bytes.extend(piece),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                child.kill().context("it ended at the last moment")?;
                child.wait().context("it does not end")?;
                bail!("it hangs: {}", String::from_utf8_lossy(&bytes));
            }
        }
        if ASKS.iter().any(|asks| bytes.ends_with(asks.as_bytes()))
            && let Some(line) = lines.next()
        {
            keyboard.write_all(format!("{line}\n").as_bytes())?;
        }
    }
    if let Some(line) = lines.next() {
        bail!(
            "nobody asked for {line:?}: {}",
            String::from_utf8_lossy(&bytes)
        );
    }
    String::from_utf8(bytes).context("it prints no UTF-8")
}

/// Reads a terminal in a thread of its own. One that nobody holds any more is an error to read, not the end of a file.
fn pieces(mut screen: File) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = screen.read(&mut buffer) {
            if sender.send(buffer[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    receiver
}
