//! Any interleaving of edits and syncs, with lost answers, ends with the same state everywhere.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use okr_core::change::Change;
use okr_core::decide::{Command, ObjectivePatch};
use okr_core::event::{Event, ObjectiveEvent};
use okr_core::id::ChangeId;
use okr_core::view::MemoryView;
use okr_replica::{Proposed, Resolution, SyncError};
use okr_testkit::sample::{
    CAI, TODAY, check_in_id, key_result_id, new_check_in, new_key_result, objective_id, tag, text,
    title, value,
};
use proptest::prelude::*;

use crate::device::{Device, two_devices};
use crate::fault::Fault;
use crate::server::Server;

/// Something that happens at a device.
#[derive(Clone, Debug)]
enum Step {
    Title(u8),
    Description(u8),
    Tag(u8),
    Untag(u8),
    KeyResult(u8),
    CheckIn(u8),
    Archive,
    Restore,
    Sync(Option<Fault>),
    Resolve(Resolution),
}

/// What goes wrong with a sync; mostly nothing.
pub(crate) fn fault() -> impl Strategy<Value = Option<Fault>> {
    prop_oneof![
        4 => Just(None),
        1 => Just(Some(Fault::LostReply)),
        1 => Just(Some(Fault::LostRequest)),
        1 => Just(Some(Fault::BrokenStream)),
        1 => Just(Some(Fault::MissingAnswer)),
        1 => Just(Some(Fault::Gap)),
    ]
}

/// How a conflict is decided.
pub(crate) fn resolution() -> impl Strategy<Value = Resolution> {
    prop_oneof![
        Just(Resolution::Mine),
        Just(Resolution::Theirs),
        Just(Resolution::Base),
        Just(Resolution::Drop),
    ]
}

fn steps() -> impl Strategy<Value = Vec<(usize, Step)>> {
    let step = prop_oneof![
        3 => (0..4_u8).prop_map(Step::Title),
        2 => (0..3_u8).prop_map(Step::Description),
        1 => (0..3_u8).prop_map(Step::Tag),
        1 => (0..3_u8).prop_map(Step::Untag),
        2 => (1..4_u8).prop_map(Step::KeyResult),
        2 => (1..4_u8).prop_map(Step::CheckIn),
        1 => Just(Step::Archive),
        1 => Just(Step::Restore),
        4 => fault().prop_map(Step::Sync),
        1 => resolution().prop_map(Step::Resolve),
    ];
    proptest::collection::vec((0..3_usize, step), 1..30)
}

/// A device and what became of all that was written on it.
struct Party {
    device: Device,
    number: u32,
    written: BTreeMap<ChangeId, Change>,
    /// How many changes the reports call already so.
    dropped: usize,
    /// Whether a sync broke off, so that there is no report of it.
    broke_off: bool,
    check_ins: u32,
}

impl Party {
    fn take(&mut self, step: &Step, server: &Rc<RefCell<Server>>) {
        let objective = objective_id(1);
        let command = match step {
            Step::Title(number) => edit(|patch| patch.title = Some(title(&format!("T{number}")))),
            Step::Description(number) => {
                edit(|patch| patch.description = Some(Some(text(&format!("D{number}")))))
            }
            Step::Tag(number) => Command::TagObjective {
                id: objective,
                tag: tag(&format!("t{number}")),
            },
            Step::Untag(number) => Command::UntagObjective {
                id: objective,
                tag: tag(&format!("t{number}")),
            },
            // Ids are each device's own, as real ones are.
            Step::KeyResult(number) => Command::AddKeyResult {
                id: key_result_id(self.number * 100 + u32::from(*number)),
                new: Box::new(new_key_result(objective, "time")),
            },
            Step::CheckIn(number) => {
                self.check_ins += 1;
                Command::RecordCheckIn {
                    id: check_in_id(self.number * 1000 + self.check_ins),
                    new: new_check_in(
                        key_result_id(self.number * 100 + u32::from(*number)),
                        value("5"),
                    ),
                }
            }
            Step::Archive => Command::ArchiveObjective(objective),
            Step::Restore => Command::RestoreObjective(objective),
            Step::Sync(fault) => {
                if let Some(fault) = fault {
                    server.borrow_mut().fail_next(*fault);
                }
                return self.sync();
            }
            Step::Resolve(how) => return self.resolve(*how),
        };
        if let Proposed::Written(change) = self.device.propose([command]) {
            self.written.insert(change.id, change);
        }
    }

    fn sync(&mut self) {
        match self.device.try_sync() {
            Ok(report) => self.dropped += report.already_so,
            Err(SyncError::Remote(_) | SyncError::Integrity(_)) => self.broke_off = true,
            Err(other) => panic!("{other}"),
        }
    }

