//! Tokens and login codes on the server: made, listed and ended from here.

use std::time::Duration;

use okr_core::Timestamp;
use okr_core::authorize::Scope;
use okr_core::id::PersonId;
use okr_proto::v1;
use okr_proto::v1::credentials_client::CredentialsClient;
use tonic::transport::Channel;
use uuid::Uuid;

use super::{GrpcRemote, LoginCode, MAX_ANSWER_BYTES, translate};
use crate::remote::RemoteError;

/// Whose tokens and codes are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// One's own.
    Me,
    /// Somebody's.
    Person(PersonId),
    /// Everybody's.
    Everybody,
}

/// A token that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenWish {
    /// Who it shall speak for; none: oneself.
    pub person: Option<PersonId>,
    /// What it is for.
    pub name: String,
    /// What it shall allow.
    pub scope: Scope,
    /// How long it shall work; none: as long as the server says.
    pub lifetime: Option<Duration>,
}

/// A token that was made.
#[derive(Clone, PartialEq, Eq)]
pub struct NewToken {
    /// The bearer token; a secret, and shown once.
    pub secret: String,
    /// What is known of it.
    pub about: TokenInfo,
}

impl std::fmt::Debug for NewToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("NewToken")
            .field("about", &self.about)
            .finish_non_exhaustive()
    }
}

/// A token without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// Its public id.
    pub id: Uuid,
    /// Who it speaks for.
    pub person: PersonId,
    /// The device or program that holds it.
    pub name: String,
    /// What it allows; none when this program is too old to know.
    pub scope: Option<Scope>,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// Whether the server was asked with it.
    pub current: bool,
    /// Who made it; none when a login code gave it.
    pub issued_by: Option<PersonId>,
}

