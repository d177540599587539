//! Texts of the history that the server erases: their hashes stay.

use std::collections::BTreeSet;

use okr_core::change::Change;
use okr_core::event::{Event, OrgEvent, TextPlace};
use okr_log::{RecordTextView, RecordView};

use super::Server;

impl Server {
    /// Says whether a text stands in any record.
    pub(crate) fn says(&self, wanted: &str) -> bool {
        self.records.iter().any(|record| {
            let record = RecordView::parse(record).unwrap();
            let mut texts = record.texts();
            texts.any(|text| matches!(text, RecordTextView::Present { text, .. } if text == wanted))
        })
    }

    pub(super) fn has(&self, place: &TextPlace) -> bool {
        self.positions.get(&place.change).is_some_and(|position| {
            let index = usize::try_from(position.get()).unwrap() - 1;
            let record = RecordView::parse(&self.records[index]).unwrap();
            (1..=record.texts().count()).contains(&usize::from(place.text))
        })
    }

    /// Puts hashes in place of texts, and judges what comes by what is left.
    pub(super) fn erase(&mut self, places: &[TextPlace]) {
        for place in places {
            let index = usize::try_from(self.positions[&place.change].get()).unwrap() - 1;
            let record = RecordView::parse(&self.records[index]).unwrap();
            let number = BTreeSet::from([place.text - 1]);
            self.records[index] = record.without_texts(&number).into();
        }
        self.rebuild();
    }
}

/// Returns the texts that a change erases.
pub(super) fn erased_by(change: &Change) -> Vec<TextPlace> {
    let places = change.events.iter().filter_map(|event| {
        let Event::Org(_, OrgEvent::TextsErased(places)) = event else {
            return None;
        };
        Some(places)
    });
    places.flatten().copied().collect()
}
