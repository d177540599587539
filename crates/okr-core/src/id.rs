//! The identities of things: one type per kind, so that they cannot be confused.
//!
//! Ids are UUIDs (version 7) made by the client; this module never makes one.

use std::fmt;

use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that is known to name a thing of this kind.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// Returns the UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// Returns the 16 bytes of the UUID, in network order.
            pub const fn to_bytes(self) -> [u8; 16] {
                self.0.into_bytes()
            }

            /// Reads an id from 16 bytes in network order.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}({})", stringify!($name), self.0)
            }
        }
    )+};
}

ids! {
    /// Names an organisation, and with it its log.
    OrgId;
    /// Names a person. Random: name, handle and e-mail stand in the directory, not in the history.
    PersonId;
    /// Names a team.
    TeamId;
    /// Names a cycle.
    CycleId;
    /// Names an objective.
    ObjectiveId;
    /// Names a key result.
    KeyResultId;
    /// Names a check-in.
    CheckInId;
    /// Names a comment.
    CommentId;
    /// Names an initiative.
    InitiativeId;
    /// Names a health metric.
    MetricId;
    /// Names a value of a health metric.
    MetricValueId;
    /// Names a change. The server appends a change with a given id at most once, for ever.
    ChangeId;
}

/// Names any entity, together with its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityId {
    /// The organisation itself.
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
    /// A comment.
    Comment(CommentId),
    /// An initiative.
    Initiative(InitiativeId),
    /// A health metric.
    Metric(MetricId),
    /// A value of a health metric.
    MetricValue(MetricValueId),
}

/// The kind of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityKind {
    /// The organisation.
    Org,
    /// A person.
    Person,
    /// A team.
    Team,
    /// A cycle.
    Cycle,
    /// An objective.
    Objective,
    /// A key result.
    KeyResult,
    /// A check-in.
    CheckIn,
    /// A comment.
    Comment,
    /// An initiative.
    Initiative,
    /// A health metric.
    Metric,
    /// A value of a health metric.
    MetricValue,
}

impl EntityKind {
    /// Every kind, in the order of this declaration.
    pub const ALL: [Self; 11] = [
        Self::Org,
        Self::Person,
        Self::Team,
        Self::Cycle,
        Self::Objective,
        Self::KeyResult,
        Self::CheckIn,
        Self::Comment,
        Self::Initiative,
        Self::Metric,
        Self::MetricValue,
    ];

    /// Returns the word for this kind in machine output (`snake_case`, stable).
    pub const fn word(self) -> &'static str {
        match self {
            Self::Org => "org",
            Self::Person => "person",
            Self::Team => "team",
            Self::Cycle => "cycle",
            Self::Objective => "objective",
            Self::KeyResult => "key_result",
            Self::CheckIn => "check_in",
            Self::Comment => "comment",
            Self::Initiative => "initiative",
            Self::Metric => "metric",
            Self::MetricValue => "metric_value",
        }
    }

    /// Returns the word for this kind in messages to people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Org => "organisation",
            Self::Person => "person",
            Self::Team => "team",
            Self::Cycle => "cycle",
            Self::Objective => "objective",
            Self::KeyResult => "key result",
            Self::CheckIn => "check-in",
            Self::Comment => "comment",
            Self::Initiative => "initiative",
            Self::Metric => "metric",
            Self::MetricValue => "metric value",
        }
    }

    /// Reads the word that [`EntityKind::word`] gives.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Makes the id of an entity of this kind.
    pub const fn id(self, uuid: Uuid) -> EntityId {
        match self {
            Self::Org => EntityId::Org(OrgId::new(uuid)),
            Self::Person => EntityId::Person(PersonId::new(uuid)),
            Self::Team => EntityId::Team(TeamId::new(uuid)),
            Self::Cycle => EntityId::Cycle(CycleId::new(uuid)),
            Self::Objective => EntityId::Objective(ObjectiveId::new(uuid)),
            Self::KeyResult => EntityId::KeyResult(KeyResultId::new(uuid)),
            Self::CheckIn => EntityId::CheckIn(CheckInId::new(uuid)),
            Self::Comment => EntityId::Comment(CommentId::new(uuid)),
            Self::Initiative => EntityId::Initiative(InitiativeId::new(uuid)),
            Self::Metric => EntityId::Metric(MetricId::new(uuid)),
            Self::MetricValue => EntityId::MetricValue(MetricValueId::new(uuid)),
        }
    }
}

impl fmt::Display for EntityKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.label())
    }
}

impl EntityId {
    /// Returns the kind of the entity.
    pub const fn kind(self) -> EntityKind {
        match self {
            Self::Org(_) => EntityKind::Org,
            Self::Person(_) => EntityKind::Person,
            Self::Team(_) => EntityKind::Team,
            Self::Cycle(_) => EntityKind::Cycle,
            Self::Objective(_) => EntityKind::Objective,
            Self::KeyResult(_) => EntityKind::KeyResult,
            Self::CheckIn(_) => EntityKind::CheckIn,
            Self::Comment(_) => EntityKind::Comment,
            Self::Initiative(_) => EntityKind::Initiative,
            Self::Metric(_) => EntityKind::Metric,
            Self::MetricValue(_) => EntityKind::MetricValue,
        }
    }

    /// Returns the UUID of the entity.
    pub const fn uuid(self) -> Uuid {
        match self {
            Self::Org(id) => id.uuid(),
            Self::Person(id) => id.uuid(),
            Self::Team(id) => id.uuid(),
            Self::Cycle(id) => id.uuid(),
            Self::Objective(id) => id.uuid(),
            Self::KeyResult(id) => id.uuid(),
            Self::CheckIn(id) => id.uuid(),
            Self::Comment(id) => id.uuid(),
            Self::Initiative(id) => id.uuid(),
            Self::Metric(id) => id.uuid(),
            Self::MetricValue(id) => id.uuid(),
        }
    }
}

impl fmt::Display for EntityId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind(), self.uuid())
    }
}

macro_rules! into_entity_id {
    ($($name:ident => $variant:ident;)+) => {$(
        impl From<$name> for EntityId {
            fn from(id: $name) -> Self {
                Self::$variant(id)
            }
        }
    )+};
}

into_entity_id! {
    OrgId => Org;
    PersonId => Person;
    TeamId => Team;
    CycleId => Cycle;
    ObjectiveId => Objective;
    KeyResultId => KeyResult;
    CheckInId => CheckIn;
    CommentId => Comment;
    InitiativeId => Initiative;
    MetricId => Metric;
    MetricValueId => MetricValue;
}

/// The place of a change in the organisation's log: from 1, without gaps; 0 is before everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(u64);

impl Position {
    /// The moment before the first change.
    pub const ZERO: Self = Self(0);

    /// Wraps a number of changes.
    pub const fn new(position: u64) -> Self {
        Self(position)
    }

    /// Returns the number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Returns the position of the next change.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
