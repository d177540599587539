//! The auditor: reads every durable record on its own, and remembers what it saw.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use okr_core::admit::{Context, Verdict, admit};
use okr_core::change::Change;
use okr_core::id::{ChangeId, EntityId, PersonId};
use okr_core::view::{MemoryView, Overlay};
use okr_core::{Date, Timestamp};
use okr_log::{Frontier, Hash};
use okr_proto::ConfirmedChange;

use super::tape::{self, Tape};
use super::violation::Violation;
use crate::generate::day_of;
use crate::sample::ORG;
use crate::scenario::never;

/// A change, and on whose device it was written.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) author: PersonId,
    pub(super) change: Change,
}

/// What the log was whenever it was looked at.
#[derive(Debug, Default)]
pub(super) struct Audit {
    records: Vec<Bytes>,
    changes: Vec<Change>,
    positions: HashMap<ChangeId, u64>,
    touches: HashMap<EntityId, Vec<u64>>,
    /// The root over so many records.
    roots: Vec<Hash>,
    frontier: Frontier,
    view: MemoryView,
    recorded_at: Option<Timestamp>,
    /// What the server said that it had accepted.
    promised: BTreeMap<u64, ChangeId>,
    /// Everything that was written anywhere.
    written: HashMap<ChangeId, Written>,
}

impl Audit {
    pub(super) fn new() -> Self {
        Self {
            roots: vec![Frontier::new().root()],
            ..Self::default()
        }
    }

    /// Notes what was written on a device.
    pub(super) fn wrote(&mut self, author: PersonId, change: Change) {
        self.written.insert(change.id, Written { author, change });
    }

    /// Notes that the server said it has a change.
    pub(super) fn promise(&mut self, position: u64, change: ChangeId) {
        self.promised.insert(position, change);
    }

    /// Returns how many records were durable when it last looked.
    pub(super) fn head(&self) -> u64 {
        self.records.len() as u64
    }

    pub(super) const fn view(&self) -> &MemoryView {
        &self.view
    }

    pub(super) fn root(&self, size: u64) -> Option<Hash> {
        self.roots.get(usize::try_from(size).ok()?).copied()
    }

    pub(super) fn position(&self, change: ChangeId) -> Option<u64> {
        self.positions.get(&change).copied()
    }

    /// Returns the changes after a position, as far as the log goes.
    pub(super) fn changes_after(&self, position: u64) -> &[Change] {
        let first = usize::try_from(position).unwrap_or(usize::MAX);
        self.changes.get(first..).unwrap_or_default()
    }

    /// Returns where the log speaks of an entity.
    pub(super) fn touches(&self, entity: EntityId) -> &[u64] {
        self.touches.get(&entity).map_or(&[], Vec::as_slice)
    }

