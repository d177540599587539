//! Commands: what a person can want to do with one entity.

use std::collections::BTreeSet;

use crate::decide::patch::{
    CheckInPatch, CommentPatch, CyclePatch, InitiativePatch, KeyResultPatch, MetricPatch,
    ObjectivePatch, OrgPatch, TeamPatch,
};
use crate::event::{
    NewCheckIn, NewComment, NewCycle, NewInitiative, NewKeyResult, NewMetric, NewMetricValue,
    NewObjective, NewOrg, NewTeam, TextPlace,
};
use crate::id::{
    CheckInId, CommentId, CycleId, InitiativeId, KeyResultId, MetricId, MetricValueId, ObjectiveId,
    OrgId, PersonId, TeamId,
};
use crate::text::{LongText, Tag};
use crate::value::{Role, Score};

/// One thing to do with one entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Founds the organisation; to be followed by adding the author as administrator.
    CreateOrg {
        /// Its identity.
        id: OrgId,
        /// Its fields.
        new: NewOrg,
    },
    /// Edits the organisation.
    SetOrg(OrgPatch),
    /// Erases texts of the history by law.
    EraseTexts {
        /// The organisation.
        id: OrgId,
        /// Where they stand.
        texts: BTreeSet<TextPlace>,
    },
    /// Adds a person.
    AddPerson {
        /// Their identity.
        id: PersonId,
        /// What they may do.
        role: Role,
    },
    /// Gives a person another role.
    SetRole {
        /// The person.
        id: PersonId,
        /// The new role.
        role: Role,
    },
    /// Says that a person has left.
    DeactivatePerson(PersonId),
    /// Says that a person has come back.
    ReactivatePerson(PersonId),
    /// Forms a team.
    AddTeam {
        /// Its identity.
        id: TeamId,
        /// Its fields.
        new: NewTeam,
    },
    /// Edits a team.
    SetTeam {
        /// The team.
        id: TeamId,
        /// The new values.
        patch: TeamPatch,
    },
    /// Adds a person to a team.
    AddTeamMember {
        /// The team.
        team: TeamId,
        /// The person.
        person: PersonId,
    },
    /// Takes a person out of a team.
    RemoveTeamMember {
        /// The team.
        team: TeamId,
        /// The person.
        person: PersonId,
    },
    /// Puts a team away.
    ArchiveTeam(TeamId),
    /// Takes a team up again.
    RestoreTeam(TeamId),
    /// Plans a cycle.
    AddCycle {
        /// Its identity.
        id: CycleId,
        /// Its fields.
        new: NewCycle,
    },
    /// Edits a cycle.
    SetCycle {
        /// The cycle.
        id: CycleId,
        /// The new values.
        patch: CyclePatch,
    },
    /// Begins a cycle: the commitment.
    OpenCycle(CycleId),
    /// Ends a cycle.
    CloseCycle(CycleId),
    /// Takes a closed cycle up again.
    ReopenCycle(CycleId),
    /// Writes down an objective.
    AddObjective {
        /// Its identity.
        id: ObjectiveId,
        /// Its fields.
        new: Box<NewObjective>,
    },
    /// Edits an objective.
    SetObjective {
        /// The objective.
        id: ObjectiveId,
        /// The new values.
        patch: Box<ObjectivePatch>,
    },
    /// Puts a tag on an objective.
    TagObjective {
        /// The objective.
        id: ObjectiveId,
        /// The tag.
        tag: Tag,
    },
    /// Takes a tag off an objective.
    UntagObjective {
        /// The objective.
        id: ObjectiveId,
        /// The tag.
        tag: Tag,
    },
    /// Makes a draft a goal.
    PublishObjective(ObjectiveId),
    /// Ends an objective with a grade.
    CloseObjective {
        /// The objective.
        id: ObjectiveId,
        /// The grade.
        score: Score,
        /// What was learned.
        reflection: Option<LongText>,
    },
    /// Gives an objective up.
    AbandonObjective(ObjectiveId),
    /// Takes a closed or abandoned objective up again.
    ReopenObjective(ObjectiveId),
    /// Puts an objective away.
    ArchiveObjective(ObjectiveId),
    /// Takes an archived objective out again.
    RestoreObjective(ObjectiveId),
    /// Writes down a key result.
    AddKeyResult {
        /// Its identity.
        id: KeyResultId,
        /// Its fields.
        new: Box<NewKeyResult>,
    },
    /// Edits a key result.
    SetKeyResult {
        /// The key result.
        id: KeyResultId,
        /// The new values.
        patch: Box<KeyResultPatch>,
    },
    /// Puts a tag on a key result.
    TagKeyResult {
        /// The key result.
        id: KeyResultId,
        /// The tag.
        tag: Tag,
    },
    /// Takes a tag off a key result.
    UntagKeyResult {
        /// The key result.
        id: KeyResultId,
        /// The tag.
        tag: Tag,
    },
    /// Ends a key result with a grade.
    CloseKeyResult {
        /// The key result.
        id: KeyResultId,
        /// The grade.
        score: Score,
    },
    /// Gives a key result up.
    AbandonKeyResult(KeyResultId),
    /// Takes a closed or abandoned key result up again.
    ReopenKeyResult(KeyResultId),
    /// Puts a key result away.
    ArchiveKeyResult(KeyResultId),
    /// Takes an archived key result out again.
    RestoreKeyResult(KeyResultId),
    /// Reports on a key result.
    RecordCheckIn {
        /// The identity of the check-in.
        id: CheckInId,
        /// Its fields.
        new: NewCheckIn,
    },
    /// Puts a check-in right.
    CorrectCheckIn {
        /// The check-in.
        id: CheckInId,
        /// The right values.
        patch: CheckInPatch,
    },
    /// Takes a check-in back; needs a reason.
    RetractCheckIn(CheckInId),
    /// Says something about a thing, or answers what was said.
    AddComment {
        /// The identity of the comment.
        id: CommentId,
        /// Its fields.
        new: NewComment,
    },
    /// Puts a comment in another way.
    EditComment {
        /// The comment.
        id: CommentId,
        /// The new values.
        patch: CommentPatch,
    },
    /// Takes a comment back.
    RetractComment(CommentId),
    /// Writes down an initiative.
    AddInitiative {
        /// Its identity.
        id: InitiativeId,
        /// Its fields.
        new: Box<NewInitiative>,
    },
    /// Edits an initiative; its state is a field.
    SetInitiative {
        /// The initiative.
        id: InitiativeId,
        /// The new values.
        patch: Box<InitiativePatch>,
    },
    /// Puts an initiative away.
    ArchiveInitiative(InitiativeId),
    /// Takes an archived initiative out again.
    RestoreInitiative(InitiativeId),
    /// Writes down a health metric.
    AddMetric {
        /// Its identity.
        id: MetricId,
        /// Its fields.
        new: Box<NewMetric>,
    },
    /// Edits a health metric.
    SetMetric {
        /// The metric.
        id: MetricId,
        /// The new values.
        patch: Box<MetricPatch>,
    },
    /// Puts a health metric away.
    ArchiveMetric(MetricId),
    /// Takes an archived health metric out again.
    RestoreMetric(MetricId),
    /// Reports a value of a health metric.
    RecordMetricValue {
        /// The identity of the value.
        id: MetricValueId,
        /// Its fields.
        new: NewMetricValue,
    },
    /// Takes a value of a health metric back; needs a reason.
    RetractMetricValue(MetricValueId),
}
