//! Rules for initiatives.

use std::collections::BTreeSet;

use okr_core::admit::Verdict;
use okr_core::authorize::Refusal;
use okr_core::entity::Initiative;
use okr_core::event::{
    CycleEvent, Event, InitiativeEdit, InitiativeEvent, KeyResultEvent, NewInitiative,
    ObjectiveEvent, PersonEvent,
};
use okr_core::id::{InitiativeId, KeyResultId};
use okr_core::rejection::Rejection;
use okr_core::value::{InitiativeState, Role};
use okr_testkit::sample::{
    ANA, BEN, CAI, TODAY, VIC, edit, initiative_id, key_result_id, new_initiative, person_id,
    title, web_address,
};
use okr_testkit::scenario::Scenario;

use crate::world::{
    KEY_RESULT, OBJECTIVE, already_exists, closed, conflict, cycle, cycle_closed, key_result,
    key_result_closed, not_permitted, objective, open, planned, stewarded, unknown_reference,
    unknown_subject, wrong_state,
};

const FIRST: InitiativeId = initiative_id(1);
const OTHER: InitiativeId = initiative_id(2);

fn first(event: InitiativeEvent) -> Event {
    Event::Initiative(FIRST, event)
}

fn created(new: NewInitiative) -> Event {
    Event::Initiative(OTHER, InitiativeEvent::Created(new))
}

fn new() -> NewInitiative {
    new_initiative(KEY_RESULT, "pooling")
}

fn set(change: InitiativeEdit) -> Event {
    first(InitiativeEvent::Edited(change))
}

fn moved(from: InitiativeState, to: InitiativeState) -> Event {
    set(InitiativeEdit::State(edit(from, to)))
}

fn serving(key_results: &[KeyResultId]) -> Event {
    set(InitiativeEdit::KeyResults(edit(
        BTreeSet::from([KEY_RESULT]),
        key_results.iter().copied().collect(),
    )))
}

/// An open cycle with an initiative of Ben's.
fn begun() -> Scenario {
    open().given([first(InitiativeEvent::Created(new()))])
}

fn inconsistent(subject: InitiativeId, problem: &'static str) -> Rejection {
    Rejection::Inconsistent {
        subject: subject.into(),
        problem,
    }
}

#[test]
fn an_initiative_is_written_down_under_a_fresh_id() {
    planned().admits(BEN, [created(new())]);
    open().admits(BEN, [created(new())]);
    let again = first(InitiativeEvent::Created(new()));
    begun().refuses(BEN, again, already_exists(FIRST));
    let gone = Event::Initiative(OTHER, InitiativeEvent::Archived);
    begun().refuses(BEN, gone, unknown_subject(OTHER));
}

#[test]
fn it_serves_at_least_one_key_result_and_at_most_fifty() {
    let of = |key_results: BTreeSet<KeyResultId>| {
        created(NewInitiative {
            key_results,
            ..new()
        })
    };
    let nothing = "an initiative serves at least one key result";
    open().refuses(BEN, of(BTreeSet::new()), inconsistent(OTHER, nothing));
    begun().refuses(BEN, serving(&[]), inconsistent(FIRST, nothing));
    let many = of((1..=51).map(key_result_id).collect());
    let limit = Rejection::Limit {
        subject: Some(OTHER.into()),
        what: "key results of an initiative",
        limit: Initiative::MAX_KEY_RESULTS,
        given: 51,
    };
    open().refuses(BEN, many, limit);
}

#[test]
fn what_it_begins_to_serve_is_pursued() {
    let unknown = || unknown_reference(OTHER, "key result", key_result_id(9));
    let of_nothing = created(new_initiative(key_result_id(9), "pooling"));
    open().refuses(BEN, of_nothing, unknown());
    let action = "be given an initiative";
    let refusals = [
        (
            open().given([key_result_closed()]),
            wrong_state(KEY_RESULT, "closed", action),
        ),
        (
            open().given([key_result(KeyResultEvent::Archived)]),
            wrong_state(KEY_RESULT, "archived", action),
        ),
        (
            open().given([objective(ObjectiveEvent::Abandoned)]),
            wrong_state(OBJECTIVE, "abandoned", action),
        ),
        (closed(), cycle_closed(OTHER)),
    ];
    for (scenario, refusal) in refusals {
        scenario.refuses(BEN, created(new()), refusal);
    }
}

#[test]
fn what_it_serves_already_may_have_ended() {
    let done = || moved(InitiativeState::Todo, InitiativeState::Done);
    let late = || begun().given([cycle(CycleEvent::Closed)]);
    late().admits(BEN, [done()]);
    let ended = || begun().given([key_result_closed()]);
    ended().admits(BEN, [done()]);
    ended().refuses(
        BEN,
        serving(&[KEY_RESULT, key_result_id(9)]),
        unknown_reference(FIRST, "key result", key_result_id(9)),
    );
}

