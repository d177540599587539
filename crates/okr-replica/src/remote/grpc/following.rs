//! A pull over gRPC that stays open.

use std::time::{Duration, Instant};

use okr_core::id::Position;
use okr_proto::v1;
use tonic::Streaming;

use super::connection::Connection;
use super::{GrpcRemote, translate};
use crate::remote::RemoteError;
use crate::remote::follow::{Follow, Followed, Following};

/// The stream, and the connection that it belongs to.
struct GrpcFollowing<'c> {
    connection: &'c Connection,
    stream: Streaming<v1::PullResponse>,
}

impl Follow for GrpcRemote {
    fn follow(
        &mut self,
        after: Position,
        directory_version: u64,
    ) -> Result<Box<dyn Following + '_>, RemoteError> {
        let mut client = self.sync_client();
        let request = self.connection.request(v1::PullRequest {
            after: after.get(),
            follow: true,
            directory_version,
        });
        let stream = self.connection.wait(client.pull(request))?.into_inner();
        Ok(Box::new(GrpcFollowing {
            connection: &self.connection,
            stream,
        }))
    }
}

impl Following for GrpcFollowing<'_> {
    fn next(&mut self, patience: Duration) -> Result<Option<Followed>, RemoteError> {
        let until = Instant::now() + patience;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let waited = self.connection.wait_at_most(left, self.stream.message())?;
            let Some(message) = waited else {
                return Ok(None);
            };
            let message = message.ok_or_else(|| self.connection.ended())?;
            if let Some(followed) = translate::followed(message)? {
                return Ok(Some(followed));
            }
        }
    }
}
