//! A client that speaks the protocol, and the changes it pushes.

use okr_core::change::Change;
use okr_core::event::Event;
use okr_core::id::{ChangeId, PersonId, Position};
use okr_core::value::Source;
use okr_log::{Frontier, RecordView, SignedCheckpoint, VerifyingKey};
use okr_proto::v1::credentials_client::CredentialsClient;
use okr_proto::v1::identity_client::IdentityClient;
use okr_proto::v1::pull_response::What;
use okr_proto::v1::sync_client::SyncClient;
use okr_proto::{
    ApiError, ConfirmedChange, DirectoryEntry, DisplayName, Email, Handle, PushOutcome, encode, v1,
};
use okr_testkit::sample;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;
use tonic::{Request, Status, Streaming};
use uuid::Uuid;

/// Somebody with a token.
#[derive(Clone)]
pub(crate) struct TestClient {
    pub(crate) channel: Channel,
    pub token: String,
}

impl TestClient {
    /// The same connection with another token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            channel: self.channel.clone(),
            token: token.to_owned(),
        }
    }

    pub(crate) fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        let metadata = request.metadata_mut();
        metadata.insert("okr-protocol", "1".parse().unwrap());
        if !self.token.is_empty() {
            let bearer = format!("Bearer {}", self.token);
            metadata.insert("authorization", bearer.parse().unwrap());
        }
        request
    }

    pub(crate) fn sync(&self) -> SyncClient<Channel> {
        SyncClient::new(self.channel.clone())
    }

    pub(crate) fn identity(&self) -> IdentityClient<Channel> {
        IdentityClient::new(self.channel.clone())
    }

    pub(crate) fn credentials(&self) -> CredentialsClient<Channel> {
        CredentialsClient::new(self.channel.clone())
    }

    pub(crate) fn channel(&self) -> Channel {
        self.channel.clone()
    }

    pub(crate) async fn login(&self, code: &str) -> Result<v1::LoginResponse, Status> {
        let request = self.request(v1::LoginRequest {
            code: code.to_owned(),
            device: "test".to_owned(),
        });
        Ok(self.identity().login(request).await?.into_inner())
    }

    pub(crate) async fn who_am_i(&self) -> Result<v1::WhoAmIResponse, Status> {
        let request = self.request(v1::WhoAmIRequest {});
        Ok(self.identity().who_am_i(request).await?.into_inner())
    }

    /// Asks for a code: for oneself without a person.
    pub(crate) async fn issue_code(&self, person: Option<PersonId>) -> Result<String, Status> {
        let person = person.map_or(Vec::new(), |id| id.to_bytes().to_vec());
        let request = self.request(v1::IssueLoginCodeRequest {
            person: person.into(),
            lifetime_s: 0,
        });
        let response = self.identity().issue_login_code(request).await?;
        Ok(response.into_inner().code)
    }

    /// Has an administrator let somebody in, and logs them in.
    pub(crate) async fn invite(&self, person: PersonId) -> Self {
        let code = self.issue_code(Some(person)).await.unwrap();
        let login = self.with_token("").login(&code).await.unwrap();
        self.with_token(&login.token)
    }

    pub(crate) async fn update_directory(
        &self,
        entries: &[(PersonId, &str)],
    ) -> Result<u64, Status> {
        let entries = entries
            .iter()
            .map(|(person, handle)| entry(*person, handle));
        let request = self.request(v1::UpdateDirectoryRequest {
            entries: entries.collect(),
        });
        let response = self.identity().update_directory(request).await?;
        Ok(response.into_inner().version)
    }

    pub(crate) async fn push(&self, changes: &[Change]) -> Result<Vec<PushOutcome>, Status> {
        let changes = changes.iter().map(new_change).collect();
        self.push_raw(0, changes).await
    }

    pub(crate) async fn push_raw(
        &self,
        base_position: u64,
        changes: Vec<v1::NewChange>,
    ) -> Result<Vec<PushOutcome>, Status> {
        let request = self.request(v1::PushRequest {
            base_position,
            changes,
        });
        Ok(outcomes(self.sync().push(request).await?.into_inner()))
    }

    /// Opens a stream of pushes.
    pub(crate) async fn push_stream(&self) -> Result<Pushing, Status> {
        let (pushes, receiver) = mpsc::channel(16);
        let request = self.request(ReceiverStream::new(receiver));
        let answers = self.sync().push_stream(request).await?.into_inner();
        Ok(Pushing { pushes, answers })
    }

    pub(crate) async fn pull(&self, message: v1::PullRequest) -> Result<Pulling, Status> {
        let request = self.request(message);
        let stream = self.sync().pull(request).await?.into_inner();
        Ok(Pulling(stream))
    }

    /// Pulls everything after a position and returns the records and the note.
    pub(crate) async fn pull_all(
        &self,
        after: u64,
    ) -> Result<(Vec<ConfirmedChange>, String), Status> {
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

fn outcomes(answer: v1::PushResponse) -> Vec<PushOutcome> {
    let results = answer.results.into_iter();
    results
        .map(|result| PushOutcome::try_from(result).unwrap())
        .collect()
}

/// A stream of pushes, and of the answers to them.
pub(crate) struct Pushing {
    pushes: mpsc::Sender<v1::PushRequest>,
    answers: Streaming<v1::PushResponse>,
}

impl Pushing {
    /// Sends changes, without waiting for an answer.
    pub(crate) async fn send(&self, changes: &[Change]) {
        let changes = changes.iter().map(new_change).collect();
        self.send_raw(0, changes).await;
    }

    /// Sends anything; nobody may be there to read it.
    pub(crate) async fn send_raw(&self, base_position: u64, changes: Vec<v1::NewChange>) {
        let push = v1::PushRequest {
            base_position,
            changes,
        };
        self.pushes.send(push).await.ok();
    }

    /// Waits for the next answer; none at the end.
    pub(crate) async fn answer(&mut self) -> Result<Option<Vec<PushOutcome>>, Status> {
        Ok(self.answers.message().await?.map(outcomes))
    }

    /// Pushes changes and waits for the answer.
    pub(crate) async fn push(&mut self, changes: &[Change]) -> Result<Vec<PushOutcome>, Status> {
        self.send(changes).await;
        Ok(self.answer().await?.unwrap())
    }

    /// Says that nothing more comes, and demands that the server has no more to say either.
    pub(crate) async fn finish(mut self) {
        drop(self.pushes);
        let end = self.answers.message().await.unwrap();
        assert_eq!(end, None);
    }
}

/// The stream of a pull.
pub(crate) struct Pulling(Streaming<v1::PullResponse>);

impl Pulling {
    /// Returns the next message; none at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<What>, Status> {
        let message = self.0.message().await?;
        Ok(message.map(|message| message.what.unwrap()))
    }

    /// Reads on to the next checkpoint and returns the records before it and its size.
    pub(crate) async fn round(&mut self, verifier: &(VerifyingKey, okr_log::Origin)) -> Round {
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
pub(crate) struct Round {
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
pub(crate) fn frontier(records: &[ConfirmedChange]) -> Frontier {
    let mut frontier = Frontier::new();
    for record in records {
        assert_eq!(record.position, Position::new(frontier.size() + 1));
        frontier.push(record.leaf);
    }
    frontier
}

pub(crate) fn after_position(after: u64) -> v1::PullRequest {
    v1::PullRequest {
        after,
        follow: false,
        directory_version: 0,
    }
}

pub(crate) fn entry(person: PersonId, handle: &str) -> v1::DirectoryEntry {
    v1::DirectoryEntry::from(DirectoryEntry {
        person,
        handle: Handle::new(handle).unwrap(),
        name: DisplayName::new("").unwrap(),
        email: Email::new("").unwrap(),
    })
}

/// Makes a change of a number, which is its id.
pub(crate) fn change(number: u64, events: Vec<Event>) -> Change {
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
pub(crate) fn founding(number: u64) -> Change {
    change(number, sample::founding(sample::new_org(), sample::ANA))
}

pub(crate) fn new_change(change: &Change) -> v1::NewChange {
    let mut next = 0_u8;
    let encoded = encode(change, || {
        next += 1;
        [next; 16]
    });
    v1::NewChange::from(encoded)
}

/// Reads the reason of a refused call.
pub(crate) fn reason(status: &Status) -> ApiError {
    ApiError::from_status(status).unwrap_or_else(|| panic!("{status:?}"))
}

pub(crate) fn refusal<T>(answer: Result<T, Status>) -> ApiError {
    match answer {
        Ok(_) => panic!("it was not refused"),
        Err(status) => reason(&status),
    }
}

/// Returns the metadata of a call without any.
pub(crate) fn without_metadata<T>(mut request: Request<T>) -> Request<T> {
    *request.metadata_mut() = MetadataMap::new();
    request
}
