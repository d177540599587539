//! Which frames a list of changes makes.

use okr_core::id::ChangeId;
use okr_testkit::sample::cycle_id;
use uuid::Uuid;

use super::*;
use crate::commands::sample::clock;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A change that was recorded an hour after it was written.
fn shot(position: u64, authored: &str, effective: Option<&str>) -> Glimpse {
    let authored_at = time(authored);
    Glimpse {
        spot: Spot::Confirmed(Position::new(position)),
        recorded_at: authored_at + jiff::SignedDuration::from_hours(1),
        authored_at,
        effective: effective.map(|day| day.parse().unwrap()),
        is_imported: false,
        landmark: None,
    }
}

fn shots() -> Vec<Glimpse> {
    let mut shots = vec![
        shot(3, "2026-11-02T09:00:00+01:00", Some("2026-10-30")),
        shot(5, "2026-11-02T09:00:00+01:00", None),
        shot(8, "2026-11-02T23:30:00+01:00", Some("2026-11-02")),
        shot(9, "2026-11-10T09:00:00+01:00", Some("2026-10-30")),
    ];
    shots[2].landmark = Some(Landmark::Opened);
    shots[3].landmark = Some(Landmark::Amended);
    shots.push(Glimpse {
        spot: Spot::Pending(ChangeId::new(Uuid::from_u128(1))),
        ..shot(0, "2026-11-11T09:00:00+01:00", None)
    });
    shots
}

fn reel(axis: Axis, step: ReplayStep, cut: impl Fn(&mut Cut)) -> Reel {
    let scope = Scope {
        about: cycle_id(1).into(),
        cycle: None,
    };
    let mut how = Cut {
        axis,
        step,
        since: None,
        until: None,
        until_position: None,
    };
    cut(&mut how);
    let here = (Position::new(9), Some(time("2026-11-12T00:00:00Z")));
    Reel::of(shots(), (scope, how), &clock(), here)
}

fn sizes(reel: &Reel) -> Vec<usize> {
    (0..reel.len())
        .map(|frame| reel.shots(frame).len())
        .collect()
}

#[test]
fn each_axis_and_step_makes_its_own_frames() {
    let sizes = |axis, step| sizes(&reel(axis, step, |_| {}));
    assert_eq!(sizes(Axis::Recorded, ReplayStep::Change), [1, 1, 1, 1, 1]);
    // Two changes were written at the same time, and between them is no moment.
    assert_eq!(sizes(Axis::Authored, ReplayStep::Change), [2, 1, 1, 1]);
    // The third was written on 2 November and recorded on the next day.
    assert_eq!(sizes(Axis::Recorded, ReplayStep::Day), [2, 1, 1, 1]);
    assert_eq!(sizes(Axis::Authored, ReplayStep::Day), [3, 1, 1]);
    assert_eq!(sizes(Axis::Recorded, ReplayStep::Week), [3, 2]);
    // Days that check-ins are about, in their order.
    assert_eq!(sizes(Axis::Effective, ReplayStep::Change), [2, 2, 1]);
    assert_eq!(sizes(Axis::Effective, ReplayStep::Week), [2, 2, 1]);
}

#[test]
fn a_frame_is_at_its_last_change_and_goals_are_read_right_after_it() {
    let whole = reel(Axis::Recorded, ReplayStep::Day, |_| {});
    assert_eq!(whole.at(0), time("2026-11-02T10:00:00+01:00"));
    assert_eq!(whole.when(1), "Tue  3 Nov 00:30");
    let moment = whole.moment_after(0).unwrap();
    assert_eq!(moment.point, Point::Position(Position::new(5)));
    let moment = whole.moment_before(0).unwrap();
    assert_eq!(moment.point, Point::Position(Position::new(2)));
    // What waits lies over everything that is confirmed.
    let moment = whole.moment_after(3).unwrap();
    assert_eq!(moment.point, Point::Time(time("2026-11-12T00:00:00Z")));
    let moment = whole.moment_before(3).unwrap();
    assert_eq!(moment.point, Point::Position(Position::new(9)));
    let days = reel(Axis::Effective, ReplayStep::Change, |_| {});
    assert_eq!(days.when(0), "Fri 30 Oct");
    assert_eq!(
        days.moment_after(0).unwrap().day,
        "2026-10-30".parse().unwrap()
    );
    assert_eq!(
        days.moment_before(0).unwrap().day,
        "2026-10-29".parse().unwrap()
    );
}

#[test]
fn a_moment_has_the_last_frame_that_is_reached() {
    let whole = reel(Axis::Recorded, ReplayStep::Day, |_| {});
    let at = |text: &str| whole.frame_at(Point::Time(time(text)));
    assert_eq!(at("2026-11-01T00:00:00Z"), None);
    assert_eq!(at("2026-11-02T10:00:00+01:00"), Some(0));
    assert_eq!(at("2026-11-05T00:00:00Z"), Some(1));
    assert_eq!(at("2027-01-01T00:00:00Z"), Some(3));
    let position = |position| whole.frame_at(Point::Position(Position::new(position)));
    assert_eq!(position(2), None);
    assert_eq!(position(3), Some(0), "it has begun");
    assert_eq!(position(8), Some(1));
    assert_eq!(position(9), Some(2));
    assert_eq!(whole.frame_at(Point::Now), Some(3));
}

#[test]
fn both_ends_of_a_span_belong_to_it() {
    let from = reel(Axis::Recorded, ReplayStep::Change, |cut| {
        cut.since = Some(time("2026-11-03T00:30:00+01:00"));
    });
    assert_eq!(from.len(), 3);
    // On the effective axis days are compared, whenever somebody wrote of them.
    let to = reel(Axis::Effective, ReplayStep::Change, |cut| {
        cut.until = Some(time("2026-10-31T12:00:00+01:00"));
    });
    assert_eq!(sizes(&to), [2]);
}

#[test]
fn the_gravest_landmark_of_a_frame_counts() {
    let whole = reel(Axis::Recorded, ReplayStep::Week, |_| {});
    assert_eq!(whole.landmark(0), Some(Landmark::Opened));
    assert_eq!(whole.landmark(1), Some(Landmark::Amended));
    assert!(!whole.is_imported() && !whole.is_empty());
}
