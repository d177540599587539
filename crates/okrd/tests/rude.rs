//! A client that does not do what a server asks of it, by the frames of the testkit.

use okr_testkit::frames::Frames;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::TestServer;

const PATH: &str = "/okr.v1.Sync/Push";

/// A client that says what it likes, and answers nothing.
pub(crate) struct Rude {
    stream: TcpStream,
    frames: Frames,
}

impl Rude {
    /// Connects and greets as HTTP/2 demands.
    pub(crate) async fn connect(server: &TestServer) -> Self {
        let stream = TcpStream::connect(server.address()).await.unwrap();
        let frames = Frames::greeting();
        let mut rude = Self { stream, frames };
        rude.say().await;
        rude
    }

    /// Begins calls whose message never comes, with so many bytes of metadata.
    pub(crate) async fn begin(&mut self, calls: usize, metadata: usize) {
        let value = "y".repeat(100);
        let fields = vec![("x-much", value.as_str()); metadata.div_ceil(100)];
        for _ in 0..calls {
            self.frames.begin(PATH, &fields);
        }
        self.say().await;
    }

    /// Begins calls and takes them back, all in one breath.
    pub(crate) async fn begin_and_reset(&mut self, calls: usize) {
        for _ in 0..calls {
            let stream = self.frames.begin(PATH, &[]);
            self.frames.cancel(stream);
        }
        self.say().await;
    }

    /// Says goodbye as HTTP/2 has it.
    pub(crate) async fn leave(&mut self) {
        self.frames.leave();
        self.say().await;
    }

    /// Listens, and answers nothing, until the server closes the connection.
    pub(crate) async fn listen(mut self) {
        let mut said = Vec::new();
        // Whether it is closed or reset is the same.
        drop(self.stream.read_to_end(&mut said).await);
    }

    /// Waits until the server says something more.
    pub(crate) async fn hear(&mut self) -> usize {
        self.stream.read(&mut [0; 4_096]).await.unwrap()
    }

    async fn say(&mut self) {
        self.stream.write_all(&self.frames.take()).await.unwrap();
    }
}
