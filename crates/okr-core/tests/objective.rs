//! Rules for objectives.

use std::collections::BTreeSet;

use okr_core::admit::Verdict;
use okr_core::authorize::Refusal;
use okr_core::event::{
    CycleEvent, Event, NewObjective, ObjectiveEdit, ObjectiveEvent, PersonEvent, Support, TeamEvent,
};
use okr_core::id::ObjectiveId;
use okr_core::rejection::{Missing, Rejection};
use okr_core::text::Tag;
use okr_core::value::{AmendmentCategory, ObjectiveKind, Source, Weight};
use okr_testkit::sample::{
    ANA, BEN, CAI, cycle_id, edit, key_result_id, new_cycle, new_objective, new_org, objective_id,
    person_id, slug, tag, team_id, text, title, weight,
};
use okr_testkit::scenario::Scenario;

use crate::world::{
    CYCLE, KEY_RESULT, OBJECTIVE, TEAM, already_exists, closed, conflict, cycle, cycle_closed,
    not_permitted, objective, open, planned, stewarded, team, unknown_reference, wrong_state,
};

const OTHER: ObjectiveId = objective_id(2);

fn created(new: NewObjective) -> Event {
    Event::Objective(OTHER, ObjectiveEvent::Created(new))
}

fn edited(edit: ObjectiveEdit) -> Event {
    objective(ObjectiveEvent::Edited(edit))
}

fn renamed() -> Event {
    edited(ObjectiveEdit::Slug(edit(slug("fast"), slug("faster"))))
}

fn retitled() -> Event {
    edited(ObjectiveEdit::Title(edit(title("fast"), title("faster"))))
}

fn tags(count: usize) -> BTreeSet<Tag> {
    (0..count)
        .map(|number| tag(&format!("t{number}")))
        .collect()
}

#[test]
fn an_objective_is_written_down_in_a_cycle_that_is_not_over() {
    planned().admits(BEN, [created(new_objective("second"))]);
    open().admits(BEN, [created(new_objective("late"))]);
    closed().refuses(BEN, created(new_objective("overdue")), cycle_closed(OTHER));
    planned().refuses(
        BEN,
        objective(ObjectiveEvent::Created(new_objective("again"))),
        already_exists(OBJECTIVE),
    );
}

#[test]
fn what_a_new_objective_names_exists() {
    let new = || new_objective("second");
    let missing = [
        (
            NewObjective {
                cycle: cycle_id(9),
                ..new()
            },
            unknown_reference(OTHER, "cycle", cycle_id(9)),
        ),
        (
            NewObjective {
                team: Some(team_id(9)),
                ..new()
            },
            unknown_reference(OTHER, "team", team_id(9)),
        ),
        (
            NewObjective {
                owner: person_id(9),
                ..new()
            },
            unknown_reference(OTHER, "owner", person_id(9)),
        ),
        (
            NewObjective {
                supports: Some(Support::Objective(objective_id(9))),
                ..new()
            },
            unknown_reference(OTHER, "supports", objective_id(9)),
        ),
        (
            NewObjective {
                supports: Some(Support::KeyResult(key_result_id(9))),
                ..new()
            },
            unknown_reference(OTHER, "supports", key_result_id(9)),
        ),
        (
            NewObjective {
                continues: Some(objective_id(9)),
                ..new()
            },
            unknown_reference(OTHER, "continues", objective_id(9)),
        ),
    ];
    for (new, rejection) in missing {
        planned().refuses(ANA, created(new), rejection);
    }
}

#[test]
fn what_a_new_objective_names_is_in_use() {
    let gone = || planned().given([Event::Person(CAI, PersonEvent::Deactivated)]);
    let new = || new_objective("second");
    planned().given([team(TeamEvent::Archived)]).refuses(
        BEN,
        created(NewObjective {
            team: Some(TEAM),
            ..new()
        }),
        wrong_state(TEAM, "archived", "be given anything new"),
    );
    let cais = || NewObjective {
        owner: CAI,
        ..new()
    };
    gone().refuses(
        BEN,
        created(cais()),
        Rejection::InactivePerson {
            subject: OTHER.into(),
            field: "owner",
            person: CAI.into(),
        },
    );
    gone()
        .from_source(Source::Import, None)
        .admits(BEN, [created(cais())]);
    planned().admits(
        BEN,
        [created(NewObjective {
            team: Some(TEAM),
            supports: Some(Support::KeyResult(KEY_RESULT)),
            continues: Some(OBJECTIVE),
            ..new()
        })],
    );
}

