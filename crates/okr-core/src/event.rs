//! Events: facts about exactly one entity, in the past tense.
//!
//! Every field edit carries what its author saw (`from`) and what it became (`to`). That is the
//! audit trail and the check for concurrent edits in one.

mod initiative;
mod metric;

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::blocker::BlockerReport;
use crate::calendar::FiscalStart;
use crate::id::{
    ChangeId, CheckInId, CommentId, CycleId, EntityId, InitiativeId, KeyResultId, MetricId,
    MetricValueId, ObjectiveId, OrgId, PersonId, TeamId,
};
use crate::measure::{Measure, Value};
use crate::text::{LongText, Name, Slug, Tag, TimeZoneName, Title};
use crate::value::{
    CadenceDays, Calendar, CommentKind, Confidence, CyclePeriod, EditPolicy, ObjectiveKind, Role,
    Score, WeekStart, Weight,
};

pub use initiative::{InitiativeEdit, InitiativeEvent, NewInitiative};
pub use metric::{MetricEdit, MetricEvent, MetricValueEvent, NewMetric, NewMetricValue};

/// A fact about exactly one entity; immutable once confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// About the organisation.
    Org(OrgId, OrgEvent),
    /// About a person.
    Person(PersonId, PersonEvent),
    /// About a team.
    Team(TeamId, TeamEvent),
    /// About a cycle.
    Cycle(CycleId, CycleEvent),
    /// About an objective.
    Objective(ObjectiveId, ObjectiveEvent),
    /// About a key result.
    KeyResult(KeyResultId, KeyResultEvent),
    /// About a check-in.
    CheckIn(CheckInId, CheckInEvent),
    /// About a comment.
    Comment(CommentId, CommentEvent),
    /// About an initiative.
    Initiative(InitiativeId, InitiativeEvent),
    /// About a health metric.
    Metric(MetricId, MetricEvent),
    /// About a value of a health metric.
    MetricValue(MetricValueId, MetricValueEvent),
}

impl Event {
    /// Returns the entity that the event is about.
    pub const fn subject(&self) -> EntityId {
        match self {
            Self::Org(id, _) => EntityId::Org(*id),
            Self::Person(id, _) => EntityId::Person(*id),
            Self::Team(id, _) => EntityId::Team(*id),
            Self::Cycle(id, _) => EntityId::Cycle(*id),
            Self::Objective(id, _) => EntityId::Objective(*id),
            Self::KeyResult(id, _) => EntityId::KeyResult(*id),
            Self::CheckIn(id, _) => EntityId::CheckIn(*id),
            Self::Comment(id, _) => EntityId::Comment(*id),
            Self::Initiative(id, _) => EntityId::Initiative(*id),
            Self::Metric(id, _) => EntityId::Metric(*id),
            Self::MetricValue(id, _) => EntityId::MetricValue(*id),
        }
    }
}

/// One field, from what the author saw to what it became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit<T> {
    /// The value that the author saw.
    pub from: T,
    /// The new value.
    pub to: T,
}

/// What can happen to the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrgEvent {
    /// It was founded: the first event of every log.
    Created(NewOrg),
    /// A field was edited.
    Edited(OrgEdit),
    /// Texts of the history were erased by law: whoever has them keeps nothing but their hashes.
    TextsErased(BTreeSet<TextPlace>),
}

impl OrgEvent {
    /// The greatest number of texts that one event erases.
    pub const MAX_ERASED: usize = 500;
}

/// Where a text stands in the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextPlace {
    /// The change that brought it.
    pub change: ChangeId,
    /// Its number among the texts of that change, from 1.
    pub text: u16,
}

/// A new organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOrg {
    /// Its name.
    pub name: Name,
    /// The zone in which its days begin and end.
    pub time_zone: TimeZoneName,
    /// The first day of its week.
    pub week_start: WeekStart,
    /// Who may edit goals.
    pub edit_policy: EditPolicy,
    /// Whether an amendment needs a reason and a category.
    pub reason_after_commitment: bool,
    /// How often key results expect a check-in.
    pub cadence: CadenceDays,
}

