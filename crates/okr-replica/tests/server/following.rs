//! A stream of the server in memory that stays open, breaks where a test wants it to, and lets
//! others do something before any of its messages.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::Duration;

use okr_core::id::Position;
use okr_proto::EncodedChange;
use okr_replica::{
    DirectoryEntry, Follow, Followed, Following, Pulled, PushOutcome, Remote, RemoteError,
};

use super::Server;
use super::connection::{Connection, lost};

/// A connection whose streams stay open. They never wait: where nothing is new, nothing comes.
pub(crate) struct Watched<'t> {
    connection: Connection,
    /// After how many messages each stream breaks.
    pub(crate) breaks_after: Option<usize>,
    /// What happens before each message of a stream; messages count from 0.
    pub(crate) before: &'t mut dyn FnMut(usize),
}

impl<'t> Watched<'t> {
    /// Uses a connection, and lets `before` do something before each message.
    pub(crate) fn new(connection: &Connection, before: &'t mut dyn FnMut(usize)) -> Self {
        Self {
            connection: connection.clone(),
            breaks_after: None,
            before,
        }
    }
}

impl Remote for Watched<'_> {
    fn push(
        &mut self,
        base: Position,
        changes: Vec<EncodedChange>,
    ) -> Result<Vec<PushOutcome>, RemoteError> {
        self.connection.push(base, changes)
    }

    fn pull(
        &mut self,
        after: Position,
        directory_version: u64,
        sink: &mut dyn FnMut(Pulled) -> ControlFlow<()>,
    ) -> Result<(), RemoteError> {
        self.connection.pull(after, directory_version, sink)
    }

    fn update_directory(&mut self, entries: Vec<DirectoryEntry>) -> Result<u64, RemoteError> {
        self.connection.update_directory(entries)
    }
}

impl Follow for Watched<'_> {
    fn follow(
        &mut self,
        after: Position,
        directory_version: u64,
    ) -> Result<Box<dyn Following + '_>, RemoteError> {
        let server = Rc::clone(&self.connection.server);
        server.borrow_mut().gate()?;
        let head = server.borrow().head();
        if after > head {
            return Err(RemoteError::Ahead { head });
        }
        Ok(Box::new(Stream {
            server,
            after,
            directory_version,
            has_begun: false,
            waiting: VecDeque::new(),
            sent: 0,
            breaks_after: self.breaks_after,
            before: self.before,
        }))
    }
}

struct Stream<'t> {
    server: Rc<RefCell<Server>>,
    after: Position,
    directory_version: u64,
    has_begun: bool,
    waiting: VecDeque<Pulled>,
    sent: usize,
    breaks_after: Option<usize>,
    before: &'t mut dyn FnMut(usize),
}

impl Stream<'_> {
    /// Looks for what is new, as the server does when something happened.
    fn look(&mut self) {
        let mut server = self.server.borrow_mut();
        let head = server.head();
        let news = server.news(self.after, self.directory_version);
        self.waiting.extend(news);
        if head > self.after || !self.has_begun {
            self.waiting
                .extend(server.checkpoint().map(Pulled::Checkpoint));
        }
        self.directory_version = server.directory.version;
        self.after = head;
        self.has_begun = true;
    }
}

impl Following for Stream<'_> {
    fn next(&mut self, _patience: Duration) -> Result<Option<Followed>, RemoteError> {
        if self.breaks_after == Some(self.sent) {
            return Err(lost());
        }
        if self.waiting.is_empty() {
            self.look();
        }
        if !self.waiting.is_empty() {
            (self.before)(self.sent);
            self.sent += 1;
        }
        Ok(self.waiting.pop_front().map(Followed::Pulled))
    }
}
