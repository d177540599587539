//! Lines of an exported history, mutated: each is read or refused, and what is read can be written again.
//!
//! Any number of inputs: `OKR_TEST_ROUNDS=1000000 cargo test -p okr-replica --lib fuzzing -- --nocapture`.

use okr_proto::{Decoded, encode};
use okr_testkit::fuzz::Fuzz;
use okr_testkit::generate::history;

use super::file::{read_change, read_head};
use super::tests::{confirmed, export};

#[test]
fn lines_of_an_exported_history() {
    let (_dir, replica) = confirmed(&history(5, 60));
    let text = export(&replica);
    let seeds = text.lines();
    let words = [
        "null",
        "true",
        "[",
        "]",
        "{",
        "}",
        "\\u0000",
        "==",
        "\"body\":",
        "\"texts\":",
    ];
    let mut good = 0;
    Fuzz::new("lines of a history", seeds)
        .words(words)
        .bytes(|line| {
            drop(read_head(line));
            let Ok(told) = read_change(line, 2) else {
                return;
            };
            good += 1;
            let again = encode(&told.change, || [7; 16]).decode();
            assert_eq!(
                again,
                Ok(Decoded::Known(told.change)),
                "it is written again"
            );
        });
    assert!(good > 60, "inputs go deep: {good}");
}
