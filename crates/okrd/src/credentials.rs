//! Who may call: login codes and tokens, kept in `credentials.json` as hashes only.

mod file;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use okr_core::authorize::Scope;
use okr_core::id::{OrgId, PersonId};
use tokio::sync::watch;
use uuid::Uuid;

use crate::data::{DataError, read_versioned};
use crate::secret::{BearerToken, LoginCode, NoRandomness, SecretHash, random_id};
use crate::store::{AsText, Stored};
use file::{Code, Token};
pub(crate) use file::{FILE_VERSION, File};

/// How long a login code works unless said otherwise.
pub const CODE_LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The longest time that a login code can work.
pub const LONGEST_CODE_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long a token works unless said otherwise.
pub const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(90 * 24);
/// The longest time that a token can work: none is for ever.
pub const LONGEST_TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(366 * 24);
/// The longest name of a device, in characters.
pub(crate) const MAX_DEVICE_CHARACTERS: usize = 64;

/// Somebody in an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Principal {
    /// The organisation.
    pub org: OrgId,
    /// The person.
    pub person: PersonId,
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credential {
    /// Who holds it.
    pub principal: Principal,
    /// The public id of the token.
    pub token: Uuid,
    /// What the holder calls the device or program.
    pub device: String,
    /// What it allows of what the holder may do.
    pub scope: Scope,
    /// Who made it; none when a login code gave it.
    pub issued_by: Option<PersonId>,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A login code that waits to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OpenCode {
    /// Its public id.
    pub id: Uuid,
    /// Who it lets in.
    pub principal: Principal,
    /// Who made it; none when it was made on the server's machine.
    pub issued_by: Option<PersonId>,
    /// When it was made; the beginning of time when that is not known.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A code that is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewCode {
    /// Who it lets in.
    pub principal: Principal,
    /// Who wants it; none on the server's machine.
    pub issued_by: Option<PersonId>,
    /// How long it works.
    pub lifetime: SignedDuration,
}

/// A token that is wanted.
#[derive(Clone, Debug)]
pub(crate) struct NewToken {
    /// Who it speaks for.
    pub principal: Principal,
    /// Who wants it.
    pub issued_by: PersonId,
    /// What it is for.
    pub name: String,
    /// What it allows.
    pub scope: Scope,
    /// How long it works.
    pub lifetime: SignedDuration,
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

/// Why no code or token is issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The device or program has no name, or too long a one.
    #[error("name is not one line of 1 to {MAX_DEVICE_CHARACTERS} characters")]
    Name,
    /// It could not be made.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// It could not be kept.
    #[error(transparent)]
    Data(#[from] DataError),
}

/// The codes and tokens of a server.
#[derive(Debug)]
pub(crate) struct Credentials {
    stored: Stored<File>,
    /// Compared with when there is no such token, so that a wrong id takes as long as a wrong secret.
    decoy: SecretHash,
}

/// One version of the codes and tokens; a follower looks whether its token is still in it.
pub(crate) type CredentialsVersion = Arc<File>;

impl Credentials {
    /// Writes an empty file.
    pub(crate) fn create(path: PathBuf) -> Result<Self, DataError> {
        Stored::create(path, File::empty()).map(Self::holding)
    }

    /// Reads the file.
    pub(crate) fn open(path: PathBuf) -> Result<Self, DataError> {
        let mut file: File = read_versioned(&path, FILE_VERSION)?;
        // Whatever is written from now on is of this version, whichever was read.
        file.become_newest();
        Ok(Self::holding(Stored::holding(path, file)))
    }

    fn holding(stored: Stored<File>) -> Self {
        let decoy = SecretHash::of(b"no token has this secret");
        Self { stored, decoy }
    }

    /// Writes the file as it is, in the newest version. Blocks on the disk.
    pub(crate) fn rewrite(&self) -> Result<(), DataError> {
        self.stored.update(|_| Ok(()))
    }

    /// Makes a one-time code for somebody. Blocks on the disk.
    pub(crate) fn issue_code(
        &self,
        new: NewCode,
        now: Timestamp,
    ) -> Result<(Issued<LoginCode>, Uuid), IssueError> {
        let (secret, id) = (LoginCode::generate()?, random_id()?);
        let expires_at = after(now, new.lifetime);
        let code = Code {
            id: AsText(id),
            org: AsText(new.principal.org.uuid()),
            person: AsText(new.principal.person.uuid()),
            hash: secret.hash().to_hex(),
            issued_by: new.issued_by.map(|by| AsText(by.uuid())),
            issued_at: Some(AsText(now)),
            expires_at: AsText(expires_at),
        };
        self.stored.update::<_, IssueError>(|file| {
            file.add_code(code, now);
            Ok(())
        })?;
        Ok((Issued { secret, expires_at }, id))
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
        if !is_name(device) {
            return Err(LoginError::Device);
        }
        let secret = BearerToken::generate()?;
        let expires_at = after(now, TOKEN_LIFETIME);
        let credential = self.stored.update::<_, LoginError>(|file| {
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
                access: Scope::FULL.access.into(),
                team: None,
                issued_by: None,
                issued_at: AsText(now),
                expires_at: AsText(expires_at),
            };
            file.add_token(secret.id(), token, now);
            Ok(file.credential(secret.id()).expect("it was just added"))
        })?;
        Ok((Issued { secret, expires_at }, credential))
    }

    /// Makes a token for a program. Blocks on the disk.
    ///
    /// # Errors
    ///
    /// `Name`, and `Random` and `Data` when nothing could be made or kept.
    pub(crate) fn issue_token(
        &self,
        new: NewToken,
        now: Timestamp,
    ) -> Result<(Issued<BearerToken>, Credential), IssueError> {
        if !is_name(&new.name) {
            return Err(IssueError::Name);
        }
        let secret = BearerToken::generate()?;
        let expires_at = after(now, new.lifetime);
        let token = Token {
            org: AsText(new.principal.org.uuid()),
            person: AsText(new.principal.person.uuid()),
            secret_hash: secret.secret_hash().to_hex(),
            device: new.name,
            access: new.scope.access.into(),
            team: new.scope.team.map(|team| AsText(team.uuid())),
            issued_by: Some(AsText(new.issued_by.uuid())),
            issued_at: AsText(now),
            expires_at: AsText(expires_at),
        };
        let credential = self.stored.update::<_, IssueError>(|file| {
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
        let file = self.stored.get();
        let token = file.token(bearer.id());
        let stored = token.and_then(|token| SecretHash::from_hex(&token.secret_hash));
        let matches = stored.unwrap_or(self.decoy) == bearer.secret_hash();
        let credential = file.credential(bearer.id());
        match credential.filter(|_| matches) {
            None => Err(TokenError::Invalid),
            Some(credential) if credential.expires_at <= now => Err(TokenError::Expired {
                at: credential.expires_at,
            }),
            Some(credential) => Ok(credential),
        }
    }

    /// Returns the id that a text gives which looks like a token, if there is such a token.
    pub(crate) fn known_id(&self, bearer: &str) -> Option<Uuid> {
        let id = BearerToken::parse(bearer)?.id();
        self.stored.get().knows(id).then_some(id)
    }

    /// Lists the tokens of an organisation, the oldest first; those that ended lately are in it.
    pub(crate) fn tokens(&self, org: OrgId) -> Vec<Credential> {
        self.stored.get().credentials(org)
    }

    /// Lists the codes of an organisation that wait to be used, the oldest first.
    pub(crate) fn open_codes(&self, org: OrgId, now: Timestamp) -> Vec<OpenCode> {
        self.stored.get().open_codes(org, now)
    }

    /// Ends a token of an organisation, and says whether there was one. Blocks on the disk.
    pub(crate) fn revoke_token(&self, org: OrgId, token: Uuid) -> Result<bool, DataError> {
        self.stored.update(|file| Ok(file.remove_token(org, token)))
    }

    /// Takes back a code of an organisation, and says whether there was one. Blocks on the disk.
    pub(crate) fn revoke_code(&self, org: OrgId, code: Uuid) -> Result<bool, DataError> {
        self.stored.update(|file| Ok(file.remove_code(org, code)))
    }

    /// Ends all tokens and codes but those of people for whom `keep` holds; returns whose, and how many of each.
    /// Blocks on the disk.
    pub(crate) fn retain(
        &self,
        keep: impl Fn(Principal) -> bool,
    ) -> Result<BTreeMap<Principal, usize>, DataError> {
        if !self.stored.get().has_others(&keep) {
            return Ok(BTreeMap::new());
        }
        self.stored.update(|file| Ok(file.retain(&keep)))
    }

    /// Follows the versions of the file.
    pub(crate) fn subscribe(&self) -> watch::Receiver<CredentialsVersion> {
        self.stored.subscribe()
    }
}

/// Says whether a text can be what a device or a program is called: one line that shows.
fn is_name(text: &str) -> bool {
    !text.trim().is_empty()
        && text.chars().count() <= MAX_DEVICE_CHARACTERS
        && !text.chars().any(char::is_control)
}

/// Adds a lifetime; the end of time is the latest moment there is.
fn after(now: Timestamp, lifetime: SignedDuration) -> Timestamp {
    now.saturating_add(lifetime).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
