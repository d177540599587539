//! Any interleaving of edits, erasures and syncs, with lost answers: all copies show the same, everything verifies, and
//! what is erased is in no byte of any file.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

use okr_core::decide::{Command, ObjectivePatch};
use okr_core::event::TextPlace;
use okr_core::view::MemoryView;
use okr_replica::{Proposed, Resolution, SyncError};
use okr_testkit::sample::{CAI, ORG, TODAY, objective_id, text, title};
use proptest::prelude::*;

use crate::convergence::{fault, resolution};
use crate::device::{Device, two_devices};
use crate::fault::Fault;
use crate::server::Server;

/// Something that happens at a device.
#[derive(Clone, Debug)]
enum Step {
    /// A title that nobody has written before.
    Title,
    /// A description, the same.
    Description,
    /// One of the texts so far, counted from the newest, goes wherever it stands in the history of the device.
    Erase(usize),
    Sync(Option<Fault>),
    Resolve(Resolution),
}

fn steps() -> impl Strategy<Value = Vec<(usize, Step)>> {
    let step = prop_oneof![
        3 => Just(Step::Title),
        2 => Just(Step::Description),
        3 => (0..4_usize).prop_map(Step::Erase),
        5 => fault().prop_map(Step::Sync),
        1 => resolution().prop_map(Step::Resolve),
    ];
    proptest::collection::vec((0..3_usize, step), 1..30)
}

/// Three devices, and what was written on them.
struct World {
    server: Rc<RefCell<Server>>,
    devices: [Device; 3],
    /// Texts, each written once.
    written: Vec<String>,
    /// Those that somebody asked to erase.
    unwanted: BTreeSet<String>,
}

impl World {
    fn new() -> Self {
        let (server, ana, ben) = two_devices();
        let cai = Device::new(&server, CAI, 3);
        Self {
            server,
            devices: [ana, ben, cai],
            written: Vec::new(),
            unwanted: BTreeSet::new(),
        }
    }

    fn take(&mut self, who: usize, step: &Step) {
        match step {
            Step::Title => {
                let new = self.new_text();
                self.edit(who, |patch| patch.title = Some(title(&new)));
            }
            Step::Description => {
                let new = self.new_text();
                self.edit(who, |patch| patch.description = Some(Some(text(&new))));
            }
            Step::Erase(back) => self.erase(who, *back),
            Step::Sync(fault) => {
                if let Some(fault) = fault {
                    self.server.borrow_mut().fail_next(*fault);
                }
                self.sync(who);
            }
            Step::Resolve(how) => {
                let device = &mut self.devices[who];
                let conflicts = device.replica.conflicts().unwrap();
                if let Some(conflict) = conflicts.first() {
                    let new_id = device.new_id();
                    let old = conflict.change.id;
                    drop(device.replica.resolve(old, *how, new_id, TODAY).unwrap());
                }
            }
        }
    }

    fn new_text(&mut self) -> String {
        let new = format!("planted text {:04}", self.written.len());
        self.written.push(new.clone());
        new
    }

    fn edit(&mut self, who: usize, set: impl FnOnce(&mut ObjectivePatch)) {
        let mut patch = ObjectivePatch::default();
        set(&mut patch);
        let id = objective_id(1);
        let patch = Box::new(patch);
        drop(self.devices[who].propose([Command::SetObjective { id, patch }]));
    }

    /// Only Ana may; the others are refused, and nothing happens.
    fn erase(&mut self, who: usize, back: usize) {
        let Some(unwanted) = self.written.iter().rev().nth(back).cloned() else {
            return;
        };
        let device = &mut self.devices[who];
        let found = device.replica.find_text(&unwanted).unwrap();
        let texts: BTreeSet<TextPlace> = found.iter().map(|found| found.place).collect();
        if texts.is_empty() {
            return;
        }
        let proposed = device.propose([Command::EraseTexts { id: ORG, texts }]);
        let may = matches!(proposed, Proposed::Written(_));
        assert_eq!(may, who == 0, "{proposed:?}");
        if may {
            self.unwanted.insert(unwanted);
        }
    }

