//! Who may call: login codes and tokens, kept in `credentials.json` as hashes only.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use okr_core::id::{OrgId, PersonId};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use uuid::Uuid;

use crate::data::DataError;
use crate::secret::{BearerToken, LoginCode, NoRandomness, SecretHash};
use crate::store::{AsText, Stored};

/// How long a login code works.
pub const CODE_LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long a token works.
pub const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(90 * 24);
/// The longest name of a device, in characters.
pub(crate) const MAX_DEVICE_CHARACTERS: usize = 64;
/// Codes that one person may have open; the oldest makes room.
const MAX_CODES_PER_PERSON: usize = 10;
/// Tokens that one person may have; the oldest makes room.
const MAX_TOKENS_PER_PERSON: usize = 50;

/// The version of `credentials.json` that this program writes.
const VERSION: u32 = 1;

/// Somebody in an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Principal {
    /// The organisation.
    pub org: OrgId,
    /// The person.
    pub person: PersonId,
}

/// What a valid token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credential {
    /// Who holds it.
    pub principal: Principal,
    /// The public id of the token.
    pub token: Uuid,
    /// What the holder calls the device.
    pub device: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A secret that was just made, to be shown once.
#[derive(Clone, Debug)]
pub struct Issued<S> {
    /// The secret.
    pub secret: S,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Why no token is given for a code.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoginError {
    /// The code is not known: mistyped, used, or never issued.
    #[error("login code is not valid or was used before")]
    UnknownCode,
    /// The code came too late.
    #[error("login code expired at {at}")]
    ExpiredCode {
        /// When it ended.
        at: Timestamp,
    },
    /// The device has no name, or too long a one.
    #[error("device name is not one line of 1 to {MAX_DEVICE_CHARACTERS} characters")]
    Device,
    /// The token could not be made.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// The token could not be kept.
    #[error(transparent)]
    Data(#[from] DataError),
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    /// Not a token, not known, or the wrong secret.
    #[error("token is not valid")]
    Invalid,
    /// The token came too late.
    #[error("token expired at {at}")]
    Expired {
        /// When it ended.
        at: Timestamp,
    },
}

/// Why no code is issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The code could not be made.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// The code could not be kept.
    #[error(transparent)]
    Data(#[from] DataError),
}

/// The codes and tokens of a server.
#[derive(Debug)]
pub(crate) struct Credentials(Stored<File>);

/// One version of the codes and tokens; a follower looks whether its token is still in it.
pub(crate) type CredentialsVersion = Arc<File>;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    version: u32,
    codes: Vec<Code>,
    /// By the id of the token.
    tokens: BTreeMap<AsText<Uuid>, Token>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    org: AsText<Uuid>,
    person: AsText<Uuid>,
    hash: String,
    expires_at: AsText<Timestamp>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    org: AsText<Uuid>,
    person: AsText<Uuid>,
    secret_hash: String,
    device: String,
    issued_at: AsText<Timestamp>,
    expires_at: AsText<Timestamp>,
}

impl Credentials {
    /// Writes an empty file.
    pub(crate) fn create(path: PathBuf) -> Result<Self, DataError> {
        let empty = File {
            version: VERSION,
            codes: Vec::new(),
            tokens: BTreeMap::new(),
        };
        Stored::create(path, empty).map(Self)
    }

    /// Reads the file.
    pub(crate) fn open(path: PathBuf) -> Result<Self, DataError> {
        Stored::open(path).map(Self)
    }

    /// Makes a one-time code for somebody. Blocks on the disk.
    pub(crate) fn issue_code(
        &self,
        principal: Principal,
        now: Timestamp,
    ) -> Result<Issued<LoginCode>, IssueError> {
        let secret = LoginCode::generate()?;
        let expires_at = after(now, CODE_LIFETIME);
        let code = Code {
            org: AsText(principal.org.uuid()),
            person: AsText(principal.person.uuid()),
            hash: secret.hash().to_hex(),
            expires_at: AsText(expires_at),
        };
        self.0.update::<_, IssueError>(|file| {
            file.forget_codes(now);
            let same = |other: &Code| other.org == code.org && other.person == code.person;
            if file.codes.iter().filter(|other| same(other)).count() >= MAX_CODES_PER_PERSON
                && let Some(oldest) = file.codes.iter().position(same)
            {
                file.codes.remove(oldest);
            }
            file.codes.push(code);
            Ok(())
        })?;
        Ok(Issued { secret, expires_at })
    }

