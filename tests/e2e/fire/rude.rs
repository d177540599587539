//! A connection of a client that says what it likes, by the frames of the testkit.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use okr_testkit::frames::Frames;

const PUSH: &str = "/okr.v1.Sync/Push";
const PULL: &str = "/okr.v1.Sync/Pull";

/// A connection that says what it likes.
pub(super) struct Rude {
    stream: TcpStream,
    frames: Frames,
}

impl Rude {
    /// Connects and greets as HTTP/2 demands.
    pub(super) fn connect(address: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_write_timeout(Some(Duration::from_secs(5)))?;
        stream.set_read_timeout(Some(Duration::from_millis(50)))?;
        let mut rude = Self {
            stream,
            frames: Frames::greeting(),
        };
        rude.say()?;
        Ok(rude)
    }

    /// Begins a call and takes it back, at once.
    pub(super) fn reset(&mut self) -> std::io::Result<()> {
        let stream = self.frames.begin(PUSH, &[]);
        self.frames.cancel(stream);
        self.say()
    }

    /// Begins a call whose header goes on for so many frames of 16 KiB, and never ends.
    pub(super) fn endless_header(&mut self, frames: usize) -> std::io::Result<()> {
        let stream = self.frames.begin_endless(PUSH);
        self.say()?;
        for _ in 0..frames {
            self.frames.go_on(stream);
            self.say()?;
        }
        Ok(())
    }

    /// Asks for everything, and lets the server send as much of it as it can.
    pub(super) fn pull(&mut self, token: &str) -> std::io::Result<()> {
        self.frames.take_all();
        let authorization = format!("Bearer {token}");
        let version = okr_proto::PROTOCOL_VERSION.to_string();
        let fields = [
            ("te", "trailers"),
            ("content-type", "application/grpc"),
            (okr_proto::PROTOCOL_METADATA_KEY, version.as_str()),
            (okr_proto::AUTHORIZATION_METADATA_KEY, &authorization),
        ];
        let stream = self.frames.begin(PULL, &fields);
        // A message without a field: from the beginning, and no more than there is.
        self.frames.message(stream, &[]);
        self.say()
    }

    /// Reads a byte, if there is one.
    pub(super) fn sip(&mut self) {
        // Whether there is one or the connection is gone: this reader goes on.
        drop(self.stream.read(&mut [0]));
    }

    /// Reads what the server says, for a moment, so that it is not held back by that.
    pub(super) fn listen(&mut self) {
        let mut bytes = [0; 4096];
        while let Ok(1..) = self.stream.read(&mut bytes) {}
    }

    fn say(&mut self) -> std::io::Result<()> {
        self.stream.write_all(&self.frames.take())
    }
}
