//! HTTP/2 by hand (RFC 9113), for clients that do not do what a server asks of them: the bytes of what they say.
//!
//! Nothing connects here and nothing is read: a test writes the bytes wherever it likes, with or without tokio.

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const GO_AWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// The code with which a client takes a call back.
const CANCEL: u32 = 8;
/// The setting of how much a server may send in a stream before it is asked for more.
const INITIAL_WINDOW_SIZE: u16 = 4;
/// The window of a connection before anybody says anything, in bytes.
const WINDOW: u32 = 65_535;
/// The largest window that there is, in bytes.
const WINDOW_MAX: u32 = (1 << 31) - 1;
/// Lengths of texts are written in one byte, which ends here.
const TEXT_MAX: usize = 126;
/// How much of a header stands in each frame of one that does not end, in bytes.
const ENDLESS_FIELD: usize = 16 * 1024;

/// What a client is about to say, frame after frame.
#[derive(Debug)]
pub struct Frames {
    bytes: Vec<u8>,
    /// The stream of the next call.
    next: u32,
}

impl Frames {
    /// Begins as HTTP/2 demands: the preface, and settings that are as usual.
    pub fn greeting() -> Self {
        let mut frames = Self {
            bytes: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
            next: 1,
        };
        frames.frame((SETTINGS, 0), 0, &[]);
        frames
    }

    /// Takes what is to be said now.
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// Lets the server send as much as it can, in each call and in all of them.
    pub fn take_all(&mut self) {
        let mut setting = INITIAL_WINDOW_SIZE.to_be_bytes().to_vec();
        setting.extend(WINDOW_MAX.to_be_bytes());
        self.frame((SETTINGS, 0), 0, &setting);
        self.frame((WINDOW_UPDATE, 0), 0, &(WINDOW_MAX - WINDOW).to_be_bytes());
    }

    /// Begins a call with these fields beside those that every call has, and returns its stream.
    pub fn begin(&mut self, path: &str, fields: &[(&str, &str)]) -> u32 {
        let stream = self.next_stream();
        self.frame((HEADERS, END_HEADERS), stream, &header(path, fields));
        stream
    }

    /// Begins a call whose header never ends.
    pub fn begin_endless(&mut self, path: &str) -> u32 {
        let stream = self.next_stream();
        self.frame((HEADERS, 0), stream, &header(path, &[]));
        stream
    }

    /// Goes on with a header that does not end, by 16 KiB.
    pub fn go_on(&mut self, stream: u32) {
        // A new name of one byte, and a text that is longer than this frame.
        let mut field = vec![0, 1, b'x', 0x7f, 0x80, 0x7e];
        field.resize(ENDLESS_FIELD, b'y');
        self.frame((CONTINUATION, 0), stream, &field);
    }

    /// Sends the only message of a call of gRPC, and ends it.
    pub fn message(&mut self, stream: u32, message: &[u8]) {
        let mut bytes = vec![0];
        bytes.extend(length(message).to_be_bytes());
        bytes.extend(message);
        self.frame((DATA, END_STREAM), stream, &bytes);
    }

    /// Takes a call back.
    pub fn cancel(&mut self, stream: u32) {
        self.frame((RESET, 0), stream, &CANCEL.to_be_bytes());
    }

    /// Says goodbye as HTTP/2 has it.
    pub fn leave(&mut self) {
        self.frame((GO_AWAY, 0), 0, &[0; 8]);
    }

    fn next_stream(&mut self) -> u32 {
        let stream = self.next;
        self.next += 2;
        stream
    }

    fn frame(&mut self, (kind, flags): (u8, u8), stream: u32, content: &[u8]) {
        self.bytes.extend(&length(content).to_be_bytes()[1..]);
        self.bytes.extend([kind, flags]);
        self.bytes.extend(stream.to_be_bytes());
        self.bytes.extend(content);
    }
}

fn length(content: &[u8]) -> u32 {
    u32::try_from(content.len()).expect("what is said here is short")
}

/// The header of a call (RFC 7541): POST, http, a path, somewhere, and fields whose names are not in the table.
fn header(path: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = vec![0x83, 0x86, 0x04];
    text(&mut bytes, path);
    bytes.push(0x01);
    text(&mut bytes, "okr");
    for (name, value) in fields {
        bytes.push(0);
        text(&mut bytes, name);
        text(&mut bytes, value);
    }
    bytes
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    assert!(text.len() <= TEXT_MAX, "{text} is too long for one byte");
    bytes.push(u8::try_from(text.len()).expect("it is at most 126"));
    bytes.extend(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_has_the_bytes_of_the_standards() {
        let mut frames = Frames::greeting();
        assert_eq!(
            frames.take(),
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"
        );
        let stream = frames.begin("/a", &[("te", "trailers")]);
        frames.message(stream, b"m");
        let header = b"\x83\x86\x04\x02/a\x01\x03okr\0\x02te\x08trailers";
        let mut expected = b"\0\0\x18\x01\x04\0\0\0\x01".to_vec();
        expected.extend(header);
        expected.extend(b"\0\0\x06\0\x01\0\0\0\x01\0\0\0\0\x01m");
        assert_eq!(frames.take(), expected);
        assert_eq!(frames.begin("/a", &[]), 3, "a client has the odd ones");
    }
}