/// An edit of one field of the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrgEdit {
    /// Its name.
    Name(Edit<Name>),
    /// Its time zone.
    TimeZone(Edit<TimeZoneName>),
    /// The first day of its week.
    WeekStart(Edit<WeekStart>),
    /// Who may edit goals.
    EditPolicy(Edit<EditPolicy>),
    /// Whether an amendment needs a reason and a category.
    ReasonAfterCommitment(Edit<bool>),
    /// How often key results expect a check-in.
    Cadence(Edit<CadenceDays>),
    /// Which cycles follow each other.
    Calendar(Edit<Calendar>),
    /// The day on which the fiscal year begins.
    FiscalStart(Edit<FiscalStart>),
}

/// What can happen to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonEvent {
    /// They joined, with this role.
    Added(Role),
    /// Their role changed.
    RoleChanged {
        /// The role that the author saw.
        from: Role,
        /// The new role.
        to: Role,
    },
    /// They left; what they did stays theirs.
    Deactivated,
    /// They came back.
    Reactivated,
}

/// What can happen to a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamEvent {
    /// It was formed.
    Created(NewTeam),
    /// A field was edited.
    Edited(TeamEdit),
    /// Somebody joined.
    MemberAdded(PersonId),
    /// Somebody left.
    MemberRemoved(PersonId),
    /// It was put away.
    Archived,
    /// It was taken up again.
    Restored,
}

/// A new team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTeam {
    /// Its name.
    pub name: Name,
    /// Its everyday name.
    pub slug: Slug,
    /// The team that it is part of.
    pub parent: Option<TeamId>,
    /// Who leads it.
    pub leads: BTreeSet<PersonId>,
}

/// An edit of one field of a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamEdit {
    /// Its name.
    Name(Edit<Name>),
    /// Its everyday name.
    Slug(Edit<Slug>),
    /// The team that it is part of.
    Parent(Edit<Option<TeamId>>),
    /// Who leads it.
    Leads(Edit<BTreeSet<PersonId>>),
}

/// What can happen to a cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CycleEvent {
    /// It was planned.
    Created(NewCycle),
    /// A field was edited.
    Edited(CycleEdit),
    /// It began: every measure in it is now its original commitment.
    Opened,
    /// It ended: only late facts and corrections follow.
    Closed,
    /// It was taken up again.
    Reopened,
}

/// A new cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCycle {
    /// Its name, such as `2026-Q4`.
    pub name: Name,
    /// Its first and last day.
    pub period: CyclePeriod,
    /// How often its key results expect a check-in; none: as the organisation.
    pub cadence: Option<CadenceDays>,
}

/// An edit of one field of a cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CycleEdit {
    /// Its name.
    Name(Edit<Name>),
    /// Its first and last day.
    Period(Edit<CyclePeriod>),
    /// How often its key results expect a check-in.
    Cadence(Edit<Option<CadenceDays>>),
}

/// What an objective supports: the goal above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Support {
    /// An objective.
    Objective(ObjectiveId),
    /// A key result.
    KeyResult(KeyResultId),
}

/// What can happen to an objective.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectiveEvent {
    /// It was written down.
    Created(NewObjective),
    /// A field was edited.
    Edited(ObjectiveEdit),
    /// A tag was put on it.
    Tagged(Tag),
    /// A tag was taken off it.
    Untagged(Tag),
    /// The draft became a goal.
    Published,
    /// It ended with a grade.
    Closed {
        /// The grade.
        score: Score,
        /// What was learned.
        reflection: Option<LongText>,
    },
    /// It was given up.
    Abandoned,
    /// It was taken up again after it was closed or abandoned.
    Reopened,
    /// It was put away.
    Archived,
    /// It was taken out again, into the state it had before.
    Restored,
}

