//! Rules for key results.

use jiff::civil::date;
use okr_core::admit::Verdict;
use okr_core::authorize::Refusal;
use okr_core::event::{
    Event, KeyResultEdit, KeyResultEvent, NewKeyResult, NewObjective, ObjectiveEvent, PersonEvent,
};
use okr_core::id::KeyResultId;
use okr_core::measure::{Measure, Metric};
use okr_core::rejection::{Missing, Rejection};
use okr_core::value::{AmendmentCategory, Role, Weight};
use okr_testkit::sample::{
    ANA, BEN, CAI, edit, key_result_id, metric, new_key_result, new_objective, number,
    objective_id, person_id, score, slug, tag, text, title, weight,
};

use crate::world::{
    KEY_RESULT, OBJECTIVE, already_exists, closed, conflict, cycle_closed, first_key_result,
    key_result, key_result_closed, not_permitted, objective, objective_closed, open, planned,
    stewarded, unknown_reference, unknown_subject, wrong_state,
};

const OTHER: KeyResultId = key_result_id(2);

fn created(new: NewKeyResult) -> Event {
    Event::KeyResult(OTHER, KeyResultEvent::Created(new))
}

fn second() -> NewKeyResult {
    new_key_result(OBJECTIVE, "hit-rate")
}

fn edited(edit: KeyResultEdit) -> Event {
    key_result(KeyResultEvent::Edited(edit))
}

fn renamed() -> Event {
    edited(KeyResultEdit::Slug(edit(slug("latency"), slug("p99"))))
}

fn remeasured() -> Event {
    edited(KeyResultEdit::Measure(edit(
        metric("0", "100"),
        metric("0", "80"),
    )))
}

fn second_objective() -> Event {
    Event::Objective(
        objective_id(2),
        ObjectiveEvent::Created(new_objective("second")),
    )
}

#[test]
fn a_key_result_is_written_down_below_an_objective_that_is_pursued() {
    planned().admits(BEN, [created(second())]);
    open().admits(BEN, [created(second())]);
    closed().refuses(BEN, created(second()), cycle_closed(OTHER));
    planned().refuses(
        BEN,
        key_result(KeyResultEvent::Created(second())),
        already_exists(KEY_RESULT),
    );
    planned().refuses(
        BEN,
        created(new_key_result(objective_id(9), "lost")),
        unknown_reference(OTHER, "objective", objective_id(9)),
    );
    for (event, state) in [
        (objective_closed(), "closed"),
        (objective(ObjectiveEvent::Abandoned), "abandoned"),
        (objective(ObjectiveEvent::Archived), "archived"),
    ] {
        planned().given([event]).refuses(
            BEN,
            created(second()),
            wrong_state(OBJECTIVE, state, "take a key result"),
        );
    }
}

#[test]
fn a_draft_takes_key_results() {
    let draft = NewObjective {
        draft: true,
        ..new_objective("second")
    };
    planned()
        .given([Event::Objective(
            objective_id(2),
            ObjectiveEvent::Created(draft),
        )])
        .admits(BEN, [created(new_key_result(objective_id(2), "first"))]);
}

#[test]
fn the_owner_is_known_and_here() {
    planned().refuses(
        BEN,
        created(NewKeyResult {
            owner: person_id(9),
            ..second()
        }),
        unknown_reference(OTHER, "owner", person_id(9)),
    );
    planned()
        .given([Event::Person(CAI, PersonEvent::Deactivated)])
        .refuses(
            BEN,
            edited(KeyResultEdit::Owner(edit(BEN, CAI))),
            Rejection::InactivePerson {
                subject: KEY_RESULT.into(),
                field: "owner",
                person: CAI.into(),
            },
        );
}

fn with_zones(baseline: &str, commit: Option<&str>, target: &str, stretch: Option<&str>) -> Event {
    created(NewKeyResult {
        measure: Measure::Metric(Metric {
            unit: None,
            baseline: number(baseline),
            target: number(target),
            commit: commit.map(number),
            stretch: stretch.map(number),
        }),
        ..second()
    })
}

