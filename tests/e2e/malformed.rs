//! Calls whose message is no protobuf, or too large, sent to a real server by somebody who may push.

use bytes::{Buf as _, BufMut as _, Bytes};
use okr_bench::{Login, login};
use okr_e2e::Server;
use tokio::runtime::Runtime;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Endpoint;
use tonic::{Code, Request, Status};

use crate::programs;

/// Bytes as they are.
#[derive(Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

/// Calls a method with these bytes as its message, and returns how it was answered.
async fn call(server: &Server, login: &Login, method: &'static str, message: Bytes) -> Code {
    let endpoint = Endpoint::from_shared(server.url().to_owned()).unwrap();
    let mut client = Grpc::new(endpoint.connect().await.unwrap());
    client.ready().await.unwrap();
    let mut request = Request::new(message);
    let metadata = request.metadata_mut();
    metadata.insert("okr-protocol", "1".parse().unwrap());
    let credential = format!("Bearer {}", login.token);
    metadata.insert("authorization", credential.parse().unwrap());
    let path = PathAndQuery::from_static(method);
    match client.unary(request, path, Raw).await {
        Ok(_) => Code::Ok,
        Err(status) => status.code(),
    }
}

#[test]
fn a_message_that_is_none_is_refused_and_the_server_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("server");
    let arguments = ["--org", "Acme", "--time-zone", "UTC", "--admin", "ana"];
    let answer = Server::init(&programs(), &data, &arguments).unwrap();
    let server = Server::start(&programs(), &data).unwrap();
    let runtime = Runtime::new().unwrap();
    let push = "/okr.v1.Sync/Push";
    let update = "/okr.v1.Identity/UpdateDirectory";
    runtime.block_on(async {
        let login = login(server.url(), answer["code"].as_str().unwrap())
            .await
            .unwrap();
        let cases = [
            // A field that ends beyond the message; a wire type that does not exist; a number without an end.
            (push, Bytes::from_static(b"\x12\x7f\x01"), Code::Internal),
            (push, Bytes::from_static(b"\x0f"), Code::Internal),
            (push, Bytes::from_static(&[0xff; 64]), Code::Internal),
            (update, Bytes::from_static(b"\x0a\x05\x12"), Code::Internal),
            // One change that is no change.
            (
                push,
                Bytes::from_static(b"\x12\x05\x0a\x03abc"),
                Code::InvalidArgument,
            ),
            // More than a request may be.
            (push, Bytes::from(vec![0; 2 << 20]), Code::ResourceExhausted),
        ];
        for (number, (method, message, expected)) in cases.into_iter().enumerate() {
            let code = call(&server, &login, method, message).await;
            assert_eq!(code, expected, "case {number}");
        }
        let who = call(&server, &login, "/okr.v1.Identity/WhoAmI", Bytes::new()).await;
        assert_eq!(who, Code::Ok, "the server goes on");
    });
    let (status, log) = server.stop().unwrap();
    assert!(status.success(), "{status}: {log}");
    assert!(!log.contains("panicked"), "{log}");
}
