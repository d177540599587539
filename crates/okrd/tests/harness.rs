//! A server on a free port with a clock that tests set, and a client that speaks the protocol.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use okr_core::Timestamp;
use okr_core::change::Change;
use okr_core::event::Event;
use okr_core::id::{ChangeId, OrgId, PersonId, Position};
use okr_core::value::Source;
use okr_log::{Frontier, LogOptions, RecordView, SignedCheckpoint, VerifyingKey};
use okr_proto::v1::identity_client::IdentityClient;
use okr_proto::v1::pull_response::What;
use okr_proto::v1::sync_client::SyncClient;
use okr_proto::{
    ApiError, ConfirmedChange, DirectoryEntry, DisplayName, Email, Handle, PushOutcome, encode, v1,
};
use okr_testkit::sample;
use okrd::{
    Administrator, Clock, Initialised, NewServer, Organisation, Principal, ServeError,
    ServeOptions, Server, TlsFiles,
};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::metadata::MetadataMap;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status, Streaming};
use uuid::Uuid;

/// The founder of the sample organisation.
pub const ANA: Principal = Principal {
    org: sample::ORG,
    person: sample::ANA,
};
/// An organisation beside it.
pub const OTHER_ORG: OrgId = OrgId::new(Uuid::from_u128(0x0192_0304_0506_7708_890a_0b0c_0d0e_0f10));
/// Its founder.
pub const ZOE: Principal = Principal {
    org: OTHER_ORG,
    person: PersonId::new(Uuid::from_u128(0x0192_0304_0506_7708_890a_0b0c_0d0e_0f11)),
};

/// A data directory, and the server on it when it runs.
pub struct TestServer {
    root: TempDir,
    /// What `init` printed, for each organisation.
    pub made: Vec<Initialised>,
    time: Arc<AtomicI64>,
    running: Option<Running>,
    pub faults: Option<okr_log::FaultHook>,
    pub tls: Option<TlsFiles>,
}

struct Running {
    url: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ServeError>>,
}

/// Somebody with a token.
#[derive(Clone)]
pub struct TestClient {
    channel: Channel,
    pub token: String,
}

impl TestServer {
    /// Makes a data directory for Ana's and Zoe's organisations, both adopted, and starts the server.
    pub async fn start() -> Self {
        let mut server = Self::stopped();
        server.run().await;
        server
    }

    /// Makes the data directory only.
    pub fn stopped() -> Self {
        let root = tempfile::tempdir().unwrap();
        let noon = "2026-11-23T12:00:00Z".parse::<Timestamp>().unwrap();
        let time = Arc::new(AtomicI64::new(noon.as_microsecond()));
        let name = okr_log::KeyName::new("test.example.org").unwrap();
        let data = root.path().join("data");
        let new = NewServer::create(&data, &name, clock(&time)).unwrap();
        let orgs = [("ana", ANA), ("zoe", ZOE)].map(|(handle, principal)| {
            let administrator = Administrator {
                handle: Handle::new(handle).unwrap(),
                name: DisplayName::new("").unwrap(),
                email: Email::new("").unwrap(),
            };
            (Organisation::Adopted(principal), administrator)
        });
        let made = new.finish(orgs.into()).unwrap();
        Self {
            root,
            made,
            time,
            running: None,
            faults: None,
            tls: None,
        }
    }

