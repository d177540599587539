//! The service `okr.v1.Sync`: push, pull, checkpoint.

use std::sync::Arc;

use okr_proto::v1::sync_server;
use okr_proto::{ApiError, Excess, PushOutcome, v1};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use super::pushes::Pushes;
use super::{Call, CallError, Shared, answer};
use crate::auth::Caller;
use crate::hits::Limit;
use crate::limits;
use crate::push::read_push;
use crate::readiness::Cause;
use crate::recorded::{self, Deed};
use crate::right::Right;
use crate::sequencer::Author;
use crate::usage;
use crate::watch::{Pull, follow};
use crate::writer::{Answering, PushError};

/// Appends, reads and follows logs.
pub(crate) struct SyncService(pub(crate) Arc<Shared>);

#[tonic::async_trait]
impl sync_server::Sync for SyncService {
    type PullStream = ReceiverStream<Result<v1::PullResponse, Status>>;
    type PushStreamStream = ReceiverStream<Result<v1::PushResponse, Status>>;

    async fn push(
        &self,
        request: Request<v1::PushRequest>,
    ) -> Result<Response<v1::PushResponse>, Status> {
        answer(&self.0, "Sync/Push", request, async |caller, message| {
            let mut judged = judge(&self.0, &caller, message).await?;
            let pushed = judged.arrive().await;
            settle(&self.0, &caller, (judged, pushed)).await
        })
        .await
    }

    async fn push_stream(
        &self,
        request: Request<Streaming<v1::PushRequest>>,
    ) -> Result<Response<Self::PushStreamStream>, Status> {
        let call = Call::start("Sync/PushStream", &request);
        let (metadata, extensions, messages) = request.into_parts();
        let opened = call.caller(&self.0, &metadata).and_then(|caller| {
            let place = self.0.guard.open_stream(caller.token)?;
            Ok((caller, place))
        });
        match opened {
            Ok(opened) => {
                let whole = extensions.get().cloned().unwrap_or_default();
                let pushes = Pushes::new(&self.0, opened, (messages, whole), call);
                Ok(Response::new(pushes.start()))
            }
            Err(error) => call.finish(Err(error.into())),
        }
    }

    async fn pull(
        &self,
        request: Request<v1::PullRequest>,
    ) -> Result<Response<Self::PullStream>, Status> {
        let call = Call::start("Sync/Pull", &request);
        let (metadata, _, message) = request.into_parts();
        let pull = call
            .caller(&self.0, &metadata)
            .and_then(|caller| self.check_pull(&caller, &message));
        match pull {
            Ok(pull) => Ok(Response::new(follow(Arc::clone(&self.0), pull, call))),
            Err(error) => call.finish(Err(error.into())),
        }
    }

    async fn get_checkpoint(
        &self,
        request: Request<v1::GetCheckpointRequest>,
    ) -> Result<Response<v1::GetCheckpointResponse>, Status> {
        let shared = &self.0;
        answer(shared, "Sync/GetCheckpoint", request, async |caller, _| {
            let org = caller.principal.org;
            let end = shared.heads.head(org).into();
            let note = shared.heads.checkpoint(org, end);
            let note = note.ok_or(ApiError::Unauthenticated)?;
            Ok(v1::GetCheckpointResponse {
                checkpoint: Some(v1::SignedCheckpoint { note }),
            })
        })
        .await
    }
}

impl SyncService {
    fn check_pull(&self, caller: &Caller, message: &v1::PullRequest) -> Result<Pull, ApiError> {
        if *self.0.stopping.borrow() {
            return Err(ApiError::ShuttingDown);
        }
        let org = caller.principal.org;
        let head = self.0.heads.head(org).position.get();
        if message.after > head {
            return Err(ApiError::PositionAhead { head });
        }
        Ok(Pull {
            _place: self.0.guard.open_stream(caller.token)?,
            principal: caller.principal,
            right: Right::of(&self.0, caller),
            after: okr_log::Position::new(message.after),
            follow: message.follow,
            directory_version: message.directory_version,
        })
    }
}

/// A push that is judged, and not answered.
pub(super) struct Judged {
    answers: Answering,
    acts: Vec<Deed>,
    sizes: Vec<u64>,
}

impl Judged {
    /// Waits until what was accepted is durable. Waiting may be given up and begun again.
    pub(super) async fn arrive(&mut self) -> Result<Vec<PushOutcome>, PushError> {
        self.answers.arrive().await
    }
}

/// Judges a push, after all that were judged before.
pub(super) async fn judge(
    shared: &Arc<Shared>,
    caller: &Caller,
    message: v1::PushRequest,
) -> Result<Judged, CallError> {
    if *shared.stopping.borrow() {
        return Err(ApiError::ShuttingDown.into());
    }
    if shared.readiness.causes().has(Cause::Disk) {
        shared.guard.note(Limit::DiskReserve);
        return Err(ApiError::DiskReserve.into());
    }
    let org = caller.principal.org;
    let offers = read_push(message, shared.heads.head(org).position.get())?;
    let author = Author {
        principal: caller.principal,
        token: caller.token,
        scope: caller.scope,
    };
    usage::check(shared, org, &offers).await?;
    let (acts, sizes) = (recorded::acts(&offers), usage::sizes(&offers));
    let answers = shared.writer.push(author, offers).await;
    let answers = answers.inspect_err(|error| {
        if let PushError::Overloaded(limit) = error {
            shared.guard.note(*limit);
        }
    })?;
    Ok(Judged {
        answers,
        acts,
        sizes,
    })
}

/// Notes what became of a push, and answers it.
pub(super) async fn settle(
    shared: &Arc<Shared>,
    caller: &Caller,
    (judged, pushed): (Judged, Result<Vec<PushOutcome>, PushError>),
) -> Result<v1::PushResponse, CallError> {
    let (org, pushed) = (caller.principal.org, pushed?);
    shared.metrics.count_changes(&pushed);
    shared.usage.note(org, &judged.sizes, &pushed);
    recorded::note(shared, caller, (judged.acts, &pushed)).await;
    Ok(v1::PushResponse {
        results: pushed.into_iter().map(v1::PushResult::from).collect(),
        head: shared.heads.head(org).position.get(),
    })
}

impl From<PushError> for CallError {
    fn from(error: PushError) -> Self {
        match error {
            PushError::Overloaded(_) => Self::Refused(ApiError::Overloaded {
                retry_after_ms: limits::RETRY_AFTER_MS,
                excess: Excess::Work,
            }),
            PushError::StorageRefusesWrites => Self::Refused(ApiError::StorageRefusesWrites),
            PushError::OutcomeUnknown => Self::Refused(ApiError::OutcomeUnknown),
            PushError::Stopping => Self::Refused(ApiError::ShuttingDown),
            PushError::Failed => Self::failed(error),
        }
    }
}
