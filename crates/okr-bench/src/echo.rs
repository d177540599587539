//! The baseline "echo": the same service over the same transport, answering at once.

use std::pin::Pin;

use anyhow::Result;
use bytes::Bytes;
use okr_proto::v1;
use okr_proto::v1::pull_response::What;
use okr_proto::v1::sync_server::{Sync, SyncServer};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_stream::{Stream, StreamExt as _};
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};

/// Bytes of a record of the load.
const RECORD_BYTES: usize = 223;
/// As many as okrd sends in a message of 128 KiB.
const RECORDS_A_MESSAGE: usize = 585;

struct Echo;

#[tonic::async_trait]
impl Sync for Echo {
    type PullStream = tokio_stream::Iter<std::vec::IntoIter<Result<v1::PullResponse, Status>>>;
    type PushStreamStream = Pin<Box<dyn Stream<Item = Result<v1::PushResponse, Status>> + Send>>;

    async fn push(
        &self,
        request: Request<v1::PushRequest>,
    ) -> Result<Response<v1::PushResponse>, Status> {
        Ok(Response::new(taken(&request.into_inner())))
    }

    async fn push_stream(
        &self,
        request: Request<Streaming<v1::PushRequest>>,
    ) -> Result<Response<Self::PushStreamStream>, Status> {
        let pushes = request.into_inner();
        let answers = pushes.map(|push| push.map(|push| taken(&push)));
        Ok(Response::new(Box::pin(answers)))
    }

    /// Streams as many records as `after` says, in messages like those of okrd, and a checkpoint.
    async fn pull(
        &self,
        request: Request<v1::PullRequest>,
    ) -> Result<Response<Self::PullStream>, Status> {
        let wanted = usize::try_from(request.into_inner().after).unwrap_or(usize::MAX);
        let record = Bytes::from_static(&[0x5a; RECORD_BYTES]);
        let messages = (0..wanted).step_by(RECORDS_A_MESSAGE).map(|sent| {
            let records = vec![record.clone(); RECORDS_A_MESSAGE.min(wanted - sent)];
            What::Records(v1::Records { records })
        });
        let end = What::Checkpoint(v1::SignedCheckpoint {
            note: String::new(),
        });
        let stream: Vec<_> = messages
            .chain([end])
            .map(|what| Ok(v1::PullResponse { what: Some(what) }))
            .collect();
        Ok(Response::new(tokio_stream::iter(stream)))
    }

    async fn get_checkpoint(
        &self,
        _: Request<v1::GetCheckpointRequest>,
    ) -> Result<Response<v1::GetCheckpointResponse>, Status> {
        Ok(Response::new(v1::GetCheckpointResponse {
            checkpoint: None,
        }))
    }
}

/// Says that everything was accepted.
fn taken(push: &v1::PushRequest) -> v1::PushResponse {
    let accepted = v1::PushResult {
        outcome: Some(v1::push_result::Outcome::Accepted(v1::Accepted {
            position: 1,
            recorded_at_us: 1,
        })),
    };
    v1::PushResponse {
        results: vec![accepted; push.changes.len()],
        head: 1,
    }
}

/// Serves until killed; says where on stdout.
pub(crate) fn serve() -> Result<()> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        crate::figures::Figures::new().print("echo listening on", "", &format!("http://{address}"));
        // As okrd does: without it, large answers wait for the acknowledgement of their first half.
        let connections = TcpListenerStream::new(listener).map(|stream| {
            let stream = stream?;
            stream.set_nodelay(true)?;
            std::io::Result::Ok(stream)
        });
        Server::builder()
            .add_service(SyncServer::new(Echo))
            .serve_with_incoming(connections)
            .await?;
        Ok(())
    })
}
