//! Rules for cycles.

use jiff::civil::date;
use okr_core::admit::Verdict;
use okr_core::authorize::Refusal;
use okr_core::event::{CycleEdit, CycleEvent, Event};
use okr_core::id::CycleId;
use okr_core::rejection::{Missing, Rejection};
use okr_core::value::{AmendmentCategory, CadenceDays};
use okr_testkit::sample::{ANA, BEN, VIC, cycle_id, edit, name, new_cycle, period};

use crate::world::{
    CYCLE, already_exists, closed, conflict, cycle, cycle_closed, not_permitted, open, planned,
    stewarded, unknown_subject, wrong_state,
};

const OTHER: CycleId = cycle_id(2);

fn renamed() -> Event {
    let edit = CycleEdit::Name(edit(name("2026-Q4"), name("autumn")));
    cycle(CycleEvent::Edited(edit))
}

fn prolonged() -> Event {
    let edit = CycleEdit::Period(edit(
        new_cycle().period,
        period(date(2026, 10, 1), date(2027, 1, 15)),
    ));
    cycle(CycleEvent::Edited(edit))
}

#[test]
fn a_cycle_is_planned_under_a_fresh_id() {
    let created = |id| Event::Cycle(id, CycleEvent::Created(new_cycle()));
    planned().admits(BEN, [created(OTHER)]);
    planned().refuses(BEN, created(CYCLE), already_exists(CYCLE));
}

#[test]
fn a_cycle_goes_from_planned_to_open_to_closed_and_back_to_open() {
    planned().admits(BEN, [cycle(CycleEvent::Opened)]);
    open().admits(BEN, [cycle(CycleEvent::Closed)]);
    closed().admits(BEN, [cycle(CycleEvent::Reopened)]);
}

#[test]
fn a_step_that_was_taken_is_already_so() {
    for (scenario, event) in [
        (open(), CycleEvent::Opened),
        (open(), CycleEvent::Reopened),
        (closed(), CycleEvent::Closed),
    ] {
        assert_eq!(scenario.judged(BEN, [cycle(event)]), Verdict::AlreadySo);
    }
}

#[test]
fn other_steps_are_refused() {
    planned().refuses(
        BEN,
        cycle(CycleEvent::Closed),
        wrong_state(CYCLE, "planned", "be closed"),
    );
    planned().refuses(
        BEN,
        cycle(CycleEvent::Reopened),
        wrong_state(CYCLE, "planned", "be reopened"),
    );
    closed().refuses(
        BEN,
        cycle(CycleEvent::Opened),
        wrong_state(CYCLE, "closed", "be opened again"),
    );
}

#[test]
fn the_period_of_a_cycle_that_has_begun_changes_only_with_reason_and_category() {
    let needs = |missing| Rejection::ReasonRequired {
        subject: CYCLE.into(),
        action: "changing the period of a cycle that has begun",
        missing,
    };
    planned().admits(BEN, [prolonged()]);
    open().refuses(BEN, prolonged(), needs(Missing::ReasonAndCategory));
    open()
        .because("the audit came")
        .refuses(BEN, prolonged(), needs(Missing::Category));
    open().amending(AmendmentCategory::ExternalChange).refuses(
        BEN,
        prolonged(),
        needs(Missing::Reason),
    );
    open()
        .because("the audit came")
        .amending(AmendmentCategory::ExternalChange)
        .admits(BEN, [prolonged()]);
}

#[test]
fn name_and_cadence_change_without_a_reason() {
    let cadence = CycleEdit::Cadence(edit(None, Some(CadenceDays::WEEKLY)));
    open().admits(BEN, [renamed(), cycle(CycleEvent::Edited(cadence))]);
}

#[test]
fn a_closed_cycle_is_not_edited() {
    closed().refuses(BEN, renamed(), cycle_closed(CYCLE));
}

#[test]
fn edits_fit_what_is_there() {
    let stale = CycleEdit::Name(edit(name("Q4"), name("autumn")));
    open().refuses(
        BEN,
        cycle(CycleEvent::Edited(stale)),
        conflict(CYCLE, "name", ["Q4", "autumn", "2026-Q4"]),
    );
}

#[test]
fn an_unknown_cycle_has_no_history() {
    for event in [CycleEvent::Opened, CycleEvent::Closed, CycleEvent::Reopened] {
        planned().refuses(BEN, Event::Cycle(OTHER, event), unknown_subject(OTHER));
    }
}

#[test]
fn under_stewards_cycles_are_for_administrators() {
    stewarded().admits(ANA, [cycle(CycleEvent::Opened)]);
    stewarded().refuses(
        BEN,
        cycle(CycleEvent::Opened),
        not_permitted(CYCLE, Refusal::NeedsAdmin),
    );
    planned().refuses(
        VIC,
        cycle(CycleEvent::Opened),
        not_permitted(CYCLE, Refusal::Viewer),
    );
}
