//! The gRPC services, one file each, and what every call of theirs goes through.

mod credentials;
mod identity;
mod pushes;
mod sync;

use std::error::Error;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

use okr_core::authorize::Action;
use okr_core::id::PersonId;
use okr_log::Log;
use okr_proto::ApiError;
use tokio::sync::watch;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};
use uuid::Uuid;

pub(crate) use self::credentials::CredentialsService;
pub(crate) use self::identity::IdentityService;
pub(crate) use self::sync::SyncService;

use crate::accept::Connection;
use crate::access_log::{AccessLog, Act, Source};
use crate::auth::{Caller, Registry, check_protocol, denied};
use crate::clock::Clock;
use crate::credentials::{Credentials, Principal};
use crate::directory::Directory;
use crate::guard::Guard;
use crate::heads::Heads;
use crate::hits::Limit;
use crate::last_used::LastUsed;
use crate::metrics::{self, Metrics};
use crate::organisations::Organisations;
use crate::peer::Peer;
use crate::readiness::Readiness;
use crate::refusals::Refusals;
use crate::standing::Standing;
use crate::telemetry::CallNotes;
use crate::usage::Usage;
use crate::writer::Writer;

/// What is said of an id that nobody here has.
const NOBODY: &str = "this person is neither in the log nor in the directory";

/// What the services share.
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) credentials: Credentials,
    pub(crate) directory: Directory,
    pub(crate) standing: Arc<Standing>,
    pub(crate) heads: Arc<Heads>,
    pub(crate) log: Log,
    pub(crate) writer: Writer,
    pub(crate) guard: Guard,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) readiness: Arc<Readiness>,
    pub(crate) refusals: Refusals,
    pub(crate) last_used: LastUsed,
    pub(crate) access: AccessLog,
    pub(crate) organisations: Organisations,
    pub(crate) usage: Usage,
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
    /// What is stored cannot be read since a write failed: the client is told so, the log has the cause.
    StorageFailed(Box<dyn Error + Send + Sync>),
    /// It took too long.
    Late,
    /// The client took nothing for too long.
    Slow,
}

/// One call, from its metadata to its answer.
pub(crate) struct Call {
    method: &'static str,
    notes: CallNotes,
    peer: Option<Peer>,
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
    fn caller(&self, metadata: &MetadataMap, source: Source) -> Result<Caller, ApiError> {
        check_protocol(metadata)?;
        let registry = Registry {
            credentials: &self.credentials,
            standing: &self.standing,
            heads: &self.heads,
            refusals: &self.refusals,
            access: &self.access,
        };
        let now = self.clock.now();
        let caller = registry.caller(metadata, source, now)?;
        self.last_used.note(caller.token, now);
        Ok(caller)
    }

    /// Refuses what the caller may not do, and notes that; `what` follows "not permitted to".
    fn permit(
        &self,
        caller: &Caller,
        (action, act): (Action, Act),
        what: &str,
    ) -> Result<(), ApiError> {
        caller.may(action).map_err(|refusal| {
            let entry = caller.refused(act, self.clock.now(), refusal);
            self.access.record(&entry);
            denied(what, refusal)
        })
    }

    /// Finds out whom a code or token is for, and refuses people who are not there to be let in.
    fn let_in(&self, caller: &Caller, person: &[u8], act: Act) -> Result<PersonId, ApiError> {
        let by = caller.principal;
        let person = match person {
            [] => by.person,
            bytes => read_person("person", bytes)?,
        };
        if person == by.person {
            let what = "make a code or token with this token";
            self.permit(caller, (Action::OwnAccess, act), what)?;
            return Ok(person);
        }
        let what = "make a code or token for somebody else";
        self.permit(caller, (Action::ManageAccess, act), what)?;
        let standing = self.standing.get(Principal { person, ..by });
        let problem = match standing {
            _ if self.directory.is_erased(by.org, person) => {
                "who this person was is erased; add them anew"
            }
            Some(standing) if standing.active => return Ok(person),
            Some(_) => "this person has left the organisation",
            None if self.directory.entry(by.org, person).is_some() => return Ok(person),
            None => NOBODY,
        };
        Err(invalid("person", problem))
    }
}

