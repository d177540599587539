//! Rules for the grade of what is closed: put right with a reason, also after the cycle is over.

use okr_core::admit::Verdict;
use okr_core::authorize::Refusal;
use okr_core::event::{
    CycleEvent, Event, KeyResultEdit, KeyResultEvent, ObjectiveEdit, ObjectiveEvent,
};
use okr_core::id::EntityId;
use okr_core::rejection::{Missing, Rejection};
use okr_core::value::Score;
use okr_testkit::sample::{BEN, CAI, VIC, edit, new_org, score, text};
use okr_testkit::scenario::Scenario;

use crate::world::{
    KEY_RESULT, OBJECTIVE, conflict, cycle, key_result, key_result_closed, not_permitted,
    objective, objective_closed, open, stewarded, wrong_state,
};

fn regraded(from: Option<Score>, to: Option<Score>) -> Event {
    objective(ObjectiveEvent::Edited(ObjectiveEdit::Score(edit(from, to))))
}

fn key_result_regraded(from: &str, to: &str) -> Event {
    let edit = edit(Some(score(from)), Some(score(to)));
    key_result(KeyResultEvent::Edited(KeyResultEdit::Score(edit)))
}

fn reflected(from: Option<&str>, to: Option<&str>) -> Event {
    let edit = edit(from.map(text), to.map(text));
    objective(ObjectiveEvent::Edited(ObjectiveEdit::Reflection(edit)))
}

/// Everything is graded with 0.7.
fn graded() -> Scenario {
    open().given([key_result_closed(), objective_closed()])
}

#[test]
fn a_score_is_put_right_with_a_reason() {
    let events = || {
        [
            regraded(Some(score("0.7")), Some(score("0.6"))),
            key_result_regraded("0.7", "0.6"),
        ]
    };
    graded()
        .because("The last week was missing")
        .admits(BEN, events());
    let over = graded().given([cycle(CycleEvent::Closed)]);
    over.because("The audit found more").admits(BEN, events());
    let missing = |subject: EntityId| Rejection::ReasonRequired {
        subject,
        action: "changing the score of a closed goal",
        missing: Missing::Reason,
    };
    let [objective, key_result] = events();
    graded().refuses(BEN, objective, missing(OBJECTIVE.into()));
    graded().refuses(BEN, key_result, missing(KEY_RESULT.into()));
}

#[test]
fn an_organisation_without_reasons_needs_none_for_a_score() {
    let mut org = new_org();
    org.reason_after_commitment = false;
    let founded = Scenario::founded_as(org).given([
        cycle(CycleEvent::Created(okr_testkit::sample::new_cycle())),
        objective(ObjectiveEvent::Created(okr_testkit::sample::new_objective(
            "fast",
        ))),
        objective_closed(),
    ]);
    founded.admits(BEN, [regraded(Some(score("0.7")), Some(score("1")))]);
}

#[test]
fn two_corrections_of_one_score_are_a_conflict() {
    graded().because("Counted again").refuses(
        BEN,
        regraded(Some(score("0.5")), Some(score("0.6"))),
        conflict(OBJECTIVE, "score", ["0.5", "0.6", "0.7"]),
    );
    let again = regraded(Some(score("0.5")), Some(score("0.7")));
    assert_eq!(graded().judged(BEN, [again]), Verdict::AlreadySo);
}

#[test]
fn what_is_closed_keeps_a_score() {
    graded().because("No").refuses(
        BEN,
        regraded(Some(score("0.7")), None),
        Rejection::Inconsistent {
            subject: OBJECTIVE.into(),
            problem: "what is closed has a score; reopen it to take the score away",
        },
    );
}

#[test]
fn what_is_not_closed_has_no_grade_to_change() {
    let action = "have its grade changed";
    open().because("Early").refuses(
        BEN,
        regraded(None, Some(score("1"))),
        wrong_state(OBJECTIVE, "active", action),
    );
    open().because("Early").refuses(
        BEN,
        reflected(None, Some("We learned")),
        wrong_state(OBJECTIVE, "active", action),
    );
    let archived = graded().given([objective(ObjectiveEvent::Archived)]);
    archived.because("Late").refuses(
        BEN,
        key_result_regraded("0.7", "0.6"),
        wrong_state(OBJECTIVE, "archived", "have a key result graded"),
    );
}

#[test]
fn a_reflection_is_written_afterwards_without_a_reason() {
    let over = graded().given([cycle(CycleEvent::Closed)]);
    over.admits(BEN, [reflected(None, Some("Start with the cache"))]);
    graded().refuses(
        BEN,
        reflected(Some("Less"), Some("More")),
        conflict(OBJECTIVE, "reflection", ["Less", "More", "none"]),
    );
}

#[test]
fn grading_is_for_those_who_may_edit() {
    let other = regraded(Some(score("0.7")), Some(score("1")));
    graded().because("Mine").refuses(
        VIC,
        other.clone(),
        not_permitted(OBJECTIVE, Refusal::Viewer),
    );
    let stewards = || stewarded().given([cycle(CycleEvent::Opened), objective_closed()]);
    stewards().because("Counted again").admits(CAI, [other]);
}
