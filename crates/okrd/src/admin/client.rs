//! The command's end of the socket.

use std::io::{self, BufReader};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use super::address::Address;
use super::socket;
use super::wire::{
    Hello, LINE_BYTES, PROTOCOL, Reply, Request, read_answer, read_line, write_line,
};
use crate::failure::{Exit, Failure};

/// A connection to the server that uses a data directory.
#[derive(Debug)]
pub(crate) struct AdminClient {
    path: PathBuf,
    stream: BufReader<UnixStream>,
}

impl AdminClient {
    /// Connects to the server that has this data directory open.
    ///
    /// # Errors
    ///
    /// `Locked` when there is no socket: another command uses the directory. `Incompatible` when the server speaks
    /// another protocol.
    pub(crate) fn connect(data: &Path) -> Result<Self, Failure> {
        let path = socket(data);
        let stream = Address::of(&path).and_then(|address| UnixStream::connect(address.path()));
        let stream = stream.map_err(|error| unreachable(data, &error))?;
        let mut stream = BufReader::new(stream);
        let hello = read_hello(&mut stream).map_err(|error| lost(&path, &error))?;
        if hello.protocol != PROTOCOL {
            let (okrd, protocol) = (hello.okrd, hello.protocol);
            let message = format!(
                "the running server (okrd {okrd}) speaks version {protocol} of the administration \
                 protocol, this command version {PROTOCOL}"
            );
            return Err(
                Failure::new(Exit::Incompatible, message).hint("use the command of that version")
            );
        }
        Ok(Self { path, stream })
    }

    /// Asks something.
    ///
    /// # Errors
    ///
    /// What the server answers, and that it is gone.
    pub(crate) fn ask(&mut self, request: &Request) -> Result<Reply, Failure> {
        let written = write_line(self.stream.get_mut(), request);
        let read = written.and_then(|()| read_answer(&mut self.stream));
        read.map_err(|error| lost(&self.path, &error))?
    }
}

fn read_hello(stream: &mut BufReader<UnixStream>) -> io::Result<Hello> {
    let line = read_line(stream, LINE_BYTES)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    Ok(serde_json::from_slice(&line)?)
}

fn unreachable(data: &Path, error: &io::Error) -> Failure {
    let message = format!("{} is in use, and no server answers in it", data.display());
    Failure::new(Exit::Locked, message).caused_by(error).hint(
        "another command may be at work, or the server is of another user: try again as that user",
    )
}

fn lost(path: &Path, error: &io::Error) -> Failure {
    let message = format!(
        "the server behind {} ended the conversation",
        path.display()
    );
    Failure::new(Exit::Error, message)
        .caused_by(error)
        .hint("it was stopped, or has too many such connections: try again")
}