    /// Starts the server on the directory as it is.
    pub async fn run(&mut self) {
        let server = Server::open(&self.options()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move { drop(stopped.await) };
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        self.running = Some(Running {
            url: format!("{scheme}://localhost:{port}"),
            stop,
            task: tokio::spawn(server.run(listener, shutdown)),
        });
    }

    pub fn options(&self) -> ServeOptions {
        let mut options = ServeOptions::new(self.root.path().join("data"));
        options.clock = clock(&self.time);
        options.tls = self.tls.clone();
        if let Some(faults) = &self.faults {
            options.log = LogOptions::new().faults(Arc::clone(faults));
        }
        options
    }

    pub fn data(&self) -> std::path::PathBuf {
        self.root.path().join("data")
    }

    pub fn url(&self) -> String {
        self.running.as_ref().unwrap().url.clone()
    }

    /// Tells the server to stop, without waiting for it.
    pub fn begin_stop(&mut self) -> JoinHandle<Result<(), ServeError>> {
        let Running { stop, task, .. } = self.running.take().unwrap();
        stop.send(()).unwrap();
        task
    }

    /// Stops the server and waits until it is closed.
    pub async fn stop(&mut self) {
        self.begin_stop().await.unwrap().unwrap();
    }

    pub async fn restart(&mut self) {
        self.stop().await;
        self.run().await;
    }

    /// Moves the server's clock.
    pub fn advance_hours(&self, hours: i64) {
        let micros = hours * 3_600_000_000;
        self.time.fetch_add(micros, Ordering::SeqCst);
    }

    /// Connects without a token.
    pub async fn stranger(&self) -> TestClient {
        let endpoint = Endpoint::from_shared(self.url()).unwrap();
        TestClient {
            channel: endpoint.connect().await.unwrap(),
            token: String::new(),
        }
    }

    /// Logs a founder in with the code that `init` printed.
    pub async fn founder(&self, principal: Principal) -> TestClient {
        let made = self.made.iter().find(|made| made.principal == principal);
        let code = made.unwrap().code.secret.reveal();
        let mut client = self.stranger().await;
        client.token = client.login(&code).await.unwrap().token;
        client
    }

    /// Logs Ana in and founds the sample organisation.
    pub async fn ana(&self) -> TestClient {
        let ana = self.founder(ANA).await;
        let outcomes = ana.push(&[founding(1)]).await.unwrap();
        assert!(matches!(outcomes[..], [PushOutcome::Accepted { .. }]));
        ana
    }

    /// Returns what verifies an organisation's checkpoints.
    pub fn verifier(&self, principal: Principal) -> (VerifyingKey, okr_log::Origin) {
        let made = self.made.iter().find(|made| made.principal == principal);
        let made = made.unwrap();
        (made.verifier_key.parse().unwrap(), made.origin.clone())
    }
}

fn clock(time: &Arc<AtomicI64>) -> Clock {
    let time = Arc::clone(time);
    Clock::from_fn(move || Timestamp::from_microsecond(time.load(Ordering::SeqCst)).unwrap())
}

impl TestClient {
    /// The same connection with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            channel: self.channel.clone(),
            token: token.to_owned(),
        }
    }

    pub fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        let metadata = request.metadata_mut();
        metadata.insert("okr-protocol", "1".parse().unwrap());
        if !self.token.is_empty() {
            let bearer = format!("Bearer {}", self.token);
            metadata.insert("authorization", bearer.parse().unwrap());
        }
        request
    }

    pub fn sync(&self) -> SyncClient<Channel> {
        SyncClient::new(self.channel.clone())
    }

    pub fn identity(&self) -> IdentityClient<Channel> {
        IdentityClient::new(self.channel.clone())
    }

    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    pub async fn login(&self, code: &str) -> Result<v1::LoginResponse, Status> {
        let request = self.request(v1::LoginRequest {
            code: code.to_owned(),
            device: "test".to_owned(),
        });
        Ok(self.identity().login(request).await?.into_inner())
    }

    pub async fn who_am_i(&self) -> Result<v1::WhoAmIResponse, Status> {
        let request = self.request(v1::WhoAmIRequest {});
        Ok(self.identity().who_am_i(request).await?.into_inner())
    }

    /// Asks for a code: for oneself without a person.
    pub async fn issue_code(&self, person: Option<PersonId>) -> Result<String, Status> {
        let person = person.map_or(Vec::new(), |id| id.to_bytes().to_vec());
        let request = self.request(v1::IssueLoginCodeRequest {
            person: person.into(),
        });
        let response = self.identity().issue_login_code(request).await?;
        Ok(response.into_inner().code)
    }

    /// Has an administrator let somebody in, and logs them in.
    pub async fn invite(&self, person: PersonId) -> Self {
        let code = self.issue_code(Some(person)).await.unwrap();
        let login = self.with_token("").login(&code).await.unwrap();
        self.with_token(&login.token)
    }

    pub async fn update_directory(&self, entries: &[(PersonId, &str)]) -> Result<u64, Status> {
        let entries = entries
            .iter()
            .map(|(person, handle)| entry(*person, handle));
        let request = self.request(v1::UpdateDirectoryRequest {
            entries: entries.collect(),
        });
        let response = self.identity().update_directory(request).await?;
        Ok(response.into_inner().version)
    }

    pub async fn push(&self, changes: &[Change]) -> Result<Vec<PushOutcome>, Status> {
        let changes = changes.iter().map(new_change).collect();
        self.push_raw(0, changes).await
    }

    pub async fn push_raw(
        &self,
        base_position: u64,
        changes: Vec<v1::NewChange>,
    ) -> Result<Vec<PushOutcome>, Status> {
        let request = self.request(v1::PushRequest {
            base_position,
            changes,
        });
        let response = self.sync().push(request).await?.into_inner();
        let results = response.results.into_iter();
        Ok(results
            .map(|result| PushOutcome::try_from(result).unwrap())
            .collect())
    }

    pub async fn pull(&self, message: v1::PullRequest) -> Result<Pulling, Status> {
        let request = self.request(message);
        let stream = self.sync().pull(request).await?.into_inner();
        Ok(Pulling(stream))
    }

    /// Pulls everything after a position and returns the records and the note.
    pub async fn pull_all(&self, after: u64) -> Result<(Vec<ConfirmedChange>, String), Status> {
        let mut pulling = self.pull(after_position(after)).await?;
        let mut records = Vec::new();
        let mut note = String::new();
        while let Some(what) = pulling.next().await? {
            match what {
                What::Records(more) => records.extend(read(more)),
                What::Checkpoint(checkpoint) => note = checkpoint.note,
                What::Directory(_) => {}
                What::Heartbeat(heartbeat) => panic!("{heartbeat:?} without follow"),
            }
        }
        Ok((records, note))
    }
}

