//! Rules for comments.

use okr_core::admit::Verdict;
use okr_core::authorize::Refusal;
use okr_core::decide::{Command, CommentPatch};
use okr_core::event::{
    CommentEdit, CommentEvent, Event, InitiativeEvent, MetricEvent, NewComment, ObjectiveEvent,
    Topic,
};
use okr_core::id::{CommentId, EntityId};
use okr_core::rejection::Rejection;
use okr_core::value::{CommentKind, Source};
use okr_testkit::sample::{
    ANA, BEN, CAI, ORG, VIC, check_in_id, comment_id, cycle_id, edit, initiative_id, key_result_id,
    metric_id, new_comment, new_initiative, new_metric, objective_id, person_id, team_id, text,
};
use okr_testkit::scenario::Scenario;

use crate::world::{
    CHECK_IN, CYCLE, KEY_RESULT, OBJECTIVE, TEAM, already_exists, closed, conflict,
    key_result_closed, not_permitted, objective, objective_closed, open, planned, stewarded,
    unknown_reference, unknown_subject, wrong_state,
};

const FIRST: CommentId = comment_id(1);
const SECOND: CommentId = comment_id(2);
const ON_KEY_RESULT: Topic = Topic::KeyResult(KEY_RESULT);

fn by_cai(topic: Topic) -> NewComment {
    new_comment(CAI, topic, "Is 200 still right?")
}

fn added(id: CommentId, new: NewComment) -> Event {
    Event::Comment(id, CommentEvent::Added(new))
}

fn first(event: CommentEvent) -> Event {
    Event::Comment(FIRST, event)
}

/// Cai has commented on the key result.
fn commented() -> Scenario {
    open().given([added(FIRST, by_cai(ON_KEY_RESULT))])
}

fn reply(author: okr_core::id::PersonId, topic: Topic) -> Event {
    let new = NewComment {
        reply_to: Some(FIRST),
        ..new_comment(author, topic, "It is.")
    };
    added(SECOND, new)
}

fn reworded() -> Event {
    let words = edit(text("Is 200 still right?"), text("Is 200 right?"));
    first(CommentEvent::Edited(CommentEdit::Text(words)))
}

#[test]
fn everything_but_a_comment_can_be_commented_on() {
    for topic in [
        Topic::Org(ORG),
        Topic::Person(VIC),
        Topic::Team(TEAM),
        Topic::Cycle(CYCLE),
        Topic::Objective(OBJECTIVE),
        ON_KEY_RESULT,
        Topic::CheckIn(CHECK_IN),
    ] {
        open().admits(CAI, [added(FIRST, by_cai(topic))]);
        assert_eq!(Topic::of(topic.entity()), Some(topic));
    }
    assert_eq!(Topic::of(FIRST.into()), None);
}

#[test]
fn what_is_commented_on_must_be_there() {
    for topic in [
        Topic::Org(okr_core::id::OrgId::from_bytes([9; 16])),
        Topic::Person(person_id(9)),
        Topic::Team(team_id(9)),
        Topic::Cycle(cycle_id(9)),
        Topic::Objective(objective_id(9)),
        Topic::KeyResult(key_result_id(9)),
        Topic::CheckIn(check_in_id(9)),
    ] {
        let refused = unknown_reference(FIRST, "subject of the comment", topic.entity());
        open().refuses(CAI, added(FIRST, by_cai(topic)), refused);
    }
}

#[test]
fn work_and_health_are_talked_about_once_they_are_there() {
    let topics = [
        Topic::Initiative(initiative_id(1)),
        Topic::Metric(metric_id(1)),
    ];
    for topic in topics {
        let refused = unknown_reference(FIRST, "subject of the comment", topic.entity());
        open().refuses(CAI, added(FIRST, by_cai(topic)), refused);
        let there = open().given([
            Event::Initiative(
                initiative_id(1),
                InitiativeEvent::Created(new_initiative(KEY_RESULT, "pooling")),
            ),
            Event::Metric(metric_id(1), MetricEvent::Created(new_metric("churn"))),
        ]);
        there.admits(CAI, [added(FIRST, by_cai(topic))]);
        assert_eq!(Topic::of(topic.entity()), Some(topic));
    }
}

#[test]
fn what_is_over_is_still_talked_about() {
    let over = [
        objective(ObjectiveEvent::Abandoned),
        objective(ObjectiveEvent::Archived),
        objective_closed(),
        key_result_closed(),
    ];
    for event in over {
        let topics = [Topic::Objective(OBJECTIVE), ON_KEY_RESULT];
        for topic in topics {
            let scenario = open().given([event.clone()]);
            scenario.admits(CAI, [added(FIRST, by_cai(topic))]);
        }
    }
    closed().admits(CAI, [added(FIRST, by_cai(ON_KEY_RESULT))]);
    closed().admits(CAI, [added(FIRST, by_cai(Topic::Cycle(CYCLE)))]);
}