    fn resolve(&mut self, how: Resolution) {
        use okr_replica::Resolved;
        let Some(conflict) = self.device.replica.conflicts().unwrap().into_iter().next() else {
            return;
        };
        let (id, new_id) = (conflict.change.id, self.device.new_id());
        match self.device.replica.resolve(id, how, new_id, TODAY).unwrap() {
            Resolved::Again(change) => {
                if how == Resolution::Mine {
                    self.written.remove(&id);
                }
                self.written.insert(change.id, change);
            }
            Resolved::AlreadySo => {
                self.written.remove(&id);
            }
            // It must be among the dropped ones from now on.
            Resolved::Dropped => assert_ne!(how, Resolution::Mine),
            Resolved::StillRefused(_) => assert_ne!(how, Resolution::Drop),
            Resolved::NothingClashes => assert_eq!(how, Resolution::Base),
            Resolved::NoSuchConflict => panic!("the conflict was listed"),
        }
    }

    /// Every change that was written is in the log, a conflict, or says what the log says already.
    fn check(&self, log: &Log, state: &MemoryView) {
        let info = self.device.info();
        assert_eq!(info.pending, 0);
        let conflicts = self.device.replica.conflicts().unwrap();
        let conflicts: BTreeSet<ChangeId> = conflicts.iter().map(|kept| kept.change.id).collect();
        assert_eq!(info.conflicts, conflicts.len());
        assert!(conflicts.is_disjoint(&log.ids));
        let kept = self.device.replica.dropped().unwrap();
        let kept: BTreeSet<ChangeId> = kept.iter().map(|kept| kept.change.id).collect();
        assert!(kept.is_disjoint(&log.ids) && kept.is_disjoint(&conflicts));
        let elsewhere =
            |id: &ChangeId| conflicts.contains(id) || log.ids.contains(id) || kept.contains(id);
        let dropped: Vec<&Change> = self
            .written
            .iter()
            .filter(|(id, _)| !elsewhere(id))
            .map(|(_, change)| change)
            .collect();
        assert!(dropped.len() == self.dropped || self.broke_off && dropped.len() > self.dropped);
        for event in dropped.iter().flat_map(|change| &change.events) {
            // A tag whose putting on was refused is off without anybody saying so.
            let untagged = matches!(event, Event::Objective(_, ObjectiveEvent::Untagged(_)));
            assert!(
                untagged || log.said.contains(&saying(event)),
                "{event:?} was lost"
            );
        }
        assert_eq!(&self.device.state(state), state);
    }
}

/// What the server has: the changes, and what they say.
struct Log {
    ids: BTreeSet<ChangeId>,
    said: BTreeSet<String>,
}

/// What an event says, whatever its author saw before.
fn saying(event: &Event) -> String {
    let subject = event.subject();
    match event.field_change() {
        Some(change) => format!("{subject}: {} is {}", change.field, change.to),
        None => format!("{event:?}"),
    }
}

fn edit(set: impl FnOnce(&mut ObjectivePatch)) -> Command {
    let mut patch = ObjectivePatch::default();
    set(&mut patch);
    Command::SetObjective {
        id: objective_id(1),
        patch: Box::new(patch),
    }
}

fn run(steps: &[(usize, Step)]) {
    let (server, ana, ben) = two_devices();
    let cai = Device::new(&server, CAI, 3);
    let mut parties: Vec<Party> = [ana, ben, cai]
        .into_iter()
        .zip(1..)
        .map(|(device, number)| Party {
            device,
            number,
            written: BTreeMap::new(),
            dropped: 0,
            broke_off: false,
            check_ins: 0,
        })
        .collect();
    parties[2].sync();
    for (who, step) in steps {
        parties[*who].take(step, &server);
    }
    server.borrow_mut().be_honest();
    for _ in 0..2 {
        for party in &mut parties {
            party.sync();
        }
    }

    let server = server.borrow();
    let changes = server.changes();
    let log = Log {
        ids: changes.iter().map(|change| change.id).collect(),
        said: changes
            .iter()
            .flat_map(|change| &change.events)
            .map(saying)
            .collect(),
    };
    assert_eq!(log.ids.len(), changes.len(), "no change stands twice");
    let mut replayed = MemoryView::new();
    for change in &changes {
        replayed.apply(change);
    }
    assert_eq!(&replayed, server.view());
    for party in &parties {
        let info = party.device.info();
        assert_eq!((info.head, info.root), (server.head(), server.root()));
        party.check(&log, &replayed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn all_replicas_show_what_a_replay_shows_and_no_edit_is_lost(steps in steps()) {
        run(&steps);
    }
}
