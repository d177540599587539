//! Somebody's connection to the server in memory: what its lost answers and streams look like.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

use okr_core::id::{PersonId, Position};
use okr_proto::EncodedChange;
use okr_replica::{DirectoryEntry, Pulled, PushOutcome, Remote, RemoteError};

use super::Server;
use crate::fault::Fault;

/// A device's connection to the server.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(super) server: Rc<RefCell<Server>>,
    author: PersonId,
}

impl Connection {
    /// Connects somebody to a server.
    pub(crate) fn open(server: &Rc<RefCell<Server>>, author: PersonId) -> Self {
        Self {
            server: Rc::clone(server),
            author,
        }
    }
}

impl Remote for Connection {
    fn push(
        &mut self,
        base: Position,
        changes: Vec<EncodedChange>,
    ) -> Result<Vec<PushOutcome>, RemoteError> {
        let mut server = self.server.borrow_mut();
        server.pushes += 1;
        server.gate()?;
        if server.takes(Fault::LostRequest) {
            return Err(lost());
        }
        let head = server.head();
        if base > head {
            return Err(RemoteError::Ahead { head });
        }
        server.read_all(&changes)?;
        for (author, change) in std::mem::take(&mut server.overtaking) {
            let outcome = server.push_one(author, change);
            assert!(
                matches!(outcome, PushOutcome::Accepted { .. }),
                "{outcome:?}"
            );
        }
        let mut outcomes: Vec<PushOutcome> = changes
            .into_iter()
            .map(|change| server.push_one(self.author, change))
            .collect();
        if server.takes(Fault::LostReply) {
            return Err(lost());
        }
        if server.takes(Fault::MissingAnswer) {
            outcomes.pop();
        }
        Ok(outcomes)
    }

    fn pull(
        &mut self,
        after: Position,
        directory_version: u64,
        sink: &mut dyn FnMut(Pulled) -> ControlFlow<()>,
    ) -> Result<(), RemoteError> {
        let mut server = self.server.borrow_mut();
        server.pulls += 1;
        server.gate()?;
        if after > server.head() {
            let head = server.head();
            return Err(RemoteError::Ahead { head });
        }
        let mut messages = server.news(after, directory_version);
        let broken = server.takes(Fault::BrokenStream);
        if !broken {
            messages.extend(server.checkpoint().map(Pulled::Checkpoint));
        }
        drop(server);
        for message in messages {
            if sink(message).is_break() {
                return Ok(());
            }
        }
        if broken { Err(lost()) } else { Ok(()) }
    }

    fn update_directory(&mut self, entries: Vec<DirectoryEntry>) -> Result<u64, RemoteError> {
        let mut server = self.server.borrow_mut();
        server.gate()?;
        if server.takes(Fault::HandleTaken) {
            return Err(RemoteError::Refused {
                reason: "invalid-request".to_owned(),
                message: "entries[0].handle: taken".to_owned(),
            });
        }
        for entry in entries {
            server.directory.set(entry);
        }
        server.directory.version += 1;
        Ok(server.directory.version)
    }
}

pub(super) fn lost() -> RemoteError {
    RemoteError::Unreachable {
        url: "https://okr.example.org".to_owned(),
        cause: "connection reset".to_owned(),
    }
}
