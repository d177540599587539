//! What `credentials.json` holds: login codes and tokens, hashed. One version of it is never changed once it is seen.

use std::collections::BTreeMap;

use jiff::Timestamp;
use okr_core::authorize::{Access, Scope};
use okr_core::id::{OrgId, PersonId, TeamId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CODE_LIFETIME, Credential, OpenCode, Principal, TOKEN_LIFETIME, after};
use crate::secret::SecretHash;
use crate::store::AsText;

/// Codes that one person may have open; the oldest makes room.
pub(super) const MAX_CODES_PER_PERSON: usize = 10;
/// Tokens that one person may have; the oldest makes room.
pub(super) const MAX_TOKENS_PER_PERSON: usize = 50;
/// The version of the file that this program writes; it reads earlier ones as well.
pub(crate) const FILE_VERSION: u32 = 2;

/// One version of the codes and tokens.
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
pub(super) struct Code {
    /// Version 1 had none: such a code gets one when it is read.
    #[serde(default = "fresh_id")]
    pub(super) id: AsText<Uuid>,
    pub(super) org: AsText<Uuid>,
    pub(super) person: AsText<Uuid>,
    pub(super) hash: String,
    /// None for a code that was made on the server's machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) issued_by: Option<AsText<Uuid>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) issued_at: Option<AsText<Timestamp>>,
    pub(super) expires_at: AsText<Timestamp>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Token {
    pub(super) org: AsText<Uuid>,
    pub(super) person: AsText<Uuid>,
    pub(super) secret_hash: String,
    /// The device or the program that holds it.
    pub(super) device: String,
    #[serde(default)]
    pub(super) access: AccessWord,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) team: Option<AsText<Uuid>>,
    /// None for a token that a login code gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) issued_by: Option<AsText<Uuid>>,
    pub(super) issued_at: AsText<Timestamp>,
    pub(super) expires_at: AsText<Timestamp>,
}

/// What a token allows, as the file has it.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum AccessWord {
    #[default]
    Full,
    CheckIns,
    ReadOnly,
}

impl From<Access> for AccessWord {
    fn from(access: Access) -> Self {
        match access {
            Access::Full => Self::Full,
            Access::Reports => Self::CheckIns,
            Access::Reads => Self::ReadOnly,
        }
    }
}

impl From<AccessWord> for Access {
    fn from(word: AccessWord) -> Self {
        match word {
            AccessWord::Full => Self::Full,
            AccessWord::CheckIns => Self::Reports,
            AccessWord::ReadOnly => Self::Reads,
        }
    }
}

impl File {
    pub(super) const fn empty() -> Self {
        Self {
            version: FILE_VERSION,
            codes: Vec::new(),
            tokens: BTreeMap::new(),
        }
    }

    /// Makes it one of the newest version: what that added has its default.
    pub(super) const fn become_newest(&mut self) {
        self.version = FILE_VERSION;
    }

    /// Says whether a token is still there.
    pub(crate) fn knows(&self, token: Uuid) -> bool {
        self.tokens.contains_key(&AsText(token))
    }

    pub(super) fn token(&self, id: Uuid) -> Option<&Token> {
        self.tokens.get(&AsText(id))
    }

    pub(super) fn credential(&self, id: Uuid) -> Option<Credential> {
        Some(credential(id, self.token(id)?))
    }

    /// Lists the tokens of an organisation, the oldest first.
    pub(super) fn credentials(&self, org: OrgId) -> Vec<Credential> {
        let theirs = self
            .tokens
            .iter()
            .filter(|(_, token)| token.org.0 == org.uuid());
        let mut found: Vec<_> = theirs.map(|(id, token)| credential(id.0, token)).collect();
        found.sort_by_key(|credential| credential.issued_at);
        found
    }