/// A login code that waits to be used, without what makes it work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenCode {
    /// Its public id.
    pub id: Uuid,
    /// Who it lets in.
    pub person: PersonId,
    /// Who made it; none when it was made on the server's machine.
    pub issued_by: Option<PersonId>,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl GrpcRemote {
    /// Makes a one-time login code for somebody, or for oneself.
    ///
    /// # Errors
    /// `NotPermitted` for somebody else unless one is an administrator, or as any call.
    pub fn issue_login_code(
        &mut self,
        person: Option<PersonId>,
        lifetime: Option<Duration>,
    ) -> Result<LoginCode, RemoteError> {
        let mut client = self.identity_client();
        let request = self.connection.request(v1::IssueLoginCodeRequest {
            person: translate::optional_person(person),
            lifetime_s: seconds(lifetime),
        });
        let answer = self.connection.wait(client.issue_login_code(request))?;
        let answer = answer.into_inner();
        Ok(LoginCode {
            code: answer.code,
            expires_at: translate::time(answer.expires_at_us)?,
        })
    }

    /// Erases who somebody was, for good, and returns the version of the directory without them.
    ///
    /// # Errors
    /// `NotPermitted` unless one is an administrator, `Refused` while the person belongs to the organisation,
    /// or as any call.
    pub fn erase_person(&mut self, person: PersonId) -> Result<u64, RemoteError> {
        let mut client = self.identity_client();
        let request = self.connection.request(v1::ErasePersonRequest {
            person: translate::optional_person(Some(person)),
        });
        let answer = self.connection.wait(client.erase_person(request))?;
        Ok(answer.into_inner().version)
    }

    /// Makes a token for a program.
    ///
    /// # Errors
    /// `NotPermitted` for somebody else unless one is an administrator, or as any call.
    pub fn create_token(&mut self, wish: TokenWish) -> Result<NewToken, RemoteError> {
        let mut client = self.credentials_client();
        let request = self.connection.request(v1::CreateTokenRequest {
            person: translate::optional_person(wish.person),
            name: wish.name,
            scope: Some(wish.scope.into()),
            lifetime_s: seconds(wish.lifetime),
        });
        let answer = self.connection.wait(client.create_token(request))?;
        let answer = answer.into_inner();
        let about = answer.about.ok_or_else(|| translate::missing("about"))?;
        Ok(NewToken {
            secret: answer.token,
            about: token(about)?,
        })
    }

    /// Lists tokens, the oldest first.
    ///
    /// # Errors
    /// `NotPermitted` for those of others unless one is an administrator, or as any call.
    pub fn list_tokens(&mut self, holder: Holder) -> Result<Vec<TokenInfo>, RemoteError> {
        let mut client = self.credentials_client();
        let request = self.connection.request(v1::ListTokensRequest {
            person: person(holder),
            everybody: holder == Holder::Everybody,
        });
        let answer = self.connection.wait(client.list_tokens(request))?;
        answer.into_inner().tokens.into_iter().map(token).collect()
    }

    /// Ends a token at once.
    ///
    /// # Errors
    /// `Refused` when there is none that one may end, or as any call.
    pub fn revoke_token(&mut self, id: Uuid) -> Result<(), RemoteError> {
        let mut client = self.credentials_client();
        let id = bytes::Bytes::copy_from_slice(id.as_bytes());
        let request = self.connection.request(v1::RevokeTokenRequest { id });
        self.connection.wait(client.revoke_token(request))?;
        Ok(())
    }

    /// Lists login codes that wait to be used, the oldest first.
    ///
    /// # Errors
    /// As [`GrpcRemote::list_tokens`].
    pub fn list_login_codes(&mut self, holder: Holder) -> Result<Vec<OpenCode>, RemoteError> {
        let mut client = self.credentials_client();
        let request = self.connection.request(v1::ListLoginCodesRequest {
            person: person(holder),
            everybody: holder == Holder::Everybody,
        });
        let answer = self.connection.wait(client.list_login_codes(request))?;
        answer.into_inner().codes.iter().map(code).collect()
    }

    /// Takes a login code back.
    ///
    /// # Errors
    /// As [`GrpcRemote::revoke_token`].
    pub fn revoke_login_code(&mut self, id: Uuid) -> Result<(), RemoteError> {
        let mut client = self.credentials_client();
        let id = bytes::Bytes::copy_from_slice(id.as_bytes());
        let request = self.connection.request(v1::RevokeLoginCodeRequest { id });
        self.connection.wait(client.revoke_login_code(request))?;
        Ok(())
    }

    fn credentials_client(&self) -> CredentialsClient<Channel> {
        CredentialsClient::new(self.connection.channel())
            .max_decoding_message_size(MAX_ANSWER_BYTES)
    }
}

fn person(holder: Holder) -> bytes::Bytes {
    match holder {
        Holder::Me | Holder::Everybody => translate::optional_person(None),
        Holder::Person(person) => translate::optional_person(Some(person)),
    }
}

fn seconds(lifetime: Option<Duration>) -> u64 {
    // Nothing at all would be taken for the usual time; a second is refused with a reason.
    lifetime.map_or(0, |time| time.as_secs().max(1))
}

fn token(message: v1::Token) -> Result<TokenInfo, RemoteError> {
    let last_used_at = match message.last_used_at_us {
        0 => None,
        micros => Some(translate::time(micros)?),
    };
    Ok(TokenInfo {
        id: translate::id(&message.id, "id")?,
        person: PersonId::new(translate::id(&message.person, "person")?),
        name: message.name,
        scope: message.scope.and_then(|scope| Scope::try_from(scope).ok()),
        issued_at: translate::time(message.issued_at_us)?,
        expires_at: translate::time(message.expires_at_us)?,
        last_used_at,
        current: message.current,
        issued_by: translate::maybe_person(&message.issued_by, "issued_by")?,
    })
}

fn code(message: &v1::LoginCode) -> Result<OpenCode, RemoteError> {
    Ok(OpenCode {
        id: translate::id(&message.id, "id")?,
        person: PersonId::new(translate::id(&message.person, "person")?),
        issued_by: translate::maybe_person(&message.issued_by, "issued_by")?,
        issued_at: translate::time(message.issued_at_us)?,
        expires_at: translate::time(message.expires_at_us)?,
    })
}
