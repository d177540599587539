//! From one command to its events.

use std::borrow::Cow;

use crate::decide::command::Command;
use crate::decide::patch::{
    CheckInPatch, CommentPatch, CyclePatch, InitiativePatch, KeyResultPatch, MetricPatch,
    ObjectivePatch, OrgPatch, TeamPatch,
};
use crate::event::{
    CheckInEvent, CommentEvent, CycleEvent, Event, InitiativeEvent, KeyResultEvent, MetricEvent,
    MetricValueEvent, ObjectiveEvent, OrgEvent, PersonEvent, TeamEvent,
};
use crate::id::{
    CheckInId, CommentId, CycleId, EntityId, InitiativeId, KeyResultId, MetricId, ObjectiveId,
    PersonId, TeamId,
};
use crate::rejection::Rejection;
use crate::value::Role;
use crate::view::View;

/// The events of a command, or why it has none.
type Events = Result<Vec<Event>, Rejection>;

/// Returns the events of a command on a state; of a patch, only what differs.
pub(super) fn of<V: View>(view: &V, command: &Command) -> Result<Events, V::Error> {
    Ok(match wish(command) {
        Wish::Do(event) => Ok(vec![*event]),
        Wish::SetOrg(patch) => match view.org()? {
            Some(org) => Ok(events(patch.edits(&org), |edit| {
                Event::Org(org.id, OrgEvent::Edited(edit))
            })),
            None => Err(Rejection::NoOrganisation),
        },
        Wish::SetRole(id, role) => known(view.person(id)?, id).map(|person| {
            if person.role == role {
                return Vec::new();
            }
            let from = person.role;
            let event = PersonEvent::RoleChanged { from, to: role };
            vec![Event::Person(id, event)]
        }),
        Wish::SetTeam(id, patch) => known(view.team(id)?, id).map(|team| {
            events(patch.edits(&team), |edit| {
                Event::Team(id, TeamEvent::Edited(edit))
            })
        }),
        Wish::SetCycle(id, patch) => known(view.cycle(id)?, id).map(|cycle| {
            events(patch.edits(&cycle), |edit| {
                Event::Cycle(id, CycleEvent::Edited(edit))
            })
        }),
        Wish::SetObjective(id, patch) => known(view.objective(id)?, id).map(|objective| {
            events(patch.edits(&objective), |edit| {
                Event::Objective(id, ObjectiveEvent::Edited(edit))
            })
        }),
        Wish::SetKeyResult(id, patch) => known(view.key_result(id)?, id).map(|key_result| {
            events(patch.edits(&key_result), |edit| {
                Event::KeyResult(id, KeyResultEvent::Edited(edit))
            })
        }),
        Wish::CorrectCheckIn(id, patch) => known(view.check_in(id)?, id).map(|check_in| {
            events(patch.edits(&check_in), |edit| {
                Event::CheckIn(id, CheckInEvent::Corrected(edit))
            })
        }),
        Wish::EditComment(id, patch) => known(view.comment(id)?, id).map(|comment| {
            events(patch.edits(&comment), |edit| {
                Event::Comment(id, CommentEvent::Edited(edit))
            })
        }),
        Wish::SetInitiative(id, patch) => known(view.initiative(id)?, id).map(|initiative| {
            events(patch.edits(&initiative), |edit| {
                Event::Initiative(id, InitiativeEvent::Edited(edit))
            })
        }),
        Wish::SetMetric(id, patch) => known(view.metric(id)?, id).map(|metric| {
            events(patch.edits(&metric), |edit| {
                Event::Metric(id, MetricEvent::Edited(edit))
            })
        }),
    })
}

fn known<T: Clone>(
    found: Option<Cow<'_, T>>,
    id: impl Into<EntityId>,
) -> Result<Cow<'_, T>, Rejection> {
    found.ok_or_else(|| Rejection::UnknownSubject { subject: id.into() })
}

fn events<E>(edits: Vec<E>, event: impl Fn(E) -> Event) -> Vec<Event> {
    edits.into_iter().map(event).collect()
}