/// A new objective.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewObjective {
    /// What is to be achieved.
    pub title: Title,
    /// More about it.
    pub description: Option<LongText>,
    /// Its everyday name.
    pub slug: Slug,
    /// Who answers for it.
    pub owner: PersonId,
    /// The team that pursues it; none: the organisation as a whole.
    pub team: Option<TeamId>,
    /// The cycle that it belongs to.
    pub cycle: CycleId,
    /// What success means.
    pub kind: ObjectiveKind,
    /// How much it counts among the team's objectives.
    pub weight: Weight,
    /// The goal above it.
    pub supports: Option<Support>,
    /// The objective of an earlier cycle that it continues.
    pub continues: Option<ObjectiveId>,
    /// Its tags.
    pub tags: BTreeSet<Tag>,
    /// Whether it is still a draft.
    pub draft: bool,
}

/// An edit of one field of an objective.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectiveEdit {
    /// What is to be achieved.
    Title(Edit<Title>),
    /// More about it.
    Description(Edit<Option<LongText>>),
    /// Its everyday name.
    Slug(Edit<Slug>),
    /// Who answers for it.
    Owner(Edit<PersonId>),
    /// The team that pursues it.
    Team(Edit<Option<TeamId>>),
    /// The cycle that it belongs to.
    Cycle(Edit<CycleId>),
    /// What success means.
    Kind(Edit<ObjectiveKind>),
    /// How much it counts.
    Weight(Edit<Weight>),
    /// The goal above it.
    Supports(Edit<Option<Support>>),
    /// The objective that it continues.
    Continues(Edit<Option<ObjectiveId>>),
    /// The grade that it was closed with, put right.
    Score(Edit<Option<Score>>),
    /// What was learned, written or put right after it was closed.
    Reflection(Edit<Option<LongText>>),
}

/// What can happen to a key result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyResultEvent {
    /// It was written down.
    Created(NewKeyResult),
    /// A field was edited.
    Edited(KeyResultEdit),
    /// A tag was put on it.
    Tagged(Tag),
    /// A tag was taken off it.
    Untagged(Tag),
    /// It ended with a grade.
    Closed {
        /// The grade.
        score: Score,
    },
    /// It was given up.
    Abandoned,
    /// It was taken up again after it was closed or abandoned.
    Reopened,
    /// It was put away.
    Archived,
    /// It was taken out again, into the state it had before.
    Restored,
}

/// A new key result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKeyResult {
    /// The objective that it measures.
    pub objective: ObjectiveId,
    /// What is measured, in words.
    pub title: Title,
    /// More about it, such as where the number comes from.
    pub description: Option<LongText>,
    /// Its everyday name.
    pub slug: Slug,
    /// Who reports on it.
    pub owner: PersonId,
    /// How it is measured.
    pub measure: Measure,
    /// How much it counts in its objective.
    pub weight: Weight,
    /// Its place among the key results of its objective, from the lowest.
    pub order: u32,
    /// The day from which progress is expected; none: the start of the cycle.
    pub start: Option<Date>,
    /// The day on which it shall be reached; none: the end of the cycle.
    pub due: Option<Date>,
    /// Its tags.
    pub tags: BTreeSet<Tag>,
    /// The health metric whose values are reported on it, too.
    pub fed_by: Option<MetricId>,
}

/// An edit of one field of a key result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyResultEdit {
    /// The objective that it measures.
    Objective(Edit<ObjectiveId>),
    /// What is measured, in words.
    Title(Edit<Title>),
    /// More about it.
    Description(Edit<Option<LongText>>),
    /// Its everyday name.
    Slug(Edit<Slug>),
    /// Who reports on it.
    Owner(Edit<PersonId>),
    /// How it is measured, as one field.
    Measure(Edit<Measure>),
    /// How much it counts.
    Weight(Edit<Weight>),
    /// Its place among its siblings.
    Order(Edit<u32>),
    /// The day from which progress is expected.
    Start(Edit<Option<Date>>),
    /// The day on which it shall be reached.
    Due(Edit<Option<Date>>),
    /// The grade that it was closed with, put right.
    Score(Edit<Option<Score>>),
    /// The health metric whose values are reported on it.
    FedBy(Edit<Option<MetricId>>),
}

