//! What takes an event back, where the state still is as the event left it.

use okr_core::entity::{
    CheckIn, Comment, Cycle, Entity, HealthMetric, Initiative, KeyResult, MetricValue, Objective,
    Person, Team,
};
use okr_core::event::{
    CheckInEvent, CommentEvent, CycleEvent, Edit, Event, InitiativeEvent, KeyResultEvent,
    MetricEvent, MetricValueEvent, NewCheckIn, NewComment, NewMetricValue, ObjectiveEdit,
    ObjectiveEvent, OrgEvent, PersonEvent, TeamEvent,
};
use okr_core::id::{CheckInId, CommentId, MetricValueId};
use okr_core::value::{CycleState, GoalState, Score};
use uuid::Uuid;

use crate::conflict::clash::{self, Stand};
use crate::reversed::reversed;

/// How an event is taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Inverse {
    /// By these events, in this order.
    By(Vec<Event>),
    /// It is as before already.
    AlreadyBack,
    /// Something else was made of it since.
    MovedOn,
    /// There is no way back; why.
    None(&'static str),
}

/// Why there is no way back from these.
pub(super) const FOUNDED: &str = "an organisation cannot be unfounded";
pub(super) const ERASED: &str = "nobody has the erased texts any more";
const CYCLE_CREATED: &str = "a cycle cannot be taken away; okr cycle set changes it";
const CYCLE_OPENED: &str =
    "an opened cycle is a commitment and cannot be planned again; okr cycle close ends it";
const PUBLISHED: &str =
    "a published objective cannot become a draft again; okr objective abandon gives it up";
const WAS_DRAFT: &str = "it was a draft before, and nothing becomes a draft again";

/// Returns what takes an event back.
///
/// `now` is what its entity is, `before` what it was just before the event. `fresh` makes ids.
pub(super) fn inverse(
    event: &Event,
    (before, now): (Option<&Entity>, &Entity),
    fresh: &mut dyn FnMut() -> Uuid,
) -> Inverse {
    if let Some(back) = reversed(event) {
        return match clash::stand(&back, now) {
            Stand::Fits => by(back),
            Stand::AlreadySo => Inverse::AlreadyBack,
            Stand::Clashes => Inverse::MovedOn,
        };
    }
    match (event, now) {
        (Event::Org(_, OrgEvent::Created(_)), _) => Inverse::None(FOUNDED),
        (Event::Org(_, OrgEvent::TextsErased(_)), _) => Inverse::None(ERASED),
        (Event::Person(_, event), Entity::Person(now)) => person(*event, *now),
        (Event::Team(_, event), Entity::Team(now)) => team(event, now),
        (Event::Cycle(_, event), Entity::Cycle(now)) => cycle(event, now),
        (Event::Objective(_, event), Entity::Objective(now)) => {
            let before = before.cloned().and_then(Entity::into_objective);
            objective(event, (before.as_ref(), now))
        }
        (Event::KeyResult(_, event), Entity::KeyResult(now)) => {
            let before = before.cloned().and_then(Entity::into_key_result);
            key_result(event, (before.as_ref(), now))
        }
        (Event::CheckIn(_, event), Entity::CheckIn(now)) => check_in(event, now, fresh),
        (Event::Comment(_, event), Entity::Comment(now)) => comment(event, now, fresh),
        (Event::Initiative(_, event), Entity::Initiative(now)) => initiative(event, now),
        (Event::Metric(_, event), Entity::Metric(now)) => metric(event, now),
        (Event::MetricValue(_, event), Entity::MetricValue(now)) => metric_value(event, now, fresh),
        (
            Event::Org(..)
            | Event::Person(..)
            | Event::Team(..)
            | Event::Cycle(..)
            | Event::Objective(..)
            | Event::KeyResult(..)
            | Event::CheckIn(..)
            | Event::Comment(..)
            | Event::Initiative(..)
            | Event::Metric(..)
            | Event::MetricValue(..),
            _,
        ) => Inverse::AlreadyBack,
    }
}

fn by(event: Event) -> Inverse {
    Inverse::By(vec![event])
}

/// Takes a step back if it holds; else it is back already.
fn step(holds: bool, back: Event) -> Inverse {
    if holds {
        by(back)
    } else {
        Inverse::AlreadyBack
    }
}

fn person(event: PersonEvent, now: Person) -> Inverse {
    let back = |event| Event::Person(now.id, event);
    match event {
        PersonEvent::Added(_) | PersonEvent::Reactivated => {
            step(now.active, back(PersonEvent::Deactivated))
        }
        PersonEvent::Deactivated => step(!now.active, back(PersonEvent::Reactivated)),
        PersonEvent::RoleChanged { .. } => Inverse::MovedOn,
    }
}

