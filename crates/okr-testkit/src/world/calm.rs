//! The server of a world in calm weather, for tests that bring a replica of their own: it is always there, loses
//! nothing, and takes what the rules admit.

use std::ops::ControlFlow;

use okr_core::Timestamp;
use okr_core::id::{OrgId, PersonId, Position};
use okr_proto::{EncodedChange, PushOutcome, v1};
use okr_replica::{DirectoryEntry, Pulled, Remote, RemoteError, RemoteInfo};
use uuid::Uuid;

use super::faults::Faults;
use super::line::{gone, told};
use super::server::{Refused, Server};

/// A server with the log of one organisation, and the connection of one person to it.
#[derive(Debug)]
pub struct CalmServer {
    server: Server,
    person: PersonId,
}

impl CalmServer {
    /// Makes a server with an empty log.
    pub fn new(org: OrgId, person: PersonId) -> Self {
        Self {
            server: Server::new(org, Faults::NONE),
            person,
        }
    }

    /// Returns what a client pins.
    pub fn info(&self) -> RemoteInfo {
        self.server.info()
    }

    /// Sets the server's clock.
    pub fn set_time(&self, now: Timestamp) {
        self.server.set_time(now.as_microsecond());
    }
}

impl Remote for CalmServer {
    fn push(
        &mut self,
        base: Position,
        changes: Vec<EncodedChange>,
    ) -> Result<Vec<PushOutcome>, RemoteError> {
        let request = v1::PushRequest {
            base_position: base.get(),
            changes: changes.into_iter().map(Into::into).collect(),
        };
        let credential = (self.person, Uuid::from_u128(1));
        let receipt = self.server.judge(credential, request).map_err(heard)?;
        self.server.settle(receipt, true).map_err(heard)
    }

    fn pull(
        &mut self,
        after: Position,
        directory_version: u64,
        sink: &mut dyn FnMut(Pulled) -> ControlFlow<()>,
    ) -> Result<(), RemoteError> {
        let page = self.server.page(after, directory_version).map_err(heard)?;
        let directory = page.directory.map(Pulled::Directory);
        let records = (!page.records.is_empty()).then_some(Pulled::Records(page.records));
        let checkpoint = Pulled::Checkpoint(page.checkpoint);
        for part in directory.into_iter().chain(records).chain([checkpoint]) {
            if sink(part).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn update_directory(&mut self, entries: Vec<DirectoryEntry>) -> Result<u64, RemoteError> {
        self.server.correct(entries).map_err(heard)
    }
}

/// Says what a client hears; a server in calm weather never crashes.
fn heard(refused: Refused) -> RemoteError {
    match refused {
        Refused::Down | Refused::Crashed => gone(),
        Refused::Api(error) => told(error),
    }
}
