//! The log of the world's server: in memory, durable up to a point that the world decides.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use bytes::Bytes;
use okr_core::change::Change;
use okr_core::event::TextPlace;
use okr_core::id::{ChangeId, OrgId, Position};
use okr_log::{Frontier, Hash, PositionIndex, Record, RecordTextView, RecordView};
use okr_proto::{ConfirmedChange, Decoded, ToCore as _};
use okrd::{Erasure, History, HistoryError};

/// The records of one organisation; clones are the same tape.
#[derive(Clone, Debug, Default)]
pub(super) struct Tape(Rc<RefCell<Stored>>);

#[derive(Debug, Default)]
struct Stored {
    records: Vec<Bytes>,
    /// The Merkle tree over the records up to each.
    frontiers: Vec<Frontier>,
    /// How many of them survive a crash.
    durable: usize,
    /// Where each group of records ends that is not durable yet, and the last durable one.
    ends: Vec<usize>,
    /// Where each durable change stands.
    positions: HashMap<ChangeId, Position>,
    /// The fault that hides what is there.
    forgetful: bool,
}

impl Tape {
    /// Makes an empty tape; a forgetful one finds no change.
    pub(super) fn new(forgetful: bool) -> Self {
        let tape = Self::default();
        tape.0.borrow_mut().forgetful = forgetful;
        tape
    }

    /// Adds a group of records behind the others; not durable yet. Returns where it ends.
    pub(super) fn append(&self, records: &[Record]) -> usize {
        let mut stored = self.0.borrow_mut();
        for record in records {
            let bytes = record.encode().expect("a judged record is within limits");
            let mut frontier = stored.frontiers.last().cloned().unwrap_or_default();
            frontier.push(view(&bytes).leaf_hash());
            stored.records.push(bytes);
            stored.frontiers.push(frontier);
        }
        let end = stored.records.len();
        if !records.is_empty() {
            stored.ends.push(end);
        }
        end
    }

    /// Makes the records up to a place durable.
    pub(super) fn flush(&self, end: usize) {
        let mut stored = self.0.borrow_mut();
        let stored = &mut *stored;
        if end <= stored.durable {
            return;
        }
        for index in stored.durable..end {
            let view = view(&stored.records[index]);
            stored
                .positions
                .entry(view.change_id().to_core())
                .or_insert_with(|| view.position().to_core());
        }
        stored.durable = end;
        let newest = stored.ends.iter().rposition(|other| *other <= end);
        stored.ends.drain(..newest.unwrap_or(0));
    }

    /// Loses what is not durable, but for the first `survivors` groups of it that reached the disk.
    pub(super) fn crash(&self, survivors: usize) {
        let mut ends = self.0.borrow().ends.clone();
        let durable = self.durable();
        ends.retain(|end| *end > durable);
        if let Some(end) = survivors.checked_sub(1).and_then(|last| ends.get(last)) {
            self.flush(*end);
        }
        let mut stored = self.0.borrow_mut();
        let durable = stored.durable;
        stored.records.truncate(durable);
        stored.frontiers.truncate(durable);
        stored.ends.retain(|end| *end <= durable);
    }

    /// Loses the newest durable group, as no log may.
    pub(super) fn lose_durable_group(&self) {
        let mut stored = self.0.borrow_mut();
        if stored.durable > 1 {
            stored.durable -= 1;
            let durable = stored.durable;
            stored.records.truncate(durable);
            stored.frontiers.truncate(durable);
            stored
                .positions
                .retain(|_, position| position.get() <= durable as u64);
            stored.ends.clear();
        }
    }

    /// Returns how many records survive a crash.
    pub(super) fn durable(&self) -> usize {
        self.0.borrow().durable
    }

    /// Returns how many records there are.
    pub(super) fn len(&self) -> usize {
        self.0.borrow().records.len()
    }

    /// Returns the Merkle root over the first records.
    pub(super) fn root(&self, size: usize) -> Hash {
        let stored = self.0.borrow();
        let newest = size
            .checked_sub(1)
            .and_then(|last| stored.frontiers.get(last));
        newest.map_or_else(|| Frontier::new().root(), Frontier::root)
    }

    /// Returns the records from a place (from 0) up to another.
    pub(super) fn slice(&self, from: usize, to: usize) -> Vec<Bytes> {
        self.0.borrow().records[from..to].to_vec()
    }
}

fn view(bytes: &Bytes) -> RecordView<'_> {
    RecordView::parse(bytes).expect("the tape holds what was encoded")
}

/// Reads a record back.
pub(super) fn read(bytes: &Bytes) -> Result<(ConfirmedChange, Change), String> {
    let confirmed = ConfirmedChange::read(bytes).map_err(|error| error.to_string())?;
    match &confirmed.decoded {
        Decoded::Known(change) => {
            let change = change.clone();
            Ok((confirmed, change))
        }
        Decoded::Newer { id, .. } => Err(format!("change {id} is from a newer program")),
    }
}

impl History for Tape {
    fn position_of(&self, _: OrgId, change: ChangeId) -> Result<Option<Position>, HistoryError> {
        let stored = self.0.borrow();
        let known = stored.positions.get(&change).copied();
        Ok(known.filter(|_| !stored.forgetful))
    }

    fn prefetch(&self, _: OrgId, _: &mut dyn Iterator<Item = ChangeId>) {}

    fn index(&self) -> PositionIndex {
        PositionIndex::new(None)
    }

    fn change_at(&self, org: OrgId, position: Position) -> Result<Change, HistoryError> {
        let index = usize::try_from(position.get()).expect("a tape fits into memory") - 1;
        let bytes = {
            let stored = self.0.borrow();
            let durable = &stored.records[..stored.durable];
            durable.get(index).cloned()
        };
        let failed = |source: String| HistoryError::Change {
            org,
            position,
            source: source.into(),
        };
        let bytes = bytes.ok_or_else(|| failed("it is not durable".to_owned()))?;
        Ok(read(&bytes).map_err(failed)?.1)
    }

    fn visit(&self, org: OrgId, visit: &mut dyn FnMut(Change)) -> Result<(), HistoryError> {
        for number in 1..=self.durable() {
            visit(self.change_at(org, Position::new(number as u64))?);
        }
        Ok(())
    }

    fn erase(&self, org: OrgId, texts: &BTreeSet<TextPlace>) -> Result<Erasure, HistoryError> {
        let mut found = Vec::new();
        for place in texts {
            let Some(position) = self.position_of(org, place.change)? else {
                return Ok(Erasure::Unknown(*place));
            };
            let index = usize::try_from(position.get()).expect("a tape fits into memory") - 1;
            let number = place.text.saturating_sub(1);
            let stored = self.0.borrow();
            match view(&stored.records[index]).texts().nth(number.into()) {
                Some(text) => {
                    let present = matches!(text, RecordTextView::Present { .. });
                    found.push((index, number, present));
                }
                None => return Ok(Erasure::Unknown(*place)),
            }
        }
        let mut stored = self.0.borrow_mut();
        for (index, number, _) in &found {
            let bytes = view(&stored.records[*index]).without_texts(&BTreeSet::from([*number]));
            stored.records[*index] = bytes.into();
        }
        let present = found.iter().filter(|(_, _, present)| *present).count();
        Ok(Erasure::Done { present })
    }
}
