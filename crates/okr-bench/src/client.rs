//! Connections of the load generator, with the metadata that every call carries.

use anyhow::{Context, Result};
use bytes::Bytes;
use okr_core::id::{OrgId, PersonId};
use okr_proto::v1;
use okr_proto::v1::identity_client::IdentityClient;
use okr_proto::v1::sync_client::SyncClient;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Streaming};

/// Who the load generator is on the server.
#[derive(Clone, Debug)]
pub struct Login {
    /// The bearer token.
    pub token: String,
    /// The organisation.
    pub org: OrgId,
    /// The person.
    pub person: PersonId,
    /// The origin line of the checkpoints.
    pub origin: String,
    /// The key that the server signs with.
    pub verifier_key: String,
}

/// Opens a connection.
async fn connect(url: &str) -> Result<Channel> {
    Ok(Endpoint::from_shared(url.to_owned())?
        .tcp_nodelay(true)
        .connect()
        .await?)
}

/// Exchanges a one-time code for a token.
///
/// # Errors
/// What the server or the connection refused.
pub async fn login(url: &str, code: &str) -> Result<Login> {
    let mut client = IdentityClient::new(connect(url).await?);
    let mut request = Request::new(v1::LoginRequest {
        code: code.to_owned(),
        device: "bench".to_owned(),
    });
    protocol(&mut request)?;
    let answer = client.login(request).await?.into_inner();
    let identity = answer.identity.context("the server says who we are")?;
    let id = |bytes: &[u8]| <[u8; 16]>::try_from(bytes).context("an id has 16 bytes");
    Ok(Login {
        token: answer.token,
        org: OrgId::from_bytes(id(&identity.org)?),
        person: PersonId::from_bytes(id(&identity.person)?),
        origin: identity.origin,
        verifier_key: identity.verifier_key,
    })
}

fn protocol<T>(request: &mut Request<T>) -> Result<()> {
    let version = okr_proto::PROTOCOL_VERSION.to_string();
    request
        .metadata_mut()
        .insert(okr_proto::PROTOCOL_METADATA_KEY, version.parse()?);
    Ok(())
}

/// One writer or reader with a connection of its own.
#[derive(Clone, Debug)]
pub struct Peer {
    client: SyncClient<Channel>,
    authorization: MetadataValue<Ascii>,
}

impl Peer {
    /// Connects with a token.
    ///
    /// # Errors
    /// That there is no connection.
    pub async fn new(url: &str, token: &str) -> Result<Self> {
        let client = SyncClient::new(connect(url).await?).max_decoding_message_size(16 << 20);
        Ok(Self {
            client,
            authorization: format!("Bearer {token}").parse()?,
        })
    }

    fn request<T>(&self, message: T) -> Result<Request<T>> {
        let mut request = Request::new(message);
        protocol(&mut request)?;
        request.metadata_mut().insert(
            okr_proto::AUTHORIZATION_METADATA_KEY,
            self.authorization.clone(),
        );
        Ok(request)
    }

    /// Pushes changes and returns what became of each, with the head.
    ///
    /// # Errors
    /// The status of the call; whether anything was appended is then unknown.
    pub async fn push(&mut self, changes: Vec<v1::NewChange>) -> Result<v1::PushResponse> {
        let request = self.request(v1::PushRequest {
            base_position: 0,
            changes,
        })?;
        Ok(self.client.push(request).await?.into_inner())
    }

    /// Pushes changes and demands that every one was accepted.
    ///
    /// # Errors
    /// The status of the call, or how many were accepted.
    pub async fn push_all(&mut self, changes: Vec<v1::NewChange>) -> Result<()> {
        let count = changes.len();
        all_accepted(count, &self.push(changes).await?)
    }

    /// Opens a stream of pushes.
    ///
    /// # Errors
    /// The status of the call.
    async fn open(&mut self) -> Result<Pushing> {
        let (pushes, receiver) = mpsc::channel(PUSHES_AHEAD);
        let request = self.request(ReceiverStream::new(receiver))?;
        let answers = self.client.push_stream(request).await?.into_inner();
        Ok(Pushing { pushes, answers })
    }

    /// Opens a stream of what follows a position, which stays open.
    ///
    /// # Errors
    /// The status of the call.
    pub async fn follow(&mut self, after: u64) -> Result<Following> {
        let request = self.request(v1::PullRequest {
            after,
            follow: true,
            directory_version: 0,
        })?;
        let stream = self.client.pull(request).await?.into_inner();
        Ok(Following { stream })
    }