    /// Returns everything that was written anywhere.
    pub(super) fn written(&self) -> impl Iterator<Item = &Change> + '_ {
        self.written.values().map(|written| &written.change)
    }

    /// Returns the state after the changes up to a position.
    pub(super) fn view_at(&self, position: u64) -> MemoryView {
        let mut view = MemoryView::new();
        for change in self
            .changes
            .iter()
            .take(usize::try_from(position).unwrap_or(0))
        {
            view.apply(change);
        }
        view
    }

    /// Reads what has become durable, and checks that nothing has gone.
    pub(super) fn look(&mut self, tape: &Tape) -> Result<(), Violation> {
        let durable = tape.durable();
        if let Some((position, change)) = self.promised.range(durable as u64 + 1..).next() {
            return Err(Violation::AcknowledgedVanished {
                change: *change,
                position: *position,
            });
        }
        let seen = self.records.len();
        if durable < seen {
            let position = durable as u64 + 1;
            return Err(Violation::HistoryRewritten { position });
        }
        let from = seen.saturating_sub(1);
        let records = tape.slice(from, durable);
        if seen > 0 && records.first() != self.records.last() {
            let position = seen as u64;
            return Err(Violation::HistoryRewritten { position });
        }
        for record in records.into_iter().skip(seen - from) {
            self.take(record)?;
        }
        Ok(())
    }

    /// Checks that the log still has everything that was ever seen in it.
    pub(super) fn look_at_all(&mut self, tape: &Tape) -> Result<(), Violation> {
        self.look(tape)?;
        let records = tape.slice(0, tape.durable());
        let mut both = records.iter().zip(&self.records);
        if let Some(index) = both.position(|(now, then)| now != then) {
            let position = index as u64 + 1;
            return Err(Violation::HistoryRewritten { position });
        }
        for (position, change) in &self.promised {
            if self.positions.get(change) != Some(position) {
                return Err(Violation::AcknowledgedVanished {
                    change: *change,
                    position: *position,
                });
            }
        }
        Ok(())
    }

    fn take(&mut self, bytes: Bytes) -> Result<(), Violation> {
        let position = self.head() + 1;
        let Ok((record, change)) = tape::read(&bytes) else {
            return Err(Violation::HistoryRewritten { position });
        };
        if record.position.get() != position {
            return Err(Violation::HistoryRewritten { position });
        }
        if self
            .recorded_at
            .is_some_and(|before| record.recorded_at < before)
        {
            return Err(Violation::TimeWentBack { position });
        }
        if let Some(first) = self.positions.insert(change.id, position) {
            return Err(Violation::AcceptedTwice {
                change: change.id,
                first,
                second: position,
            });
        }
        self.compare(&record, &change)?;
        self.judge(&record, &change)?;
        self.recorded_at = Some(record.recorded_at);
        self.frontier.push(record.leaf);
        self.roots.push(self.frontier.root());
        for event in &change.events {
            let touches = self.touches.entry(event.subject()).or_default();
            if touches.last() != Some(&position) {
                touches.push(position);
            }
        }
        self.view.apply(&change);
        self.changes.push(change);
        self.records.push(bytes);
        Ok(())
    }

    /// Compares a record with what was written, and by whom.
    fn compare(&self, record: &ConfirmedChange, change: &Change) -> Result<(), Violation> {
        let position = record.position.get();
        let id = change.id;
        let Some(written) = self.written.get(&id) else {
            return Err(Violation::NobodyWroteIt {
                change: id,
                position,
            });
        };
        if record.author != written.author {
            return Err(Violation::OtherAuthor {
                change: id,
                position,
            });
        }
        if *change != written.change {
            return Err(Violation::Altered {
                change: id,
                place: format!("record {position}"),
            });
        }
        Ok(())
    }

    /// Lets the rules judge a record once more.
    fn judge(&self, record: &ConfirmedChange, change: &Change) -> Result<(), Violation> {
        let refused = |why: String| Violation::NotAdmissible {
            change: change.id,
            position: record.position.get(),
            why,
        };
        let context = Context::new(
            record.author,
            // The server's day began earlier or as early, whatever the time zone.
            day_after(record.recorded_at),
        );
        match never(admit(&self.view, &context, ORG, change)) {
            Verdict::Admitted => Ok(()),
            Verdict::AlreadySo => Err(refused("it is already so".to_owned())),
            Verdict::Rejected(rejection) => Err(refused(rejection.to_string())),
        }
    }

    /// Says whether there was a moment since a position at which everything was as a change says.
    ///
    /// `before` are the edits of the same device that wait before it: what they make counts, too.
    pub(super) fn was_so(
        &self,
        author: PersonId,
        (change, before): (&Change, &[Change]),
        since: u64,
    ) -> bool {
        let context = Context::new(author, Date::MAX);
        let so = |view: &MemoryView| {
            let mut overlay = Overlay::new(view);
            if never(admit(&overlay, &context, ORG, change)) == Verdict::AlreadySo {
                return true;
            }
            for earlier in before {
                if never(admit(&overlay, &context, ORG, earlier)) == Verdict::Admitted {
                    never(overlay.apply(earlier));
                }
            }
            never(admit(&overlay, &context, ORG, change)) == Verdict::AlreadySo
        };
        let mut view = self.view_at(since);
        so(&view)
            || self.changes_after(since).iter().any(|next| {
                view.apply(next);
                so(&view)
            })
    }
}

fn day_after(moment: Timestamp) -> Date {
    let day = day_of(moment);
    day.tomorrow().unwrap_or(day)
}
