//! Messages as the replica's own types. What cannot be one is a nonsensical answer, never a panic.

use bytes::Bytes;
use okr_core::Timestamp;
use okr_core::authorize::Scope;
use okr_core::id::{OrgId, PersonId};
use okr_proto::{PushOutcome, role_from_number, v1};
use uuid::Uuid;

use super::Identity;
use crate::directory::{Directory, DirectoryEntry};
use crate::remote::{Followed, Pulled, RemoteError};

/// Says that an answer lacks a part.
pub(super) fn missing(part: &str) -> RemoteError {
    RemoteError::Nonsense {
        problem: format!("{part} is missing"),
    }
}

pub(super) fn identity(message: v1::WhoAmIResponse) -> Result<Identity, RemoteError> {
    Ok(Identity {
        org: OrgId::new(id(&message.org, "org")?),
        person: PersonId::new(id(&message.person, "person")?),
        token_id: id(&message.token_id, "token_id")?,
        role: role_from_number(message.role),
        entry: message.entry.map(entry_in).transpose()?,
        device: message.device,
        origin: message.origin,
        verifier_key: message.verifier_key,
        server_version: message.server_version,
        scope: match message.scope {
            None => Some(Scope::FULL),
            Some(scope) => Scope::try_from(scope).ok(),
        },
        expires_at: time(message.expires_at_us)?,
    })
}

pub(super) fn time(micros: i64) -> Result<Timestamp, RemoteError> {
    Timestamp::from_microsecond(micros).map_err(|_| RemoteError::Nonsense {
        problem: format!("{micros} is not a time"),
    })
}

pub(super) fn optional_person(person: Option<PersonId>) -> Bytes {
    person.map_or_else(Bytes::new, |id| Bytes::copy_from_slice(&id.to_bytes()))
}

pub(super) fn maybe_person(bytes: &[u8], what: &str) -> Result<Option<PersonId>, RemoteError> {
    match bytes {
        [] => Ok(None),
        bytes => Ok(Some(PersonId::new(id(bytes, what)?))),
    }
}

pub(super) fn entry_out(entry: DirectoryEntry) -> v1::DirectoryEntry {
    v1::DirectoryEntry {
        person: optional_person(Some(entry.person)),
        handle: entry.handle,
        name: entry.name,
        email: entry.email,
    }
}

/// Reads a message of a pull that stays open; none when it says nothing to this version.
pub(super) fn followed(message: v1::PullResponse) -> Result<Option<Followed>, RemoteError> {
    use v1::pull_response::What;
    if let Some(What::Heartbeat(_)) = message.what {
        return Ok(Some(Followed::Alive));
    }
    Ok(pulled(message)?.map(Followed::Pulled))
}

/// Reads a message of a pull; none when it says nothing to a client that does not follow.
pub(super) fn pulled(message: v1::PullResponse) -> Result<Option<Pulled>, RemoteError> {
    use v1::pull_response::What;
    // A message that a newer server knows is passed over: fields are added, never changed.
    let Some(what) = message.what else {
        return Ok(None);
    };
    Ok(match what {
        What::Records(records) => Some(Pulled::Records(records.records)),
        What::Checkpoint(checkpoint) => Some(Pulled::Checkpoint(checkpoint.note)),
        What::Heartbeat(_) => None,
        What::Directory(message) => Some(Pulled::Directory(directory(message)?)),
    })
}

pub(super) fn outcome(message: v1::PushResult) -> Result<PushOutcome, RemoteError> {
    PushOutcome::try_from(message).map_err(|error| RemoteError::Nonsense {
        problem: error.to_string(),
    })
}

fn directory(message: v1::Directory) -> Result<Directory, RemoteError> {
    let mut directory = Directory {
        version: message.version,
        ..Directory::default()
    };
    for entry in message.entries {
        directory.set(entry_in(entry)?);
    }
    for person in message.erased {
        let person = PersonId::new(id(&person, "an erased person")?);
        directory.erased.insert(person);
    }
    Ok(directory)
}

fn entry_in(message: v1::DirectoryEntry) -> Result<DirectoryEntry, RemoteError> {
    Ok(DirectoryEntry {
        person: PersonId::new(id(&message.person, "person")?),
        handle: message.handle,
        name: message.name,
        email: message.email,
    })
}

pub(super) fn id(bytes: &[u8], what: &str) -> Result<Uuid, RemoteError> {
    Uuid::from_slice(bytes).map_err(|_| RemoteError::Nonsense {
        problem: format!("{what} is not an id: {} bytes", bytes.len()),
    })
}