/// What can happen to a check-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckInEvent {
    /// It was reported.
    Recorded(NewCheckIn),
    /// One part of it was put right; what it said before stays in history.
    Corrected(CheckInEdit),
    /// It was taken back, for the reason that the change gives.
    Retracted,
}

/// A new check-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCheckIn {
    /// What it reports on.
    pub key_result: KeyResultId,
    /// The day on which the value was true.
    pub effective: Date,
    /// The value.
    pub value: Value,
    /// The estimate that the target will be met; none: not reported.
    pub confidence: Option<Confidence>,
    /// What is behind the number.
    pub note: Option<LongText>,
    /// What it says of a blocker; none: nothing, and what stood in the way before still does.
    pub blocker: Option<BlockerReport>,
}

/// A correction of one part of a check-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckInEdit {
    /// The day on which the value was true.
    Effective(Edit<Date>),
    /// The value.
    Value(Edit<Value>),
    /// The estimate.
    Confidence(Edit<Option<Confidence>>),
    /// The note.
    Note(Edit<Option<LongText>>),
    /// What it says of a blocker.
    Blocker(Edit<Option<BlockerReport>>),
}

/// What a comment is about: anything but a comment, to which one replies, and a value of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// The organisation as a whole.
    Org(OrgId),
    /// A person.
    Person(PersonId),
    /// A team.
    Team(TeamId),
    /// A cycle.
    Cycle(CycleId),
    /// An objective.
    Objective(ObjectiveId),
    /// A key result.
    KeyResult(KeyResultId),
    /// A check-in.
    CheckIn(CheckInId),
    /// An initiative.
    Initiative(InitiativeId),
    /// A health metric.
    Metric(MetricId),
}

impl Topic {
    /// Makes a topic of an entity; comments and values of metrics are none.
    pub const fn of(entity: EntityId) -> Option<Self> {
        Some(match entity {
            EntityId::Org(id) => Self::Org(id),
            EntityId::Person(id) => Self::Person(id),
            EntityId::Team(id) => Self::Team(id),
            EntityId::Cycle(id) => Self::Cycle(id),
            EntityId::Objective(id) => Self::Objective(id),
            EntityId::KeyResult(id) => Self::KeyResult(id),
            EntityId::CheckIn(id) => Self::CheckIn(id),
            EntityId::Initiative(id) => Self::Initiative(id),
            EntityId::Metric(id) => Self::Metric(id),
            EntityId::Comment(_) | EntityId::MetricValue(_) => return None,
        })
    }

    /// Returns the entity that it is.
    pub const fn entity(self) -> EntityId {
        match self {
            Self::Org(id) => EntityId::Org(id),
            Self::Person(id) => EntityId::Person(id),
            Self::Team(id) => EntityId::Team(id),
            Self::Cycle(id) => EntityId::Cycle(id),
            Self::Objective(id) => EntityId::Objective(id),
            Self::KeyResult(id) => EntityId::KeyResult(id),
            Self::CheckIn(id) => EntityId::CheckIn(id),
            Self::Initiative(id) => EntityId::Initiative(id),
            Self::Metric(id) => EntityId::Metric(id),
        }
    }
}

/// What can happen to a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommentEvent {
    /// It was said.
    Added(NewComment),
    /// One part of it was put in another way; what it said before stays in history.
    Edited(CommentEdit),
    /// It was taken back.
    Retracted,
}

/// A new comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewComment {
    /// What it is about.
    pub topic: Topic,
    /// The comment on the same thing that it answers.
    pub reply_to: Option<CommentId>,
    /// Who says it: the author of the change, or the person on whose behalf it was recorded.
    ///
    /// It stands in the event, so that a comment alone says whose it is: only they may edit it.
    pub author: PersonId,
    /// What it is meant as.
    pub kind: CommentKind,
    /// What is said.
    pub text: LongText,
}

/// An edit of one part of a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommentEdit {
    /// What it is meant as.
    Kind(Edit<CommentKind>),
    /// What is said.
    Text(Edit<LongText>),
}