#[test]
fn an_objective_has_at_most_50_tags() {
    let limit = |subject: ObjectiveId| Rejection::Limit {
        subject: Some(subject.into()),
        what: "tags",
        limit: 50,
        given: 51,
    };
    let tagged = |count| NewObjective {
        tags: tags(count),
        ..new_objective("second")
    };
    planned().admits(BEN, [created(tagged(50))]);
    planned().refuses(BEN, created(tagged(51)), limit(OTHER));
    planned().given([created(tagged(50))]).refuses(
        BEN,
        Event::Objective(OTHER, ObjectiveEvent::Tagged(tag("one-more"))),
        limit(OTHER),
    );
}

#[test]
fn tags_come_and_go_once() {
    let tagged = objective(ObjectiveEvent::Tagged(tag("growth")));
    let untagged = objective(ObjectiveEvent::Untagged(tag("growth")));
    planned().admits(BEN, [tagged.clone()]);
    assert_eq!(
        planned().judged(BEN, [untagged.clone()]),
        Verdict::AlreadySo
    );
    let scenario = planned().given([tagged.clone()]);
    assert_eq!(scenario.judged(BEN, [tagged]), Verdict::AlreadySo);
    scenario.admits(BEN, [untagged]);
}

#[test]
fn two_edits_from_the_same_value_conflict_and_the_second_says_with_what() {
    let second = edited(ObjectiveEdit::Slug(edit(slug("fast"), slug("quick"))));
    planned().given([renamed()]).refuses(
        CAI,
        second,
        conflict(OBJECTIVE, "slug", ["fast", "quick", "faster"]),
    );
}

#[test]
fn the_same_edit_twice_is_already_so() {
    let scenario = planned().given([renamed()]);
    assert_eq!(scenario.judged(CAI, [renamed()]), Verdict::AlreadySo);
}

#[test]
fn a_conflict_renders_values_for_people() {
    let description = edit(Some(text("old")), Some(text("new")));
    planned().refuses(
        BEN,
        edited(ObjectiveEdit::Description(description)),
        conflict(OBJECTIVE, "description", ["old", "new", "none"]),
    );
    let supports = edit(
        Some(Support::KeyResult(KEY_RESULT)),
        Some(Support::Objective(OTHER)),
    );
    let scenario = planned().given([
        created(new_objective("second")),
        edited(ObjectiveEdit::Supports(edit(
            None,
            Some(Support::Objective(objective_id(3))),
        ))),
    ]);
    let seen = format!("key result {KEY_RESULT}");
    let wanted = format!("objective {OTHER}");
    let current = format!("objective {}", objective_id(3));
    scenario.refuses(
        BEN,
        edited(ObjectiveEdit::Supports(supports)),
        conflict(OBJECTIVE, "supports", [&seen, &wanted, &current]),
    );
}

#[test]
fn an_amendment_of_a_committed_objective_needs_reason_and_category() {
    let elsewhere = Event::Cycle(cycle_id(2), CycleEvent::Created(new_cycle()));
    let amendments = [
        (retitled(), "changing the title of a committed objective"),
        (
            edited(ObjectiveEdit::Team(edit(Some(TEAM), None))),
            "moving a committed objective to another team",
        ),
        (
            edited(ObjectiveEdit::Cycle(edit(CYCLE, cycle_id(2)))),
            "moving a committed objective to another cycle",
        ),
        (
            edited(ObjectiveEdit::Kind(edit(
                ObjectiveKind::Aspirational,
                ObjectiveKind::Committed,
            ))),
            "changing the kind of a committed objective",
        ),
        (
            edited(ObjectiveEdit::Weight(edit(Weight::ONE, weight("2")))),
            "changing the weight of a committed objective",
        ),
        (
            objective(ObjectiveEvent::Abandoned),
            "abandoning a committed objective",
        ),
        (
            objective(ObjectiveEvent::Archived),
            "archiving a committed objective",
        ),
    ];
    for (event, action) in amendments {
        let needs = |missing| Rejection::ReasonRequired {
            subject: OBJECTIVE.into(),
            action,
            missing,
        };
        let committed = || open().given([elsewhere.clone()]);
        let category = AmendmentCategory::Correction;
        planned()
            .given([elsewhere.clone()])
            .admits(BEN, [event.clone()]);
        committed().refuses(BEN, event.clone(), needs(Missing::ReasonAndCategory));
        committed().because("we learned more").refuses(
            BEN,
            event.clone(),
            needs(Missing::Category),
        );
        committed()
            .amending(category)
            .refuses(BEN, event.clone(), needs(Missing::Reason));
        committed()
            .because("we learned more")
            .amending(category)
            .admits(BEN, [event.clone()]);
    }
}

