//! etcd: one put of a new key for each event, over gRPC.

use std::path::Path;
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

use super::{Appender, EVENT, Process, free_port, patiently, program};

/// A running etcd of one member.
pub(super) struct Server {
    url: String,
    _process: Process,
    _directory: TempDir,
}

/// A connection.
pub(super) struct Connection(Grpc<Channel>);

impl Server {
    /// Starts it beside the programs, on the same disk; none when it is not installed.
    pub(super) async fn start(programs: &Path) -> Result<Option<Self>> {
        let Some(program) = program("etcd", &[]) else {
            return Ok(None);
        };
        let directory = TempDir::new_in(programs)?;
        let url = format!("http://127.0.0.1:{}", free_port()?);
        let peer = format!("http://127.0.0.1:{}", free_port()?);
        let child = Command::new(program)
            .arg("--data-dir")
            .arg(directory.path().join("data"))
            .args(["--name", "bench", "--log-level", "error"])
            .args([
                "--listen-client-urls",
                &url,
                "--advertise-client-urls",
                &url,
            ])
            .args(["--listen-peer-urls", &peer])
            .args(["--initial-advertise-peer-urls", &peer])
            .args(["--initial-cluster", &format!("bench={peer}")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut process = Process(child);
        patiently(&mut process, async || {
            let mut connection = Connection::new(&url).await?;
            connection.append().await
        })
        .await?;
        Ok(Some(Self {
            url,
            _process: process,
            _directory: directory,
        }))
    }

    /// Connects so many times.
    pub(super) async fn connections(&self, count: usize) -> Result<Vec<Connection>> {
        let mut connections = Vec::with_capacity(count);
        for _ in 0..count {
            connections.push(Connection::new(&self.url).await?);
        }
        Ok(connections)
    }
}

impl Connection {
    async fn new(url: &str) -> Result<Self> {
        let endpoint = Endpoint::from_shared(url.to_owned())?.tcp_nodelay(true);
        Ok(Self(Grpc::new(endpoint.connect().await?)))
    }
}

impl Appender for Connection {
    async fn append(&mut self) -> Result<()> {
        self.0.ready().await?;
        let path = PathAndQuery::from_static("/etcdserverpb.KV/Put");
        self.0
            .unary(Request::new(Uuid::now_v7()), path, PutCodec)
            .await?;
        Ok(())
    }
}

const _: () = assert!(EVENT == 200, "its length is written below");

/// Writes an `etcdserverpb.PutRequest` for a key, and does not look at the answer.
#[derive(Clone, Copy, Default)]
struct PutCodec;

impl Codec for PutCodec {
    type Encode = Uuid;
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

impl Encoder for PutCodec {
    type Item = Uuid;
    type Error = Status;

    fn encode(&mut self, key: Uuid, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        // Field 1, the key.
        buffer.put_slice(&[0x0a, 16]);
        buffer.put_slice(key.as_bytes());
        // Field 2, the value; 200, its length, takes two bytes.
        buffer.put_slice(&[0x12, 0xc8, 0x01]);
        buffer.put_bytes(7, EVENT);
        Ok(())
    }
}

impl Decoder for PutCodec {
    type Item = ();
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<()>, Status> {
        buffer.advance(buffer.remaining());
        Ok(Some(()))
    }
}