    /// Lists the codes of an organisation that still work, the oldest first.
    pub(super) fn open_codes(&self, org: OrgId, now: Timestamp) -> Vec<OpenCode> {
        let open = self
            .codes
            .iter()
            .filter(|code| code.org.0 == org.uuid() && code.expires_at.0 > now);
        open.map(|code| OpenCode {
            id: code.id.0,
            principal: principal(code.org, code.person),
            issued_by: code.issued_by.map(|by| PersonId::new(by.0)),
            issued_at: code.issued_at.map_or(Timestamp::UNIX_EPOCH, |at| at.0),
            expires_at: code.expires_at.0,
        })
        .collect()
    }

    pub(super) fn take_code(&mut self, hash: SecretHash) -> Option<Code> {
        let found = |code: &Code| SecretHash::from_hex(&code.hash) == Some(hash);
        let index = self.codes.iter().position(found)?;
        Some(self.codes.remove(index))
    }

    pub(super) fn add_code(&mut self, code: Code, now: Timestamp) {
        self.forget_codes(now);
        let same = |other: &Code| other.org == code.org && other.person == code.person;
        if self.codes.iter().filter(|other| same(other)).count() >= MAX_CODES_PER_PERSON
            && let Some(oldest) = self.codes.iter().position(same)
        {
            self.codes.remove(oldest);
        }
        self.codes.push(code);
    }

    /// Drops codes that ended a lifetime ago; until then a late user is told that the code expired.
    fn forget_codes(&mut self, now: Timestamp) {
        self.codes
            .retain(|code| after(code.expires_at.0, CODE_LIFETIME) > now);
    }

    pub(super) fn add_token(&mut self, id: Uuid, token: Token, now: Timestamp) {
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

    /// Takes out a token and says whether it was there.
    pub(super) fn remove_token(&mut self, org: OrgId, id: Uuid) -> bool {
        let theirs = self
            .token(id)
            .is_some_and(|token| token.org.0 == org.uuid());
        theirs && self.tokens.remove(&AsText(id)).is_some()
    }

    /// Takes out a code and says whether it was there.
    pub(super) fn remove_code(&mut self, org: OrgId, id: Uuid) -> bool {
        let before = self.codes.len();
        self.codes
            .retain(|code| code.id.0 != id || code.org.0 != org.uuid());
        self.codes.len() < before
    }

    /// Takes out everything that is not to be kept, and says of whom how much that was.
    pub(super) fn retain(
        &mut self,
        keep: impl Fn(Principal) -> bool,
    ) -> BTreeMap<Principal, usize> {
        let mut ended = BTreeMap::new();
        let mut stays = |holder| {
            let stays = keep(holder);
            if !stays {
                *ended.entry(holder).or_default() += 1;
            }
            stays
        };
        self.tokens
            .retain(|_, token| stays(principal(token.org, token.person)));
        self.codes
            .retain(|code| stays(principal(code.org, code.person)));
        ended
    }

    /// Says whether somebody has a token or a code whom `keep` does not hold for.
    pub(super) fn has_others(&self, keep: impl Fn(Principal) -> bool) -> bool {
        let tokens = self.tokens.values();
        let codes = self.codes.iter();
        let mut holders = tokens
            .map(|token| principal(token.org, token.person))
            .chain(codes.map(|code| principal(code.org, code.person)));
        holders.any(|principal| !keep(principal))
    }
}

fn credential(id: Uuid, token: &Token) -> Credential {
    Credential {
        principal: principal(token.org, token.person),
        token: id,
        device: token.device.clone(),
        scope: Scope {
            access: token.access.into(),
            team: token.team.map(|team| TeamId::new(team.0)),
        },
        issued_by: token.issued_by.map(|by| PersonId::new(by.0)),
        issued_at: token.issued_at.0,
        expires_at: token.expires_at.0,
    }
}

fn principal(AsText(org): AsText<Uuid>, AsText(person): AsText<Uuid>) -> Principal {
    Principal {
        org: OrgId::new(org),
        person: PersonId::new(person),
    }
}

fn fresh_id() -> AsText<Uuid> {
    AsText(Uuid::now_v7())
}