#[test]
fn a_metric_goes_somewhere_with_its_zones_in_order() {
    let refused = |event, problem| {
        planned().refuses(
            BEN,
            event,
            Rejection::Inconsistent {
                subject: OTHER.into(),
                problem,
            },
        );
    };
    let nowhere =
        "the target equals the baseline; to keep a number where it is, use a hold measure";
    let early = "the commit value is not beyond the baseline";
    let late = "the commit value is beyond the target";
    let short = "the stretch value is not beyond the target";
    refused(with_zones("5", None, "5", None), nowhere);
    refused(with_zones("5", None, "5.00", None), nowhere);
    refused(with_zones("0", Some("0"), "10", None), early);
    refused(with_zones("0", Some("-1"), "10", None), early);
    refused(with_zones("0", Some("11"), "10", None), late);
    refused(with_zones("0", None, "10", Some("10")), short);
    refused(with_zones("0", None, "10", Some("9")), short);
    refused(with_zones("10", Some("11"), "0", None), early);
    refused(with_zones("10", Some("-1"), "0", None), late);
    refused(with_zones("10", None, "0", Some("1")), short);
    planned().admits(BEN, [with_zones("0", Some("3"), "10", Some("12"))]);
    planned().admits(BEN, [with_zones("0", Some("10"), "10", None)]);
    planned().admits(BEN, [with_zones("10", Some("6"), "0", Some("-2"))]);
}

#[test]
fn an_edit_of_the_measure_obeys_the_same_rules() {
    let standstill = edit(metric("0", "100"), metric("7", "7"));
    planned().refuses(
        BEN,
        edited(KeyResultEdit::Measure(standstill)),
        Rejection::Inconsistent {
            subject: KEY_RESULT.into(),
            problem: "the target equals the baseline; to keep a number where it is, use a hold \
                      measure",
        },
    );
}

#[test]
fn the_due_date_is_not_before_the_start() {
    let problem = |subject: KeyResultId| Rejection::Inconsistent {
        subject: subject.into(),
        problem: "the due date is before the start",
    };
    let new = NewKeyResult {
        start: Some(date(2026, 11, 2)),
        due: Some(date(2026, 11, 1)),
        ..second()
    };
    planned().refuses(BEN, created(new), problem(OTHER));
    let due = edited(KeyResultEdit::Due(edit(None, Some(date(2026, 11, 1)))));
    let start = |day| edited(KeyResultEdit::Start(edit(None, Some(date(2026, 11, day)))));
    let scenario = planned().given([due]);
    scenario.refuses(BEN, start(2), problem(KEY_RESULT));
    scenario.admits(BEN, [start(1)]);
}

#[test]
fn a_key_result_has_at_most_50_tags() {
    let limit = |subject: KeyResultId| Rejection::Limit {
        subject: Some(subject.into()),
        what: "tags",
        limit: 50,
        given: 51,
    };
    let tagged = |count| {
        let tags = (0..count)
            .map(|number| tag(&format!("t{number}")))
            .collect();
        created(NewKeyResult { tags, ..second() })
    };
    planned().refuses(BEN, tagged(51), limit(OTHER));
    planned().given([tagged(50)]).refuses(
        BEN,
        Event::KeyResult(OTHER, KeyResultEvent::Tagged(tag("one-more"))),
        limit(OTHER),
    );
}

#[test]
fn tags_come_and_go_once() {
    let tagged = key_result(KeyResultEvent::Tagged(tag("growth")));
    let untagged = key_result(KeyResultEvent::Untagged(tag("growth")));
    assert_eq!(
        planned().judged(BEN, [untagged.clone()]),
        Verdict::AlreadySo
    );
    let scenario = planned().given([tagged.clone()]);
    assert_eq!(scenario.judged(BEN, [tagged]), Verdict::AlreadySo);
    scenario.admits(BEN, [untagged]);
}

