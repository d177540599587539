//! The lines of the socket: requests, answers, and how they are read and written.

use std::io::{self, BufRead, Read as _, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::failure::{Exit, Failure};
use crate::store::AsText;

/// The version of the protocol.
pub(crate) const PROTOCOL: u32 = 1;
/// Bytes of a line.
pub(crate) const LINE_BYTES: u64 = 1024 * 1024;
/// Bytes that may follow an answer.
const BODY_BYTES: usize = 64 * 1024 * 1024;

/// What a server says first.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Hello {
    /// Its version.
    pub okrd: String,
    /// What it speaks.
    pub protocol: u32,
}

/// What an administrator asks.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Request {
    /// Where the logs end, and the small files.
    Snapshot {},
    /// Records of one organisation.
    Records {
        /// The organisation.
        org: Uuid,
        /// The position before the first of them.
        after: u64,
        /// Roughly how many bytes.
        bytes: usize,
    },
    /// There is a whole backup of a moment.
    BackedUp {
        /// The moment that it shows.
        taken_at: AsText<Timestamp>,
    },
}

/// An answer.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    /// What it says.
    pub value: Value,
    /// What follows it.
    pub body: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Answer {
    Ok(Value),
    Error(Failure),
}

#[derive(Serialize, Deserialize)]
struct AnswerLine {
    #[serde(flatten)]
    answer: Answer,
    #[serde(default, skip_serializing_if = "is_zero")]
    bytes: usize,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Reply {
    /// Makes an answer that is a value alone.
    pub(crate) fn of(value: &impl Serialize) -> Result<Self, Failure> {
        let value = serde_json::to_value(value).map_err(|error| {
            Failure::new(Exit::Error, "an answer cannot be written").caused_by(&error)
        })?;
        let body = Vec::new();
        Ok(Self { value, body })
    }
}

/// Writes one JSON object as a line.
pub(crate) fn write_line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    out.write_all(&line)?;
    out.flush()
}

/// Writes an answer with what follows it.
pub(crate) fn write_answer(out: &mut impl Write, answer: Result<Reply, Failure>) -> io::Result<()> {
    let (answer, body) = match answer {
        Ok(Reply { value, body }) => (Answer::Ok(value), body),
        Err(failure) => (Answer::Error(failure), Vec::new()),
    };
    let bytes = body.len();
    write_line(out, &AnswerLine { answer, bytes })?;
    out.write_all(&body)?;
    out.flush()
}

/// Reads a line; nothing at the end of the connection.
pub(crate) fn read_line(input: &mut impl BufRead, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    input.take(limit).read_until(b'\n', &mut line)?;
    match line.pop() {
        None => Ok(None),
        Some(b'\n') => Ok(Some(line)),
        Some(_) => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "a line is too long or was cut off",
        )),
    }
}

/// Reads an answer with what follows it.
pub(crate) fn read_answer(input: &mut impl BufRead) -> io::Result<Result<Reply, Failure>> {
    // A snapshot holds the directory of all people.
    let line = read_line(input, BODY_BYTES as u64)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let AnswerLine { answer, bytes } = serde_json::from_slice(&line)?;
    if bytes > BODY_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "an answer announces too many bytes",
        ));
    }
    let mut body = vec![0; bytes];
    input.read_exact(&mut body)?;
    Ok(match answer {
        Answer::Ok(value) => Ok(Reply { value, body }),
        Answer::Error(failure) => Err(failure),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(answer: Result<Reply, Failure>) -> Vec<u8> {
        let mut out = Vec::new();
        write_answer(&mut out, answer).unwrap();
        out
    }

    #[test]
    fn an_answer_reads_back_with_what_follows_it() {
        let reply = Reply {
            value: json!({"lengths": [3]}),
            body: b"a\nb".to_vec(),
        };
        let bytes = written(Ok(reply));
        assert_eq!(bytes, b"{\"ok\":{\"lengths\":[3]},\"bytes\":3}\na\nb");
        let reply = read_answer(&mut bytes.as_slice()).unwrap().unwrap();
        assert_eq!(reply.value, json!({"lengths": [3]}));
        assert_eq!(reply.body, b"a\nb");
    }

    #[test]
    fn a_failure_reads_back_as_the_command_prints_it() {
        let cause = io::Error::other("disk on fire");
        let failure = Failure::new(Exit::NotFound, "no such thing");
        let failure = failure.caused_by(&cause).hint("look elsewhere");
        let printed = failure.to_string();
        let bytes = written(Err(failure));
        let again = read_answer(&mut bytes.as_slice()).unwrap().unwrap_err();
        assert_eq!(again.to_string(), printed);
        assert_eq!(again.exit(), Exit::NotFound);
    }

    #[test]
    fn a_line_is_whole_or_refused() {
        let read = |text: &str| read_line(&mut text.as_bytes(), 8);
        assert_eq!(read("").unwrap(), None);
        assert_eq!(read("ab\ncd").unwrap(), Some(b"ab".to_vec()));
        assert!(read("ab").is_err(), "cut off");
        assert!(read("123456789\n").is_err(), "too long");
    }
}
