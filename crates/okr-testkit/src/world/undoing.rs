//! People who undo what they did, and do it again.

use okr_core::change::Change;
use okr_core::id::ChangeId;
use okr_core::value::AmendmentCategory;
use okr_replica::{UndoOrder, Undone};

use super::World;
use super::ledger::Fate;
use crate::sample::text;

impl World {
    /// Lets somebody undo their newest change, or redo what they undid last.
    pub(super) fn undo(&self, index: usize) {
        let device = &self.devices[index];
        let redo = self.one_in(3);
        let found = device.with(|replica| {
            Ok(if redo {
                replica.redoable()?.map(|found| found.change.id)
            } else {
                replica.undoable()?.map(|found| found.id)
            })
        });
        let change = match found {
            Ok(Some(change)) => change,
            Ok(None) => return,
            Err(error) => return self.failed(index, &error),
        };
        let order = self.order(index, change);
        let try_only = order.dry_run;
        let mut fresh = || device.maker.borrow_mut().uuid();
        let done = device.with(|replica| {
            if redo {
                replica.redo(&order, &mut fresh)
            } else {
                replica.undo(&order, &mut fresh)
            }
        });
        match done {
            Ok(_) if try_only => {}
            Ok(undone) => self.note_undone(index, change, undone),
            Err(error) => return self.failed(index, &error),
        }
        self.reconcile(index);
    }

    fn order(&self, index: usize, change: ChangeId) -> UndoOrder {
        UndoOrder {
            change,
            with_dependents: self.one_in(2),
            reason: text("it was not meant so"),
            amendment: Some(AmendmentCategory::Correction),
            new_id: self.new_id(index),
            now: self.time_of(index),
            today: self.today(index),
            dry_run: self.one_in(8),
        }
    }

    fn note_undone(&self, index: usize, what: ChangeId, undone: Undone) {
        let settle = |changes: &[Change], fate| {
            for change in changes {
                self.note(format_args!(
                    "{index} undoes {what}: {} is {fate:?}",
                    change.id
                ));
                let mut ledger = self.devices[index].ledger.borrow_mut();
                ledger.close(change.id, fate);
            }
        };
        match undone {
            Undone::TakenOut(changes) => settle(&changes, Fate::Decided),
            Undone::PutBack(changes) => settle(&changes, Fate::Open),
            Undone::TakenBack { change, .. } => {
                self.note(format_args!("{index} takes {what} back"));
                self.wrote(index, change);
            }
            Undone::NothingLeft(_)
            | Undone::DependedOn(_)
            | Undone::AlreadyUndone(_)
            | Undone::Rejected(_)
            | Undone::NoSuchChange
            | Undone::UpgradeNeeded => {}
        }
    }
}
