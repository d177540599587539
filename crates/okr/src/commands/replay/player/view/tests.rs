//! The player's screen in every size, with and without marks and colours.

use std::collections::HashMap;

use okr_core::Timestamp;
use okr_core::status::Status;
use okr_replica::Landmark;
use okr_testkit::sample::key_result_id;
use ratatui_core::backend::TestBackend;
use ratatui_core::style::{Color, Modifier};
use ratatui_core::terminal::Terminal;

use super::*;
use crate::commands::replay::player::model::{Film, Key, Mark, Wish};
use crate::commands::replay::player::picture::{Goal, Kind, Total};
use crate::wording::{Said, Told};

const DAY: i64 = 86_400;

/// A film of 13 weeks with an opening, two amendments and a close.
fn model() -> Model {
    let mark = |week: i64| Mark {
        at: Timestamp::from_second(week * 7 * DAY).unwrap(),
        landmark: match week {
            0 => Some(Landmark::Opened),
            4 | 9 => Some(Landmark::Amended),
            12 => Some(Landmark::Closed),
            _ => None,
        },
    };
    let film = Film {
        marks: (0..13).map(mark).collect(),
    };
    let teams = vec!["platform".to_owned(), "web".to_owned()];
    let mut model = Model::new(film, teams, None);
    assert_eq!(model.key(Key::Char('n')), Wish::Nothing);
    model
}

fn caption() -> Caption {
    Caption {
        title: "2026-Q4".to_owned(),
        axis: "recorded",
        ends: ("1 Oct".to_owned(), "31 Dec".to_owned()),
    }
}

fn goal(branches: (&str, &str), kind: Kind, label: &str) -> Goal {
    Goal {
        branches: (branches.0.to_owned(), branches.1.to_owned()),
        kind,
        label: label.to_owned(),
        title: String::new(),
        now: String::new(),
        progress: "-".to_owned(),
        status: None,
        marks: Vec::new(),
        is_changed: false,
    }
}

/// The goals of a frame in which the target of a key result moved.
fn goals() -> Vec<Goal> {
    let key_result = |branches, label, now: &str, progress: &str, status| Goal {
        now: now.to_owned(),
        progress: progress.to_owned(),
        status: Some(status),
        ..goal(branches, Kind::KeyResult, label)
    };
    vec![
        Goal {
            progress: "64%".to_owned(),
            ..goal(("└─ ", "   "), Kind::Team, "platform")
        },
        Goal {
            title: "Fast enough to feel instant wherever you are".to_owned(),
            progress: "64%".to_owned(),
            marks: vec!["70% before".to_owned()],
            ..goal(("   └─ ", "      "), Kind::Objective, "fast")
        },
        Goal {
            is_changed: true,
            marks: vec![
                "60% before".to_owned(),
                "was 60% against the original target".to_owned(),
            ],
            ..key_result(
                ("      ├─ ", "      │  "),
                "api-p99",
                "now 312 ms",
                "51%",
                Status::AtRisk,
            )
        },
        key_result(
            ("      ├─ ", "      │  "),
            "error-budget",
            "now 0.7",
            "100%",
            Status::OnTrack,
        ),
        key_result(
            ("      ├─ ", "      │  "),
            "a-slug\u{1b}[2J-that-goes-on-and-on-and-on",
            "now 71 %",
            "32%",
            Status::OffTrack,
        ),
        key_result(
            ("      ├─ ", "      │  "),
            "nps",
            "",
            "-",
            Status::NoCheckIn,
        ),
        goal(
            ("      └─ ", "         "),
            Kind::Supports,
            "serves self-serve",
        ),
    ]
}

/// A frame in which the target of a key result moved.
fn picture() -> Picture {
    let about = key_result_id(1).into();
    let told = Told {
        id: "2f90c6de".to_owned(),
        authored_at: Timestamp::UNIX_EPOCH,
        who: "maya, by ana".to_owned(),
        said: vec![Said {
            about,
            word: "target",
            text: "200 → 150 ms".to_owned(),
            note: None,
        }],
        remarks: vec!["amendment: external-change".to_owned()],
        reason: Some("Hardware came early,\u{202e} and the new contract says so".to_owned()),
    };
    Picture {
        when: "Thu 29 Oct 10:12".to_owned(),
        heading: Some(Total {
            title: "2026-Q4, open".to_owned(),
            progress: "64%".to_owned(),
            pace: "pace 30%".to_owned(),
            is_changed: false,
        }),
        goals: goals(),
        changes: vec![("Thu 29 Oct 10:12".to_owned(), told)],
        more: 0,
        labels: HashMap::from([(about, "api-p99".to_owned())]),
    }
}

fn terminal(
    (columns, rows): (u16, u16),
    model: &mut Model,
    picture: &Picture,
    screen: &Screen,
) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal
        .draw(|frame| {
            let what = (&*model, &caption(), picture);
            model.seen = draw(frame.buffer_mut(), what, screen);
        })
        .unwrap();
    terminal
}

fn text_of(terminal: &Terminal<TestBackend>) -> String {
    let buffer = terminal.backend().buffer();
    let width = usize::from(buffer.area.width);
    let rows = buffer.content().chunks(width).map(|row| {
        let row: String = row.iter().map(ratatui_core::buffer::Cell::symbol).collect();
        row.trim_end().to_owned() + "\n"
    });
    rows.collect()
}

fn screen() -> Screen {
    Screen::terminal(usize::MAX)
}

