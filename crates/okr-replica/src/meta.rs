//! What the replica knows about itself: whose it is, its server, how far it is confirmed.

use okr_core::Timestamp;
use okr_core::id::{OrgId, PersonId, Position};
use okr_log::{Frontier, Hash};
use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension as _, ToSql};

use crate::error::ReplicaError;

/// The server of a replica, and what is pinned of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteInfo {
    /// Its address.
    pub url: String,
    /// The origin line of the checkpoints of this organisation's log.
    pub origin: String,
    /// The C2SP verifier key that signs them.
    pub verifier_key: String,
}

/// What a new replica is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReplica {
    /// Whose history it will hold.
    pub org: OrgId,
    /// Who writes here.
    pub me: PersonId,
    /// The server; none for a workspace that has none yet.
    pub remote: Option<RemoteInfo>,
}

/// How a replica stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaInfo {
    /// Whose history it holds.
    pub org: OrgId,
    /// Who writes here.
    pub me: PersonId,
    /// The server, if there is one.
    pub remote: Option<RemoteInfo>,
    /// The newest confirmed position.
    pub head: Position,
    /// The Merkle root over everything confirmed.
    pub root: Hash,
    /// The newest signed checkpoint, as the note that it came in.
    pub checkpoint: Option<String>,
    /// When it last heard from the server.
    pub synced_at: Option<Timestamp>,
    /// How many changes wait to be pushed.
    pub pending: usize,
    /// How many changes wait for a person to decide.
    pub conflicts: usize,
}

/// A fact by name. Each has one type, here and for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meta {
    Org,
    Me,
    Url,
    Origin,
    VerifierKey,
    Head,
    Frontier,
    Checkpoint,
    SyncedAt,
    DirectoryVersion,
    /// What the program could read that took the records in.
    Vocabulary,
    /// The number of the newest entity.
    Entities,
    /// By how many days a check-in was ever ahead of the day it was recorded on; at least 0.
    AheadRecorded,
    /// By how many days a check-in was ever ahead of the day it was authored on; at least 0.
    AheadAuthored,
    /// The newest position whose texts are in the index for searching; none while it is empty.
    Indexed,
    /// That a first load has put off the ends of ids and the large indexes.
    PutOff,
    /// The position up to which the person has looked at what happened; none: never.
    InboxSeen,
    /// That something was erased whose bytes may still stand in unused parts of the file.
    Unclean,
    /// How much is new to them, and of which stretch of the log; none when it was not counted.
    Unread,
}

impl Meta {
    const fn name(self) -> &'static str {
        match self {
            Self::Org => "org",
            Self::Me => "me",
            Self::Url => "url",
            Self::Origin => "origin",
            Self::VerifierKey => "verifier_key",
            Self::Head => "head",
            Self::Frontier => "frontier",
            Self::Checkpoint => "checkpoint",
            Self::SyncedAt => "synced_at",
            Self::DirectoryVersion => "directory_version",
            Self::Vocabulary => "vocabulary",
            Self::Entities => "entities",
            Self::AheadRecorded => "ahead_recorded_days",
            Self::AheadAuthored => "ahead_authored_days",
            Self::Indexed => "indexed",
            Self::PutOff => "put_off",
            Self::InboxSeen => "inbox_seen",
            Self::Unclean => "unclean",
            Self::Unread => "unread",
        }
    }

    pub(crate) fn get<T: FromSql>(self, db: &Connection) -> Result<Option<T>, ReplicaError> {
        let mut statement = db.prepare_cached("SELECT value FROM meta WHERE name = ?1")?;
        let value = statement.query_row([self.name()], |row| row.get(0));
        Ok(value.optional()?)
    }

    pub(crate) fn require<T: FromSql>(self, db: &Connection) -> Result<T, ReplicaError> {
        self.get(db)?
            .ok_or_else(|| ReplicaError::damaged(format!("\"{}\" is missing", self.name())))
    }

    pub(crate) fn set(self, db: &Connection, value: impl ToSql) -> Result<(), ReplicaError> {
        db.prepare_cached("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)")?
            .execute((self.name(), value))?;
        Ok(())
    }

    pub(crate) fn remove(self, db: &Connection) -> Result<(), ReplicaError> {
        db.prepare_cached("DELETE FROM meta WHERE name = ?1")?
            .execute([self.name()])?;
        Ok(())
    }
}

/// Writes the facts of a new replica.
pub(crate) fn found(db: &Connection, new: &NewReplica) -> Result<(), ReplicaError> {
    Meta::Org.set(db, new.org.to_bytes())?;
    Meta::Me.set(db, new.me.to_bytes())?;
    Meta::Head.set(db, 0)?;
    Meta::Entities.set(db, 0)?;
    Meta::AheadRecorded.set(db, 0)?;
    Meta::AheadAuthored.set(db, 0)?;
    Meta::DirectoryVersion.set(db, 0)?;
    Meta::Frontier.set(db, Frontier::new().to_bytes())?;
    match &new.remote {
        Some(remote) => set_remote(db, remote),
        None => Ok(()),
    }
}

pub(crate) fn set_remote(db: &Connection, remote: &RemoteInfo) -> Result<(), ReplicaError> {
    Meta::Url.set(db, &remote.url)?;
    Meta::Origin.set(db, &remote.origin)?;
    Meta::VerifierKey.set(db, &remote.verifier_key)
}

pub(crate) fn remote(db: &Connection) -> Result<Option<RemoteInfo>, ReplicaError> {
    let Some(url) = Meta::Url.get(db)? else {
        return Ok(None);
    };
    Ok(Some(RemoteInfo {
        url,
        origin: Meta::Origin.require(db)?,
        verifier_key: Meta::VerifierKey.require(db)?,
    }))
}

pub(crate) fn org(db: &Connection) -> Result<OrgId, ReplicaError> {
    Meta::Org.require(db).map(OrgId::from_bytes)
}

pub(crate) fn me(db: &Connection) -> Result<PersonId, ReplicaError> {
    Meta::Me.require(db).map(PersonId::from_bytes)
}

pub(crate) fn head(db: &Connection) -> Result<Position, ReplicaError> {
    let head: i64 = Meta::Head.require(db)?;
    u64::try_from(head)
        .map(Position::new)
        .map_err(|_| ReplicaError::damaged("the head is negative"))
}

pub(crate) fn frontier(db: &Connection) -> Result<Frontier, ReplicaError> {
    let bytes: Vec<u8> = Meta::Frontier.require(db)?;
    Ok(Frontier::from_bytes(&bytes)?)
}

pub(crate) fn timestamp(micros: i64) -> Result<Timestamp, ReplicaError> {
    Timestamp::from_microsecond(micros)
        .map_err(|_| ReplicaError::damaged(format!("{micros} is no moment")))
}

/// Reads how the replica stands.
pub(crate) fn info(db: &Connection) -> Result<ReplicaInfo, ReplicaError> {
    let count = |table: &str| -> Result<usize, ReplicaError> {
        let sql = format!("SELECT count(*) FROM {table}");
        let count: i64 = db.prepare_cached(&sql)?.query_row([], |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or(0))
    };
    let synced_at: Option<i64> = Meta::SyncedAt.get(db)?;
    Ok(ReplicaInfo {
        org: org(db)?,
        me: me(db)?,
        remote: remote(db)?,
        head: head(db)?,
        root: frontier(db)?.root(),
        checkpoint: Meta::Checkpoint.get(db)?,
        synced_at: synced_at.map(timestamp).transpose()?,
        pending: count("pending")?,
        conflicts: count("conflicts")?,
    })
}
