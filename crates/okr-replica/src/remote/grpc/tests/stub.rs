//! A tonic server that gives prepared answers and notes what every call carried.

use std::net::TcpListener;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use okr_proto::v1::identity_server::{Identity as IdentityService, IdentityServer};
use okr_proto::v1::sync_server::{Sync as SyncService, SyncServer};
use okr_proto::{ApiError, Excess, v1};
use tokio::sync::oneshot;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_stream::{Stream, StreamExt as _};
use tonic::transport::{Identity, Server, ServerTlsConfig};
use tonic::{Request, Response, Status, Streaming};

use super::super::translate;
use crate::remote::RemoteError;

type Seen = Arc<Mutex<Vec<[String; 3]>>>;
type Outcomes = Result<Vec<v1::push_result::Outcome>, ApiError>;

/// The answers.
#[derive(Clone)]
pub(super) struct Stub {
    push: Outcomes,
    pull: Vec<v1::pull_response::What>,
    stays: bool,
    seen: Seen,
}

impl Default for Stub {
    fn default() -> Self {
        Self {
            push: Ok(Vec::new()),
            pull: Vec::new(),
            stays: false,
            seen: Seen::default(),
        }
    }
}

/// A server that runs until it is dropped.
pub(super) struct Running {
    pub(super) url: String,
    seen: Seen,
    certificate: Option<String>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Protocol, credential and request id of every call so far.
    pub(super) fn seen(&self) -> Vec<[String; 3]> {
        self.seen.lock().unwrap().clone()
    }

    /// The certificate, which is its own authority.
    pub(super) fn certificate(&self) -> &str {
        self.certificate.as_deref().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Stub {
    pub(super) fn pushing(push: Outcomes) -> Self {
        Self {
            push,
            ..Self::default()
        }
    }

    pub(super) fn pulling(pull: Vec<v1::pull_response::What>) -> Self {
        Self {
            pull,
            ..Self::default()
        }
    }

    /// Leaves the streams of pulls open after their last message.
    pub(super) fn staying(self) -> Self {
        Self {
            stays: true,
            ..self
        }
    }

    pub(super) fn start(self) -> Running {
        self.run(Server::builder(), "http", None)
    }

    pub(super) fn start_with_tls(self) -> Running {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let certificate = made.cert.pem();
        let identity = Identity::from_pem(&certificate, made.signing_key.serialize_pem());
        let builder = Server::builder()
            .tls_config(ServerTlsConfig::new().identity(identity))
            .unwrap();
        self.run(builder, "https", Some(certificate))
    }

    fn run(self, mut builder: Server, scheme: &str, certificate: Option<String>) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!(
            "{scheme}://localhost:{}",
            listener.local_addr().unwrap().port()
        );
        let (stop, stopped) = oneshot::channel::<()>();
        let seen = Arc::clone(&self.seen);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let serving = builder
                    .add_service(SyncServer::new(self.clone()))
                    .add_service(IdentityServer::new(self))
                    .serve_with_incoming(TcpListenerStream::new(listener));
                tokio::select! {
                    served = serving => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Running {
            url,
            seen,
            certificate,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    fn note<T>(&self, request: &Request<T>) {
        let text = |name: &str| {
            let value = request.metadata().get(name);
            value.map_or("", |value| value.to_str().unwrap()).to_owned()
        };
        let carried = ["okr-protocol", "authorization", "x-request-id"].map(text);
        self.seen.lock().unwrap().push(carried);
    }
}

/// An identity as the server sends it.
pub(super) fn identity() -> v1::WhoAmIResponse {
    v1::WhoAmIResponse {
        org: vec![1; 16].into(),
        person: vec![2; 16].into(),
        token_id: vec![3; 16].into(),
        device: "laptop".to_owned(),
        role: v1::Role::Admin.into(),
        entry: None,
        origin: "okr.example.org/sample".to_owned(),
        verifier_key: "key".to_owned(),
        server_version: "0.1.0".to_owned(),
        expires_at_us: 1_000_000,
        scope: None,
    }
}

/// Checks that an identity is nonsense, for this reason.
#[track_caller]
pub(super) fn expect(message: &v1::WhoAmIResponse, problem: &str) {
    let error = translate::identity(message.clone()).unwrap_err();
    let problem = problem.to_owned();
    assert_eq!(error, RemoteError::Nonsense { problem });
}

#[tonic::async_trait]
impl SyncService for Stub {
    async fn push(
        &self,
        request: Request<v1::PushRequest>,
    ) -> Result<Response<v1::PushResponse>, Status> {
        self.note(&request);
        let outcomes = self.push.clone().map_err(Status::from)?;
        let results = outcomes.into_iter().map(|outcome| v1::PushResult {
            outcome: Some(outcome),
        });
        Ok(Response::new(v1::PushResponse {
            results: results.collect(),
            head: 7,
        }))
    }

    type PullStream = Pin<Box<dyn Stream<Item = Result<v1::PullResponse, Status>> + Send>>;

    async fn pull(
        &self,
        request: Request<v1::PullRequest>,
    ) -> Result<Response<Self::PullStream>, Status> {
        self.note(&request);
        let messages: Vec<_> = self
            .pull
            .iter()
            .map(|what| {
                Ok(v1::PullResponse {
                    what: Some(what.clone()),
                })
            })
            .collect();
        let messages = tokio_stream::iter(messages);
        if self.stays {
            return Ok(Response::new(Box::pin(
                messages.chain(tokio_stream::pending()),
            )));
        }
        Ok(Response::new(Box::pin(messages)))
    }

    type PushStreamStream = tokio_stream::Empty<Result<v1::PushResponse, Status>>;

    async fn push_stream(
        &self,
        _: Request<Streaming<v1::PushRequest>>,
    ) -> Result<Response<Self::PushStreamStream>, Status> {
        Err(Status::unimplemented("no replica pushes on streams"))
    }

    async fn get_checkpoint(
        &self,
        _: Request<v1::GetCheckpointRequest>,
    ) -> Result<Response<v1::GetCheckpointResponse>, Status> {
        Err(Status::unimplemented("no client asks for it"))
    }
}

#[tonic::async_trait]
impl IdentityService for Stub {
    async fn login(
        &self,
        request: Request<v1::LoginRequest>,
    ) -> Result<Response<v1::LoginResponse>, Status> {
        self.note(&request);
        Ok(Response::new(v1::LoginResponse {
            token: "okr_new".to_owned(),
            identity: Some(identity()),
        }))
    }

    async fn who_am_i(
        &self,
        request: Request<v1::WhoAmIRequest>,
    ) -> Result<Response<v1::WhoAmIResponse>, Status> {
        self.note(&request);
        Ok(Response::new(identity()))
    }

    async fn issue_login_code(
        &self,
        _: Request<v1::IssueLoginCodeRequest>,
    ) -> Result<Response<v1::IssueLoginCodeResponse>, Status> {
        let error = ApiError::Overloaded {
            retry_after_ms: 5,
            excess: Excess::CallsOfToken,
        };
        Err(error.into())
    }

    async fn update_directory(
        &self,
        request: Request<v1::UpdateDirectoryRequest>,
    ) -> Result<Response<v1::UpdateDirectoryResponse>, Status> {
        self.note(&request);
        Ok(Response::new(v1::UpdateDirectoryResponse { version: 1 }))
    }

    async fn erase_person(
        &self,
        request: Request<v1::ErasePersonRequest>,
    ) -> Result<Response<v1::ErasePersonResponse>, Status> {
        self.note(&request);
        Ok(Response::new(v1::ErasePersonResponse { version: 2 }))
    }
}
