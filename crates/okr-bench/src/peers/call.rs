//! One unary call of gRPC for each event, for the peers that speak it.

use anyhow::Result;
use prost::Message;
use tonic::Request;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic_prost::ProstCodec;
use uuid::Uuid;

use super::Appender;

/// A call of a peer that takes an event: its path, `/package.Service/Method`, and its message for the event with an id.
pub(super) type Call<M> = (&'static str, fn(Uuid) -> M);

/// A connection that appends.
pub(super) struct Connection<M> {
    grpc: Grpc<Channel>,
    call: Call<M>,
}

impl<M> Connection<M> {
    /// Connects to a peer.
    pub(super) async fn new(url: &str, call: Call<M>) -> Result<Self> {
        let endpoint = Endpoint::from_shared(url.to_owned())?.tcp_nodelay(true);
        let grpc = Grpc::new(endpoint.connect().await?);
        Ok(Self { grpc, call })
    }

    /// Connects so many times.
    pub(super) async fn several(url: &str, call: Call<M>, count: usize) -> Result<Vec<Self>> {
        let mut connections = Vec::with_capacity(count);
        for _ in 0..count {
            connections.push(Self::new(url, call).await?);
        }
        Ok(connections)
    }
}

impl<M: Message + 'static> Appender for Connection<M> {
    async fn append(&mut self) -> Result<()> {
        self.grpc.ready().await?;
        let (path, message) = self.call;
        let request = Request::new(message(Uuid::now_v7()));
        // Nobody looks at the answer, so it is read as a message of no fields.
        let codec = ProstCodec::<M, ()>::default();
        let path = PathAndQuery::from_static(path);
        self.grpc.unary(request, path, codec).await?;
        Ok(())
    }
}
