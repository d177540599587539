//! Status and bands: the rules in their order, and the limits exactly where they are.

use std::str::FromStr;

use jiff::civil::date;
use okr_core::progress::Progress;
use okr_core::status::{Band, Status, StatusInput, band, status};
use okr_core::value::{CadenceDays, GoalState, ObjectiveKind};
use okr_testkit::sample::{TODAY, confidence, score};
use rust_decimal::Decimal;

fn exact(text: &str) -> Progress {
    Progress::new(Decimal::from_str(text).expect("a decimal"))
}

/// On track by every rule: confident, on pace, reported on today.
fn on_track() -> StatusInput {
    StatusInput {
        state: GoalState::Active,
        kind: ObjectiveKind::Aspirational,
        score: None,
        latest: Some((TODAY, Some(confidence(9)))),
        progress: Some(exact("0.5")),
        expected: exact("0.5"),
        cadence: CadenceDays::WEEKLY,
        today: TODAY,
    }
}

fn with_confidence(tenths: u8, progress: &str) -> Status {
    status(&StatusInput {
        latest: Some((TODAY, Some(confidence(tenths)))),
        progress: Some(exact(progress)),
        ..on_track()
    })
}

fn without_confidence(progress: &str) -> Status {
    status(&StatusInput {
        latest: Some((TODAY, None)),
        progress: Some(exact(progress)),
        ..on_track()
    })
}

#[test]
fn the_state_comes_first() {
    for (state, expected) in [
        (GoalState::Draft, Status::Draft),
        (GoalState::Abandoned, Status::Abandoned),
        (GoalState::Archived, Status::Archived),
    ] {
        assert_eq!(
            status(&StatusInput {
                state,
                ..on_track()
            }),
            expected
        );
    }
    assert_eq!(status(&on_track()), Status::OnTrack);
}

#[test]
fn what_is_closed_is_achieved_or_missed_by_its_score() {
    let closed = |kind, text: Option<&str>| {
        status(&StatusInput {
            state: GoalState::Closed,
            kind,
            score: text.map(score),
            latest: None,
            ..on_track()
        })
    };
    let committed = ObjectiveKind::Committed;
    assert_eq!(closed(committed, Some("1")), Status::Achieved);
    assert_eq!(closed(committed, Some("0.999999999")), Status::Missed);
    for kind in [ObjectiveKind::Aspirational, ObjectiveKind::Learning] {
        assert_eq!(closed(kind, Some("0.7")), Status::Achieved);
        assert_eq!(closed(kind, Some("0.699999999")), Status::Missed);
    }
    assert_eq!(closed(committed, None), Status::Missed);
}

#[test]
fn without_a_check_in_it_is_never_green() {
    let silent = StatusInput {
        latest: None,
        progress: None,
        ..on_track()
    };
    assert_eq!(status(&silent), Status::NoCheckIn);
}

#[test]
fn two_cadences_of_silence_are_stale_whatever_the_confidence() {
    let reported = |day, tenths| {
        status(&StatusInput {
            latest: Some((day, Some(confidence(tenths)))),
            ..on_track()
        })
    };
    assert_eq!(reported(date(2026, 11, 9), 9), Status::OnTrack);
    assert_eq!(reported(date(2026, 11, 8), 9), Status::Stale);
    assert_eq!(reported(date(2026, 11, 8), 1), Status::Stale);
    let slower = StatusInput {
        latest: Some((date(2026, 10, 26), None)),
        cadence: CadenceDays::new(14).expect("two weeks"),
        ..on_track()
    };
    assert_eq!(status(&slower), Status::OnTrack);
}

#[test]
fn confidence_decides_before_pace() {
    assert_eq!(with_confidence(0, "1"), Status::OffTrack);
    assert_eq!(with_confidence(3, "1"), Status::OffTrack);
    assert_eq!(with_confidence(4, "1"), Status::AtRisk);
    assert_eq!(with_confidence(6, "1"), Status::AtRisk);
    assert_eq!(with_confidence(7, "1"), Status::OnTrack);
}

#[test]
fn confidence_does_not_hide_a_lag() {
    assert_eq!(with_confidence(10, "0.3"), Status::OnTrack);
    assert_eq!(with_confidence(10, "0.299999999"), Status::AtRisk);
    assert_eq!(with_confidence(10, "-2.3"), Status::AtRisk);
}

#[test]
fn without_confidence_the_pace_decides() {
    assert_eq!(without_confidence("0.3"), Status::OnTrack);
    assert_eq!(without_confidence("0.299999999"), Status::AtRisk);
    assert_eq!(without_confidence("0.1"), Status::AtRisk);
    assert_eq!(without_confidence("0.099999999"), Status::OffTrack);
}

#[test]
fn progress_is_clamped_before_it_is_compared() {
    // An even pace of 0.15 is never missed by 0.20, however far below the baseline.
    let early = StatusInput {
        latest: Some((TODAY, None)),
        progress: Some(exact("-5")),
        expected: exact("0.15"),
        ..on_track()
    };
    assert_eq!(status(&early), Status::OnTrack);
}

#[test]
fn undefined_progress_is_green_only_by_confidence() {
    let undefined = |confidence| {
        status(&StatusInput {
            latest: Some((TODAY, confidence)),
            progress: None,
            ..on_track()
        })
    };
    assert_eq!(undefined(None), Status::AtRisk);
    assert_eq!(undefined(Some(confidence(8))), Status::OnTrack);
    assert_eq!(undefined(Some(confidence(2))), Status::OffTrack);
}

#[test]
fn bands_are_half_open_without_gaps() {
    for (text, expected) in [
        ("0", Band::Red),
        ("0.299999999", Band::Red),
        ("0.3", Band::Yellow),
        ("0.699999999", Band::Yellow),
        ("0.7", Band::Green),
        ("1", Band::Green),
    ] {
        assert_eq!(band(score(text)), expected, "{text}");
    }
}

#[test]
fn words_of_status_are_stable_and_distinct() {
    let words = Status::ALL.map(Status::word);
    assert_eq!(
        words,
        [
            "draft",
            "achieved",
            "missed",
            "abandoned",
            "archived",
            "no-check-in",
            "stale",
            "off-track",
            "at-risk",
            "on-track",
        ]
    );
    for status in Status::ALL {
        assert_eq!(Status::from_word(status.word()), Some(status));
    }
    assert_eq!(Status::from_word("green"), None);
    assert_eq!(
        [Band::Red, Band::Yellow, Band::Green].map(Band::word),
        ["red", "yellow", "green"]
    );
}
