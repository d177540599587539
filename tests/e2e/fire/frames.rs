//! HTTP/2 as a hostile client writes it: frames by hand (RFC 9113), with no regard for what is asked.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

const HEADERS: u8 = 1;
const RESET: u8 = 3;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;
/// A literal field of HPACK (RFC 7541) without a name in the table.
const NEW_NAME: u8 = 0;

/// A connection that says what it likes.
pub(super) struct Rude {
    stream: TcpStream,
    next: u32,
}

impl Rude {
    /// Connects and greets as HTTP/2 demands.
    pub(super) fn connect(address: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_write_timeout(Some(Duration::from_secs(5)))?;
        stream.set_read_timeout(Some(Duration::from_millis(50)))?;
        let mut rude = Self { stream, next: 1 };
        rude.stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")?;
        rude.frame(4, 0, 0, &[])?;
        Ok(rude)
    }

    fn frame(&mut self, kind: u8, flags: u8, stream: u32, content: &[u8]) -> std::io::Result<()> {
        let length = u32::try_from(content.len()).expect("frames are short");
        let mut bytes = length.to_be_bytes()[1..].to_vec();
        bytes.extend([kind, flags]);
        bytes.extend(stream.to_be_bytes());
        bytes.extend(content);
        self.stream.write_all(&bytes)
    }

    /// Begins a call and takes it back, at once.
    pub(super) fn reset(&mut self) -> std::io::Result<()> {
        let stream = self.next;
        self.next += 2;
        self.frame(HEADERS, END_HEADERS, stream, &call())?;
        self.frame(RESET, 0, stream, &8_u32.to_be_bytes())
    }

    /// Begins a call whose header goes on for so many frames of 16 KiB, and never ends.
    pub(super) fn endless_header(&mut self, frames: usize) -> std::io::Result<()> {
        let stream = self.next;
        self.frame(HEADERS, 0, stream, &call())?;
        let mut field = vec![NEW_NAME, 1, b'x', 0x7f, 0x80, 0x7e];
        field.resize(16 * 1024, b'y');
        for _ in 0..frames {
            self.frame(CONTINUATION, 0, stream, &field)?;
        }
        Ok(())
    }

    /// Reads what the server says, for a moment, so that it is not held back by that.
    pub(super) fn listen(&mut self) {
        let mut bytes = [0; 4096];
        while let Ok(1..) = self.stream.read(&mut bytes) {}
    }
}

/// The header of a call without a credential.
fn call() -> Vec<u8> {
    // POST and http by their numbers in the static table; the path with its name from there.
    let mut bytes = vec![0x83, 0x86];
    let path = b"/okr.v1.Sync/Push";
    bytes.extend([0x04, 17]);
    bytes.extend(path);
    bytes.extend([0x01, 1, b'x']);
    bytes
}