#[test]
fn an_amendment_of_a_committed_key_result_needs_reason_and_category() {
    let amendments = [
        (
            edited(KeyResultEdit::Objective(edit(OBJECTIVE, objective_id(2)))),
            "moving a committed key result to another objective",
        ),
        (
            edited(KeyResultEdit::Title(edit(title("latency"), title("p99")))),
            "changing the title of a committed key result",
        ),
        (
            remeasured(),
            "changing the measure of a committed key result",
        ),
        (
            edited(KeyResultEdit::Weight(edit(Weight::ONE, weight("2")))),
            "changing the weight of a committed key result",
        ),
        (
            edited(KeyResultEdit::Start(edit(None, Some(date(2026, 11, 1))))),
            "changing the start of a committed key result",
        ),
        (
            edited(KeyResultEdit::Due(edit(None, Some(date(2026, 12, 1))))),
            "changing the due date of a committed key result",
        ),
        (
            key_result(KeyResultEvent::Abandoned),
            "abandoning a committed key result",
        ),
        (
            key_result(KeyResultEvent::Archived),
            "archiving a committed key result",
        ),
    ];
    for (event, action) in amendments {
        let committed = || open().given([second_objective()]);
        let needs = |missing| Rejection::ReasonRequired {
            subject: KEY_RESULT.into(),
            action,
            missing,
        };
        planned()
            .given([second_objective()])
            .admits(BEN, [event.clone()]);
        committed().refuses(BEN, event.clone(), needs(Missing::ReasonAndCategory));
        committed().because("we learned more").refuses(
            BEN,
            event.clone(),
            needs(Missing::Category),
        );
        committed()
            .amending(AmendmentCategory::BetterMeasure)
            .refuses(BEN, event.clone(), needs(Missing::Reason));
        committed()
            .because("we learned more")
            .amending(AmendmentCategory::BetterMeasure)
            .admits(BEN, [event.clone()]);
    }
}

#[test]
fn other_edits_of_a_committed_key_result_need_no_reason() {
    open().admits(
        BEN,
        [
            renamed(),
            edited(KeyResultEdit::Description(edit(None, Some(text("more"))))),
            edited(KeyResultEdit::Owner(edit(BEN, CAI))),
            edited(KeyResultEdit::Order(edit(0, 3))),
            key_result(KeyResultEvent::Tagged(tag("growth"))),
        ],
    );
}

#[test]
fn a_conflict_about_a_measure_shows_all_three() {
    let mine = edit(metric("0", "100"), metric("0", "120"));
    planned().given([remeasured()]).refuses(
        CAI,
        edited(KeyResultEdit::Measure(mine)),
        conflict(KEY_RESULT, "measure", ["0 to 100", "0 to 120", "0 to 80"]),
    );
}

#[test]
fn a_move_needs_an_objective_that_is_pursued() {
    let moved = |to| edited(KeyResultEdit::Objective(edit(OBJECTIVE, objective_id(to))));
    planned().refuses(
        BEN,
        moved(9),
        unknown_reference(KEY_RESULT, "objective", objective_id(9)),
    );
    let given_up = Event::Objective(objective_id(2), ObjectiveEvent::Abandoned);
    planned().given([second_objective(), given_up]).refuses(
        BEN,
        moved(2),
        wrong_state(objective_id(2), "abandoned", "take a key result"),
    );
}

#[test]
fn a_closed_cycle_takes_grades_and_nothing_else() {
    closed().admits(BEN, [key_result_closed()]);
    for event in [
        renamed(),
        remeasured(),
        key_result(KeyResultEvent::Tagged(tag("growth"))),
        key_result(KeyResultEvent::Abandoned),
        key_result(KeyResultEvent::Archived),
    ] {
        closed().refuses(BEN, event, cycle_closed(KEY_RESULT));
    }
}

#[test]
fn what_has_left_the_commitment_is_archived_without_a_reason() {
    let abandoned = open().given([key_result(KeyResultEvent::Abandoned)]);
    abandoned.admits(BEN, [key_result(KeyResultEvent::Archived)]);
    // A grade still counts, and archiving takes it out of the roll-up.
    open().given([key_result_closed()]).refuses(
        BEN,
        key_result(KeyResultEvent::Archived),
        Rejection::ReasonRequired {
            subject: KEY_RESULT.into(),
            action: "archiving a committed key result",
            missing: Missing::ReasonAndCategory,
        },
    );
}

#[test]
fn what_is_closed_abandoned_or_archived_is_not_edited() {
    for (event, state) in [
        (key_result_closed(), "closed"),
        (key_result(KeyResultEvent::Abandoned), "abandoned"),
        (key_result(KeyResultEvent::Archived), "archived"),
    ] {
        let scenario = planned().given([event]);
        scenario.refuses(BEN, renamed(), wrong_state(KEY_RESULT, state, "be edited"));
    }
}

