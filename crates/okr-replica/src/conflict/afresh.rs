//! The same edits, as made by somebody who sees the values of now.
//!
//! Only `from` changes; what the author wanted (`to`) stays as it was written.

use okr_core::entity::{
    CheckIn, Comment, Cycle, Entity, HealthMetric, Initiative, KeyResult, Objective, Org, Person,
    Team,
};
use okr_core::event::{
    CheckInEdit, CheckInEvent, CommentEdit, CommentEvent, CycleEdit, CycleEvent, Event,
    InitiativeEdit, InitiativeEvent, KeyResultEdit, KeyResultEvent, MetricEdit, MetricEvent,
    ObjectiveEdit, ObjectiveEvent, OrgEdit, OrgEvent, PersonEvent, TeamEdit, TeamEvent,
};

/// Sets what the author of an event saw to what the entity is now; events without it stay as is.
pub(crate) fn see_now(event: &mut Event, now: &Entity) {
    match (event, now) {
        (Event::Org(_, event), Entity::Org(now)) => org(event, now),
        (Event::Person(_, event), Entity::Person(now)) => person(event, *now),
        (Event::Team(_, event), Entity::Team(now)) => team(event, now),
        (Event::Cycle(_, event), Entity::Cycle(now)) => cycle(event, now),
        (Event::Objective(_, event), Entity::Objective(now)) => objective(event, now),
        (Event::KeyResult(_, event), Entity::KeyResult(now)) => key_result(event, now),
        (Event::CheckIn(_, event), Entity::CheckIn(now)) => check_in(event, now),
        (Event::Comment(_, event), Entity::Comment(now)) => comment(event, now),
        (Event::Initiative(_, event), Entity::Initiative(now)) => initiative(event, now),
        (Event::Metric(_, event), Entity::Metric(now)) => metric(event, now),
        // An entity of another kind has nothing that the author could have seen.
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
            Entity::Org(_)
            | Entity::Person(_)
            | Entity::Team(_)
            | Entity::Cycle(_)
            | Entity::Objective(_)
            | Entity::KeyResult(_)
            | Entity::CheckIn(_)
            | Entity::Comment(_)
            | Entity::Initiative(_)
            | Entity::Metric(_)
            | Entity::MetricValue(_),
        ) => {}
    }
}

fn org(event: &mut OrgEvent, now: &Org) {
    match event {
        OrgEvent::Created(_) | OrgEvent::TextsErased(_) => {}
        OrgEvent::Edited(edit) => match edit {
            OrgEdit::Name(edit) => edit.from.clone_from(&now.name),
            OrgEdit::TimeZone(edit) => edit.from.clone_from(&now.time_zone),
            OrgEdit::WeekStart(edit) => edit.from = now.week_start,
            OrgEdit::EditPolicy(edit) => edit.from = now.edit_policy,
            OrgEdit::ReasonAfterCommitment(edit) => edit.from = now.reason_after_commitment,
            OrgEdit::Cadence(edit) => edit.from = now.cadence,
            OrgEdit::Calendar(edit) => edit.from = now.calendar,
            OrgEdit::FiscalStart(edit) => edit.from = now.fiscal_start,
        },
    }
}

fn person(event: &mut PersonEvent, now: Person) {
    match event {
        PersonEvent::RoleChanged { from, .. } => *from = now.role,
        PersonEvent::Added(_) | PersonEvent::Deactivated | PersonEvent::Reactivated => {}
    }
}

fn team(event: &mut TeamEvent, now: &Team) {
    match event {
        TeamEvent::Edited(edit) => match edit {
            TeamEdit::Name(edit) => edit.from.clone_from(&now.name),
            TeamEdit::Slug(edit) => edit.from.clone_from(&now.slug),
            TeamEdit::Parent(edit) => edit.from = now.parent,
            TeamEdit::Leads(edit) => edit.from.clone_from(&now.leads),
        },
        TeamEvent::Created(_)
        | TeamEvent::MemberAdded(_)
        | TeamEvent::MemberRemoved(_)
        | TeamEvent::Archived
        | TeamEvent::Restored => {}
    }
}

fn cycle(event: &mut CycleEvent, now: &Cycle) {
    match event {
        CycleEvent::Edited(edit) => match edit {
            CycleEdit::Name(edit) => edit.from.clone_from(&now.name),
            CycleEdit::Period(edit) => edit.from = now.period,
            CycleEdit::Cadence(edit) => edit.from = now.cadence,
        },
        CycleEvent::Created(_) | CycleEvent::Opened | CycleEvent::Closed | CycleEvent::Reopened => {
        }
    }
}