    fn sync(&mut self, who: usize) {
        match self.devices[who].try_sync() {
            Ok(_) | Err(SyncError::Remote(_) | SyncError::Integrity(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }

    /// Lets everybody exchange everything, and compares what they have with what the server has.
    fn come_to_rest(&mut self) {
        self.server.borrow_mut().be_honest();
        for _ in 0..3 {
            for who in 0..self.devices.len() {
                self.devices[who].sync();
            }
        }
        let server = self.server.borrow();
        let mut replayed = MemoryView::new();
        for change in &server.changes() {
            replayed.apply(change);
        }
        assert_eq!(&replayed, server.view());
        for device in &mut self.devices {
            let info = device.info();
            assert_eq!((info.head, info.root), (server.head(), server.root()));
            assert_eq!(info.pending, 0);
            assert_eq!(device.state(&replayed), replayed);
            let mut examination = device.replica.examine().unwrap();
            assert_eq!(examination.records(&mut |_| {}).unwrap(), None);
            let signed = examination.signature().unwrap().unwrap();
            examination.root(&signed).unwrap();
            assert!(examination.derived(&mut |_| {}).unwrap().is_ok());
            drop(examination);
            assert!(device.replica.clean().unwrap());
        }
    }

    /// Says in which files there is a text that the history of the server no longer has anywhere.
    ///
    /// A change that repeats a text, and reaches the server before the erasure does, is a place that nobody named.
    fn leftovers(&self) -> Vec<String> {
        let server = self.server.borrow();
        let gone = self.unwanted.iter().filter(|text| !server.says(text));
        let mut left = Vec::new();
        for text in gone {
            for device in &self.devices {
                left.extend(holding(device.directory(), text));
            }
        }
        left
    }
}

/// The files of a directory that hold a text.
fn holding(directory: &Path, text: &str) -> Vec<String> {
    let files = std::fs::read_dir(directory).unwrap();
    let holds = |path: &std::path::PathBuf| {
        let bytes = std::fs::read(path).unwrap();
        let mut windows = bytes.windows(text.len());
        windows.any(|window| window == text.as_bytes())
    };
    let found = files.map(|file| file.unwrap().path()).filter(holds);
    found
        .map(|path| format!("{text} in {}", path.display()))
        .collect()
}

#[test]
fn the_check_of_files_finds_what_is_there() {
    let mut world = World::new();
    world.take(0, &Step::Title);
    world.take(0, &Step::Sync(None));
    assert!(!holding(world.devices[0].directory(), "planted text 0000").is_empty());
    world.take(0, &Step::Erase(0));
    assert_eq!(world.unwanted.len(), 1);
    world.come_to_rest();
    assert!(!world.server.borrow().says("planted text 0000"));
    assert_eq!(world.leftovers(), Vec::<String>::new());
}

/// Nothing in the record that comes back says what the texts were.
#[test]
fn what_was_erased_before_its_author_heard_that_it_was_taken_is_nowhere_either() {
    let mut world = World::new();
    world.take(1, &Step::Title);
    world.take(1, &Step::Sync(Some(Fault::MissingAnswer)));
    world.take(0, &Step::Sync(None));
    world.take(0, &Step::Erase(0));
    assert_eq!(world.unwanted.len(), 1);
    world.come_to_rest();
    assert!(!world.server.borrow().says("planted text 0000"));
    assert_eq!(world.leftovers(), Vec::<String>::new());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn whatever_was_erased_is_nowhere_and_all_copies_show_the_same(steps in steps()) {
        let mut world = World::new();
        for (who, step) in &steps {
            world.take(*who, step);
        }
        world.come_to_rest();
        prop_assert_eq!(world.leftovers(), Vec::<String>::new());
    }
}