fn team(event: &TeamEvent, now: &Team) -> Inverse {
    let back = |event| Event::Team(now.id, event);
    match event {
        TeamEvent::Created(_) | TeamEvent::Restored => {
            step(!now.archived, back(TeamEvent::Archived))
        }
        TeamEvent::Archived => step(now.archived, back(TeamEvent::Restored)),
        TeamEvent::MemberAdded(id) => step(
            now.members.contains(id),
            back(TeamEvent::MemberRemoved(*id)),
        ),
        TeamEvent::MemberRemoved(id) => {
            step(!now.members.contains(id), back(TeamEvent::MemberAdded(*id)))
        }
        TeamEvent::Edited(_) => Inverse::MovedOn,
    }
}

fn cycle(event: &CycleEvent, now: &Cycle) -> Inverse {
    let back = |event| Event::Cycle(now.id, event);
    match event {
        CycleEvent::Created(_) => Inverse::None(CYCLE_CREATED),
        CycleEvent::Opened => Inverse::None(CYCLE_OPENED),
        CycleEvent::Closed => step(now.state == CycleState::Closed, back(CycleEvent::Reopened)),
        CycleEvent::Reopened => step(now.state == CycleState::Open, back(CycleEvent::Closed)),
        CycleEvent::Edited(_) => Inverse::MovedOn,
    }
}

/// How a goal that was closed with a score stands now.
fn unclosed(score: Score, (stage, now): (GoalState, Option<Score>), back: Vec<Event>) -> Inverse {
    match stage {
        GoalState::Closed if now == Some(score) => Inverse::By(back),
        GoalState::Closed | GoalState::Abandoned => Inverse::MovedOn,
        GoalState::Draft | GoalState::Active | GoalState::Archived => Inverse::AlreadyBack,
    }
}

/// How a goal that was given up stands now.
fn unabandoned(before: Option<GoalState>, stage: GoalState, back: Event) -> Inverse {
    match (stage, before) {
        (GoalState::Abandoned, Some(GoalState::Draft)) => Inverse::None(WAS_DRAFT),
        (GoalState::Abandoned, _) => by(back),
        (GoalState::Closed, _) => Inverse::MovedOn,
        (GoalState::Draft | GoalState::Active | GoalState::Archived, _) => Inverse::AlreadyBack,
    }
}

fn objective(event: &ObjectiveEvent, (before, now): (Option<&Objective>, &Objective)) -> Inverse {
    let back = |event| Event::Objective(now.id, event);
    match event {
        ObjectiveEvent::Created(_) | ObjectiveEvent::Restored => {
            step(!now.archived, back(ObjectiveEvent::Archived))
        }
        ObjectiveEvent::Archived => step(now.archived, back(ObjectiveEvent::Restored)),
        ObjectiveEvent::Tagged(tag) => step(
            now.tags.contains(tag),
            back(ObjectiveEvent::Untagged(tag.clone())),
        ),
        ObjectiveEvent::Untagged(tag) => step(
            !now.tags.contains(tag),
            back(ObjectiveEvent::Tagged(tag.clone())),
        ),
        ObjectiveEvent::Published => Inverse::None(PUBLISHED),
        ObjectiveEvent::Closed { score, reflection } => {
            // Reopening takes the score away and leaves what was said, which only a closed goal lets go.
            let said = before.map(|before| before.reflection.clone());
            let said = said.filter(|said| said != reflection && now.reflection == *reflection);
            let unsaid = said.map(|to| {
                let from = reflection.clone();
                let edit = ObjectiveEdit::Reflection(Edit { from, to });
                back(ObjectiveEvent::Edited(edit))
            });
            let reopened = back(ObjectiveEvent::Reopened);
            let back = unsaid.into_iter().chain([reopened]).collect();
            unclosed(*score, (now.stage, now.score), back)
        }
        ObjectiveEvent::Abandoned => unabandoned(
            before.map(|before| before.stage),
            now.stage,
            back(ObjectiveEvent::Reopened),
        ),
        ObjectiveEvent::Reopened => match (now.stage, before) {
            (GoalState::Active, Some(before)) if before.stage == GoalState::Abandoned => {
                by(back(ObjectiveEvent::Abandoned))
            }
            (GoalState::Active, Some(before)) => match before.score {
                Some(score) => by(back(ObjectiveEvent::Closed {
                    score,
                    reflection: before.reflection.clone(),
                })),
                None => Inverse::MovedOn,
            },
            (stage, Some(before)) if stage == before.stage => Inverse::AlreadyBack,
            (_, _) => Inverse::MovedOn,
        },
        ObjectiveEvent::Edited(_) => Inverse::MovedOn,
    }
}