/// The stream of a pull.
pub struct Pulling(Streaming<v1::PullResponse>);

impl Pulling {
    /// Returns the next message; none at the end.
    pub async fn next(&mut self) -> Result<Option<What>, Status> {
        let message = self.0.message().await?;
        Ok(message.map(|message| message.what.unwrap()))
    }

    /// Reads on to the next checkpoint and returns the records before it and its size.
    pub async fn round(&mut self, verifier: &(VerifyingKey, okr_log::Origin)) -> Round {
        let mut records = Vec::new();
        loop {
            match self.next().await.unwrap().unwrap() {
                What::Records(more) => records.extend(read(more)),
                What::Checkpoint(signed) => {
                    let (key, origin) = verifier;
                    let checkpoint = SignedCheckpoint::verify(&signed.note, key, origin).unwrap();
                    return Round {
                        records,
                        size: checkpoint.size.get(),
                        root: checkpoint.root,
                    };
                }
                What::Directory(_) | What::Heartbeat(_) => {}
            }
        }
    }
}

/// The records up to a verified checkpoint.
pub struct Round {
    pub records: Vec<ConfirmedChange>,
    pub size: u64,
    pub root: okr_log::Hash,
}

fn read(records: v1::Records) -> Vec<ConfirmedChange> {
    let records = records.records.into_iter();
    records
        .map(|bytes| ConfirmedChange::from_view(&RecordView::parse(&bytes).unwrap()).unwrap())
        .collect()
}

/// Checks that positions are dense and returns the tree over the records.
pub fn frontier(records: &[ConfirmedChange]) -> Frontier {
    let mut frontier = Frontier::new();
    for record in records {
        assert_eq!(record.position, Position::new(frontier.size() + 1));
        frontier.push(record.leaf);
    }
    frontier
}

pub fn after_position(after: u64) -> v1::PullRequest {
    v1::PullRequest {
        after,
        follow: false,
        directory_version: 0,
    }
}

pub fn entry(person: PersonId, handle: &str) -> v1::DirectoryEntry {
    v1::DirectoryEntry::from(DirectoryEntry {
        person,
        handle: Handle::new(handle).unwrap(),
        name: DisplayName::new("").unwrap(),
        email: Email::new("").unwrap(),
    })
}

/// Makes a change of a number, which is its id.
pub fn change(number: u64, events: Vec<Event>) -> Change {
    Change {
        id: ChangeId::new(Uuid::from_u128(
            0x0192_0000_0000_7000_8000_0000_0000_0000 | u128::from(number),
        )),
        authored_at: "2026-11-23T11:00:00Z".parse().unwrap(),
        on_behalf_of: None,
        source: Source::Human,
        reason: None,
        amendment: None,
        events,
    }
}

/// Founds the sample organisation by Ana.
pub fn founding(number: u64) -> Change {
    change(number, sample::founding(sample::new_org(), sample::ANA))
}

pub fn new_change(change: &Change) -> v1::NewChange {
    let mut next = 0_u8;
    let encoded = encode(change, || {
        next += 1;
        [next; 16]
    });
    v1::NewChange::from(encoded)
}

/// Reads the reason of a refused call.
pub fn reason(status: &Status) -> ApiError {
    ApiError::from_status(status).unwrap_or_else(|| panic!("{status:?}"))
}

pub fn refusal<T>(answer: Result<T, Status>) -> ApiError {
    match answer {
        Ok(_) => panic!("it was not refused"),
        Err(status) => reason(&status),
    }
}

/// Returns the metadata of a call without any.
pub fn without_metadata<T>(mut request: Request<T>) -> Request<T> {
    *request.metadata_mut() = MetadataMap::new();
    request
}
