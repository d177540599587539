//! A server in the middle that passes every call on to a real one, and alters the answers as it is told.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use bytes::{BufMut as _, Bytes, BytesMut};
use okr_log::{KeyName, Origin, SignedCheckpoint, SigningKey, VerifyingKey};
use okr_proto::v1;
use okr_proto::v1::identity_client::IdentityClient;
use okr_proto::v1::identity_server::{Identity, IdentityServer};
use okr_proto::v1::pull_response::What;
use okr_proto::v1::push_result::Outcome;
use okr_proto::v1::sync_client::SyncClient;
use okr_proto::v1::sync_server::{Sync, SyncServer};
use tokio::runtime::Runtime;
use tokio_stream::Stream;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Channel, Server};
use tonic::{Extensions, Request, Response, Status, Streaming};

/// Where the parts of a record stand that are forged: crates/okr-log/FORMAT.md, section 1.
const POSITION: usize = 1;
const AUTHOR: usize = 17;

/// What is untrue in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lie {
    Nothing,
    /// The first new record is missing.
    Gap,
    /// The first new record comes twice.
    Twice,
    /// The first new record claims a later position.
    ForgedPosition,
    /// The first new record is by somebody else.
    ForgedAuthor,
    /// The last byte of the first new record, in its text or its event, is another one.
    ForgedContent,
    /// The first new record is noise.
    Noise,
    /// The checkpoint is the first one that this server ever gave.
    OldCheckpoint,
    /// The checkpoint is true, and signed by another key of the same name.
    OtherKey,
    /// The checkpoint is noise.
    NoisyCheckpoint,
    /// The stream ends before the checkpoint.
    NoCheckpoint,
    /// The directory holds somebody without an id.
    Nobody,
    /// Records follow the checkpoint of what came before them, and no other one follows them.
    AfterCheckpoint,
    /// A push is said to be accepted, and was never passed on.
    FalseAccept,
    /// The answer to a push is empty.
    NoAnswer,
}

/// The server; it ends when it is dropped.
pub(crate) struct Liar {
    url: String,
    shared: Arc<Shared>,
    _runtime: Runtime,
}

struct Shared {
    upstream: Channel,
    lie: Mutex<Lie>,
    first_note: Mutex<Option<String>>,
    identity: Mutex<Option<v1::WhoAmIResponse>>,
}

#[derive(Clone)]
struct Service(Arc<Shared>);

