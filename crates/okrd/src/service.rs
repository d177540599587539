//! The gRPC services, one file each, and what every call of theirs goes through.

mod identity;
mod sync;

use std::error::Error;
use std::future::Future;
use std::sync::Arc;

use okr_log::Log;
use okr_proto::ApiError;
use tokio::sync::watch;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};

pub(crate) use self::identity::IdentityService;
pub(crate) use self::sync::SyncService;

use crate::auth::{Caller, LoginLimiter, Registry, check_protocol};
use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::directory::Directory;
use crate::heads::Heads;
use crate::limits;
use crate::metrics::{Limit, Metrics};
use crate::readiness::Readiness;
use crate::standing::Standing;
use crate::telemetry::CallNotes;
use crate::writer::Writer;

/// What the services share.
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) credentials: Credentials,
    pub(crate) directory: Directory,
    pub(crate) standing: Arc<Standing>,
    pub(crate) heads: Arc<Heads>,
    pub(crate) log: Log,
    pub(crate) writer: Writer,
    pub(crate) limiter: LoginLimiter,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) readiness: Arc<Readiness>,
    /// Becomes true when the server begins to stop.
    pub(crate) stopping: watch::Receiver<bool>,
}

/// Why a call has no answer.
#[derive(Debug)]
pub(crate) enum CallError {
    /// The client is told why.
    Refused(ApiError),
    /// The client is told where to ask; the log has the cause.
    Failed(Box<dyn Error + Send + Sync>),
    /// It took too long.
    Late,
}

/// One call, from its metadata to its answer.
pub(crate) struct Call {
    method: &'static str,
    notes: CallNotes,
}

impl From<ApiError> for CallError {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

impl CallError {
    /// Wraps a cause that is for the operator only.
    pub(crate) fn failed(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(cause.into())
    }
}

impl Shared {
    /// Finds out who is calling.
    fn caller(&self, metadata: &MetadataMap) -> Result<Caller, ApiError> {
        check_protocol(metadata)?;
        let registry = Registry {
            credentials: &self.credentials,
            standing: &self.standing,
            heads: &self.heads,
        };
        registry.caller(metadata, self.clock.now())
    }
}

impl Call {
    pub(crate) fn start<T>(method: &'static str, request: &Request<T>) -> Self {
        Self {
            method,
            notes: CallNotes::of(request),
        }
    }

    /// Finds out who is calling, for the line and for the answer.
    pub(crate) fn caller(
        &self,
        shared: &Shared,
        metadata: &MetadataMap,
    ) -> Result<Caller, ApiError> {
        let caller = shared.caller(metadata)?;
        self.notes.set_principal(caller.principal, caller.token);
        Ok(caller)
    }

    /// Makes the status of a call without answer, and logs what the client is not told.
    pub(crate) fn status(&self, error: CallError) -> Status {
        match error {
            CallError::Refused(error) => self.refused(error),
            CallError::Late => {
                self.notes.metrics().count_limit(Limit::CallTime);
                Status::deadline_exceeded("the call took too long")
            }
            CallError::Failed(cause) => {
                let (method, request_id) = (self.method, self.notes.request_id());
                let cause = cause.as_ref() as &dyn Error;
                tracing::error!(method, %request_id, error = cause, "a call failed");
                let request_id = request_id.to_string();
                self.refused(ApiError::Internal { request_id })
            }
        }
    }

    fn refused(&self, error: ApiError) -> Status {
        self.notes.metrics().count_refusal(&error, self.method);
        error.into()
    }

    /// Returns the answer as the transport wants it.
    pub(crate) fn finish<T>(self, answer: Result<T, CallError>) -> Result<Response<T>, Status> {
        answer
            .map(Response::new)
            .map_err(|error| self.status(error))
    }
}

/// Answers a unary call of somebody with a token.
async fn answer<Q, A, F>(
    shared: &Shared,
    method: &'static str,
    request: Request<Q>,
    handle: impl FnOnce(Caller, Q) -> F,
) -> Result<Response<A>, Status>
where
    F: Future<Output = Result<A, CallError>>,
{
    let call = Call::start(method, &request);
    let (metadata, _, message) = request.into_parts();
    let answer = match call.caller(shared, &metadata) {
        Ok(caller) => in_time(handle(caller, message)).await,
        Err(error) => Err(error.into()),
    };
    call.finish(answer)
}

/// Gives up a call that takes too long; what it has begun may still happen.
async fn in_time<A>(answer: impl Future<Output = Result<A, CallError>>) -> Result<A, CallError> {
    match tokio::time::timeout(limits::CALL_TIME, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(CallError::Late),
    }
}

/// Does file work on a thread that may block.
async fn blocking<T, E>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, CallError>
where
    T: Send + 'static,
    E: Into<CallError> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(Into::into),
        Err(panic) => Err(CallError::failed(panic)),
    }
}
