//! Status and score bands: how a goal stands, in one word. All thresholds stand here.

use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::progress::Progress;
use crate::value::{CadenceDays, Confidence, GoalState, ObjectiveKind, Score, days_between};

/// The greatest confidence that is off track.
pub const OFF_TRACK_CONFIDENCE: u8 = 3;
/// The greatest confidence that is at risk.
pub const AT_RISK_CONFIDENCE: u8 = 6;
/// How far progress may lag behind an even pace before a goal is at risk: 0.20.
pub const AT_RISK_LAG: Decimal = Decimal::from_parts(20, 0, 0, false, 2);
/// How far progress may lag before a goal is off track, where nobody reported confidence: 0.40.
pub const OFF_TRACK_LAG: Decimal = Decimal::from_parts(40, 0, 0, false, 2);
/// The number of cadences without a check-in after which a goal is stale.
pub const STALE_CADENCES: i32 = 2;
/// The least score that is yellow: 0.3.
pub const YELLOW_SCORE: Decimal = Decimal::from_parts(3, 0, 0, false, 1);
/// The least score that is green, and a success for what is not committed: 0.7.
pub const GREEN_SCORE: Decimal = Decimal::from_parts(7, 0, 0, false, 1);
/// The least score that is a success for what is committed: 1.
pub const COMMITTED_SCORE: Decimal = Decimal::ONE;

/// How a goal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Still being written.
    Draft,
    /// Closed with a score that is a success.
    Achieved,
    /// Closed with a lower score.
    Missed,
    /// Given up.
    Abandoned,
    /// Put away.
    Archived,
    /// Nobody has reported on it.
    NoCheckIn,
    /// The last report is too old.
    Stale,
    /// The target will hardly be met.
    OffTrack,
    /// The target may not be met.
    AtRisk,
    /// The target will be met.
    OnTrack,
}

impl Status {
    /// Every status, in the order of this declaration.
    pub const ALL: [Self; 10] = [
        Self::Draft,
        Self::Achieved,
        Self::Missed,
        Self::Abandoned,
        Self::Archived,
        Self::NoCheckIn,
        Self::Stale,
        Self::OffTrack,
        Self::AtRisk,
        Self::OnTrack,
    ];

    /// Returns the stable word for the status.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Achieved => "achieved",
            Self::Missed => "missed",
            Self::Abandoned => "abandoned",
            Self::Archived => "archived",
            Self::NoCheckIn => "no-check-in",
            Self::Stale => "stale",
            Self::OffTrack => "off-track",
            Self::AtRisk => "at-risk",
            Self::OnTrack => "on-track",
        }
    }

    /// Says whether the goal is pursued, so that check-ins are expected: of what is over, put away or
    /// still being written none is.
    pub const fn is_in_force(self) -> bool {
        match self {
            Self::NoCheckIn | Self::Stale | Self::OffTrack | Self::AtRisk | Self::OnTrack => true,
            Self::Draft | Self::Achieved | Self::Missed | Self::Abandoned | Self::Archived => false,
        }
    }

    /// Reads the word that [`Status::word`] gives.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

/// What a status depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusInput {
    /// The state of the goal; of a key result, archived or abandoned objectives included.
    pub state: GoalState,
    /// What success means for its objective.
    pub kind: ObjectiveKind,
    /// The grade it was closed with.
    pub score: Option<Score>,
    /// Effective date and confidence of the latest check-in.
    pub latest: Option<(Date, Option<Confidence>)>,
    /// The progress of that check-in; none where it is undefined.
    pub progress: Option<Progress>,
    /// The progress of an even pace.
    pub expected: Progress,
    /// How often a check-in is expected.
    pub cadence: CadenceDays,
    /// The day on which the status is asked for.
    pub today: Date,
}

/// Returns how a goal stands: the first rule that holds.
///
/// State first, then silence, then confidence together with pace. Where confidence was not
/// reported, pace alone decides, and unknown progress is never on track.
pub fn status(input: &StatusInput) -> Status {
    match input.state {
        GoalState::Archived => return Status::Archived,
        GoalState::Abandoned => return Status::Abandoned,
        GoalState::Closed => return closed(input.kind, input.score),
        GoalState::Draft => return Status::Draft,
        GoalState::Active => {}
    }
    let Some((day, confidence)) = input.latest else {
        return Status::NoCheckIn;
    };
    if days_between(day, input.today) > STALE_CADENCES * i32::from(input.cadence.get()) {
        return Status::Stale;
    }
    let lags = |limit: Decimal| {
        input
            .progress
            .map(|progress| progress.clamped().raw() < input.expected.raw() - limit)
    };
    match confidence.map(Confidence::get) {
        Some(confidence) if confidence <= OFF_TRACK_CONFIDENCE => Status::OffTrack,
        Some(confidence) if confidence <= AT_RISK_CONFIDENCE => Status::AtRisk,
        Some(_) if lags(AT_RISK_LAG) == Some(true) => Status::AtRisk,
        Some(_) => Status::OnTrack,
        None if lags(OFF_TRACK_LAG) == Some(true) => Status::OffTrack,
        None if lags(AT_RISK_LAG) == Some(false) => Status::OnTrack,
        None => Status::AtRisk,
    }
}

fn closed(kind: ObjectiveKind, score: Option<Score>) -> Status {
    let least = match kind {
        ObjectiveKind::Committed => COMMITTED_SCORE,
        ObjectiveKind::Aspirational | ObjectiveKind::Learning => GREEN_SCORE,
    };
    match score {
        Some(score) if score.number().decimal() >= least => Status::Achieved,
        Some(_) | None => Status::Missed,
    }
}

/// The colour of a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// From 0 to below 0.3.
    Red,
    /// From 0.3 to below 0.7.
    Yellow,
    /// From 0.7 to 1.
    Green,
}

impl Band {
    /// Returns the stable word for the band.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Yellow => "yellow",
            Self::Green => "green",
        }
    }
}

/// Returns the band of a score: half-open, without gaps.
pub fn band(score: Score) -> Band {
    let score = score.number().decimal();
    if score < YELLOW_SCORE {
        Band::Red
    } else if score < GREEN_SCORE {
        Band::Yellow
    } else {
        Band::Green
    }
}
