//! Who is calling: the version of the protocol, then the token, before anything else is done.

use jiff::Timestamp;
use okr_core::authorize::{Action, Refusal, Request, Scope, authorize};
use okr_core::entity::Person;
use okr_core::value::{EditPolicy, Role};
use okr_proto::{
    AUTHORIZATION_METADATA_KEY, ApiError, BEARER_PREFIX, PROTOCOL_METADATA_KEY, PROTOCOL_VERSION,
};
use tonic::metadata::MetadataMap;
use uuid::Uuid;

use crate::access_log::{AccessLog, Act, Entry, Source};
use crate::credentials::{Credential, Credentials, Principal};
use crate::heads::Heads;
use crate::peer::Peer;
use crate::refusals::Refusals;
use crate::standing::Standing;

/// The longest text of a client that is repeated to it, in characters.
const ECHO_CHARACTERS: usize = 32;

/// Who is calling, and what they may do by the durable log.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    pub(crate) token: Uuid,
    pub(crate) device: String,
    pub(crate) scope: Scope,
    pub(crate) expires_at: Timestamp,
    /// Where the call came from.
    pub(crate) source: Source,
    /// Them in the log; none before they were added to it.
    pub(crate) person: Option<Person>,
    /// Whether the log has no change yet: whoever has a credential then is about to bring the organisation.
    pub(crate) founding: bool,
}

/// Where callers are looked up, and where those who are refused are noted.
#[derive(Clone, Copy)]
pub(crate) struct Registry<'a> {
    pub(crate) credentials: &'a Credentials,
    pub(crate) standing: &'a Standing,
    pub(crate) heads: &'a Heads,
    pub(crate) refusals: &'a Refusals,
    pub(crate) access: &'a AccessLog,
}

/// Checks that the client speaks our version of the protocol.
pub(crate) fn check_protocol(metadata: &MetadataMap) -> Result<(), ApiError> {
    let client = metadata
        .get(PROTOCOL_METADATA_KEY)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if client == PROTOCOL_VERSION.to_string() {
        return Ok(());
    }
    Err(ApiError::ProtocolVersion {
        client: client.chars().take(ECHO_CHARACTERS).collect(),
        oldest: PROTOCOL_VERSION,
        newest: PROTOCOL_VERSION,
    })
}

impl Registry<'_> {
    /// Finds out who is calling.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` for a missing, unknown or expired token, `Overloaded` after too many of them,
    /// `PermissionDenied` for a person who has left.
    pub(crate) fn caller(
        &self,
        metadata: &MetadataMap,
        source: Source,
        now: Timestamp,
    ) -> Result<Caller, ApiError> {
        let bearer = metadata
            .get(AUTHORIZATION_METADATA_KEY)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix(BEARER_PREFIX))
            .ok_or(ApiError::Unauthenticated)?;
        let credential = self.credential(bearer, &source, now)?;
        let principal = credential.principal;
        if !self.heads.contains(principal.org) {
            return Err(ApiError::Unauthenticated);
        }
        let person = self.standing.get(principal);
        let head = self.heads.head(principal.org);
        let caller = Caller {
            principal,
            token: credential.token,
            device: credential.device,
            scope: credential.scope,
            expires_at: credential.expires_at,
            source,
            person,
            founding: head.position == okr_log::Position::ZERO,
        };
        if person.is_some_and(|person| !person.active) {
            let refusal = Refusal::InactiveAuthor;
            self.access.record(&caller.refused(Act::Call, now, refusal));
            return Err(denied("use the organisation any more", refusal));
        }
        Ok(caller)
    }

    fn credential(
        &self,
        bearer: &str,
        source: &Source,
        now: Timestamp,
    ) -> Result<Credential, ApiError> {
        let address = source.peer.map(Peer::ip);
        let known = self.credentials.known_id(bearer);
        self.refusals.check(address, known, now)?;
        self.credentials.authenticate(bearer, now).map_err(|error| {
            self.refusals.failed(address, known, now);
            let entry = Entry::refused(Act::Call, now, error.to_string()).called_from(source);
            let entry = match known {
                Some(token) => entry.subject(token),
                None => entry,
            };
            self.access.record(&entry);
            ApiError::Unauthenticated
        })
    }
}

/// Says what somebody may not do, and why.
pub(crate) fn denied(what: &str, refusal: Refusal) -> ApiError {
    ApiError::PermissionDenied {
        what: what.to_owned(),
        why: refusal.words().to_owned(),
        refusal: refusal.code().to_owned(),
    }
}

impl Caller {
    /// Says whether the caller may do something that is not a change of the history.
    ///
    /// # Errors
    ///
    /// Why not.
    pub(crate) fn may(&self, action: Action) -> Result<(), Refusal> {
        if self.founding {
            return self.scope.allows(action, false);
        }
        // Whom the history does not know yet may what everybody may.
        let newcomer = Person {
            id: self.principal.person,
            role: Role::Viewer,
            active: true,
        };
        authorize(&Request {
            author: Some(self.person.as_ref().unwrap_or(&newcomer)),
            scope: self.scope,
            policy: EditPolicy::Everyone,
            action,
            steward: false,
            in_team: false,
        })
    }

    /// Begins a line of the access log about what the caller did.
    pub(crate) fn entry(&self, act: Act, now: Timestamp) -> Entry {
        let entry = Entry::done(act, now).by(self.principal, self.token);
        entry.called_from(&self.source)
    }

    /// Begins a line of the access log about what the caller was refused.
    pub(crate) fn refused(&self, act: Act, now: Timestamp, refusal: Refusal) -> Entry {
        let entry = Entry::refused(act, now, refusal.code()).by(self.principal, self.token);
        entry.called_from(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_version_of_the_protocol_is_spoken() {
        let mut metadata = MetadataMap::new();
        let refused = |metadata: &MetadataMap| match check_protocol(metadata) {
            Err(ApiError::ProtocolVersion { client, .. }) => client,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(&metadata), "");
        for wrong in ["2", "01", " 1", "x"] {
            metadata.insert(PROTOCOL_METADATA_KEY, wrong.parse().unwrap());
            assert_eq!(refused(&metadata), wrong);
        }
        metadata.insert(PROTOCOL_METADATA_KEY, "9".repeat(99).parse().unwrap());
        assert_eq!(refused(&metadata).len(), ECHO_CHARACTERS);
        metadata.insert(PROTOCOL_METADATA_KEY, "1".parse().unwrap());
        assert_eq!(check_protocol(&metadata), Ok(()));
    }
}
