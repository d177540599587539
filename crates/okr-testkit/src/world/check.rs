//! What is checked while the world goes on: after each thing that happens to a device.

use okr_core::change::Change;
use okr_core::id::ChangeId;

use super::World;
use super::device::Waiting;
use super::ledger::Fate;
use super::violation::Violation;

impl World {
    /// Lets the auditor read what is new in the log.
    pub(super) fn look(&self) {
        let tape = self.server().tape().clone();
        let looked = self.audit().look(&tape);
        if let Err(violation) = looked {
            self.blame(violation);
        }
    }

    /// Compares what a device shows with what was written on it and with the log.
    pub(super) fn reconcile(&self, index: usize) {
        self.look();
        if !self.goes_on() {
            return;
        }
        let waiting = match self.devices[index].waiting() {
            Ok(waiting) => waiting,
            Err(error) => return self.failed(index, &error),
        };
        let checked = self
            .check_history(index, &waiting)
            .and_then(|()| self.check_waiting(index, &waiting))
            .and_then(|()| self.check_edits(index, &waiting));
        if let Err(violation) = checked {
            return self.blame(violation);
        }
        self.learn(index, waiting.head);
        self.devices[index].head.set(waiting.head);
    }

    /// The confirmed history of a device is a beginning of the log, and only grows.
    fn check_history(&self, device: usize, waiting: &Waiting) -> Result<(), Violation> {
        let head = waiting.head;
        if self.audit().root(head) != Some(waiting.root) {
            return Err(Violation::OtherHistory { device, head });
        }
        let before = self.devices[device].head.get();
        if head < before {
            return Err(Violation::WentBack {
                device,
                from: before,
                to: head,
            });
        }
        Ok(())
    }

    /// Whatever waits was written here, is unchanged, and is neither settled nor confirmed.
    fn check_waiting(&self, device: usize, waiting: &Waiting) -> Result<(), Violation> {
        let ledger = self.devices[device].ledger.borrow();
        let pending = waiting.pending.iter();
        let kept = waiting.conflicts.iter().map(|conflict| &conflict.change);
        let mut seen: Vec<ChangeId> = Vec::new();
        for waits in pending.chain(kept) {
            let change = waits.id;
            let entry = ledger.get(change).filter(|entry| entry.fate == Fate::Open);
            let Some(entry) = entry.filter(|_| !seen.contains(&change)) else {
                return Err(Violation::CameFromNowhere { device, change });
            };
            if entry.change != *waits {
                return Err(Violation::Altered {
                    change,
                    place: format!("what waits on device {device}"),
                });
            }
            if self.is_confirmed(change, waiting.head) {
                return Err(Violation::BothConfirmedAndWaiting { device, change });
            }
            seen.push(change);
        }
        Ok(())
    }

    /// Every edit that is open is somewhere.
    fn check_edits(&self, device: usize, waiting: &Waiting) -> Result<(), Violation> {
        let open: Vec<Change> = self.devices[device]
            .ledger
            .borrow()
            .open()
            .cloned()
            .collect();
        for (place, change) in open.iter().enumerate() {
            let id = change.id;
            let pending = waiting.pending.iter().any(|other| other.id == id);
            let kept = waiting.conflicts.iter().any(|other| other.change.id == id);
            if pending || kept {
                continue;
            }
            let fate = if self.is_confirmed(id, waiting.head) {
                Fate::Confirmed
            } else if self.was_so(device, change, &open[..place], waiting) {
                self.count(|tally| tally.already_so += 1);
                Fate::AlreadySo
            } else {
                return Err(Violation::EditLost { device, change: id });
            };
            self.note(format_args!("  {id} is {fate:?}"));
            self.devices[device].ledger.borrow_mut().close(id, fate);
        }
        Ok(())
    }

    fn is_confirmed(&self, change: ChangeId, head: u64) -> bool {
        let position = self.audit().position(change);
        position.is_some_and(|position| position <= head)
    }

    /// Says whether an edit was already so when it was dropped.
    ///
    /// Which of the edits before it were in conflict by then is not known when the device died before it could say: an
    /// old conflict takes no part in a rebase, also where it would fit again; a new one may have fitted a pull earlier.
    fn was_so(&self, device: usize, change: &Change, before: &[Change], waiting: &Waiting) -> bool {
        let device = &self.devices[device];
        let since = device.head.get();
        let in_conflict = |edit: &&Change| {
            let mut conflicts = waiting.conflicts.iter();
            conflicts.any(|conflict| conflict.change.id == edit.id)
        };
        let fitting: Vec<Change> = before
            .iter()
            .filter(|edit| !in_conflict(edit))
            .cloned()
            .collect();
        let audit = self.audit();
        audit.was_so(device.person, (change, before), since)
            || audit.was_so(device.person, (change, &fitting), since)
    }

    /// Lets whoever writes on a device know what it has confirmed.
    fn learn(&self, index: usize, head: u64) {
        let device = &self.devices[index];
        let (mut maker, mut known) = (device.maker.borrow_mut(), device.known.borrow_mut());
        let before = device.head.get();
        let audit = self.audit();
        let new = audit.changes_after(before).iter();
        for change in new.take(usize::try_from(head - before).unwrap_or(0)) {
            if known.insert(change.id) {
                maker.witness(change);
            }
        }
    }
}