impl Liar {
    /// Starts an honest one before the server at an address.
    pub(crate) fn start(server: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let _inside = runtime.enter();
        let upstream = Channel::from_shared(server.to_owned())
            .unwrap()
            .connect_lazy();
        let shared = Arc::new(Shared {
            upstream,
            lie: Mutex::new(Lie::Nothing),
            first_note: Mutex::default(),
            identity: Mutex::default(),
        });
        let service = Service(Arc::clone(&shared));
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        let serving = Server::builder()
            .add_service(SyncServer::new(service.clone()))
            .add_service(IdentityServer::new(service))
            .serve_with_incoming(TcpListenerStream::new(listener));
        runtime.spawn(serving);
        Self {
            url,
            shared,
            _runtime: runtime,
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn tell(&self, lie: Lie) {
        *self.shared.lie.lock().unwrap() = lie;
    }
}

/// Passes a request on with the metadata that it came with.
fn onward<T>(request: Request<T>) -> Request<T> {
    let (metadata, _, message) = request.into_parts();
    Request::from_parts(metadata, Extensions::default(), message)
}

impl Service {
    fn sync(&self) -> SyncClient<Channel> {
        SyncClient::new(self.0.upstream.clone())
    }

    fn identity(&self) -> IdentityClient<Channel> {
        IdentityClient::new(self.0.upstream.clone())
    }

    fn lie(&self) -> Lie {
        *self.0.lie.lock().unwrap()
    }

    /// Signs what a note says with another key of the same name.
    fn signed_by_another(&self, note: &str) -> String {
        let identity = self.0.identity.lock().unwrap().clone().unwrap();
        let key: VerifyingKey = identity.verifier_key.parse().unwrap();
        let origin = Origin::new(&identity.origin).unwrap();
        let checkpoint = SignedCheckpoint::verify(note, &key, &origin).unwrap();
        let name = KeyName::new(key.name().as_str()).unwrap();
        let other = SigningKey::generate(name).unwrap();
        checkpoint.sign(&other).as_str().to_owned()
    }

    fn alter_note(&self, note: &mut String) {
        let first = self
            .0
            .first_note
            .lock()
            .unwrap()
            .get_or_insert(note.clone())
            .clone();
        match self.lie() {
            Lie::OldCheckpoint => *note = first,
            Lie::OtherKey => *note = self.signed_by_another(note),
            Lie::NoisyCheckpoint => "noise\n\n\u{2014} noise".clone_into(note),
            _ => {}
        }
    }

    fn alter(&self, mut messages: Vec<v1::PullResponse>) -> Vec<v1::PullResponse> {
        let lie = self.lie();
        for message in &mut messages {
            match message.what.as_mut() {
                Some(What::Records(records)) => alter_records(&mut records.records, lie),
                Some(What::Checkpoint(checkpoint)) => self.alter_note(&mut checkpoint.note),
                Some(What::Heartbeat(_) | What::Directory(_)) | None => {}
            }
        }
        match lie {
            Lie::NoCheckpoint => {
                messages.retain(|one| !matches!(one.what, Some(What::Checkpoint(_))));
            }
            Lie::Nobody => messages.insert(0, nobody()),
            Lie::AfterCheckpoint => {
                messages.retain(|one| !matches!(one.what, Some(What::Checkpoint(_))));
                let note = self.0.first_note.lock().unwrap().clone().unwrap();
                let what = What::Checkpoint(v1::SignedCheckpoint { note });
                messages.insert(0, v1::PullResponse { what: Some(what) });
            }
            _ => {}
        }
        messages
    }
}

fn nobody() -> v1::PullResponse {
    let entry = v1::DirectoryEntry {
        person: Bytes::from_static(b"no id"),
        handle: "nobody".to_owned(),
        ..v1::DirectoryEntry::default()
    };
    let directory = v1::Directory {
        version: u64::MAX,
        entries: vec![entry],
        erased: Vec::new(),
    };
    v1::PullResponse {
        what: Some(What::Directory(directory)),
    }
}

fn alter_records(records: &mut Vec<Bytes>, lie: Lie) {
    let Some(first) = records.first().cloned() else {
        return;
    };
    match lie {
        Lie::Gap => drop(records.remove(0)),
        Lie::Twice => records.insert(0, first),
        Lie::ForgedPosition => records[0] = with_byte(&first, POSITION),
        Lie::ForgedAuthor => records[0] = with_byte(&first, AUTHOR),
        Lie::ForgedContent => records[0] = with_byte(&first, first.len() - 1),
        Lie::Noise => records[0] = Bytes::from_static(b"noise"),
        _ => {}
    }
}

/// Returns a record in which the lowest bit of one byte is another.
fn with_byte(record: &Bytes, index: usize) -> Bytes {
    let mut altered = BytesMut::with_capacity(record.len());
    altered.put_slice(record);
    altered[index] ^= 1;
    altered.freeze()
}

#[tonic::async_trait]
impl Sync for Service {
    type PullStream =
        std::pin::Pin<Box<dyn Stream<Item = Result<v1::PullResponse, Status>> + Send + 'static>>;
    type PushStreamStream = tokio_stream::Empty<Result<v1::PushResponse, Status>>;

    async fn push(
        &self,
        request: Request<v1::PushRequest>,
    ) -> Result<Response<v1::PushResponse>, Status> {
        let message = request.get_ref();
        match self.lie() {
            Lie::FalseAccept => {
                let accepted = |position| v1::PushResult {
                    outcome: Some(Outcome::Accepted(v1::Accepted {
                        position,
                        recorded_at_us: 0,
                    })),
                };
                let positions = (message.base_position + 1..).take(message.changes.len());
                Ok(Response::new(v1::PushResponse {
                    results: positions.map(accepted).collect(),
                    head: message.base_position,
                }))
            }
            Lie::NoAnswer => Ok(Response::new(v1::PushResponse::default())),
            _ => self.sync().push(onward(request)).await,
        }
    }

    async fn pull(
        &self,
        request: Request<v1::PullRequest>,
    ) -> Result<Response<Self::PullStream>, Status> {
        let mut stream = self.sync().pull(onward(request)).await?.into_inner();
        let mut messages = Vec::new();
        while let Some(message) = stream.message().await? {
            messages.push(message);
        }
        let answers: Vec<_> = self.alter(messages).into_iter().map(Ok).collect();
        Ok(Response::new(Box::pin(tokio_stream::iter(answers))))
    }

    async fn push_stream(
        &self,
        _: Request<Streaming<v1::PushRequest>>,
    ) -> Result<Response<Self::PushStreamStream>, Status> {
        Err(Status::unimplemented("no replica pushes on streams"))
    }

    async fn get_checkpoint(
        &self,
        request: Request<v1::GetCheckpointRequest>,
    ) -> Result<Response<v1::GetCheckpointResponse>, Status> {
        self.sync().get_checkpoint(onward(request)).await
    }
}

#[tonic::async_trait]
impl Identity for Service {
    async fn login(
        &self,
        request: Request<v1::LoginRequest>,
    ) -> Result<Response<v1::LoginResponse>, Status> {
        let answer = self.identity().login(onward(request)).await?;
        self.0
            .identity
            .lock()
            .unwrap()
            .clone_from(&answer.get_ref().identity);
        Ok(answer)
    }

    async fn who_am_i(
        &self,
        request: Request<v1::WhoAmIRequest>,
    ) -> Result<Response<v1::WhoAmIResponse>, Status> {
        self.identity().who_am_i(onward(request)).await
    }

    async fn issue_login_code(
        &self,
        request: Request<v1::IssueLoginCodeRequest>,
    ) -> Result<Response<v1::IssueLoginCodeResponse>, Status> {
        self.identity().issue_login_code(onward(request)).await
    }

    async fn update_directory(
        &self,
        request: Request<v1::UpdateDirectoryRequest>,
    ) -> Result<Response<v1::UpdateDirectoryResponse>, Status> {
        self.identity().update_directory(onward(request)).await
    }

    async fn erase_person(
        &self,
        request: Request<v1::ErasePersonRequest>,
    ) -> Result<Response<v1::ErasePersonResponse>, Status> {
        self.identity().erase_person(onward(request)).await
    }
}