    /// Pulls what follows a position, gives each batch of records to `sink`, and returns the last signed checkpoint.
    ///
    /// # Errors
    /// The status of the call, or that there was no checkpoint.
    pub async fn pull(&mut self, after: u64, mut sink: impl FnMut(Vec<Bytes>)) -> Result<String> {
        let request = self.request(v1::PullRequest {
            after,
            follow: false,
            directory_version: 0,
        })?;
        let mut stream = self.client.pull(request).await?.into_inner();
        let mut checkpoint = None;
        while let Some(message) = stream.message().await? {
            match message.what {
                Some(v1::pull_response::What::Records(batch)) => sink(batch.records),
                Some(v1::pull_response::What::Checkpoint(signed)) => checkpoint = Some(signed.note),
                Some(
                    v1::pull_response::What::Heartbeat(_) | v1::pull_response::What::Directory(_),
                )
                | None => {}
            }
        }
        checkpoint.context("the pull ended without a checkpoint")
    }
}

/// Demands that so many changes were accepted, and that there were no others.
fn all_accepted(count: usize, answer: &v1::PushResponse) -> Result<()> {
    let accepted = |result: &&v1::PushResult| {
        matches!(result.outcome, Some(v1::push_result::Outcome::Accepted(_)))
    };
    let accepted = answer.results.iter().filter(accepted).count();
    let first = answer.results.first();
    anyhow::ensure!(
        accepted == count,
        "{accepted} of {count} accepted, the first: {first:?}"
    );
    Ok(())
}

/// Pushes of a stream that may wait to be sent.
const PUSHES_AHEAD: usize = 8;

/// A stream of pushes.
#[derive(Debug)]
struct Pushing {
    pushes: mpsc::Sender<v1::PushRequest>,
    answers: Streaming<v1::PushResponse>,
}

impl Pushing {
    async fn send(&self, changes: Vec<v1::NewChange>) {
        let push = v1::PushRequest {
            base_position: 0,
            changes,
        };
        // A stream that has ended takes nothing, and says why in place of the answer.
        self.pushes.send(push).await.ok();
    }

    async fn answer(&mut self) -> Result<v1::PushResponse> {
        let answer = self.answers.message().await?;
        answer.context("the server ended the stream")
    }
}

/// How a writer pushes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A call for each push.
    Calls,
    /// One call for all of them.
    Stream,
}

/// Somebody with a connection of their own who pushes again and again.
#[derive(Debug)]
pub struct Writer {
    peer: Peer,
    /// None when each push is a call.
    stream: Option<Pushing>,
    /// What the next call pushes.
    call: Vec<v1::NewChange>,
}

impl Writer {
    /// Connects with a token.
    ///
    /// # Errors
    /// That there is no connection, or the status with which the stream was refused.
    pub async fn new(url: &str, token: &str, way: Way) -> Result<Self> {
        let mut peer = Peer::new(url, token).await?;
        let stream = match way {
            Way::Calls => None,
            Way::Stream => Some(peer.open().await?),
        };
        Ok(Self {
            peer,
            stream,
            call: Vec::new(),
        })
    }

    /// Sends changes, of which [`Writer::answer`] tells what became. On a stream others may be sent before that.
    pub async fn send(&mut self, changes: Vec<v1::NewChange>) {
        match &self.stream {
            None => self.call = changes,
            Some(stream) => stream.send(changes).await,
        }
    }

    /// Waits for the answer to the first push that has none.
    ///
    /// # Errors
    /// As of [`Peer::push`].
    pub async fn answer(&mut self) -> Result<v1::PushResponse> {
        match &mut self.stream {
            None => self.peer.push(std::mem::take(&mut self.call)).await,
            Some(stream) => stream.answer().await,
        }
    }

    /// Waits for the answer to the first push that has none, and demands that its changes, so many, were accepted.
    ///
    /// # Errors
    /// As of [`Peer::push_all`].
    pub async fn accepted(&mut self, count: usize) -> Result<()> {
        all_accepted(count, &self.answer().await?)
    }
}

/// A stream of what is appended to a log.
#[derive(Debug)]
pub struct Following {
    stream: Streaming<v1::PullResponse>,
}

impl Following {
    /// Waits for records and returns how many came; none when the stream ended.
    ///
    /// # Errors
    /// The status with which the server ended it.
    pub async fn records(&mut self) -> Result<Option<usize>> {
        while let Some(message) = self.stream.message().await? {
            match message.what {
                Some(v1::pull_response::What::Records(batch)) => {
                    return Ok(Some(batch.records.len()));
                }
                Some(
                    v1::pull_response::What::Checkpoint(_)
                    | v1::pull_response::What::Heartbeat(_)
                    | v1::pull_response::What::Directory(_),
                )
                | None => {}
            }
        }
        Ok(None)
    }
}
