//! Screens of the log.

use jiff::tz::TimeZone;
use okr_core::id::EntityId;
use okr_core::value::WeekStart;
use okr_replica::Directory;
use okr_testkit::sample::{key_result_id, new_key_result, objective_id};

use super::*;

fn clock() -> Clock {
    Clock {
        now: "2026-11-23T11:36:00+01:00".parse().unwrap(),
        zone: TimeZone::get("Europe/Berlin").unwrap(),
        week_start: WeekStart::Monday,
    }
}

fn names() -> Names {
    use okr_core::entity::Entity;
    use okr_core::event::{Event, KeyResultEvent};
    let mut names = Names::new(Directory::default());
    for (number, slug) in [(1, "api-p99"), (2, "edge-cache")] {
        let new = new_key_result(objective_id(1), slug);
        let event = Event::KeyResult(key_result_id(number), KeyResultEvent::Created(new));
        names.learn(Entity::evolve(None, &event).unwrap());
    }
    names
}

fn said(number: u32, word: &'static str, text: &str, note: Option<&str>) -> Said {
    Said {
        about: EntityId::KeyResult(key_result_id(number)),
        word,
        text: text.to_owned(),
        note: note.map(str::to_owned),
    }
}

fn entry(id: &str, time: &str, who: &str, said: Vec<Said>) -> Told {
    Told {
        id: id.to_owned(),
        authored_at: time.parse().unwrap(),
        who: who.to_owned(),
        said,
        remarks: Vec::new(),
        reason: None,
    }
}

fn history() -> Vec<Told> {
    let note = "Gains from pooling are in; the rest needs the new query planner";
    vec![
        entry(
            "9c41f0e7",
            "2026-11-20T16:04:00+01:00",
            "ana",
            vec![said(
                1,
                "check-in",
                "340 → 312 ms, confidence 7 → 6",
                Some(note),
            )],
        ),
        Told {
            remarks: vec!["offline, synced 3 h later".to_owned()],
            ..entry(
                "5e7734c1",
                "2026-11-16T08:58:00+01:00",
                "ana",
                vec![said(1, "check-in", "366 → 340 ms", None)],
            )
        },
        Told {
            reason: Some("Hardware order moved to January\u{1b}[2J".to_owned()),
            remarks: vec!["amendment: external-change".to_owned()],
            ..entry(
                "2f90c6de",
                "2026-11-02T10:12:00+01:00",
                "maya",
                vec![said(1, "target", "150 → 200 ms", None)],
            )
        },
    ]
}

fn imported() -> Vec<Told> {
    vec![Told {
        remarks: vec!["recorded Mon 23 Nov 11:30".to_owned()],
        ..entry(
            "71d0aa01",
            "2019-03-11T12:00:00+01:00",
            "warpfork, imported by ana",
            vec![
                said(1, "check-in", "0.5 → 1", None),
                said(2, "check-in", "0.2, confidence 8", None),
            ],
        )
    }]
}

fn shown(entries: &[Told], screen: &Screen) -> String {
    render(entries, &names(), &clock(), screen)
}

#[test]
fn one_thing_needs_no_name_on_each_line() {
    insta::assert_snapshot!(shown(&history(), &Screen::terminal(80)), @r#"
    9c41f0e7  Fri 20 Nov 16:04  ana   check-in  340 → 312 ms, confidence 7 → 6
              "Gains from pooling are in; the rest needs the new query planner"
    5e7734c1  Mon 16 Nov 08:58  ana   check-in  366 → 340 ms
              offline, synced 3 h later
    2f90c6de  Mon  2 Nov 10:12  maya  target    150 → 200 ms
              amendment: external-change
              reason "Hardware order moved to January\x1b[2J"
    "#);
    insta::assert_snapshot!(shown(&history(), &Screen::terminal(100)), @r#"
    9c41f0e7  Fri 20 Nov 16:04  ana   check-in  340 → 312 ms, confidence 7 → 6
              "Gains from pooling are in; the rest needs the new query planner"
    5e7734c1  Mon 16 Nov 08:58  ana   check-in  366 → 340 ms  offline, synced 3 h later
    2f90c6de  Mon  2 Nov 10:12  maya  target    150 → 200 ms  amendment: external-change
              reason "Hardware order moved to January\x1b[2J"
    "#);
}

#[test]
fn imports_say_who_did_it_and_who_brought_it() {
    insta::assert_snapshot!(shown(&imported(), &Screen::terminal(80)), @r"
    71d0aa01  Mon 11 Mar 2019 12:00  warpfork, imported by ana
              recorded Mon 23 Nov 11:30
              api-p99     check-in  0.5 → 1
              edge-cache  check-in  0.2, confidence 8
    ");
    insta::assert_snapshot!(shown(&imported(), &Screen::terminal(120)), @r"
    71d0aa01  Mon 11 Mar 2019 12:00  warpfork, imported by ana  api-p99     check-in  0.5 → 1  recorded Mon 23 Nov 11:30
                                                                edge-cache  check-in  0.2, confidence 8
    ");
}

#[test]
fn a_pipe_gets_a_line_for_each_event_with_everything_in_it() {
    let entries: Vec<Told> = history().into_iter().chain(imported()).collect();
    insta::assert_snapshot!(shown(&entries, &Screen::piped()).replace('\t', " | "), @r"
    ID | TIME | WHO | THING | WHAT | CHANGE | NOTE | REASON | REMARKS
    9c41f0e7 | 2026-11-20T16:04:00+01:00 | ana | api-p99 | check-in | 340 → 312 ms, confidence 7 → 6 | Gains from pooling are in; the rest needs the new query planner | - | -
    5e7734c1 | 2026-11-16T08:58:00+01:00 | ana | api-p99 | check-in | 366 → 340 ms | - | - | offline, synced 3 h later
    2f90c6de | 2026-11-02T10:12:00+01:00 | maya | api-p99 | target | 150 → 200 ms | - | Hardware order moved to January\x1b[2J | amendment: external-change
    71d0aa01 | 2019-03-11T12:00:00+01:00 | warpfork, imported by ana | api-p99 | check-in | 0.5 → 1 | - | - | recorded Mon 23 Nov 11:30
    71d0aa01 | 2019-03-11T12:00:00+01:00 | warpfork, imported by ana | edge-cache | check-in | 0.2, confidence 8 | - | - | recorded Mon 23 Nov 11:30
    ");
}

#[test]
fn entries_one_by_one_stand_in_columns_that_only_grow() {
    let entries = [
        ("ana", "check-in", "340 → 312 ms"),
        ("maximiliana", "reopened", "is open again"),
        ("ana", "check-in", "312 → 300 ms"),
    ];
    let entries = entries.map(|(who, word, text)| {
        let said = vec![said(1, word, text, None)];
        entry("9c41f0e7", "2026-11-20T16:04:00+01:00", who, said)
    });
    let mut columns = Columns::default();
    let starts = entries.each_ref().map(|told| {
        let line = columns.next(told, &names(), &clock(), &Screen::terminal(120));
        line.find("api-p99").unwrap()
    });
    assert!(starts[0] < starts[1], "{starts:?}");
    assert_eq!(starts[1], starts[2]);
}

#[test]
fn entries_one_by_one_have_one_heading_where_nobody_looks() {
    let mut columns = Columns::default();
    let all: String = history()
        .iter()
        .map(|told| columns.next(told, &names(), &clock(), &Screen::piped()))
        .collect();
    assert_eq!(
        all,
        render(&history(), &names(), &clock(), &Screen::piped())
    );
}