fn objective(event: &mut ObjectiveEvent, now: &Objective) {
    match event {
        ObjectiveEvent::Edited(edit) => match edit {
            ObjectiveEdit::Title(edit) => edit.from.clone_from(&now.title),
            ObjectiveEdit::Description(edit) => edit.from.clone_from(&now.description),
            ObjectiveEdit::Slug(edit) => edit.from.clone_from(&now.slug),
            ObjectiveEdit::Owner(edit) => edit.from = now.owner,
            ObjectiveEdit::Team(edit) => edit.from = now.team,
            ObjectiveEdit::Cycle(edit) => edit.from = now.cycle,
            ObjectiveEdit::Kind(edit) => edit.from = now.kind,
            ObjectiveEdit::Weight(edit) => edit.from = now.weight,
            ObjectiveEdit::Supports(edit) => edit.from = now.supports,
            ObjectiveEdit::Continues(edit) => edit.from = now.continues,
            ObjectiveEdit::Score(edit) => edit.from = now.score,
            ObjectiveEdit::Reflection(edit) => edit.from.clone_from(&now.reflection),
        },
        ObjectiveEvent::Created(_)
        | ObjectiveEvent::Tagged(_)
        | ObjectiveEvent::Untagged(_)
        | ObjectiveEvent::Published
        | ObjectiveEvent::Closed { .. }
        | ObjectiveEvent::Abandoned
        | ObjectiveEvent::Reopened
        | ObjectiveEvent::Archived
        | ObjectiveEvent::Restored => {}
    }
}

fn key_result(event: &mut KeyResultEvent, now: &KeyResult) {
    match event {
        KeyResultEvent::Edited(edit) => match edit {
            KeyResultEdit::Objective(edit) => edit.from = now.objective,
            KeyResultEdit::Title(edit) => edit.from.clone_from(&now.title),
            KeyResultEdit::Description(edit) => edit.from.clone_from(&now.description),
            KeyResultEdit::Slug(edit) => edit.from.clone_from(&now.slug),
            KeyResultEdit::Owner(edit) => edit.from = now.owner,
            KeyResultEdit::Measure(edit) => edit.from.clone_from(&now.measure),
            KeyResultEdit::Weight(edit) => edit.from = now.weight,
            KeyResultEdit::Order(edit) => edit.from = now.order,
            KeyResultEdit::Start(edit) => edit.from = now.start,
            KeyResultEdit::Due(edit) => edit.from = now.due,
            KeyResultEdit::Score(edit) => edit.from = now.score,
            KeyResultEdit::FedBy(edit) => edit.from = now.fed_by,
        },
        KeyResultEvent::Created(_)
        | KeyResultEvent::Tagged(_)
        | KeyResultEvent::Untagged(_)
        | KeyResultEvent::Closed { .. }
        | KeyResultEvent::Abandoned
        | KeyResultEvent::Reopened
        | KeyResultEvent::Archived
        | KeyResultEvent::Restored => {}
    }
}

fn check_in(event: &mut CheckInEvent, now: &CheckIn) {
    match event {
        CheckInEvent::Corrected(edit) => match edit {
            CheckInEdit::Effective(edit) => edit.from = now.effective,
            CheckInEdit::Value(edit) => edit.from.clone_from(&now.value),
            CheckInEdit::Confidence(edit) => edit.from = now.confidence,
            CheckInEdit::Note(edit) => edit.from.clone_from(&now.note),
            CheckInEdit::Blocker(edit) => edit.from.clone_from(&now.blocker),
        },
        CheckInEvent::Recorded(_) | CheckInEvent::Retracted => {}
    }
}

fn comment(event: &mut CommentEvent, now: &Comment) {
    match event {
        CommentEvent::Edited(edit) => match edit {
            CommentEdit::Kind(edit) => edit.from = now.kind,
            CommentEdit::Text(edit) => edit.from.clone_from(&now.text),
        },
        CommentEvent::Added(_) | CommentEvent::Retracted => {}
    }
}

fn initiative(event: &mut InitiativeEvent, now: &Initiative) {
    match event {
        InitiativeEvent::Edited(edit) => match edit {
            InitiativeEdit::Title(edit) => edit.from.clone_from(&now.title),
            InitiativeEdit::Slug(edit) => edit.from.clone_from(&now.slug),
            InitiativeEdit::Owner(edit) => edit.from = now.owner,
            InitiativeEdit::KeyResults(edit) => edit.from.clone_from(&now.key_results),
            InitiativeEdit::Due(edit) => edit.from = now.due,
            InitiativeEdit::Url(edit) => edit.from.clone_from(&now.url),
            InitiativeEdit::State(edit) => edit.from = now.state,
        },
        InitiativeEvent::Created(_) | InitiativeEvent::Archived | InitiativeEvent::Restored => {}
    }
}

fn metric(event: &mut MetricEvent, now: &HealthMetric) {
    match event {
        MetricEvent::Edited(edit) => match edit {
            MetricEdit::Name(edit) => edit.from.clone_from(&now.name),
            MetricEdit::Slug(edit) => edit.from.clone_from(&now.slug),
            MetricEdit::Unit(edit) => edit.from.clone_from(&now.unit),
            MetricEdit::Owner(edit) => edit.from = now.owner,
            MetricEdit::Team(edit) => edit.from = now.team,
            MetricEdit::Band(edit) => edit.from = now.band,
            MetricEdit::Description(edit) => edit.from.clone_from(&now.description),
        },
        MetricEvent::Created(_) | MetricEvent::Archived | MetricEvent::Restored => {}
    }
}
