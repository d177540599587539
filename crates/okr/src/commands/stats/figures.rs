//! The figures: what was expected and what came, silences and gaps, moves, and confidence.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use okr_core::Date;
use okr_core::id::{EntityId, KeyResultId, PersonId, TeamId};
use okr_core::rhythm::{Days, Share, gaps, intervals, longest_silence, percentile};
use okr_core::status::{AT_RISK_CONFIDENCE, OFF_TRACK_CONFIDENCE};
use okr_core::value::{CadenceDays, WeekStart};
use okr_replica::{CycleStanding, Goalposts, MoveKind, Rhythm};

use crate::names::Names;
use crate::wording::week_of;

/// The figures of some key results in some days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    /// How many key results there are.
    pub(crate) key_results: usize,
    /// Of the intervals of the cadence that ended, those with a check-in.
    pub(crate) kept: Share,
    /// Check-ins about these days.
    pub(crate) check_ins: usize,
    /// Of the key results, those without a check-in.
    pub(crate) silent: Share,
    /// The longest time without a check-in, in days, and the key result; none without key results.
    pub(crate) longest_silence: Option<(i32, KeyResultId)>,
    /// The median and the 90th percentile of the days from a check-in to the next.
    pub(crate) gaps: Option<(i32, i32)>,
    /// Definitions that were changed after the commitment.
    pub(crate) amendments: usize,
    /// Of the key results, those with an amendment of their own.
    pub(crate) amended: Share,
    /// Goals that came in after the commitment.
    pub(crate) late_additions: usize,
    /// Goals that left.
    pub(crate) taken_out: usize,
    /// What the check-ins that count say.
    pub(crate) confidence: Confidences,
}

/// How many key results were last reported with which confidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Confidences {
    /// By confidence, 0 to 10.
    pub(crate) counts: [usize; 11],
    /// Reported without one.
    pub(crate) unreported: usize,
    /// Never reported on.
    pub(crate) no_check_in: usize,
}

impl Confidences {
    /// Sums up by what confidence means for the status: off track, at risk, on track.
    pub(crate) fn bands(&self) -> [usize; 3] {
        let at_risk = usize::from(OFF_TRACK_CONFIDENCE) + 1;
        let on_track = usize::from(AT_RISK_CONFIDENCE) + 1;
        let sum = |counts: &[usize]| counts.iter().sum();
        [
            sum(&self.counts[..at_risk]),
            sum(&self.counts[at_risk..on_track]),
            sum(&self.counts[on_track..]),
        ]
    }
}

/// The figures of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    /// What the part is.
    pub(crate) of: Of,
    /// Its figures.
    pub(crate) figures: Figures,
}

/// What figures are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// A team; none: the goals of the organisation as a whole.
    Team(Option<TeamId>),
    /// An owner of key results.
    Owner(PersonId),
    /// The days of a week.
    Week(Days),
}

/// A key result with all that figures are made of.
struct Subject {
    id: KeyResultId,
    team: Option<TeamId>,
    owner: PersonId,
    days: Option<Days>,
    check_ins: Vec<Date>,
    latest: Latest,
}

/// What was last said about the confidence in a key result.
enum Latest {
    /// Nothing was ever reported.
    NoCheckIn,
    /// The last report does not say.
    Unreported,
    /// From 0 to 10.
    At(u8),
}

/// Something that moved.
struct Move {
    day: Date,
    kind: MoveKind,
    subject: EntityId,
    team: Option<TeamId>,
    owner: Option<PersonId>,
}

/// What the figures of a cycle are made of.
pub(crate) struct Material {
    cadence: CadenceDays,
    subjects: Vec<Subject>,
    moves: Vec<Move>,
}

impl Material {
    pub(crate) fn new(
        standing: &CycleStanding,
        rhythm: &[Rhythm],
        found: Option<&Goalposts>,
        zone: &TimeZone,
    ) -> Self {
        let mut subjects = Vec::new();
        for objective in &standing.objectives {
            for one in &objective.key_results {
                let id = one.key_result.id;
                let Some(rhythm) = rhythm.iter().find(|rhythm| rhythm.key_result == id) else {
                    continue;
                };
                let latest = match &one.latest {
                    None => Latest::NoCheckIn,
                    Some(fact) => match fact.check_in.confidence {
                        None => Latest::Unreported,
                        Some(given) => Latest::At(given.get()),
                    },
                };
                subjects.push(Subject {
                    id,
                    team: objective.objective.team,
                    owner: one.key_result.owner,
                    days: rhythm.days,
                    check_ins: rhythm.check_ins.clone(),
                    latest,
                });
            }
        }
        Self {
            cadence: standing.cadence,
            subjects,
            moves: found.map_or_else(Vec::new, |found| moves(found, zone)),
        }
    }

    pub(super) fn by_team(&self, days: Days, names: &Names) -> Vec<Group> {
        let of_moves = self.moves.iter().map(|one| one.team);
        let teams: BTreeSet<Option<TeamId>> = self
            .subjects
            .iter()
            .map(|one| one.team)
            .chain(of_moves)
            .collect();
        let name = |team: &Option<TeamId>| team.map(|team| names.label(team.into()));
        self.groups(days, teams, name, Of::Team)
    }

    pub(super) fn by_owner(&self, days: Days, names: &Names) -> Vec<Group> {
        let of_moves = self.moves.iter().filter_map(|one| one.owner);
        let owners: BTreeSet<PersonId> = self
            .subjects
            .iter()
            .map(|one| one.owner)
            .chain(of_moves)
            .collect();
        self.groups(days, owners, |owner| names.person(*owner), Of::Owner)
    }