#[test]
fn its_state_goes_any_way_until_it_is_put_away() {
    for from in InitiativeState::ALL {
        for to in InitiativeState::ALL.iter().filter(|to| *to != from) {
            let state = NewInitiative {
                state: *from,
                ..new()
            };
            let scenario = open().given([first(InitiativeEvent::Created(state))]);
            scenario.admits(BEN, [moved(*from, *to)]);
        }
    }
    let away = || begun().given([first(InitiativeEvent::Archived)]);
    let begin = moved(InitiativeState::Todo, InitiativeState::Doing);
    away().refuses(BEN, begin, wrong_state(FIRST, "archived", "be edited"));
    away().admits(BEN, [first(InitiativeEvent::Restored)]);
    let so = away().judged(BEN, [first(InitiativeEvent::Archived)]);
    assert_eq!(so, Verdict::AlreadySo);
}

#[test]
fn an_edit_says_what_its_author_saw() {
    let doing = || begun().given([moved(InitiativeState::Todo, InitiativeState::Doing)]);
    let so = doing().judged(BEN, [moved(InitiativeState::Todo, InitiativeState::Doing)]);
    assert_eq!(so, Verdict::AlreadySo);
    doing().refuses(
        BEN,
        moved(InitiativeState::Todo, InitiativeState::Done),
        conflict(FIRST, "state", ["todo", "done", "doing"]),
    );
    let renamed = set(InitiativeEdit::Title(edit(title("pooling"), title("Pool"))));
    doing().admits(BEN, [renamed]);
}

#[test]
fn an_address_is_one_of_the_web() {
    let at = |url: &str| {
        created(NewInitiative {
            url: Some(web_address(url)),
            ..new()
        })
    };
    for good in [
        "https://tracker.example/42",
        "HTTP://localhost:8080",
        "https://[::1]/a",
        "https://bücher.example/ø",
    ] {
        open().admits(BEN, [at(good)]);
    }
    let problem = "the url does not begin with http:// or https:// and a host";
    for bad in [
        "tracker.example/42",
        "javascript:alert(1)",
        "ftp://a",
        "https://",
        "https:///x",
        "http:/a",
        "é",
    ] {
        open().refuses(BEN, at(bad), inconsistent(OTHER, problem));
    }
}

#[test]
fn its_owner_is_here() {
    let gone = open().given([Event::Person(CAI, PersonEvent::Deactivated)]);
    let of_cai = created(NewInitiative {
        owner: CAI,
        ..new()
    });
    gone.refuses(
        BEN,
        of_cai,
        Rejection::InactivePerson {
            subject: OTHER.into(),
            field: "owner",
            person: CAI.into(),
        },
    );
}

#[test]
fn under_stewards_it_is_for_its_owner_and_for_those_who_may_edit_what_it_serves() {
    let dan = person_id(1);
    let scenario = || {
        stewarded().given([
            Event::Person(dan, PersonEvent::Added(Role::Member)),
            first(InitiativeEvent::Created(new())),
        ])
    };
    let begin = || moved(InitiativeState::Todo, InitiativeState::Doing);
    for author in [ANA, BEN, CAI] {
        scenario().admits(author, [begin()]);
        scenario().admits(author, [created(new())]);
    }
    let refused = |subject: InitiativeId| not_permitted(subject, Refusal::NeedsSteward);
    scenario().refuses(dan, begin(), refused(FIRST));
    scenario().refuses(dan, created(new()), refused(OTHER));
    let own = created(NewInitiative {
        owner: dan,
        ..new()
    });
    scenario().admits(dan, [own]);
    open().refuses(VIC, created(new()), not_permitted(OTHER, Refusal::Viewer));
}

#[test]
fn what_is_done_or_put_away_is_late_no_more() {
    let due = TODAY.yesterday().unwrap();
    let late = |state| {
        let event = InitiativeEvent::Created(NewInitiative {
            due: Some(due),
            state,
            ..new()
        });
        Initiative::evolve(None, FIRST, &event).unwrap()
    };
    assert!(late(InitiativeState::Todo).is_overdue(TODAY));
    assert!(late(InitiativeState::Doing).is_overdue(TODAY));
    assert!(!late(InitiativeState::Doing).is_overdue(due));
    assert!(!late(InitiativeState::Done).is_overdue(TODAY));
    assert!(!late(InitiativeState::Dropped).is_overdue(TODAY));
    let away = Initiative::evolve(
        Some(late(InitiativeState::Todo)),
        FIRST,
        &InitiativeEvent::Archived,
    );
    assert!(!away.unwrap().is_overdue(TODAY));
}
