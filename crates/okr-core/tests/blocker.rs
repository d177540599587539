//! What stands in the way of a key result, and since when.

use jiff::civil::date;
use okr_core::Date;
use okr_core::blocker::{BlockerReport, blockages};
use okr_core::entity::CheckIn;
use okr_core::text::BlockerText;
use okr_testkit::sample::{check_in_id, key_result_id, value};
use proptest::prelude::*;

fn stands(text: &str) -> BlockerReport {
    BlockerReport::Stands(BlockerText::new(text).expect("a test gives a valid text"))
}

const LIFTED: Option<BlockerReport> = Some(BlockerReport::Lifted);

fn day(day: i8) -> Date {
    date(2026, 11, day)
}

/// Makes check-ins in the order in which they were recorded, numbered from 1.
fn recorded(reports: &[(i8, Option<BlockerReport>)]) -> Vec<CheckIn> {
    let numbered = (1..).zip(reports);
    numbered
        .map(|(number, (on, blocker))| CheckIn {
            id: check_in_id(number),
            key_result: key_result_id(1),
            effective: day(*on),
            value: value("1"),
            confidence: None,
            note: None,
            blocker: blocker.clone(),
            retracted: false,
        })
        .collect()
}

/// Returns text, first day, day of the last telling, and day of its end.
fn told(check_ins: &[CheckIn]) -> Vec<(String, Date, Date, Option<Date>)> {
    let blockages = blockages(check_ins);
    blockages
        .into_iter()
        .map(|blockage| {
            (
                blockage.text.to_string(),
                blockage.first.effective,
                blockage.last.effective,
                blockage.lifted.map(|check_in| check_in.effective),
            )
        })
        .collect()
}

#[test]
fn a_blocker_stands_until_a_check_in_says_that_it_is_gone() {
    let check_ins = recorded(&[(2, None), (9, Some(stands("no staff"))), (16, None)]);
    let since = ("no staff".to_owned(), day(9), day(9), None);
    assert_eq!(told(&check_ins), vec![since]);

    let check_ins = recorded(&[(9, Some(stands("no staff"))), (16, LIFTED), (23, None)]);
    let gone = ("no staff".to_owned(), day(9), day(9), Some(day(16)));
    assert_eq!(told(&check_ins), vec![gone]);
}

#[test]
fn told_anew_it_stands_since_it_was_first_told() {
    let check_ins = recorded(&[
        (2, Some(stands("no staff"))),
        (9, None),
        (16, Some(stands("one of two"))),
    ]);
    let stand = ("one of two".to_owned(), day(2), day(16), None);
    assert_eq!(told(&check_ins), vec![stand]);
}

#[test]
fn after_its_end_another_one_begins() {
    let check_ins = recorded(&[
        (2, LIFTED),
        (3, Some(stands("a"))),
        (4, LIFTED),
        (5, LIFTED),
        (6, Some(stands("b"))),
    ]);
    let expected = vec![
        ("a".to_owned(), day(3), day(3), Some(day(4))),
        ("b".to_owned(), day(6), day(6), None),
    ];
    assert_eq!(told(&check_ins), expected);
}

/// The same order as that of the check-in that counts.
#[test]
fn the_effective_date_decides_and_among_equals_the_last_recorded() {
    let check_ins = recorded(&[(16, LIFTED), (9, Some(stands("no staff")))]);
    assert_eq!(told(&check_ins)[0].3, Some(day(16)));
    let check_ins = recorded(&[(9, LIFTED), (9, Some(stands("no staff")))]);
    assert_eq!(told(&check_ins)[0].3, None);
    let check_ins = recorded(&[(9, Some(stands("no staff"))), (9, LIFTED)]);
    assert_eq!(told(&check_ins)[0].3, Some(day(9)));
}

#[test]
fn what_was_retracted_says_nothing() {
    let mut check_ins = recorded(&[(2, Some(stands("no staff"))), (9, LIFTED)]);
    check_ins[1].retracted = true;
    assert_eq!(told(&check_ins)[0].3, None);
    check_ins[0].retracted = true;
    assert_eq!(told(&check_ins), Vec::new());
}

proptest! {
    /// Only the last one can stand, they do not overlap, and silence changes nothing.
    #[test]
    fn blockages_follow_each_other(reports in prop::collection::vec((1i8..28, 0u8..4), 0..30)) {
        let reports: Vec<(i8, Option<BlockerReport>)> = reports
            .into_iter()
            .map(|(on, what)| (on, match what {
                0 => None,
                1 => LIFTED,
                other => Some(stands(&other.to_string())),
            }))
            .collect();
        let check_ins = recorded(&reports);
        let found = told(&check_ins);
        for pair in found.windows(2) {
            prop_assert!(pair[0].3.is_some_and(|end| end <= pair[1].1));
        }
        for (_, first, last, end) in &found {
            prop_assert!(first <= last && end.is_none_or(|end| *last <= end));
        }
        let speaking: Vec<_> = reports.into_iter().filter(|(_, report)| report.is_some()).collect();
        prop_assert_eq!(told(&recorded(&speaking)), found);
    }
}
