//! People who undo what they did, and do it again.

use okr_core::change::Change;
use okr_core::id::ChangeId;
use okr_core::value::AmendmentCategory;
use okr_replica::{UndoOrder, UndoStep, Undone};

use super::World;
use super::ledger::Fate;
use crate::sample::text;

impl World {
    /// Lets somebody undo what their newest command wrote, or redo what they undid last.
    pub(super) fn undo(&self, index: usize) {
        let device = &self.devices[index];
        let redo = self.one_in(3);
        let found: Result<Vec<ChangeId>, _> = device.with(|replica| {
            Ok(if redo {
                let redoable = replica.redoable()?;
                redoable.iter().map(|found| found.entry.id).collect()
            } else {
                let found = replica.undoable()?.map(|found| found.changes);
                let found = found.unwrap_or_default();
                found.iter().map(|entry| entry.id).collect()
            })
        });
        let changes = match found {
            Ok(changes) if changes.is_empty() => return,
            Ok(changes) => changes,
            Err(error) => return self.failed(index, &error),
        };
        let order = self.order(index, changes);
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
            Ok(undone) => self.note_undone(index, undone),
            Err(error) => return self.failed(index, &error),
        }
        self.reconcile(index);
    }

    fn order(&self, index: usize, changes: Vec<ChangeId>) -> UndoOrder {
        let steps = changes.into_iter().map(|change| UndoStep {
            change,
            reason: text("it was not meant so"),
        });
        UndoOrder {
            steps: steps.collect(),
            entirely: self.one_in(2),
            with_dependents: self.one_in(2),
            amendment: Some(AmendmentCategory::Correction),
            now: self.time_of(index),
            today: self.today(index),
            dry_run: self.one_in(8),
        }
    }

    fn note_undone(&self, index: usize, undone: Undone) {
        let Undone::Done(steps) = undone else {
            return;
        };
        let settle = |changes: &[Change], fate| {
            for change in changes {
                self.note(format_args!("{index} undoes: {} is {fate:?}", change.id));
                let mut ledger = self.devices[index].ledger.borrow_mut();
                ledger.close(change.id, fate);
            }
        };
        settle(&steps.taken_out, Fate::Decided);
        settle(&steps.put_back, Fate::Open);
        for counter in steps.written {
            self.note(format_args!("{index} takes {} back", counter.original));
            self.wrote(index, counter.change);
        }
    }
}
