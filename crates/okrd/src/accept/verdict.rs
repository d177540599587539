//! Which limits the transport enforced on a connection. It tells its client and nobody else: so it is read from what it
//! says.
//!
//! ```text
//! the server's limit           what it says when a client goes beyond
//! streams_per_connection       RST_STREAM, REFUSED_STREAM
//! header_size                  an answer that is a status and nothing else (431); GOAWAY when it is very much
//! pending_resets               GOAWAY, ENHANCE_YOUR_CALM, "too_many_resets"
//! keepalive_time               GOAWAY, NO_ERROR, with which neither side had begun to part
//! ```

use std::collections::BTreeSet;

use super::frames::{Frame, Frames, Kind};
use crate::hits::Limit;

/// The flag of a frame that ends its side of a stream.
const END_STREAM: u8 = 1;
/// The flag of a frame after which no more headers come.
const END_HEADERS: u8 = 4;
/// The flag of headers that do not begin with the first byte.
const PADDED_OR_PRIORITY: u8 = 0x28;

const NO_ERROR: u32 = 0;
const REFUSED_STREAM: u32 = 7;
const COMPRESSION_ERROR: u32 = 9;
const ENHANCE_YOUR_CALM: u32 = 11;
/// The stream in a GOAWAY that only announces one.
const EVERY_STREAM: u32 = u32::MAX >> 1;

/// What is seen of a connection from outside.
#[derive(Debug)]
pub(super) struct Verdicts {
    heard: Frames,
    said: Frames,
    /// Streams whose answer has begun and not ended; no more than may be open.
    answering: BTreeSet<u32>,
    /// One of both sides has said that the connection ends, so that the last word means nothing.
    parting: bool,
}

impl Verdicts {
    pub(super) const fn new() -> Self {
        Self {
            heard: Frames::of_client(),
            said: Frames::of_server(),
            answering: BTreeSet::new(),
            parting: false,
        }
    }

    /// Reads what the client says.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        let parting = &mut self.parting;
        self.heard
            .read(bytes, |frame| *parting |= frame.kind == Kind::GoAway);
    }

    /// Reads what the server says, and tells each limit that it enforced.
    pub(super) fn say(&mut self, bytes: &[u8], mut enforced: impl FnMut(Limit)) {
        let Self {
            said,
            answering,
            parting,
            ..
        } = self;
        said.read(bytes, |frame| {
            let limit = match frame.kind {
                Kind::Data => {
                    note_end(answering, frame);
                    None
                }
                Kind::Headers => {
                    let begins = answering.insert(frame.stream);
                    note_end(answering, frame);
                    (begins && is_lone_status(frame)).then_some(Limit::HeaderSize)
                }
                Kind::ResetStream => {
                    answering.remove(&frame.stream);
                    let refused = number(frame.content) == Some(REFUSED_STREAM);
                    refused.then_some(Limit::StreamsPerConnection)
                }
                Kind::GoAway => {
                    let limit = limit_of_end(frame.content, *parting);
                    *parting = true;
                    limit
                }
                Kind::Other => None,
            };
            limit.into_iter().for_each(&mut enforced);
        });
    }
}

/// Forgets a stream whose answer ends.
fn note_end(answering: &mut BTreeSet<u32>, frame: Frame<'_>) {
    if frame.flags & END_STREAM != 0 {
        answering.remove(&frame.stream);
    }
}

/// Says whether an answer is one field and ends there. What services answer has a date and a type at least, so that this
/// comes from the transport, and there only from headers that were too large.
fn is_lone_status(frame: Frame<'_>) -> bool {
    let whole = frame.flags & (END_STREAM | END_HEADERS) == END_STREAM | END_HEADERS;
    if !whole || frame.flags & PADDED_OR_PRIORITY != 0 || frame.length > frame.content.len() {
        return false;
    }
    // An answer may first change the size of the table (RFC 7541, section 6.3), in one byte or in several.
    let mut block = frame.content;
    while let [0x20..=0x3f, rest @ ..] = block {
        let more = rest.iter().take_while(|byte| **byte & 0x80 != 0).count();
        let long = block[0] == 0x3f;
        block = if long {
            rest.get(more + 1..).unwrap_or_default()
        } else {
            rest
        };
    }
    match block {
        // A field of the table.
        [field] => field & 0x80 != 0,
        // A name of the table and a short value.
        [name, length, value @ ..] => name & 0x3f != 0 && usize::from(length & 0x7f) == value.len(),
        _ => false,
    }
}

