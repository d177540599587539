//! A connection of a client that says what it likes, by the frames of the testkit.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use okr_testkit::frames::Frames;

const PUSH: &str = "/okr.v1.Sync/Push";

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

    /// Reads what the server says, for a moment, so that it is not held back by that.
    pub(super) fn listen(&mut self) {
        let mut bytes = [0; 4096];
        while let Ok(1..) = self.stream.read(&mut bytes) {}
    }

    fn say(&mut self) -> std::io::Result<()> {
        self.stream.write_all(&self.frames.take())
    }
}
