//! What is on the slides, how many there are, and that nothing is too much for them.

use insta::assert_snapshot;
use okr_core::event::CycleEvent;
use okr_core::id::{CycleId, EntityId};
use okr_core::value::CommentKind;
use okr_testkit::sample::ANA;

use super::sample::{decision, next_quarter, quarter, said};
use super::*;
use crate::html::{html, slides};

/// Returns the headings of the slides in plain words.
fn headings(document: &Document) -> Vec<String> {
    let sections = document.sections.iter();
    sections.map(|section| words(&section.heading)).collect()
}

fn words(text: &Text) -> String {
    let pieces = text.0.iter().map(|piece| match piece {
        crate::document::Inline::Words { text, .. } => text.as_str(),
        _ => "",
    });
    pieces.collect()
}

#[test]
fn an_objective_a_slide_between_overview_and_outlook() {
    let document = presentation(&quarter(2, "Fast enough"), Language::Bokmal);
    assert_eq!(document.title, "Fast enough · Avslutning 2026-Q4");
    assert_eq!(
        headings(&document),
        [
            "Karakterer",
            "fast-1 · Fast enough",
            "fast-2 · Fast enough",
            "Lagt til og endret underveis",
            "Dette fører vi videre",
        ]
    );
    let only = Document {
        sections: document.sections[1..2].to_vec(),
        ..document
    };
    assert_snapshot!("an_objective", crate::markdown(&only));
}

#[test]
fn what_is_long_takes_several_slides() {
    let mut found = quarter(23, "Fast");
    found.decisions = (0..7)
        .map(|_| decision(Deed::Added, false, "Fast"))
        .collect();
    let headings = headings(&presentation(&found, Language::English));
    assert_eq!(headings[0], "Scores (1 of 3)");
    assert_eq!(headings[2], "Scores (3 of 3)");
    assert_eq!(headings[26], "Added and changed on the way (1 of 2)");
    assert_eq!(headings.len(), 3 + 23 + 2 + 1);
}

#[test]
fn grades_are_no_changes_on_the_way() {
    let mut found = quarter(1, "Fast");
    found.decisions = vec![decision(Deed::Abandoned, false, "Fast")];
    let document = presentation(&found, Language::English);
    let changes = &document.sections[2];
    assert_eq!(
        changes.blocks,
        [Block::Paragraph(Text::of(
            Mark::Dim,
            "Nothing was decided."
        ))]
    );
}

#[test]
fn the_last_slide_says_what_goes_on() {
    let mut found = quarter(2, "Fast");
    let last = |found: &Final| {
        let document = presentation(found, Language::English);
        let blocks = document.sections.last().unwrap().blocks.clone();
        let document = Document {
            sections: vec![Section {
                blocks,
                ..Section::default()
            }],
            ..document
        };
        crate::markdown(&document)
    };
    assert!(last(&found).contains("Nothing is carried over."));
    found.objectives[0].continued_by = vec![next_quarter("Faster")];
    let said = last(&found);
    assert!(
        said.contains("2027-Q1:fast") && said.contains("Faster"),
        "{said}"
    );

    // A closed cycle says what it left behind.
    let cycle = &mut found.cycle.as_mut().unwrap().cycle;
    *cycle = okr_core::entity::Cycle::evolve(
        Some(cycle.clone()),
        CycleId::clone(&cycle.id),
        &CycleEvent::Closed,
    )
    .unwrap();
    found.objectives[1].objective.objective.stage = okr_core::value::GoalState::Active;
    assert!(last(&found).contains("1 objective ended without a grade."));
}

#[test]
fn thanks_come_last_on_no_more_than_two_slides() {
    let mut found = quarter(1, "Fast");
    let thanks = |text: &str| {
        let ana = (EntityId::Person(ANA), "@ana");
        said(CommentKind::Recognition, ana, text)
    };
    found.recognition = vec![thanks("Stayed late")];
    let document = presentation(&found, Language::Bokmal);
    assert_eq!(headings(&document).last().unwrap(), "Takk");
    assert_eq!(document.sections.last().unwrap().blocks.len(), 1);
    found.recognition = (0..14).map(|day| thanks(&format!("Day {day}"))).collect();
    let document = presentation(&found, Language::English);
    let [.., first, second] = document.sections.as_slice() else {
        panic!("two slides of thanks");
    };
    assert_eq!(words(&first.heading), "Thanks (1 of 2)");
    // What is left out is told where the list ends.
    assert_eq!((first.blocks.len(), second.blocks.len()), (1, 2));
    let shown = crate::markdown(&document);
    assert!(shown.contains("2 more before that"), "{shown}");
    assert!(shown.contains("okr comment list @ana --kind recognition"));
    assert!(
        shown.contains("Day 2") && !shown.contains("Day 1\n"),
        "{shown}"
    );
}

#[test]
fn nothing_and_too_much_are_presented_as_well() {
    let mut nothing = quarter(0, "Fast");
    assert_eq!(presentation(&nothing, Language::English).sections, []);
    nothing.cycle = None;
    let document = presentation(&nothing, Language::Bokmal);
    assert!(slides(&document).contains("Det finnes ingen periode"));

    for theirs in [
        "</script><b>\u{202e}",
        "שלום עולם",
        "👩‍👩‍👧 e\u{301}",
        &"long ".repeat(40),
    ] {
        let mut found = quarter(1, theirs.trim());
        found.objectives[0].objective.objective.reflection = Some(okr_testkit::sample::text(
            &format!("{theirs}\n\n").repeat(30),
        ));
        let document = presentation(&found, Language::English);
        let shown = [slides(&document), html(&document)];
        assert!(
            shown
                .iter()
                .all(|page| !page.contains("<b>") && !page.contains('\u{202e}'))
        );
    }
}
