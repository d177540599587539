//! One unary call of gRPC for each event, for the peers that speak it.

use std::process::{Command, Stdio};

use anyhow::Result;
use bytes::{Buf as _, BufMut as _};
use tempfile::TempDir;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use uuid::Uuid;

use super::{Appender, Process, patiently};

/// A call of a peer that takes an event: its path, `/package.Service/Method`, and its message for the event with an id.
pub(super) type Call = (&'static str, fn(Uuid) -> Vec<u8>);

/// A running peer.
pub(super) struct Server {
    url: String,
    call: Call,
    _process: Process,
    _directory: TempDir,
}

/// A connection that appends.
pub(super) struct Connection {
    grpc: Grpc<Channel>,
    call: Call,
}

impl Server {
    /// Starts a peer that keeps its data in a directory, and waits until it takes an event.
    pub(super) async fn start(
        command: &mut Command,
        (url, call): (String, Call),
        directory: TempDir,
    ) -> Result<Self> {
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = Process(quiet.spawn()?);
        patiently(&mut process, async || {
            Connection::new(&url, call).await?.append().await
        })
        .await?;
        Ok(Self {
            url,
            call,
            _process: process,
            _directory: directory,
        })
    }

    /// Connects so many times.
    pub(super) async fn connections(&self, count: usize) -> Result<Vec<Connection>> {
        let mut connections = Vec::with_capacity(count);
        for _ in 0..count {
            connections.push(Connection::new(&self.url, self.call).await?);
        }
        Ok(connections)
    }
}

impl Connection {
    async fn new(url: &str, call: Call) -> Result<Self> {
        let endpoint = Endpoint::from_shared(url.to_owned())?.tcp_nodelay(true);
        let grpc = Grpc::new(endpoint.connect().await?);
        Ok(Self { grpc, call })
    }
}

impl Appender for Connection {
    async fn append(&mut self) -> Result<()> {
        self.grpc.ready().await?;
        let (path, message) = self.call;
        let request = Request::new(message(Uuid::now_v7()));
        let path = PathAndQuery::from_static(path);
        self.grpc.unary(request, path, Written).await?;
        Ok(())
    }
}

/// Returns a field of a message of protobuf: bytes, a text or a message within it. Its number is at most 15.
pub(super) fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    const LENGTH_DELIMITED: u8 = 2;
    let mut field = Vec::with_capacity(bytes.len() + 4);
    field.push(number << 3 | LENGTH_DELIMITED);
    let mut length = bytes.len();
    while length > 0x7f {
        field.push(0x80 | low_bits(length));
        length >>= 7;
    }
    field.push(low_bits(length));
    field.extend(bytes);
    field
}

/// Returns the lowest seven bits.
fn low_bits(length: usize) -> u8 {
    let [lowest, ..] = length.to_le_bytes();
    lowest & 0x7f
}

/// Sends a message that is written already, and does not look at the answer.
#[derive(Clone, Copy)]
struct Written;

impl Codec for Written {
    type Encode = Vec<u8>;
    type Decode = ();
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Written {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, message: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&message);
        Ok(())
    }
}

impl Decoder for Written {
    type Item = ();
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<()>, Status> {
        buffer.advance(buffer.remaining());
        Ok(Some(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_has_its_number_and_its_length_before_it() {
        assert_eq!(field(1, b"ab"), [0x0a, 2, b'a', b'b']);
        assert_eq!(field(4, &[7; 200])[..4], [0x22, 0xc8, 0x01, 7]);
        assert_eq!(field(2, &[7; 0x4000])[..5], [0x12, 0x80, 0x80, 0x01, 7]);
        assert_eq!(field(3, b""), [0x1a, 0]);
    }
}