fn shown(size: (u16, u16), model: &mut Model) -> String {
    text_of(&terminal(size, model, &picture(), &screen()))
}

#[test]
fn the_usual_terminal() {
    insta::assert_snapshot!(shown((80, 24), &mut model()));
}

#[test]
fn the_least_terminal() {
    insta::assert_snapshot!(shown((60, 20), &mut model()));
}

#[test]
fn a_wide_terminal() {
    insta::assert_snapshot!(shown((120, 40), &mut model()));
}

#[test]
fn a_terminal_without_marks() {
    let ascii = Screen {
        ascii: true,
        ..screen()
    };
    let mut picture = picture();
    for goal in &mut picture.goals {
        goal.branches.0 = goal.branches.0.replace(['├', '└'], "+").replace('─', "-");
        goal.branches.1 = goal.branches.1.replace('│', "|");
    }
    picture.changes[0].1.said[0].text = "200 -> 150 ms".to_owned();
    let text = text_of(&terminal((80, 24), &mut model(), &picture, &ascii));
    assert!(text.is_ascii(), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn the_keys_are_shown_in_place_of_goals_and_changes() {
    let mut model = model();
    model.key(Key::Char('?'));
    insta::assert_snapshot!(shown((60, 20), &mut model));
}

#[test]
fn less_room_than_that_gets_a_clear_message() {
    insta::assert_snapshot!(shown((59, 6), &mut model()), @r"
    The player needs 60 columns and 20 rows; here are 59 and 6.
    Make the window larger, or press q and try okr replay
    --plain.
    ");
    for size in [(1, 1), (3, 40), (200, 3)] {
        shown(size, &mut model());
    }
}

#[test]
fn a_question_a_message_and_an_error_stand_in_the_last_row() {
    let last = |model: &mut Model| shown((80, 24), model).lines().last().unwrap().to_owned();
    let mut model = model();
    model.key(Key::Char('g'));
    model.key(Key::Char('7'));
    assert!(
        last(&mut model).starts_with("go to: 7▏"),
        "{}",
        last(&mut model)
    );
    model.key(Key::Escape);
    model.key(Key::Char('+'));
    assert_eq!(last(&mut model), "2 frames a second");
    model.refuse("\u{1b}]0;x\u{7} is no date".to_owned());
    assert_eq!(last(&mut model), "\\x1b]0;x\\x07 is no date");
}

#[test]
fn what_others_wrote_cannot_steer_the_terminal() {
    for size in [(60, 20), (80, 24), (120, 40)] {
        let text = shown(size, &mut model());
        let is_harmless = |character: char| {
            character == '\n' || !(character.is_control() || character == '\u{202e}')
        };
        assert!(text.chars().all(is_harmless), "{text}");
    }
}

#[test]
fn without_colour_nothing_is_styled_and_with_it_nothing_else_is_written() {
    let colored = Screen {
        color: true,
        ..screen()
    };
    let plain = terminal((80, 24), &mut model(), &picture(), &screen());
    let styled = terminal((80, 24), &mut model(), &picture(), &colored);
    let is_plain = |cell: &ratatui_core::buffer::Cell| {
        cell.fg == Color::Reset && cell.bg == Color::Reset && cell.modifier == Modifier::empty()
    };
    assert!(plain.backend().buffer().content().iter().all(is_plain));
    assert!(!styled.backend().buffer().content().iter().all(is_plain));
    assert_eq!(text_of(&plain), text_of(&styled));
}

#[test]
fn a_long_tree_shows_what_changed_and_can_be_scrolled() {
    let mut picture = picture();
    let many = (0..60).map(|number| {
        let label = format!("kr-{number}");
        Goal {
            is_changed: number == 40,
            status: Some(Status::Stale),
            ..goal(("├─ ", "│  "), Kind::KeyResult, &label)
        }
    });
    picture.goals = many.collect();
    let mut model = model();
    let text = text_of(&terminal((80, 24), &mut model, &picture, &screen()));
    assert!(text.contains("* ├─ kr-40"), "{text}");
    assert!(text.contains(" of 61"), "{text}");
    model.key(Key::Down);
    let scrolled = text_of(&terminal((80, 24), &mut model, &picture, &screen()));
    assert_ne!(text, scrolled);
    for _ in 0..100 {
        model.key(Key::Down);
        terminal((80, 24), &mut model, &picture, &screen());
    }
    let end = text_of(&terminal((80, 24), &mut model, &picture, &screen()));
    assert!(
        end.contains("kr-59") && end.contains("to 61 of 61"),
        "{end}"
    );
}

#[test]
fn frames_of_one_date_stand_apart_on_the_time_line() {
    let mut model = model();
    for mark in &mut model.film.marks {
        mark.at = Timestamp::UNIX_EPOCH;
    }
    let mut places = std::collections::BTreeSet::new();
    for frame in 0..13 {
        model.frame = frame;
        let text = shown((80, 24), &mut model);
        let line = text.lines().nth(21).unwrap();
        places.insert(line.chars().position(|character| character == '●').unwrap());
    }
    assert_eq!(places.len(), 13);
}

#[test]
fn before_there_are_goals_the_film_says_so() {
    let picture = Picture {
        heading: None,
        goals: Vec::new(),
        more: 7,
        ..picture()
    };
    let text = text_of(&terminal((80, 24), &mut model(), &picture, &screen()));
    assert!(text.contains("no goals yet"), "{text}");
    assert!(text.contains("and 7 more in this frame"), "{text}");
}