fn key_result(event: &KeyResultEvent, (before, now): (Option<&KeyResult>, &KeyResult)) -> Inverse {
    let back = |event| Event::KeyResult(now.id, event);
    match event {
        KeyResultEvent::Created(_) | KeyResultEvent::Restored => {
            step(!now.archived, back(KeyResultEvent::Archived))
        }
        KeyResultEvent::Archived => step(now.archived, back(KeyResultEvent::Restored)),
        KeyResultEvent::Tagged(tag) => step(
            now.tags.contains(tag),
            back(KeyResultEvent::Untagged(tag.clone())),
        ),
        KeyResultEvent::Untagged(tag) => step(
            !now.tags.contains(tag),
            back(KeyResultEvent::Tagged(tag.clone())),
        ),
        KeyResultEvent::Closed { score } => unclosed(
            *score,
            (now.stage, now.score),
            vec![back(KeyResultEvent::Reopened)],
        ),
        KeyResultEvent::Abandoned => unabandoned(
            before.map(|before| before.stage),
            now.stage,
            back(KeyResultEvent::Reopened),
        ),
        KeyResultEvent::Reopened => match (now.stage, before) {
            (GoalState::Active, Some(before)) if before.stage == GoalState::Abandoned => {
                by(back(KeyResultEvent::Abandoned))
            }
            (GoalState::Active, Some(before)) => match before.score {
                Some(score) => by(back(KeyResultEvent::Closed { score })),
                None => Inverse::MovedOn,
            },
            (stage, Some(before)) if stage == before.stage => Inverse::AlreadyBack,
            (_, _) => Inverse::MovedOn,
        },
        KeyResultEvent::Edited(_) => Inverse::MovedOn,
    }
}

fn check_in(event: &CheckInEvent, now: &CheckIn, fresh: &mut dyn FnMut() -> Uuid) -> Inverse {
    match event {
        CheckInEvent::Recorded(_) => step(
            !now.retracted,
            Event::CheckIn(now.id, CheckInEvent::Retracted),
        ),
        // What was taken back stays so; the same is reported anew.
        CheckInEvent::Retracted if now.retracted => {
            let new = NewCheckIn {
                key_result: now.key_result,
                effective: now.effective,
                value: now.value.clone(),
                confidence: now.confidence,
                note: now.note.clone(),
                blocker: now.blocker.clone(),
            };
            let id = CheckInId::new(fresh());
            by(Event::CheckIn(id, CheckInEvent::Recorded(new)))
        }
        CheckInEvent::Retracted => Inverse::AlreadyBack,
        CheckInEvent::Corrected(_) => Inverse::MovedOn,
    }
}

fn comment(event: &CommentEvent, now: &Comment, fresh: &mut dyn FnMut() -> Uuid) -> Inverse {
    match event {
        CommentEvent::Added(_) => step(
            !now.retracted,
            Event::Comment(now.id, CommentEvent::Retracted),
        ),
        // What was taken back stays so; the same is said anew.
        CommentEvent::Retracted if now.retracted => {
            let new = NewComment {
                topic: now.topic,
                reply_to: now.reply_to,
                author: now.author,
                kind: now.kind,
                text: now.text.clone(),
            };
            let id = CommentId::new(fresh());
            by(Event::Comment(id, CommentEvent::Added(new)))
        }
        CommentEvent::Retracted => Inverse::AlreadyBack,
        CommentEvent::Edited(_) => Inverse::MovedOn,
    }
}

fn initiative(event: &InitiativeEvent, now: &Initiative) -> Inverse {
    let back = |event| Event::Initiative(now.id, event);
    match event {
        InitiativeEvent::Created(_) | InitiativeEvent::Restored => {
            step(!now.archived, back(InitiativeEvent::Archived))
        }
        InitiativeEvent::Archived => step(now.archived, back(InitiativeEvent::Restored)),
        InitiativeEvent::Edited(_) => Inverse::MovedOn,
    }
}

fn metric(event: &MetricEvent, now: &HealthMetric) -> Inverse {
    let back = |event| Event::Metric(now.id, event);
    match event {
        MetricEvent::Created(_) | MetricEvent::Restored => {
            step(!now.archived, back(MetricEvent::Archived))
        }
        MetricEvent::Archived => step(now.archived, back(MetricEvent::Restored)),
        MetricEvent::Edited(_) => Inverse::MovedOn,
    }
}

fn metric_value(
    event: &MetricValueEvent,
    now: &MetricValue,
    fresh: &mut dyn FnMut() -> Uuid,
) -> Inverse {
    match event {
        MetricValueEvent::Recorded(_) => step(
            !now.retracted,
            Event::MetricValue(now.id, MetricValueEvent::Retracted),
        ),
        // What was taken back stays so; the same is recorded anew.
        MetricValueEvent::Retracted if now.retracted => {
            let new = NewMetricValue {
                metric: now.metric,
                effective: now.effective,
                value: now.value,
                note: now.note.clone(),
            };
            let id = MetricValueId::new(fresh());
            by(Event::MetricValue(id, MetricValueEvent::Recorded(new)))
        }
        MetricValueEvent::Retracted => Inverse::AlreadyBack,
    }
}