impl Call {
    pub(crate) fn start<T>(method: &'static str, request: &Request<T>) -> Self {
        Self {
            method,
            notes: CallNotes::of(request),
            peer: request
                .extensions()
                .get::<Connection>()
                .map(|connection| connection.peer),
        }
    }

    /// Returns where it comes from, if that is known.
    fn address(&self) -> Option<IpAddr> {
        self.peer.map(Peer::ip)
    }

    /// Finds out who is calling, for the line and for the answer, and whether they call too often.
    pub(crate) fn caller(
        &self,
        shared: &Shared,
        metadata: &MetadataMap,
    ) -> Result<Caller, ApiError> {
        shared.guard.admit_address(self.address())?;
        let caller = shared.caller(metadata, self.source());
        let caller = caller.inspect_err(|error| {
            if matches!(error, ApiError::Overloaded { .. }) {
                let limit = metrics::Limit::WrongTokens;
                self.notes.metrics().count_limit(limit);
            }
        })?;
        self.notes.set_principal(caller.principal, caller.token);
        shared.guard.admit_token(caller.token)?;
        Ok(caller)
    }

    /// Returns where the call came from.
    pub(crate) fn source(&self) -> Source {
        Source {
            peer: self.peer,
            request_id: Some(self.notes.request_id().to_string()),
        }
    }

    /// Makes the status of a call without answer, and logs what the client is not told.
    pub(crate) fn status(&self, error: CallError) -> Status {
        match error {
            CallError::Refused(error) => self.refused(error),
            CallError::Late => Status::deadline_exceeded("the call took too long"),
            CallError::Slow => Status::unavailable(
                "the client took nothing for too long; pull again after the newest record",
            ),
            CallError::Failed(cause) => {
                self.log(cause.as_ref());
                let request_id = self.notes.request_id().to_string();
                self.refused(ApiError::Internal { request_id })
            }
            CallError::StorageFailed(cause) => {
                self.log(cause.as_ref());
                self.refused(ApiError::StorageRefusesWrites)
            }
        }
    }

    fn log(&self, cause: &(dyn Error + 'static)) {
        let (method, request_id) = (self.method, self.notes.request_id());
        tracing::error!(method, %request_id, error = cause, "a call failed");
    }

    fn refused(&self, error: ApiError) -> Status {
        self.notes.metrics().count_refusal(&error);
        error.into()
    }

    /// Returns the answer as the transport wants it.
    pub(crate) fn finish<T>(self, answer: Result<T, CallError>) -> Result<Response<T>, Status> {
        answer
            .map(Response::new)
            .map_err(|error| self.status(error))
    }
}

/// Reads the id of a person.
fn read_person(field: &str, bytes: &[u8]) -> Result<PersonId, ApiError> {
    let id = Uuid::from_slice(bytes);
    id.map(PersonId::new)
        .map_err(|_| invalid(field, "an id has 16 bytes"))
}

/// Says what is wrong with a field of a request.
fn invalid(field: &str, problem: &str) -> ApiError {
    ApiError::InvalidRequest {
        field: field.to_owned(),
        problem: problem.to_owned(),
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
        Ok(caller) => in_time(shared, handle(caller, message)).await,
        Err(error) => Err(error.into()),
    };
    call.finish(answer)
}

/// Waits until the server begins to stop.
pub(crate) async fn stopping(stopping: &mut watch::Receiver<bool>) {
    // A sender that is gone has stopped as well.
    drop(stopping.wait_for(|stopping| *stopping).await.map(|_| ()));
}

/// Gives up a call that takes too long; what it has begun may still happen.
async fn in_time<A>(
    shared: &Shared,
    answer: impl Future<Output = Result<A, CallError>>,
) -> Result<A, CallError> {
    let time = shared.guard.limits().call_time.get();
    tokio::time::timeout(time, answer)
        .await
        .unwrap_or_else(|_| {
            shared.guard.note(Limit::CallTime);
            Err(CallError::Late)
        })
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
