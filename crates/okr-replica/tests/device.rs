//! A person with a device: a replica in a directory of its own, and a connection to the server.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use okr_core::Timestamp;
use okr_core::change::Change;
use okr_core::decide::{Command, ObjectivePatch, Proposal};
use okr_core::id::{ChangeId, PersonId};
use okr_core::value::Source;
use okr_core::view::{MemoryView, View as _};

use okr_replica::{
    Moment, NewReplica, Proposed, RemoteInfo, Replica, ReplicaInfo, SyncError, SyncReport,
};
use okr_testkit::sample::{
    ANA, BEN, CAI, ORG, TODAY, change_id, cycle_id, new_cycle, new_objective, new_org,
    objective_id, tag, text, title,
};
use tempfile::TempDir;

use crate::server::{Connection, Server};

/// The clock of every device.
pub(crate) fn now() -> Timestamp {
    "2026-11-23T09:00:00Z".parse().unwrap()
}

/// A replica, whose it is, and its connection.
pub(crate) struct Device {
    pub(crate) replica: Replica,
    pub(crate) connection: Connection,
    next_change: u32,
    dir: TempDir,
}

impl Device {
    /// Makes an empty replica; `number` keeps the ids of devices apart.
    pub(crate) fn new(server: &Rc<RefCell<Server>>, me: PersonId, number: u32) -> Self {
        let info = server.borrow().info();
        Self::with(server, me, number, Some(info))
    }

    /// Makes an empty replica that does not know its server.
    pub(crate) fn alone(server: &Rc<RefCell<Server>>, me: PersonId) -> Self {
        Self::with(server, me, 9, None)
    }

    fn with(
        server: &Rc<RefCell<Server>>,
        me: PersonId,
        number: u32,
        remote: Option<RemoteInfo>,
    ) -> Self {
        let dir = TempDir::new().unwrap();
        let new = NewReplica {
            org: ORG,
            me,
            remote,
        };
        Self {
            replica: Replica::create(dir.path(), &new).unwrap(),
            connection: Connection::open(server, me),
            next_change: number * 10_000,
            dir,
        }
    }

    /// Where the replica is.
    pub(crate) fn directory(&self) -> &Path {
        self.dir.path()
    }

    /// Opens the same replica a second time, as another process does.
    pub(crate) fn another_process(&self) -> Replica {
        Replica::open(self.dir.path()).unwrap()
    }

    /// Wants something and expects a pending change.
    #[track_caller]
    pub(crate) fn write(&mut self, commands: impl IntoIterator<Item = Command>) -> Change {
        match self.propose(commands) {
            Proposed::Written(change) => change,
            other => panic!("expected a change, got {other:?}"),
        }
    }

    /// Wants something, for a reason.
    pub(crate) fn propose(&mut self, commands: impl IntoIterator<Item = Command>) -> Proposed {
        let proposal = proposal(self.new_id(), commands);
        self.replica.propose(proposal, TODAY).unwrap()
    }

    /// Prepares a wish with an id that no device has used.
    pub(crate) fn proposal(&mut self, commands: impl IntoIterator<Item = Command>) -> Proposal {
        proposal(self.new_id(), commands)
    }

    /// A change id that no device has used.
    pub(crate) fn new_id(&mut self) -> ChangeId {
        self.next_change += 1;
        change_id(self.next_change)
    }

    /// Syncs and expects it to go well.
    #[track_caller]
    pub(crate) fn sync(&mut self) -> SyncReport {
        self.try_sync().unwrap()
    }

    /// Syncs.
    pub(crate) fn try_sync(&mut self) -> Result<SyncReport, SyncError> {
        self.replica.sync(&mut self.connection, now(), &mut |_| {})
    }

    /// How the replica stands.
    pub(crate) fn info(&self) -> ReplicaInfo {
        self.replica.info().unwrap()
    }

    /// Everything that the replica shows of the entities in `like`, as a state in memory.
    pub(crate) fn state(&self, like: &MemoryView) -> MemoryView {
        let reading = self.replica.reading(Moment::now(TODAY)).unwrap();
        let mut state = MemoryView::new();
        for entity in like.entities() {
            if let Some(found) = reading.entity(entity.id()).unwrap() {
                state.insert(found);
            }
        }
        state
    }
}

/// A server with the sample people, cycle 1 and objective 1, and two devices that have all of it.
pub(crate) fn two_devices() -> (Rc<RefCell<Server>>, Device, Device) {
    let server = Server::start();
    let mut ana = Device::new(&server, ANA, 1);
    ana.write(founding());
    ana.write([
        Command::AddCycle {
            id: cycle_id(1),
            new: new_cycle(),
        },
        Command::AddObjective {
            id: objective_id(1),
            new: Box::new(new_objective("faster")),
        },
    ]);
    ana.sync();
    let mut ben = Device::new(&server, BEN, 2);
    ben.sync();
    (server, ana, ben)
}

/// Gives objective 1 another title.
pub(crate) fn retitle(to: &str) -> [Command; 1] {
    [Command::SetObjective {
        id: objective_id(1),
        patch: Box::new(ObjectivePatch {
            title: Some(title(to)),
            ..ObjectivePatch::default()
        }),
    }]
}

/// Puts a tag on objective 1.
pub(crate) fn tag_it(text: &str) -> [Command; 1] {
    [Command::TagObjective {
        id: objective_id(1),
        tag: tag(text),
    }]
}

/// The title of objective 1, as a device shows it.
pub(crate) fn title_of(device: &Device) -> String {
    let reading = device.replica.reading(Moment::now(TODAY)).unwrap();
    let objective = reading.objective(objective_id(1)).unwrap().unwrap();
    objective.title.to_string()
}

fn proposal(id: ChangeId, commands: impl IntoIterator<Item = Command>) -> Proposal {
    Proposal {
        id,
        authored_at: now(),
        on_behalf_of: None,
        source: Source::Human,
        reason: Some(text("a good one")),
        amendment: None,
        commands: commands.into_iter().collect(),
    }
}

/// Founds the organisation and adds the people.
pub(crate) fn founding() -> Vec<Command> {
    use okr_core::value::Role;
    let person = |id, role| Command::AddPerson { id, role };
    vec![
        Command::CreateOrg {
            id: ORG,
            new: new_org(),
        },
        person(ANA, Role::Admin),
        person(BEN, Role::Member),
        person(CAI, Role::Member),
    ]
}