/// Finds the limit behind the end of a connection.
fn limit_of_end(content: &[u8], parting: bool) -> Option<Limit> {
    let stream = number(content)? & EVERY_STREAM;
    let reason = number(content.get(4..)?)?;
    match (reason, content.get(8..)?) {
        (NO_ERROR, _) => (!parting && stream != EVERY_STREAM).then_some(Limit::KeepaliveTime),
        // Said of headers that go on and on, and of nothing else.
        (COMPRESSION_ERROR, _)
        | (ENHANCE_YOUR_CALM, b"header_list_way_too_large" | b"too_many_continuations") => {
            Some(Limit::HeaderSize)
        }
        (ENHANCE_YOUR_CALM, b"too_many_resets") => Some(Limit::PendingResets),
        (ENHANCE_YOUR_CALM, _) => Some(Limit::Http2Flood),
        _ => None,
    }
}

/// Reads a number of four bytes.
fn number(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, stream: u32, content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap();
        let mut bytes = length.to_be_bytes()[1..].to_vec();
        bytes.extend([kind, flags]);
        bytes.extend(stream.to_be_bytes());
        bytes.extend(content);
        bytes
    }

    fn end(stream: u32, reason: u32, text: &str) -> Vec<u8> {
        let content = [
            &stream.to_be_bytes()[..],
            &reason.to_be_bytes(),
            text.as_bytes(),
        ];
        frame(7, 0, 0, &content.concat())
    }

    fn said(verdicts: &mut Verdicts, bytes: &[u8]) -> Vec<Limit> {
        let mut limits = Vec::new();
        verdicts.say(bytes, |limit| limits.push(limit));
        limits
    }

    fn alone(bytes: &[u8]) -> Vec<Limit> {
        said(&mut Verdicts::new(), bytes)
    }

    #[test]
    fn each_refusal_of_the_transport_is_one_of_a_limit() {
        for (bytes, limit) in [
            (
                frame(3, 0, 5, &7_u32.to_be_bytes()),
                Limit::StreamsPerConnection,
            ),
            (frame(1, 5, 5, b"\x48\x03431"), Limit::HeaderSize),
            (frame(1, 5, 5, b"\x48\x82\x68\x01"), Limit::HeaderSize),
            (frame(1, 5, 5, b"\xbe"), Limit::HeaderSize),
            (frame(1, 5, 5, b"\x3f\xe1\x1f\xbe"), Limit::HeaderSize),
            (end(5, 11, "header_list_way_too_large"), Limit::HeaderSize),
            (end(5, 11, "too_many_continuations"), Limit::HeaderSize),
            (end(0, 9, ""), Limit::HeaderSize),
            (end(5, 11, "too_many_resets"), Limit::PendingResets),
            (end(5, 11, "too_many_internal_resets"), Limit::Http2Flood),
            (end(5, 0, ""), Limit::KeepaliveTime),
        ] {
            assert_eq!(alone(&bytes), [limit], "{bytes:?}");
        }
    }

    #[test]
    fn what_is_no_refusal_is_none() {
        for bytes in [
            frame(3, 0, 5, &8_u32.to_be_bytes()),
            // An answer with more than its status, and one that goes on.
            frame(1, 5, 5, b"\x88\xbe"),
            frame(1, 5, 5, b"\x48\x03431\xbe"),
            frame(1, 4, 5, b"\x88"),
            end(5, 1, ""),
            Vec::new(),
        ] {
            assert_eq!(alone(&bytes), [], "{bytes:?}");
        }
    }

    #[test]
    fn the_last_field_of_an_answer_that_had_begun_is_no_refusal() {
        let mut verdicts = Verdicts::new();
        let began = frame(1, 4, 5, b"\x88\xbe");
        let ended = frame(1, 5, 5, b"\xbf");
        assert_eq!(said(&mut verdicts, &[began.clone(), ended].concat()), []);
        let ended = frame(0, 1, 5, b"x");
        assert_eq!(said(&mut verdicts, &[began.clone(), ended].concat()), []);
        let reset = frame(3, 0, 5, &8_u32.to_be_bytes());
        assert_eq!(said(&mut verdicts, &[began, reset].concat()), []);
        assert!(verdicts.answering.is_empty());
    }

    #[test]
    fn the_last_word_of_a_connection_that_was_to_end_is_no_refusal() {
        let mut stopping = Verdicts::new();
        let words = [end(EVERY_STREAM, 0, ""), end(5, 0, "")].concat();
        assert_eq!(said(&mut stopping, &words), []);

        let mut left = Verdicts::new();
        left.hear(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        left.hear(&end(0, 0, ""));
        assert_eq!(said(&mut left, &end(5, 0, "")), []);
    }
}
