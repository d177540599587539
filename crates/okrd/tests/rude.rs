//! HTTP/2 by hand (RFC 9113), for clients that do not do what a server asks of them.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::TestServer;

const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const GO_AWAY: u8 = 7;
const END_HEADERS: u8 = 4;
/// The code with which a client takes a call back.
const CANCEL: u32 = 8;

/// A client that says what it likes, and answers nothing.
pub(crate) struct Rude {
    stream: TcpStream,
    next: u32,
}

impl Rude {
    /// Connects and greets as HTTP/2 demands.
    pub(crate) async fn connect(server: &TestServer) -> Self {
        let stream = TcpStream::connect(server.address()).await.unwrap();
        let mut rude = Self { stream, next: 1 };
        let greeting = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        rude.say(&[&greeting[..], &frame(SETTINGS, 0, 0, &[])].concat())
            .await;
        rude
    }

    /// Begins calls whose message never comes, with so many bytes of metadata.
    pub(crate) async fn begin(&mut self, calls: usize, metadata: usize) {
        let mut bytes = Vec::new();
        for _ in 0..calls {
            let stream = self.next_stream();
            bytes.extend(frame(HEADERS, END_HEADERS, stream, &call(metadata)));
        }
        self.say(&bytes).await;
    }

    /// Begins calls and takes them back, all in one breath.
    pub(crate) async fn begin_and_reset(&mut self, calls: usize) {
        let mut bytes = Vec::new();
        for _ in 0..calls {
            let stream = self.next_stream();
            bytes.extend(frame(HEADERS, END_HEADERS, stream, &call(0)));
            bytes.extend(frame(RESET, 0, stream, &CANCEL.to_be_bytes()));
        }
        self.say(&bytes).await;
    }

    /// Says goodbye as HTTP/2 has it.
    pub(crate) async fn leave(&mut self) {
        self.say(&frame(GO_AWAY, 0, 0, &[0; 8])).await;
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

    fn next_stream(&mut self) -> u32 {
        let stream = self.next;
        self.next += 2;
        stream
    }

    async fn say(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }
}

fn frame(kind: u8, flags: u8, stream: u32, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap();
    let mut bytes = length.to_be_bytes()[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(content);
    bytes
}

/// The headers of a call (RFC 7541): POST, http, a path, and a field of 100 bytes as often as needed.
fn call(metadata: usize) -> Vec<u8> {
    let mut bytes = vec![0x83, 0x86, 0x04, 17];
    bytes.extend(b"/okr.v1.Sync/Push");
    bytes.extend([0x01, 1, b'x']);
    for _ in 0..metadata.div_ceil(100) {
        bytes.extend([0x00, 6]);
        bytes.extend(b"x-much");
        bytes.push(100);
        bytes.extend([b'y'; 100]);
    }
    bytes
}