#[test]
fn other_edits_of_a_committed_objective_need_no_reason() {
    open().given([created(new_objective("second"))]).admits(
        BEN,
        [
            renamed(),
            edited(ObjectiveEdit::Description(edit(None, Some(text("more"))))),
            edited(ObjectiveEdit::Owner(edit(BEN, CAI))),
            edited(ObjectiveEdit::Supports(edit(
                None,
                Some(Support::Objective(OTHER)),
            ))),
            edited(ObjectiveEdit::Continues(edit(None, Some(OTHER)))),
            objective(ObjectiveEvent::Tagged(tag("growth"))),
        ],
    );
}

#[test]
fn an_organisation_may_do_without_reasons() {
    let mut org = new_org();
    org.reason_after_commitment = false;
    Scenario::founded_as(org)
        .given([
            cycle(CycleEvent::Created(new_cycle())),
            cycle(CycleEvent::Opened),
            objective(ObjectiveEvent::Created(new_objective("fast"))),
        ])
        .admits(BEN, [retitled()]);
}

#[test]
fn a_draft_is_no_commitment() {
    let draft = NewObjective {
        draft: true,
        ..new_objective("fast")
    };
    Scenario::founded()
        .given([
            cycle(CycleEvent::Created(new_cycle())),
            cycle(CycleEvent::Opened),
            objective(ObjectiveEvent::Created(draft)),
        ])
        .admits(BEN, [retitled()]);
}

#[test]
fn new_values_are_usable() {
    planned().refuses(
        BEN,
        edited(ObjectiveEdit::Owner(edit(BEN, person_id(9)))),
        unknown_reference(OBJECTIVE, "owner", person_id(9)),
    );
    planned().refuses(
        BEN,
        edited(ObjectiveEdit::Team(edit(Some(TEAM), Some(team_id(9))))),
        unknown_reference(OBJECTIVE, "team", team_id(9)),
    );
    planned().refuses(
        BEN,
        edited(ObjectiveEdit::Cycle(edit(CYCLE, cycle_id(9)))),
        unknown_reference(OBJECTIVE, "cycle", cycle_id(9)),
    );
    let over = Event::Cycle(cycle_id(2), CycleEvent::Closed);
    let created = Event::Cycle(cycle_id(2), CycleEvent::Created(new_cycle()));
    planned().given([created, over]).refuses(
        BEN,
        edited(ObjectiveEdit::Cycle(edit(CYCLE, cycle_id(2)))),
        Rejection::CycleClosed {
            subject: OBJECTIVE.into(),
            cycle: cycle_id(2),
            name: new_cycle().name,
        },
    );
}

#[test]
fn under_stewards_an_objective_is_its_owner_s_and_its_team_s_leads() {
    let dan = person_id(1);
    let scenario = || {
        stewarded().given([Event::Person(
            dan,
            PersonEvent::Added(okr_core::value::Role::Member),
        )])
    };
    for author in [ANA, BEN, CAI] {
        scenario().admits(author, [renamed()]);
    }
    scenario().refuses(
        dan,
        renamed(),
        not_permitted(OBJECTIVE, Refusal::NeedsSteward),
    );
    scenario().refuses(
        dan,
        created(new_objective("for-ben")),
        not_permitted(OTHER, Refusal::NeedsSteward),
    );
    scenario().admits(
        dan,
        [created(NewObjective {
            owner: dan,
            ..new_objective("own")
        })],
    );
}
