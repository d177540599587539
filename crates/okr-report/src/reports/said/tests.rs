//! Who thanks whom for what, what is too long, and where the rest stands.

use okr_core::id::EntityId;
use okr_testkit::sample::{ANA, ORG, key_result_id, objective_id, team_id};

use super::*;
use crate::document::{Document, Inline};
use crate::reports::present::sample::{named, said};

const GOAL: EntityId = EntityId::KeyResult(key_result_id(1));

/// Returns what stands above the words of somebody, without the day.
fn sentence(one: &Said, language: Language) -> String {
    let pieces = item(one, language).text.0.into_iter();
    let pieces: String = pieces
        .map(|piece| match piece {
            Inline::Words { text, .. } => text,
            other => panic!("{other:?}"),
        })
        .collect();
    let day = language.short_day(one.day);
    pieces.strip_prefix(&day).unwrap().trim().to_owned()
}

#[test]
fn who_said_what_about_what_is_a_sentence() {
    let theirs = |kind| Said {
        owner: Some(named("@ana", "Ana")),
        ..said(kind, (GOAL, "api-p99"), "Well done")
    };
    let about = |subject, name| said(CommentKind::Recognition, (subject, name), "Well done");
    let own = about(GOAL, "api-p99");
    let cases = [
        (
            theirs(CommentKind::Recognition),
            [
                "@ben thanks @ana for api-p99",
                "@ben takker @ana for api-p99",
            ],
        ),
        (
            about(ANA.into(), "@ana"),
            ["@ben thanks @ana", "@ben takker @ana"],
        ),
        (
            about(team_id(1).into(), "platform"),
            ["@ben thanks platform", "@ben takker platform"],
        ),
        (
            about(ORG.into(), "Acme"),
            ["@ben thanks everybody", "@ben takker alle"],
        ),
        (own, ["@ben on api-p99", "@ben om api-p99"]),
        (
            theirs(CommentKind::Feedback),
            ["@ben on api-p99", "@ben om api-p99"],
        ),
        (
            theirs(CommentKind::Review),
            ["@ben reviews api-p99", "@ben vurderer api-p99"],
        ),
    ];
    for (one, [english, bokmal]) in cases {
        assert_eq!(sentence(&one, Language::English), english);
        assert_eq!(sentence(&one, Language::Bokmal), bokmal);
    }
}

#[test]
fn what_is_long_ends_at_a_word() {
    assert_eq!(shortened("short"), None);
    assert_eq!(shortened(&"x".repeat(CHARACTERS_MAX)), None);
    let words = "words ".repeat(60);
    let cut = shortened(&words).unwrap();
    assert!(cut.ends_with("words …"), "{cut}");
    assert!(cut.chars().count() <= CHARACTERS_MAX + 2);
    // Many scripts have no blanks.
    let cut = shortened(&"目".repeat(CHARACTERS_MAX + 1)).unwrap();
    assert_eq!(cut.chars().count(), CHARACTERS_MAX + 2);
    let lines = "line\n".repeat(LINES_MAX + 1);
    assert_eq!(shortened(&lines).unwrap().lines().count(), LINES_MAX);
    assert_eq!(shortened(&"line\n".repeat(LINES_MAX - 1)), None);
}

fn shown(said: &[Said], most: usize) -> String {
    let blocks = blocks(said, most, Language::English);
    crate::markdown(&Document {
        language: Language::English,
        title: "Acme".to_owned(),
        subtitle: Vec::new(),
        lead: Text::default(),
        sections: vec![Section {
            heading: "Said".into(),
            blocks,
            parts: Vec::new(),
        }],
        colophon: Vec::new(),
    })
}

#[test]
fn what_is_left_out_is_told_with_the_command_that_lists_it() {
    let long = "words ".repeat(60);
    let goals = ["fast", "slow", "edge", "core", "last", "more"];
    let all: Vec<Said> = (1..)
        .zip(goals)
        .map(|(number, name)| {
            let subject = EntityId::Objective(objective_id(number));
            Said {
                address: format!("Spring 2027:{name}"),
                ..said(CommentKind::Feedback, (subject, name), "Well done")
            }
        })
        .collect();
    assert!(!shown(&all, 6).contains("okr comment list"));
    let some = shown(&all, 4);
    assert!(some.contains("2 more before that"), "{some}");
    let command = "`okr comment list 'Spring 2027:fast' 'Spring 2027:slow' --kind feedback`";
    assert!(some.contains(command), "{some}");
    assert!(some.contains("edge") && !some.contains("on fast"), "{some}");
    // So many things are not worth naming.
    let many = [
        all,
        vec![said(CommentKind::Review, (ORG.into(), "Acme"), &long)],
    ]
    .concat();
    let many = shown(&many, 1);
    assert!(many.contains("`okr comment list --kind feedback,review`"));
    let cut = [said(CommentKind::Feedback, (ORG.into(), "Acme"), &long)];
    let cut = shown(&cut, 4);
    assert!(cut.contains("In full:"), "{cut}");
    assert!(
        cut.contains("`okr comment list Acme --kind feedback`"),
        "{cut}"
    );
}