    fn groups<T, K: Ord>(
        &self,
        days: Days,
        parts: BTreeSet<T>,
        name: impl Fn(&T) -> K,
        of: fn(T) -> Of,
    ) -> Vec<Group> {
        let mut parts: Vec<T> = parts.into_iter().collect();
        parts.sort_by_cached_key(name);
        let groups = parts.into_iter().map(of).map(|of| Group {
            of,
            figures: self.figures(days, Some(of)),
        });
        groups.collect()
    }

    /// Makes the figures of each week; what takes longer than a week is left out.
    pub(super) fn by_week(&self, days: Days, start: WeekStart) -> Vec<Group> {
        let mut groups = Vec::new();
        let mut first = week_of(days.first, start);
        while first <= days.last {
            let next = first.saturating_add(jiff::Span::new().days(7));
            let last = next.yesterday().unwrap_or(next);
            if let Some(week) = Days::new(first, last).and_then(|week| week.within(days)) {
                let figures = self.figures(week, None);
                groups.push(Group {
                    of: Of::Week(week),
                    figures: Figures {
                        longest_silence: None,
                        gaps: None,
                        ..figures
                    },
                });
            }
            if next == first {
                break;
            }
            first = next;
        }
        groups
    }

    /// Makes the figures of all key results, or of a team's or an owner's.
    pub(crate) fn figures(&self, days: Days, of: Option<Of>) -> Figures {
        let mut figures = Figures::default();
        let mut between = Vec::new();
        let mut mine = BTreeMap::new();
        for subject in self.subjects.iter().filter(|one| one.is_of(of)) {
            // A key result that is not there in these days is silent for a good reason.
            let Some(there) = subject.days.and_then(|there| there.within(days)) else {
                continue;
            };
            mine.insert(EntityId::from(subject.id), false);
            figures.add(subject, (days, there), self.cadence);
            between.extend(gaps(&subject.within(days)));
        }
        between.sort_unstable();
        figures.gaps = percentile(&between, 50).zip(percentile(&between, 90));
        for one in self.moves.iter().filter(|one| days.contains(one.day)) {
            if !one.is_of(of) {
                continue;
            }
            match one.kind {
                MoveKind::Amendment => {
                    figures.amendments += 1;
                    if let Some(amended) = mine.get_mut(&one.subject) {
                        *amended = true;
                    }
                }
                MoveKind::LateAddition => figures.late_additions += 1,
                MoveKind::TakenOut => figures.taken_out += 1,
                MoveKind::PutBack => {}
            }
        }
        figures.amended = Share {
            part: mine.values().filter(|amended| **amended).count(),
            whole: mine.len(),
        };
        figures
    }
}

impl Figures {
    fn add(&mut self, subject: &Subject, (days, there): (Days, Days), cadence: CadenceDays) {
        self.key_results += 1;
        let check_ins = subject.within(days);
        self.check_ins += check_ins.len();
        self.silent.whole += 1;
        if check_ins.is_empty() {
            self.silent.part += 1;
        }
        let silence = longest_silence(there, &check_ins);
        if self
            .longest_silence
            .is_none_or(|(longest, _)| silence > longest)
        {
            self.longest_silence = Some((silence, subject.id));
        }
        // Intervals count from the first day of the key result, wherever the days begin.
        let of_subject = subject.days.into_iter();
        let ended = of_subject
            .flat_map(|all| intervals(all, cadence))
            .filter(|interval| days.contains(interval.last));
        for interval in ended {
            self.kept.whole += 1;
            if subject.check_ins.iter().any(|day| interval.contains(*day)) {
                self.kept.part += 1;
            }
        }
        match subject.latest {
            Latest::At(confidence) => {
                if let Some(count) = self.confidence.counts.get_mut(usize::from(confidence)) {
                    *count += 1;
                }
            }
            Latest::Unreported => self.confidence.unreported += 1,
            Latest::NoCheckIn => self.confidence.no_check_in += 1,
        }
    }
}

impl Subject {
    fn is_of(&self, of: Option<Of>) -> bool {
        match of {
            None | Some(Of::Week(_)) => true,
            Some(Of::Team(team)) => self.team == team,
            Some(Of::Owner(owner)) => self.owner == owner,
        }
    }

    fn within(&self, days: Days) -> Vec<Date> {
        let check_ins = self.check_ins.iter();
        check_ins
            .filter(|day| days.contains(**day))
            .copied()
            .collect()
    }
}

impl Move {
    fn is_of(&self, of: Option<Of>) -> bool {
        match of {
            None | Some(Of::Week(_)) => true,
            Some(Of::Team(team)) => self.team == team,
            Some(Of::Owner(owner)) => self.owner == Some(owner),
        }
    }
}

fn moves(found: &Goalposts, zone: &TimeZone) -> Vec<Move> {
    let mut owners: BTreeMap<EntityId, PersonId> = BTreeMap::new();
    for objective in &found.effect.objectives {
        owners.insert(objective.objective.id.into(), objective.objective.owner);
        for one in &objective.key_results {
            owners.insert(one.key_result.id.into(), one.key_result.owner);
        }
    }
    let mut moves = Vec::new();
    for moved in &found.moved {
        let day = zone.to_datetime(moved.entry.authored_at).date();
        for step in &moved.steps {
            moves.push(Move {
                day,
                kind: step.kind,
                subject: step.subject,
                team: step.team,
                owner: owners.get(&step.subject).copied(),
            });
        }
    }
    moves
}
