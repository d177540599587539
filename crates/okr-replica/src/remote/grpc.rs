//! The remote over gRPC. The runtime that tonic needs lives and ends with it; callers stay synchronous.

mod connection;
mod credentials;
mod failure;
mod following;
mod greeting;
mod translate;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use okr_core::Timestamp;
use okr_core::authorize::Scope;
use okr_core::id::{OrgId, PersonId, Position};
use okr_core::value::Role;
use okr_proto::v1::identity_client::IdentityClient;
use okr_proto::v1::sync_client::SyncClient;
use okr_proto::{EncodedChange, PushOutcome, v1};
use tonic::transport::Channel;
use uuid::Uuid;

pub use self::connection::request_id;

use self::connection::Connection;
pub use self::credentials::{Holder, NewToken, OpenCode, TokenInfo, TokenWish};
use crate::directory::DirectoryEntry;
use crate::remote::{Pulled, Remote, RemoteError};

/// Greatest size of a message from the server, in bytes; a directory of 100,000 people fits.
const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// A server that is gone without a word is found out in twice this time; one that only thinks for
/// long still answers signs of life.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// The PEM files of a certificate that says which machine this is. Who is calling is said by the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The certificate chain.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// How to reach a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrpcOptions {
    /// A PEM file of authorities to trust beside those of the operating system.
    pub ca_cert: Option<PathBuf>,
    /// What is shown to a server that asks for a certificate.
    pub client_certificate: Option<ClientCertificate>,
    /// How long name, connection and TLS handshake may take together.
    pub connect_timeout: Duration,
    /// How long everything may take from the connection on; none: any time, as long as the server
    /// is heard from every 30 seconds.
    pub total_timeout: Option<Duration>,
    /// Whether `http://` is allowed to other machines, such as behind a tunnel.
    pub allow_unencrypted: bool,
    /// After so long without a word while something is asked, the server is asked for a sign of life,
    /// also while the caller does other things, and must give one in the same time. None: only
    /// silence of 35 seconds ends a call.
    pub keep_alive: Option<Duration>,
}

impl Default for GrpcOptions {
    fn default() -> Self {
        Self {
            ca_cert: None,
            client_certificate: None,
            connect_timeout: Duration::from_secs(5),
            total_timeout: None,
            allow_unencrypted: false,
            keep_alive: Some(KEEP_ALIVE),
        }
    }
}

/// A server reached over gRPC.
#[derive(Debug)]
pub struct GrpcRemote {
    connection: Connection,
}

/// Who the token speaks for, and what the server signs with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The organisation.
    pub org: OrgId,
    /// The person.
    pub person: PersonId,
    /// The public id of the token.
    pub token_id: Uuid,
    /// The role in the log; none before the person was added to it.
    pub role: Option<Role>,
    /// The directory entry, if there is one.
    pub entry: Option<DirectoryEntry>,
    /// What the device is called.
    pub device: String,
    /// The origin line of this organisation's checkpoints.
    pub origin: String,
    /// The verifier key of the server.
    pub verifier_key: String,
    /// The version of the server program.
    pub server_version: String,
    /// What the token allows; none when this program is too old to know.
    pub scope: Option<Scope>,
    /// When the token ends.
    pub expires_at: Timestamp,
}

/// What a login gives.
#[derive(Clone, PartialEq, Eq)]
pub struct LoggedIn {
    /// The bearer token; a secret, and shown once.
    pub token: String,
    /// Who it speaks for.
    pub identity: Identity,
}

impl std::fmt::Debug for LoggedIn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("LoggedIn")
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

/// A code that works once.
#[derive(Clone, PartialEq, Eq)]
pub struct LoginCode {
    /// The code; a secret.
    pub code: String,
    /// When it stops working.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for LoginCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("LoginCode")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl GrpcRemote {
    /// Connects to a server; only [`GrpcRemote::login`] works without a token.
    ///
    /// The address is `https://host[:port]`, or `http://` on this machine; without a scheme it is
    /// `https`.
    ///
    /// # Errors
    /// `Address`, `NotEncrypted`, `CertificateFile`, `Tls`, `ClientCertificate`, `Unreachable`, `TimedOut` or
    /// `Local`.
    pub fn connect(
        url: &str,
        token: Option<&str>,
        options: &GrpcOptions,
    ) -> Result<Self, RemoteError> {
        let mut connection = Connection::open(url, options)?;
        if let Some(token) = token {
            connection.set_token(token)?;
        }
        Ok(Self { connection })
    }

    /// Exchanges a one-time code for a token, which this remote uses from then on.
    ///
    /// # Errors
    /// `CodeRefused`, or as any call.
    pub fn login(&mut self, code: &str, device: &str) -> Result<LoggedIn, RemoteError> {
        let mut client = self.identity_client();
        let request = self.connection.request(v1::LoginRequest {
            code: code.to_owned(),
            device: device.to_owned(),
        });
        let answer = self.connection.wait(client.login(request))?.into_inner();
        let identity = answer
            .identity
            .ok_or_else(|| translate::missing("identity"))?;
        let identity = translate::identity(identity)?;
        self.connection.set_token(&answer.token)?;
        Ok(LoggedIn {
            token: answer.token,
            identity,
        })
    }

    /// Asks who the token speaks for.
    ///
    /// # Errors
    /// As any call.
    pub fn who_am_i(&mut self) -> Result<Identity, RemoteError> {
        let mut client = self.identity_client();
        let request = self.connection.request(v1::WhoAmIRequest {});
        let answer = self.connection.wait(client.who_am_i(request))?;
        translate::identity(answer.into_inner())
    }

    fn identity_client(&self) -> IdentityClient<Channel> {
        IdentityClient::new(self.connection.channel()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    fn sync_client(&self) -> SyncClient<Channel> {
        SyncClient::new(self.connection.channel()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }
}

impl Remote for GrpcRemote {
    fn push(
        &mut self,
        base: Position,
        changes: Vec<EncodedChange>,
    ) -> Result<Vec<PushOutcome>, RemoteError> {
        let offered = changes.len();
        let mut client = self.sync_client();
        let request = self.connection.request(v1::PushRequest {
            base_position: base.get(),
            changes: changes.into_iter().map(v1::NewChange::from).collect(),
        });
        let answer = self.connection.wait(client.push(request))?.into_inner();
        if answer.results.len() != offered {
            let answers = answer.results.len();
            return Err(RemoteError::Nonsense {
                problem: format!("{answers} answers to {offered} changes"),
            });
        }
        answer.results.into_iter().map(translate::outcome).collect()
    }

    fn pull(
        &mut self,
        after: Position,
        directory_version: u64,
        sink: &mut dyn FnMut(Pulled) -> ControlFlow<()>,
    ) -> Result<(), RemoteError> {
        let mut client = self.sync_client();
        let request = self.connection.request(v1::PullRequest {
            after: after.get(),
            follow: false,
            directory_version,
        });
        let mut stream = self.connection.wait(client.pull(request))?.into_inner();
        while let Some(message) = self.connection.wait(stream.message())? {
            let Some(pulled) = translate::pulled(message)? else {
                continue;
            };
            if sink(pulled).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn update_directory(&mut self, entries: Vec<DirectoryEntry>) -> Result<u64, RemoteError> {
        let mut client = self.identity_client();
        let request = self.connection.request(v1::UpdateDirectoryRequest {
            entries: entries.into_iter().map(translate::entry_out).collect(),
        });
        let answer = self.connection.wait(client.update_directory(request))?;
        Ok(answer.into_inner().version)
    }
}

#[cfg(test)]
mod tests;