/// What a command asks for.
enum Wish<'a> {
    /// Something new, or a step.
    Do(Box<Event>),
    /// Other values for the organisation.
    SetOrg(&'a OrgPatch),
    /// Another role for a person.
    SetRole(PersonId, Role),
    /// Other values for a team.
    SetTeam(TeamId, &'a TeamPatch),
    /// Other values for a cycle.
    SetCycle(CycleId, &'a CyclePatch),
    /// Other values for an objective.
    SetObjective(ObjectiveId, &'a ObjectivePatch),
    /// Other values for a key result.
    SetKeyResult(KeyResultId, &'a KeyResultPatch),
    /// Other values for a check-in.
    CorrectCheckIn(CheckInId, &'a CheckInPatch),
    /// Other values for a comment.
    EditComment(CommentId, &'a CommentPatch),
    /// Other values for an initiative.
    SetInitiative(InitiativeId, &'a InitiativePatch),
    /// Other values for a health metric.
    SetMetric(MetricId, &'a MetricPatch),
}

#[expect(
    clippy::too_many_lines,
    reason = "one arm for each command: the table is easier to check in one piece"
)]
fn wish(command: &Command) -> Wish<'_> {
    match command {
        Command::CreateOrg { id, new } => act(Event::Org(*id, OrgEvent::Created(new.clone()))),
        Command::EraseTexts { id, texts } => {
            act(Event::Org(*id, OrgEvent::TextsErased(texts.clone())))
        }
        Command::SetOrg(patch) => Wish::SetOrg(patch),
        Command::AddPerson { id, role } => act(Event::Person(*id, PersonEvent::Added(*role))),
        Command::SetRole { id, role } => Wish::SetRole(*id, *role),
        Command::DeactivatePerson(id) => person(*id, PersonEvent::Deactivated),
        Command::ReactivatePerson(id) => person(*id, PersonEvent::Reactivated),
        Command::AddTeam { id, new } => act(Event::Team(*id, TeamEvent::Created(new.clone()))),
        Command::SetTeam { id, patch } => Wish::SetTeam(*id, patch),
        Command::AddTeamMember { team: id, person } => team(*id, TeamEvent::MemberAdded(*person)),
        Command::RemoveTeamMember { team: id, person } => {
            team(*id, TeamEvent::MemberRemoved(*person))
        }
        Command::ArchiveTeam(id) => team(*id, TeamEvent::Archived),
        Command::RestoreTeam(id) => team(*id, TeamEvent::Restored),
        Command::AddCycle { id, new } => act(Event::Cycle(*id, CycleEvent::Created(new.clone()))),
        Command::SetCycle { id, patch } => Wish::SetCycle(*id, patch),
        Command::OpenCycle(id) => cycle(*id, CycleEvent::Opened),
        Command::CloseCycle(id) => cycle(*id, CycleEvent::Closed),
        Command::ReopenCycle(id) => cycle(*id, CycleEvent::Reopened),
        Command::AddObjective { id, new } => act(Event::Objective(
            *id,
            ObjectiveEvent::Created(new.as_ref().clone()),
        )),
        Command::SetObjective { id, patch } => Wish::SetObjective(*id, patch),
        Command::TagObjective { id, tag } => objective(*id, ObjectiveEvent::Tagged(tag.clone())),
        Command::UntagObjective { id, tag } => {
            objective(*id, ObjectiveEvent::Untagged(tag.clone()))
        }
        Command::PublishObjective(id) => objective(*id, ObjectiveEvent::Published),
        Command::CloseObjective {
            id,
            score,
            reflection,
        } => objective(
            *id,
            ObjectiveEvent::Closed {
                score: *score,
                reflection: reflection.clone(),
            },
        ),
        Command::AbandonObjective(id) => objective(*id, ObjectiveEvent::Abandoned),
        Command::ReopenObjective(id) => objective(*id, ObjectiveEvent::Reopened),
        Command::ArchiveObjective(id) => objective(*id, ObjectiveEvent::Archived),
        Command::RestoreObjective(id) => objective(*id, ObjectiveEvent::Restored),
        Command::AddKeyResult { id, new } => act(Event::KeyResult(
            *id,
            KeyResultEvent::Created(new.as_ref().clone()),
        )),
        Command::SetKeyResult { id, patch } => Wish::SetKeyResult(*id, patch),
        Command::TagKeyResult { id, tag } => key_result(*id, KeyResultEvent::Tagged(tag.clone())),
        Command::UntagKeyResult { id, tag } => {
            key_result(*id, KeyResultEvent::Untagged(tag.clone()))
        }
        Command::CloseKeyResult { id, score } => {
            key_result(*id, KeyResultEvent::Closed { score: *score })
        }
        Command::AbandonKeyResult(id) => key_result(*id, KeyResultEvent::Abandoned),
        Command::ReopenKeyResult(id) => key_result(*id, KeyResultEvent::Reopened),
        Command::ArchiveKeyResult(id) => key_result(*id, KeyResultEvent::Archived),
        Command::RestoreKeyResult(id) => key_result(*id, KeyResultEvent::Restored),
        Command::RecordCheckIn { id, new } => {
            act(Event::CheckIn(*id, CheckInEvent::Recorded(new.clone())))
        }
        Command::CorrectCheckIn { id, patch } => Wish::CorrectCheckIn(*id, patch),
        Command::RetractCheckIn(id) => check_in(*id, CheckInEvent::Retracted),
        Command::AddComment { id, new } => comment(*id, CommentEvent::Added(new.clone())),
        Command::EditComment { id, patch } => Wish::EditComment(*id, patch),
        Command::RetractComment(id) => comment(*id, CommentEvent::Retracted),
        Command::AddInitiative { id, new } => {
            initiative(*id, InitiativeEvent::Created(new.as_ref().clone()))
        }
        Command::SetInitiative { id, patch } => Wish::SetInitiative(*id, patch),
        Command::ArchiveInitiative(id) => initiative(*id, InitiativeEvent::Archived),
        Command::RestoreInitiative(id) => initiative(*id, InitiativeEvent::Restored),
        Command::AddMetric { id, new } => metric(*id, MetricEvent::Created(new.as_ref().clone())),
        Command::SetMetric { id, patch } => Wish::SetMetric(*id, patch),
        Command::ArchiveMetric(id) => metric(*id, MetricEvent::Archived),
        Command::RestoreMetric(id) => metric(*id, MetricEvent::Restored),
        Command::RecordMetricValue { id, new } => act(Event::MetricValue(
            *id,
            MetricValueEvent::Recorded(new.clone()),
        )),
        Command::RetractMetricValue(id) => {
            act(Event::MetricValue(*id, MetricValueEvent::Retracted))
        }
    }
}

fn act(event: Event) -> Wish<'static> {
    Wish::Do(Box::new(event))
}

fn person(id: PersonId, event: PersonEvent) -> Wish<'static> {
    act(Event::Person(id, event))
}

fn team(id: TeamId, event: TeamEvent) -> Wish<'static> {
    act(Event::Team(id, event))
}

fn cycle(id: CycleId, event: CycleEvent) -> Wish<'static> {
    act(Event::Cycle(id, event))
}

fn objective(id: ObjectiveId, event: ObjectiveEvent) -> Wish<'static> {
    act(Event::Objective(id, event))
}

fn key_result(id: KeyResultId, event: KeyResultEvent) -> Wish<'static> {
    act(Event::KeyResult(id, event))
}

fn check_in(id: CheckInId, event: CheckInEvent) -> Wish<'static> {
    act(Event::CheckIn(id, event))
}

fn comment(id: CommentId, event: CommentEvent) -> Wish<'static> {
    act(Event::Comment(id, event))
}

fn initiative(id: InitiativeId, event: InitiativeEvent) -> Wish<'static> {
    act(Event::Initiative(id, event))
}

fn metric(id: MetricId, event: MetricEvent) -> Wish<'static> {
    act(Event::Metric(id, event))
}
