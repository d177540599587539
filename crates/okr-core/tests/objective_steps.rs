//! Rules for objectives: which state follows which, and what each allows.

use okr_core::admit::Verdict;
use okr_core::event::{Event, NewObjective, ObjectiveEdit, ObjectiveEvent};
use okr_core::id::ObjectiveId;
use okr_testkit::sample::{BEN, CAI, edit, new_objective, objective_id, score, slug, tag, text};

use crate::world::{
    OBJECTIVE, closed, cycle_closed, objective, objective_closed, planned, unknown_subject,
    wrong_state,
};

const OTHER: ObjectiveId = objective_id(2);

fn renamed() -> Event {
    let edit = ObjectiveEdit::Slug(edit(slug("fast"), slug("faster")));
    objective(ObjectiveEvent::Edited(edit))
}

fn created(new: NewObjective) -> Event {
    Event::Objective(OTHER, ObjectiveEvent::Created(new))
}

#[test]
fn a_closed_cycle_takes_grades_and_nothing_else() {
    closed().admits(BEN, [objective_closed()]);
    for event in [
        renamed(),
        objective(ObjectiveEvent::Tagged(tag("growth"))),
        objective(ObjectiveEvent::Abandoned),
        objective(ObjectiveEvent::Archived),
    ] {
        closed().refuses(BEN, event, cycle_closed(OBJECTIVE));
    }
    let graded = closed().given([objective_closed()]);
    graded.refuses(
        BEN,
        objective(ObjectiveEvent::Reopened),
        cycle_closed(OBJECTIVE),
    );
}

#[test]
fn what_is_closed_abandoned_or_archived_is_not_edited() {
    for (event, state) in [
        (objective_closed(), "closed"),
        (objective(ObjectiveEvent::Abandoned), "abandoned"),
        (objective(ObjectiveEvent::Archived), "archived"),
    ] {
        let scenario = planned().given([event]);
        scenario.refuses(BEN, renamed(), wrong_state(OBJECTIVE, state, "be edited"));
        scenario.refuses(
            BEN,
            objective(ObjectiveEvent::Tagged(tag("growth"))),
            wrong_state(OBJECTIVE, state, "be tagged"),
        );
    }
}

#[test]
fn a_draft_is_published_once_and_before_it_is_closed() {
    let draft = NewObjective {
        draft: true,
        ..new_objective("second")
    };
    let scenario = planned().given([created(draft)]);
    let event = |event| Event::Objective(OTHER, event);
    scenario.admits(BEN, [event(ObjectiveEvent::Published)]);
    scenario.refuses(
        BEN,
        event(ObjectiveEvent::Closed {
            score: score("1"),
            reflection: None,
        }),
        wrong_state(OTHER, "draft", "be closed"),
    );
    assert_eq!(
        planned().judged(BEN, [objective(ObjectiveEvent::Published)]),
        Verdict::AlreadySo
    );
}

#[test]
fn closing_again_with_another_score_or_reflection_is_refused() {
    let scenario = planned().given([objective_closed()]);
    assert_eq!(
        scenario.judged(BEN, [objective_closed()]),
        Verdict::AlreadySo
    );
    let other = objective(ObjectiveEvent::Closed {
        score: score("0.9"),
        reflection: None,
    });
    scenario.refuses(BEN, other, wrong_state(OBJECTIVE, "closed", "be closed"));
    let with_reflection = objective(ObjectiveEvent::Closed {
        score: score("0.7"),
        reflection: Some(text("we learned a lot")),
    });
    scenario.refuses(
        BEN,
        with_reflection,
        wrong_state(OBJECTIVE, "closed", "be closed"),
    );
    scenario.admits(BEN, [objective(ObjectiveEvent::Reopened)]);
}

#[test]
fn steps_that_do_not_follow_are_refused() {
    let abandoned = planned().given([objective(ObjectiveEvent::Abandoned)]);
    abandoned.refuses(
        BEN,
        objective_closed(),
        wrong_state(OBJECTIVE, "abandoned", "be closed"),
    );
    abandoned.refuses(
        BEN,
        objective(ObjectiveEvent::Published),
        wrong_state(OBJECTIVE, "abandoned", "be published"),
    );
    abandoned.admits(BEN, [objective(ObjectiveEvent::Reopened)]);
    planned().given([objective_closed()]).refuses(
        BEN,
        objective(ObjectiveEvent::Abandoned),
        wrong_state(OBJECTIVE, "closed", "be abandoned"),
    );
    let archived = planned().given([objective(ObjectiveEvent::Archived)]);
    archived.refuses(
        BEN,
        objective_closed(),
        wrong_state(OBJECTIVE, "archived", "be closed"),
    );
    archived.admits(BEN, [objective(ObjectiveEvent::Restored)]);
}

#[test]
fn steps_that_were_taken_are_already_so() {
    for (before, again) in [
        (None, ObjectiveEvent::Reopened),
        (None, ObjectiveEvent::Restored),
        (Some(ObjectiveEvent::Abandoned), ObjectiveEvent::Abandoned),
        (Some(ObjectiveEvent::Archived), ObjectiveEvent::Archived),
    ] {
        let scenario = planned().given(before.map(objective));
        assert_eq!(scenario.judged(BEN, [objective(again)]), Verdict::AlreadySo);
    }
}

#[test]
fn an_unknown_objective_has_no_history() {
    for event in [
        ObjectiveEvent::Published,
        ObjectiveEvent::Archived,
        ObjectiveEvent::Tagged(tag("growth")),
        ObjectiveEvent::Edited(ObjectiveEdit::Owner(edit(BEN, CAI))),
    ] {
        planned().refuses(BEN, Event::Objective(OTHER, event), unknown_subject(OTHER));
    }
}