#[test]
fn below_an_objective_that_is_over_only_grading_goes_on() {
    let graded = planned().given([objective_closed()]);
    graded.refuses(
        BEN,
        renamed(),
        wrong_state(OBJECTIVE, "closed", "have a key result changed"),
    );
    graded.admits(BEN, [key_result_closed()]);
    for (event, state) in [
        (ObjectiveEvent::Abandoned, "abandoned"),
        (ObjectiveEvent::Archived, "archived"),
    ] {
        planned().given([objective(event)]).refuses(
            BEN,
            key_result_closed(),
            wrong_state(OBJECTIVE, state, "have a key result closed"),
        );
    }
}

#[test]
fn steps_follow_each_other() {
    let closed = planned().given([key_result_closed()]);
    assert_eq!(
        closed.judged(BEN, [key_result_closed()]),
        Verdict::AlreadySo
    );
    closed.refuses(
        BEN,
        key_result(KeyResultEvent::Closed {
            score: score("0.1"),
        }),
        wrong_state(KEY_RESULT, "closed", "be closed"),
    );
    closed.refuses(
        BEN,
        key_result(KeyResultEvent::Abandoned),
        wrong_state(KEY_RESULT, "closed", "be abandoned"),
    );
    closed.admits(BEN, [key_result(KeyResultEvent::Reopened)]);
    closed.admits(BEN, [key_result(KeyResultEvent::Archived)]);
    let archived = planned().given([key_result(KeyResultEvent::Archived)]);
    archived.admits(BEN, [key_result(KeyResultEvent::Restored)]);
    archived.refuses(
        BEN,
        key_result(KeyResultEvent::Reopened),
        wrong_state(KEY_RESULT, "archived", "be reopened"),
    );
}

#[test]
fn steps_that_were_taken_are_already_so() {
    for (before, again) in [
        (None, KeyResultEvent::Reopened),
        (None, KeyResultEvent::Restored),
        (Some(KeyResultEvent::Abandoned), KeyResultEvent::Abandoned),
        (Some(KeyResultEvent::Archived), KeyResultEvent::Archived),
    ] {
        let scenario = planned().given(before.map(key_result));
        assert_eq!(
            scenario.judged(BEN, [key_result(again)]),
            Verdict::AlreadySo
        );
    }
}

#[test]
fn an_unknown_key_result_has_no_history() {
    for event in [
        KeyResultEvent::Abandoned,
        KeyResultEvent::Archived,
        KeyResultEvent::Tagged(tag("growth")),
        KeyResultEvent::Edited(KeyResultEdit::Order(edit(0, 1))),
    ] {
        planned().refuses(BEN, Event::KeyResult(OTHER, event), unknown_subject(OTHER));
    }
}

#[test]
fn under_stewards_a_key_result_is_its_owner_s_and_its_objective_s_stewards() {
    let dan = person_id(1);
    let eve = person_id(2);
    let added = |person| Event::Person(person, PersonEvent::Added(Role::Member));
    let dans = NewKeyResult {
        owner: dan,
        ..first_key_result()
    };
    let scenario = || stewarded().given([added(dan), added(eve), created(dans.clone())]);
    let rename = || {
        let edit = KeyResultEdit::Slug(edit(slug("latency"), slug("p99")));
        Event::KeyResult(OTHER, KeyResultEvent::Edited(edit))
    };
    for author in [ANA, BEN, CAI, dan] {
        scenario().admits(author, [rename()]);
    }
    scenario().refuses(eve, rename(), not_permitted(OTHER, Refusal::NeedsSteward));
    // Naming oneself owner gives no right to add to somebody else's objective.
    let third = key_result_id(3);
    let own = NewKeyResult {
        owner: eve,
        ..second()
    };
    scenario().refuses(
        eve,
        Event::KeyResult(third, KeyResultEvent::Created(own)),
        not_permitted(third, Refusal::NeedsSteward),
    );
    // Nor does owning a key result give the right to hang it below one.
    let ana_s = NewObjective {
        owner: ANA,
        ..new_objective("second")
    };
    let second = Event::Objective(objective_id(2), ObjectiveEvent::Created(ana_s));
    let edit = KeyResultEdit::Objective(edit(OBJECTIVE, objective_id(2)));
    let moved = Event::KeyResult(OTHER, KeyResultEvent::Edited(edit));
    scenario()
        .given([second])
        .refuses(dan, moved, not_permitted(OTHER, Refusal::NeedsSteward));
}
