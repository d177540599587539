//! Alignment, lineage and the tree of teams have an end: no circles, and no endless walks.

use okr_core::admit::MAX_LINKS;
use okr_core::event::{
    Event, KeyResultEdit, KeyResultEvent, NewObjective, NewTeam, ObjectiveEdit, ObjectiveEvent,
    Support, TeamEvent,
};
use okr_core::id::{EntityId, ObjectiveId};
use okr_core::rejection::Rejection;
use okr_testkit::sample::{
    BEN, cycle_id, edit, key_result_id, new_cycle, new_key_result, new_objective, new_team,
    objective_id, team_id,
};
use okr_testkit::scenario::Scenario;

fn objective(number: u32, supports: Option<Support>, continues: Option<ObjectiveId>) -> Event {
    let new = NewObjective {
        supports,
        continues,
        ..new_objective("goal")
    };
    Event::Objective(objective_id(number), ObjectiveEvent::Created(new))
}

fn key_result(number: u32, objective: u32) -> Event {
    let new = new_key_result(objective_id(objective), "measure");
    Event::KeyResult(key_result_id(number), KeyResultEvent::Created(new))
}

fn supporting(number: u32, support: Support) -> Event {
    let edit = ObjectiveEdit::Supports(edit(None, Some(support)));
    Event::Objective(objective_id(number), ObjectiveEvent::Edited(edit))
}

fn world() -> Scenario {
    Scenario::founded().given([Event::Cycle(
        cycle_id(1),
        okr_core::event::CycleEvent::Created(new_cycle()),
    )])
}

fn circle(
    subject: impl Into<EntityId>,
    field: &'static str,
    reference: impl Into<EntityId>,
) -> Rejection {
    Rejection::AlignmentCycle {
        subject: subject.into(),
        field,
        reference: reference.into(),
    }
}

#[test]
fn an_objective_supports_neither_itself_nor_its_own_key_result() {
    let scenario = world().given([objective(1, None, None), key_result(1, 1)]);
    scenario.refuses(
        BEN,
        supporting(1, Support::Objective(objective_id(1))),
        circle(objective_id(1), "supports", objective_id(1)),
    );
    scenario.refuses(
        BEN,
        supporting(1, Support::KeyResult(key_result_id(1))),
        circle(objective_id(1), "supports", key_result_id(1)),
    );
}

#[test]
fn alignment_never_goes_round_through_objectives_and_key_results() {
    // 3 supports a key result of 2, which supports 1.
    let scenario = world().given([
        objective(1, None, None),
        objective(2, Some(Support::Objective(objective_id(1))), None),
        key_result(2, 2),
        objective(3, Some(Support::KeyResult(key_result_id(2))), None),
        key_result(3, 3),
    ]);
    for top in [
        Support::Objective(objective_id(3)),
        Support::KeyResult(key_result_id(3)),
    ] {
        let reference = match top {
            Support::Objective(id) => EntityId::Objective(id),
            Support::KeyResult(id) => EntityId::KeyResult(id),
        };
        scenario.refuses(
            BEN,
            supporting(1, top),
            circle(objective_id(1), "supports", reference),
        );
    }
    // The other way round there is no circle.
    scenario
        .given([objective(4, None, None)])
        .admits(BEN, [supporting(4, Support::KeyResult(key_result_id(3)))]);
}

#[test]
fn moving_a_key_result_does_not_close_a_circle() {
    // 2 supports key result 1 of objective 1; moved below 2, it would support itself.
    let scenario = world().given([
        objective(1, None, None),
        key_result(1, 1),
        objective(2, Some(Support::KeyResult(key_result_id(1))), None),
        objective(3, None, None),
    ]);
    let moved = |to| {
        let edit = KeyResultEdit::Objective(edit(objective_id(1), objective_id(to)));
        Event::KeyResult(key_result_id(1), KeyResultEvent::Edited(edit))
    };
    scenario.refuses(
        BEN,
        moved(2),
        circle(key_result_id(1), "supports", objective_id(2)),
    );
    scenario.admits(BEN, [moved(3)]);
}

#[test]
fn two_edits_that_each_fit_cannot_close_a_circle_together() {
    let scenario = world().given([objective(1, None, None), objective(2, None, None)]);
    let up = supporting(1, Support::Objective(objective_id(2)));
    let down = supporting(2, Support::Objective(objective_id(1)));
    scenario.admits(BEN, [up.clone()]);
    scenario.admits(BEN, [down.clone()]);
    scenario.given([up]).refuses(
        BEN,
        down,
        circle(objective_id(2), "supports", objective_id(1)),
    );
}

#[test]
fn lineage_never_goes_round() {
    let scenario = world().given([
        objective(1, None, None),
        objective(2, None, Some(objective_id(1))),
        objective(3, None, Some(objective_id(2))),
    ]);
    let continuing = |to| {
        let edit = ObjectiveEdit::Continues(edit(None, Some(objective_id(to))));
        Event::Objective(objective_id(1), ObjectiveEvent::Edited(edit))
    };
    for to in [1, 3] {
        scenario.refuses(
            BEN,
            continuing(to),
            circle(objective_id(1), "continues", objective_id(to)),
        );
    }
}

fn limit(subject: impl Into<EntityId>, what: &'static str) -> Rejection {
    Rejection::Limit {
        subject: Some(subject.into()),
        what,
        limit: MAX_LINKS,
        given: MAX_LINKS + 1,
    }
}

fn last() -> u32 {
    u32::try_from(MAX_LINKS).expect("the limit is small")
}

#[test]
fn a_chain_of_alignment_has_at_most_64_links() {
    let chain = (0..last()).map(|number| {
        let above = number
            .checked_sub(1)
            .map(|above| Support::Objective(objective_id(above)));
        objective(number, above, None)
    });
    let scenario = world().given(chain);
    let below = |above| objective(100, Some(Support::Objective(objective_id(above))), None);
    scenario.admits(BEN, [below(last() - 2)]);
    scenario.refuses(
        BEN,
        below(last() - 1),
        limit(objective_id(100), "levels of alignment"),
    );
}

#[test]
fn a_chain_of_lineage_has_at_most_64_links() {
    let chain =
        (0..last()).map(|number| objective(number, None, number.checked_sub(1).map(objective_id)));
    let scenario = world().given(chain);
    scenario.admits(BEN, [objective(100, None, Some(objective_id(last() - 2)))]);
    scenario.refuses(
        BEN,
        objective(100, None, Some(objective_id(last() - 1))),
        limit(objective_id(100), "generations of an objective"),
    );
}

#[test]
fn a_tree_of_teams_has_at_most_64_levels() {
    let team = |number: u32, parent: Option<u32>| {
        let new = NewTeam {
            parent: parent.map(team_id),
            ..new_team("team")
        };
        Event::Team(team_id(number), TeamEvent::Created(new))
    };
    let scenario = world().given((0..last()).map(|number| team(number, number.checked_sub(1))));
    scenario.admits(BEN, [team(100, Some(last() - 2))]);
    scenario.refuses(
        BEN,
        team(100, Some(last() - 1)),
        limit(team_id(100), "levels of teams"),
    );
}
