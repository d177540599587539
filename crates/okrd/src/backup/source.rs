//! Where snapshots and records come from: the running server, or a data directory that no process uses.

use std::path::Path;

use bytes::Bytes;
use jiff::Timestamp;
use okr_core::id::OrgId;
use okr_log::{Log, LogOptions, OpenError, Position, Survey, survey};
use okr_proto::ToCore as _;
use serde::Deserialize as _;
use serde_json::Value;

use super::snapshot::{Snapshot, Stock};
use crate::admin::{AdminClient, Reply, Request};
use crate::data::{DataDir, DataError};
use crate::failure::{Exit, Failure};
use crate::heads::Heads;
use crate::server::{ServeError, ends, read_orgs};
use crate::store::AsText;
use crate::{key, last_backup, stored_log};

/// A server, running or not.
pub(crate) enum Source {
    /// It is asked.
    Running(AdminClient),
    /// Its directory is open here.
    Stopped(Box<Stopped>),
}

/// A data directory that no server uses, open and verified.
pub(crate) struct Stopped {
    heads: Heads,
    log: Log,
    /// Held until everything else is closed.
    data: DataDir,
}

impl Source {
    /// Opens a data directory, or connects to the server that has it open.
    ///
    /// # Errors
    ///
    /// What is wrong with the directory or the log; `Locked` when something else than a server uses it; `Foreign` for root
    /// when it is of another user and no server runs in it.
    pub(crate) fn open(data: &Path) -> Result<Self, Failure> {
        match DataDir::open(data) {
            Ok((directory, manifest)) => {
                let orgs = read_orgs(&manifest)?;
                let key = key::of(&directory, &manifest).map_err(ServeError::from)?;
                let place = directory.log_directory();
                let (log, _) = stored_log::open(&place, LogOptions::new(), &orgs)
                    .map_err(|error| refused(error, &place))?;
                let ends = ends(&manifest, &log, orgs).map_err(ServeError::from)?;
                let heads = Heads::new(key, ends);
                let data = directory;
                Ok(Self::Stopped(Box::new(Stopped { heads, log, data })))
            }
            Err(DataError::Locked { .. }) => AdminClient::connect(data).map(Self::Running),
            // Root may ask the server of another user, which then opens and writes its own files.
            Err(error @ DataError::Foreign { .. }) => match AdminClient::connect(data) {
                Err(failure) if failure.exit() == Exit::Locked => Err(error.into()),
                connected => connected.map(Self::Running),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Takes a snapshot.
    pub(crate) fn snapshot(&mut self, now: Timestamp) -> Result<Snapshot, Failure> {
        match self {
            Self::Stopped(stopped) => stopped.stock().snapshot(now),
            Self::Running(client) => {
                let Reply { value, .. } = client.ask(&Request::Snapshot {})?;
                serde_json::from_value(value).map_err(|error| misunderstood(&error))
            }
        }
    }

    /// Reads records after a position, at least one if there is one.
    pub(crate) fn records(
        &mut self,
        org: OrgId,
        after: Position,
        bytes: usize,
    ) -> Result<Vec<Bytes>, Failure> {
        match self {
            Self::Stopped(stopped) => stopped.stock().records(org, after, bytes),
            Self::Running(client) => {
                let (org, after) = (org.uuid(), after.get());
                let Reply { value, body } = client.ask(&Request::Records { org, after, bytes })?;
                cut(&value, body.into())
            }
        }
    }

    /// Notes that there is a whole backup of a moment.
    pub(crate) fn note_backup(&mut self, taken_at: Timestamp) -> Result<(), Failure> {
        match self {
            Self::Stopped(stopped) => Ok(last_backup::note(stopped.data.path(), taken_at)?),
            // The server writes it, so that the file is its own, whoever runs this command.
            Self::Running(client) => {
                let taken_at = AsText(taken_at);
                client.ask(&Request::BackedUp { taken_at }).map(drop)
            }
        }
    }
}

impl Stopped {
    fn stock(&self) -> Stock<'_> {
        Stock {
            data: self.data.path(),
            heads: &self.heads,
            log: &self.log,
        }
    }
}

/// Says why a log was refused, and what of it still stands.
fn refused(error: OpenError, log: &Path) -> Failure {
    let is_damage = matches!(
        error,
        OpenError::Store { .. }
            | OpenError::Journal { .. }
            | OpenError::Damaged { .. }
            | OpenError::Missing { .. }
    );
    let failure = Failure::from(error);
    match survey(log) {
        Ok(surveys) if is_damage => failure.details(surveys.iter().map(still_stands)),
        _ => failure,
    }
}

fn still_stands(survey: &Survey) -> String {
    let Survey {
        acknowledged,
        whole,
        large,
        first_bad,
        ..
    } = survey;
    let org = survey.organisation.to_core();
    let bad = match first_bad {
        Some(position) => format!("change {position} is the first that is not whole"),
        None => "all changes are whole by themselves".to_owned(),
    };
    let in_pieces = match large {
        0 => String::new(),
        large => format!(", {large} are too large to tell"),
    };
    format!("{org}: {bad}; {whole} of {acknowledged} that were acknowledged are{in_pieces}")
}

/// Cuts what follows an answer into records.
fn cut(value: &Value, mut body: Bytes) -> Result<Vec<Bytes>, Failure> {
    let lengths: Vec<usize> =
        Vec::deserialize(&value["lengths"]).map_err(|error| misunderstood(&error))?;
    let whole: usize = lengths
        .iter()
        .fold(0, |sum, length| sum.saturating_add(*length));
    if whole != body.len() {
        let error = std::io::Error::other("the lengths do not add up");
        return Err(misunderstood(&error));
    }
    let records = lengths.into_iter().map(|length| body.split_to(length));
    Ok(records.collect())
}

fn misunderstood(error: &dyn std::error::Error) -> Failure {
    let message = "the answer of the running server cannot be understood";
    Failure::new(Exit::Incompatible, message)
        .caused_by(error)
        .hint("it is from another version than this command: restart it with the same one")
}
