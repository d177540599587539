//! The stored-event codec: there and back, stable, and strict about everything else.

use okr_core::change::Change;
use okr_proto::{Decoded, EncodedChange, encode};

use crate::samples;

/// Encodes with salts that count.
pub(crate) fn encoded(change: &Change) -> EncodedChange {
    let mut count = 0;
    encode(change, || {
        count += 1;
        [count; 16]
    })
}

#[test]
fn every_event_is_the_same_there_and_back() {
    for change in samples::all() {
        let stored = encoded(&change);
        assert_eq!(stored.decode(), Ok(Decoded::Known(change)));
    }
}