#[test]
fn a_comment_has_a_fresh_id() {
    commented().refuses(
        CAI,
        added(FIRST, by_cai(Topic::Team(TEAM))),
        already_exists(FIRST),
    );
    commented().admits(CAI, [added(SECOND, by_cai(ON_KEY_RESULT))]);
}

#[test]
fn a_reply_is_about_the_same_thing_and_answers_what_stands() {
    commented().admits(BEN, [reply(BEN, ON_KEY_RESULT)]);
    let to_nothing = unknown_reference(SECOND, "comment replied to", EntityId::from(FIRST));
    open().refuses(BEN, reply(BEN, ON_KEY_RESULT), to_nothing);
    commented().refuses(
        BEN,
        reply(BEN, Topic::Objective(OBJECTIVE)),
        Rejection::Inconsistent {
            subject: SECOND.into(),
            problem: "the comment replied to is about something else",
        },
    );
    commented().given([first(CommentEvent::Retracted)]).refuses(
        BEN,
        reply(BEN, ON_KEY_RESULT),
        wrong_state(FIRST, "retracted", "be replied to"),
    );
}

#[test]
fn nobody_comments_in_the_name_of_somebody_else() {
    open().refuses(
        ANA,
        added(FIRST, by_cai(ON_KEY_RESULT)),
        not_permitted(FIRST, Refusal::OthersWords),
    );
    let imported = || open().from_source(Source::Import, Some(CAI));
    imported().admits(ANA, [added(FIRST, by_cai(ON_KEY_RESULT))]);
    imported().refuses(
        ANA,
        added(FIRST, new_comment(ANA, ON_KEY_RESULT, "mine")),
        not_permitted(FIRST, Refusal::OthersWords),
    );
}

#[test]
fn only_who_said_it_and_administrators_change_a_comment() {
    let kind = edit(CommentKind::Comment, CommentKind::Feedback);
    for event in [
        reworded(),
        first(CommentEvent::Edited(CommentEdit::Kind(kind))),
        first(CommentEvent::Retracted),
    ] {
        commented().admits(CAI, [event.clone()]);
        commented().admits(ANA, [event.clone()]);
        commented().refuses(BEN, event, not_permitted(FIRST, Refusal::NotTheAuthor));
    }
}

#[test]
fn members_comment_under_every_policy_and_viewers_under_none() {
    let comment = |author| added(FIRST, new_comment(author, ON_KEY_RESULT, "Well done"));
    for scenario in [planned(), stewarded()] {
        for author in [ANA, BEN, CAI] {
            scenario.clone().admits(author, [comment(author)]);
        }
        scenario.refuses(VIC, comment(VIC), not_permitted(FIRST, Refusal::Viewer));
    }
    let stranger = person_id(5);
    open().refuses(
        stranger,
        comment(stranger),
        not_permitted(FIRST, Refusal::UnknownAuthor),
    );
}

#[test]
fn an_edit_of_what_was_edited_meanwhile_clashes() {
    let elsewhere = edit(text("Is 200 still right?"), text("Why 200?"));
    let scenario = || {
        commented().given([first(CommentEvent::Edited(CommentEdit::Text(
            elsewhere.clone(),
        )))])
    };
    let words = ["Is 200 still right?", "Is 200 right?", "Why 200?"];
    scenario().refuses(CAI, reworded(), conflict(FIRST, "text", words));
    let same = first(CommentEvent::Edited(CommentEdit::Text(elsewhere.clone())));
    assert_eq!(scenario().judged(CAI, [same]), Verdict::AlreadySo);
}

#[test]
fn what_was_taken_back_stays_so() {
    let gone = || commented().given([first(CommentEvent::Retracted)]);
    let again = [first(CommentEvent::Retracted)];
    assert_eq!(gone().judged(CAI, again), Verdict::AlreadySo);
    gone().refuses(
        CAI,
        reworded(),
        wrong_state(FIRST, "retracted", "be edited"),
    );
    for event in [reworded(), first(CommentEvent::Retracted)] {
        open().refuses(CAI, event, unknown_subject(FIRST));
    }
}

#[test]
fn commands_become_the_events_that_make_the_difference() {
    let new = by_cai(ON_KEY_RESULT);
    let add = Command::AddComment {
        id: FIRST,
        new: new.clone(),
    };
    open().when(CAI, [add]).then([added(FIRST, new)]);
    let patch = CommentPatch {
        kind: Some(CommentKind::Comment),
        text: Some(text("Is 200 right?")),
    };
    let change = Command::EditComment { id: FIRST, patch };
    commented().when(CAI, [change.clone()]).then([reworded()]);
    open()
        .when(CAI, [change])
        .then_rejected(unknown_subject(FIRST));
    commented()
        .when(CAI, [Command::RetractComment(FIRST)])
        .then([first(CommentEvent::Retracted)]);
}
