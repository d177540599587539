//! What every report is made from.

use jiff::civil::DateTime;
use okr_core::Date;
use okr_core::entity::{self, KeyResult};
use okr_core::id::KeyResultId;
use okr_core::measure::{Measure, Value};
use okr_core::progress::Progress;
use okr_core::status::Status;
use okr_core::value::{CadenceDays, Confidence};

/// What a report is about, and what it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The name of the organisation; none before it was founded.
    pub organisation: Option<String>,
    /// Whose goals it is about.
    pub scope: Scope,
    /// What was known.
    pub state: State,
    /// The command that makes the report again.
    pub command: String,
}

/// Whose goals a report is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those of everybody.
    Organisation,
    /// Those of a team and of all below it.
    Team(Name),
    /// Those that somebody answers for or reports on.
    Person(Name),
}

/// A thing or a person that is mentioned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// The everyday name, that commands understand: `api-p99`, `@ana`.
    pub reference: String,
    /// The title, or the full name; empty where it is not known.
    pub title: String,
}

/// What was known when a report was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The moment, in the organisation's zone.
    pub at: DateTime,
    /// The name of the zone.
    pub zone: String,
    /// The time that the moment is on.
    pub axis: Axis,
    /// The short id of the last change that counts; none of nothing.
    pub change: Option<String>,
    /// Its position; none while it waits for the server.
    pub position: Option<u64>,
    /// How many changes count that only the machine has which made the report.
    pub pending: usize,
    /// The day by which pace and status are judged.
    pub today: Date,
    /// The same, where the moment does not say it.
    pub judged: Option<Date>,
}

/// The time that a moment is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Axis {
    /// What could anybody have known.
    #[default]
    Recorded,
    /// What had people written.
    Authored,
    /// What was true, by what is known now.
    Effective,
}

/// How a cycle stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The cycle.
    pub cycle: entity::Cycle,
    /// How often its key results expect a check-in.
    pub cadence: CadenceDays,
    /// The week of the cycle that the moment is in, and how many it has; none outside of it.
    pub week: Option<(i32, i32)>,
    /// How far the goals are that the report is about; none: unknown, or no roll-up of these.
    pub progress: Option<Progress>,
    /// The same against what was committed to, where that differs.
    pub original: Option<Progress>,
    /// What an even pace would have reached.
    pub expected: Progress,
    /// The same for the teams with goals in scope.
    pub teams: Vec<TeamProgress>,
}

/// How a team's own goals stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamProgress {
    /// The team; none: the organisation as a whole.
    pub team: Option<Name>,
    /// How far its own objectives are.
    pub progress: Option<Progress>,
    /// The same against what was committed to, where that differs.
    pub original: Option<Progress>,
    /// How many objectives it has.
    pub objectives: usize,
}

/// How an objective stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objective {
    /// The objective.
    pub objective: entity::Objective,
    /// Who answers for it.
    pub owner: Name,
    /// The team that pursues it.
    pub team: Option<Name>,
    /// How far it is; none: unknown.
    pub progress: Option<Progress>,
    /// The same against what was committed to, where that differs.
    pub original: Option<Progress>,
    /// Whether it was added after the commitment.
    pub late_addition: bool,
}

/// How a key result stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// The key result.
    pub key_result: KeyResult,
    /// Its everyday name, with its cycle where it would be ambiguous.
    pub reference: String,
    /// Who reports on it.
    pub owner: Name,
    /// How it stands.
    pub status: Status,
    /// The report that counts.
    pub latest: Option<Report>,
    /// How far it is.
    pub progress: Option<Progress>,
    /// The same against what was committed to, where the measure was another.
    pub original: Option<Progress>,
    /// The measure that was committed to, where it was another.
    pub original_measure: Option<Measure>,
    /// What an even pace would have reached.
    pub expected: Progress,
    /// Whether it was added after the commitment.
    pub late_addition: bool,
}

/// What somebody reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The day that it is about.
    pub day: Date,
    /// The value.
    pub value: Value,
    /// The estimate that the target will be met.
    pub confidence: Option<Confidence>,
    /// What was written about it.
    pub note: Option<String>,
    /// Who reported it.
    pub by: Name,
    /// Whether it was recorded after its cycle was closed.
    pub late: bool,
}

/// What stands in the way of a key result, or did until it was lifted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    /// The key result.
    pub subject: KeyResultId,
    /// Its everyday name.
    pub reference: String,
    /// What stands in the way.
    pub text: String,
    /// The day since which it does.
    pub since: Date,
    /// Who last told it.
    pub by: Name,
    /// The day on which it was gone, and who said so; none while it stands.
    pub lifted: Option<(Date, Name)>,
}