    /// Exchanges a code for a token. Blocks on the disk.
    ///
    /// # Errors
    ///
    /// `UnknownCode` and `ExpiredCode` for the code, `Device` for the name, `Random` and `Data` when nothing could be
    /// made or kept; the code is used up only by success.
    pub(crate) fn redeem(
        &self,
        code: &str,
        device: &str,
        now: Timestamp,
    ) -> Result<(Issued<BearerToken>, Credential), LoginError> {
        let hash = LoginCode::parse(code)
            .ok_or(LoginError::UnknownCode)?
            .hash();
        let characters = device.chars().count();
        if device.trim().is_empty()
            || characters > MAX_DEVICE_CHARACTERS
            || device.chars().any(char::is_control)
        {
            return Err(LoginError::Device);
        }
        let secret = BearerToken::generate()?;
        let expires_at = after(now, TOKEN_LIFETIME);
        let credential = self.0.update::<_, LoginError>(|file| {
            let code = file.take_code(hash).ok_or(LoginError::UnknownCode)?;
            let AsText(at) = code.expires_at;
            if at <= now {
                return Err(LoginError::ExpiredCode { at });
            }
            let token = Token {
                org: code.org,
                person: code.person,
                secret_hash: secret.secret_hash().to_hex(),
                device: device.to_owned(),
                issued_at: AsText(now),
                expires_at: AsText(expires_at),
            };
            file.add_token(secret.id(), token, now);
            Ok(file.credential(secret.id()).expect("it was just added"))
        })?;
        Ok((Issued { secret, expires_at }, credential))
    }

    /// Checks a bearer token.
    ///
    /// # Errors
    ///
    /// `Invalid` says nothing about which part was wrong; `Expired`.
    pub(crate) fn authenticate(
        &self,
        bearer: &str,
        now: Timestamp,
    ) -> Result<Credential, TokenError> {
        let bearer = BearerToken::parse(bearer).ok_or(TokenError::Invalid)?;
        let file = self.0.get();
        let token = file
            .tokens
            .get(&AsText(bearer.id()))
            .ok_or(TokenError::Invalid)?;
        if SecretHash::from_hex(&token.secret_hash) != Some(bearer.secret_hash()) {
            return Err(TokenError::Invalid);
        }
        let AsText(at) = token.expires_at;
        if at <= now {
            return Err(TokenError::Expired { at });
        }
        Ok(file.credential(bearer.id()).expect("it was just found"))
    }

    /// Follows the versions of the file.
    pub(crate) fn subscribe(&self) -> watch::Receiver<CredentialsVersion> {
        self.0.subscribe()
    }
}

impl File {
    /// Says whether a token is still there.
    pub(crate) fn knows(&self, token: Uuid) -> bool {
        self.tokens.contains_key(&AsText(token))
    }

    fn credential(&self, id: Uuid) -> Option<Credential> {
        let token = self.tokens.get(&AsText(id))?;
        Some(Credential {
            principal: Principal {
                org: OrgId::new(token.org.0),
                person: PersonId::new(token.person.0),
            },
            token: id,
            device: token.device.clone(),
            expires_at: token.expires_at.0,
        })
    }

    fn take_code(&mut self, hash: SecretHash) -> Option<Code> {
        let found = |code: &Code| SecretHash::from_hex(&code.hash) == Some(hash);
        let index = self.codes.iter().position(found)?;
        Some(self.codes.remove(index))
    }

    /// Drops codes that ended a lifetime ago; until then a late user is told that the code expired.
    fn forget_codes(&mut self, now: Timestamp) {
        self.codes
            .retain(|code| after(code.expires_at.0, CODE_LIFETIME) > now);
    }

    fn add_token(&mut self, id: Uuid, token: Token, now: Timestamp) {
        self.tokens
            .retain(|_, old| after(old.expires_at.0, TOKEN_LIFETIME) > now);
        let same = |old: &Token| old.org == token.org && old.person == token.person;
        let mut theirs: Vec<_> = self.tokens.iter().filter(|(_, old)| same(old)).collect();
        theirs.sort_by_key(|(_, old)| old.issued_at);
        let surplus = (theirs.len() + 1).saturating_sub(MAX_TOKENS_PER_PERSON);
        let surplus: Vec<_> = theirs
            .into_iter()
            .take(surplus)
            .map(|(id, _)| *id)
            .collect();
        for id in surplus {
            self.tokens.remove(&id);
        }
        self.tokens.insert(AsText(id), token);
    }
}

/// Adds a lifetime; the end of time is the latest moment there is.
fn after(now: Timestamp, lifetime: SignedDuration) -> Timestamp {
    now.saturating_add(lifetime).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
