//! The order of a list: by what its kind can be sorted, and how unknown values are placed.

use okr_core::Date;
use okr_core::entity::{Cycle, Initiative, Person, Team};
use okr_core::measure::Health;
use okr_core::progress::Progress;
use okr_core::status::Status;
use okr_core::value::{CycleState, GoalState, InitiativeState, Role, Weight, days_between};
use okr_replica::{CheckInFact, KeyResultStanding, MetricStanding, ObjectiveStanding};

use crate::args::{ListKind, OrderArgs};
use crate::commands::past::Past;
use crate::error::CliError;
use crate::resolve::near;

/// What a thing is placed by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// In lower case, so that the letters' case does not count.
    Text(String),
    Day(Date),
    Progress(Progress),
    Weight(Weight),
    Number(i64),
}

/// Something that things of a kind can be sorted by.
pub(crate) struct Key<T> {
    word: &'static str,
    /// What it is called elsewhere: the heading of its column, or its flag.
    also: &'static [&'static str],
    /// None where it is unknown.
    rank: fn(&T, &Past<'_>) -> Option<Rank>,
}

impl<T> Key<T> {
    const fn new(
        word: &'static str,
        also: &'static [&'static str],
        rank: fn(&T, &Past<'_>) -> Option<Rank>,
    ) -> Self {
        Self { word, also, rank }
    }
}

/// By what objectives are sorted.
pub(crate) const OBJECTIVES: &[Key<ObjectiveStanding>] = &[
    Key::new("slug", &[], |one, _| text(&one.objective.slug)),
    Key::new("title", &[], |one, _| text(&one.objective.title)),
    Key::new("progress", &["done"], |one, _| {
        one.progress.map(Rank::Progress)
    }),
    Key::new("state", &["status"], |one, _| {
        place(GoalState::ALL, one.objective.state())
    }),
    Key::new("owner", &[], |one, past| {
        text(&past.names.at_person(one.objective.owner))
    }),
    Key::new("team", &[], |one, past| {
        let team = one.objective.team?;
        text(&past.names.label(team.into()))
    }),
    Key::new("cycle", &[], |one, past| {
        let mut cycles = past.cycles.iter();
        let cycle = cycles.find(|cycle| cycle.id == one.objective.cycle)?;
        Some(Rank::Day(cycle.period.start()))
    }),
    Key::new("weight", &[], |one, _| {
        Some(Rank::Weight(one.objective.weight))
    }),
    Key::new("last-check-in", &[], |one, _| {
        one.key_results.iter().filter_map(last_check_in).max()
    }),
];

/// By what key results are sorted.
pub(crate) const KEY_RESULTS: &[Key<KeyResultStanding>] = &[
    Key::new("slug", &[], |one, _| text(&one.key_result.slug)),
    Key::new("title", &[], |one, _| text(&one.key_result.title)),
    Key::new("progress", &["done"], |one, _| {
        one.progress.map(Rank::Progress)
    }),
    Key::new("status", &["state"], |one, _| {
        place(&BY_URGENCY, one.status)
    }),
    Key::new("confidence", &["conf"], |one, _| {
        let latest = one.latest.as_ref()?;
        let confidence = latest.check_in.confidence?;
        Some(Rank::Number(confidence.get().into()))
    }),
    Key::new("owner", &[], |one, past| {
        text(&past.names.at_person(one.key_result.owner))
    }),
    Key::new("objective", &[], |one, past| {
        text(&past.names.label(one.key_result.objective.into()))
    }),
    Key::new("due", &[], |one, _| one.key_result.due.map(Rank::Day)),
    Key::new("weight", &[], |one, _| {
        Some(Rank::Weight(one.key_result.weight))
    }),
    Key::new("last-check-in", &["last"], |one, _| last_check_in(one)),
    Key::new("blocked-since", &["since", "blocker"], |one, _| {
        one.blocker.as_ref().map(|blocker| Rank::Day(blocker.since))
    }),
];

/// By what teams are sorted.
pub(crate) const TEAMS: &[Key<Team>] = &[
    Key::new("slug", &[], |team, _| text(&team.slug)),
    Key::new("name", &[], |team, _| text(&team.name)),
    Key::new("parent", &[], |team, past| {
        text(&past.names.label(team.parent?.into()))
    }),
    Key::new("leads", &[], |team, past| {
        let leads = team.leads.iter();
        let leads: Vec<String> = leads.map(|id| past.names.at_person(*id)).collect();
        text(&leads.join(", "))
    }),
    Key::new("members", &[], |team, _| count(team.members.len())),
    Key::new("state", &[], |team, _| count(team.archived.into())),
];

/// By what cycles are sorted.
pub(crate) const CYCLES: &[Key<Cycle>] = &[
    Key::new("name", &[], |cycle, _| text(&cycle.name)),
    Key::new("from", &["start"], |cycle, _| {
        Some(Rank::Day(cycle.period.start()))
    }),
    Key::new("to", &["end"], |cycle, _| {
        Some(Rank::Day(cycle.period.end()))
    }),
    Key::new("state", &["status"], |cycle, _| {
        place(CycleState::ALL, cycle.state)
    }),
];

/// By what people are sorted.
pub(crate) const PEOPLE: &[Key<Person>] = &[
    Key::new("handle", &[], |person, past| {
        text(past.names.known_handle(person.id)?)
    }),
    Key::new("name", &[], |person, past| {
        text(&past.names.entry(person.id)?.name)
    }),
    Key::new("email", &[], |person, past| {
        text(&past.names.entry(person.id)?.email)
    }),
    Key::new("role", &[], |person, _| place(Role::ALL, person.role)),
    Key::new("state", &[], |person, _| count((!person.active).into())),
];

/// By what initiatives are sorted.
pub(crate) const INITIATIVES: &[Key<Initiative>] = &[
    Key::new("slug", &[], |one, _| text(&one.slug)),
    Key::new("title", &[], |one, _| text(&one.title)),
    Key::new("state", &["status"], |one, _| {
        place(InitiativeState::ALL, one.state)
    }),
    Key::new("due", &[], |one, _| one.due.map(Rank::Day)),
    Key::new("owner", &[], |one, past| {
        text(&past.names.at_person(one.owner))
    }),
];

/// By what health metrics are sorted.
pub(crate) const METRICS: &[Key<MetricStanding>] = &[
    Key::new("slug", &[], |one, _| text(&one.metric.slug)),
    Key::new("name", &[], |one, _| text(&one.metric.name)),
    Key::new("health", &["status"], |one, _| match one.health {
        Health::Outside => count(0),
        Health::Healthy => count(1),
        Health::Unknown => None,
    }),
    Key::new("age", &[], |one, past| {
        let latest = one.latest.as_ref()?;
        let days = days_between(latest.value.effective, past.at.moment.day);
        Some(Rank::Number(days.into()))
    }),
    Key::new("owner", &[], |one, past| {
        text(&past.names.at_person(one.metric.owner))
    }),
    Key::new("team", &[], |one, past| {
        text(&past.names.label(one.metric.team?.into()))
    }),
];

/// By what check-ins are sorted.
pub(crate) const CHECK_INS: &[Key<CheckInFact>] = &[
    Key::new("day", &[], |fact, _| {
        Some(Rank::Day(fact.check_in.effective))
    }),
    Key::new("kr", &[], |fact, past| {
        text(&past.names.label(fact.check_in.key_result.into()))
    }),
    Key::new("confidence", &["conf"], |fact, _| {
        Some(Rank::Number(fact.check_in.confidence?.get().into()))
    }),
    Key::new("who", &["owner"], |fact, past| {
        let who = fact.on_behalf_of.unwrap_or(fact.author);
        text(&past.names.at_person(who))
    }),
];

/// How key results stand, what needs somebody first before what goes well and what is over.
const BY_URGENCY: [Status; 10] = [
    Status::OffTrack,
    Status::AtRisk,
    Status::Stale,
    Status::NoCheckIn,
    Status::OnTrack,
    Status::Draft,
    Status::Missed,
    Status::Achieved,
    Status::Abandoned,
    Status::Archived,
];

fn text(text: &(impl AsRef<str> + ?Sized)) -> Option<Rank> {
    let text = text.as_ref().to_lowercase();
    (!text.is_empty()).then_some(Rank::Text(text))
}

fn count(count: usize) -> Option<Rank> {
    i64::try_from(count).ok().map(Rank::Number)
}

fn place<T: Copy + PartialEq>(order: &[T], one: T) -> Option<Rank> {
    count(order.iter().position(|known| *known == one)?)
}

fn last_check_in(one: &KeyResultStanding) -> Option<Rank> {
    let latest = one.latest.as_ref()?;
    Some(Rank::Day(latest.check_in.effective))
}

/// A word for a key, and its other names.
type Words = (&'static str, &'static [&'static str]);

fn words_of<T>(keys: &[Key<T>]) -> Vec<Words> {
    keys.iter().map(|key| (key.word, key.also)).collect()
}

fn words(kind: ListKind) -> Vec<Words> {
    match kind {
        ListKind::Objectives => words_of(OBJECTIVES),
        ListKind::Krs => words_of(KEY_RESULTS),
        ListKind::Teams => words_of(TEAMS),
        ListKind::Cycles => words_of(CYCLES),
        ListKind::People => words_of(PEOPLE),
        ListKind::Initiatives => words_of(INITIATIVES),
        ListKind::Metrics => words_of(METRICS),
        ListKind::Checkins => words_of(CHECK_INS),
    }
}

/// Returns the words for what a kind can be sorted by.
pub(crate) fn keys(kind: ListKind) -> impl Iterator<Item = &'static str> {
    words(kind).into_iter().map(|(word, _)| word)
}

/// The order that was asked for: keys, the most important first, each with whether it is reversed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order(Vec<(&'static str, bool)>);

impl Order {
    /// Reads `KEY[,-KEY...]`.
    ///
    /// # Errors
    /// A kind of things that cannot be sorted by a key.
    pub(crate) fn read(kind: ListKind, args: &OrderArgs) -> Result<Self, CliError> {
        let known = words(kind);
        let parts = args.sort.iter().flat_map(|text| text.split(','));
        let key = |part: &str| {
            let part = part.trim();
            let (typed, reversed) = match part.strip_prefix('-') {
                Some(typed) => (typed, true),
                None => (part, false),
            };
            let word = typed.to_lowercase().replace([' ', '_'], "-");
            let found = known
                .iter()
                .find(|(known, also)| *known == word || also.contains(&word.as_str()));
            match found {
                Some((word, _)) => Ok((*word, reversed)),
                None => Err(unknown(kind, typed)),
            }
        };
        parts.map(key).collect::<Result<_, _>>().map(Self)
    }

    /// Says whether no order was asked for.
    pub(crate) const fn is_usual(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts things into the order that was asked for; what is unknown comes last whatever the
    /// direction, and what ties stays as it was.
    pub(crate) fn apply<T>(&self, found: &mut Vec<T>, keys: &[Key<T>], past: &Past<'_>) {
        if self.is_usual() {
            return;
        }
        let wanted: Vec<(&Key<T>, bool)> = self
            .0
            .iter()
            .filter_map(|(word, reversed)| {
                let key = keys.iter().find(|key| key.word == *word)?;
                Some((key, *reversed))
            })
            .collect();
        assert_eq!(
            wanted.len(),
            self.0.len(),
            "a list is sorted by keys of its kind"
        );
        let mut ranked: Vec<(Vec<Place>, T)> = found
            .drain(..)
            .map(|one| {
                let places = wanted
                    .iter()
                    .map(|(key, reversed)| Place::new((key.rank)(&one, past), *reversed));
                (places.collect(), one)
            })
            .collect();
        ranked.sort_by(|(one, _), (other, _)| one.cmp(other));
        found.extend(ranked.into_iter().map(|(_, one)| one));
    }
}

/// Where a thing comes by one key: variants in this order, so that the unknown is last.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Up(Rank),
    Down(std::cmp::Reverse<Rank>),
    Unknown,
}

impl Place {
    fn new(rank: Option<Rank>, reversed: bool) -> Self {
        match rank {
            None => Self::Unknown,
            Some(rank) if reversed => Self::Down(std::cmp::Reverse(rank)),
            Some(rank) => Self::Up(rank),
        }
    }
}

fn unknown(kind: ListKind, typed: &str) -> CliError {
    let (what, keys) = (plural(kind), keys(kind).collect::<Vec<_>>());
    let message = format!("{what} are not sorted by \"{typed}\"");
    let mut error = CliError::usage("unknown-sort-key", message);
    if let Some(nearest) = near(typed, keys.iter().copied()).first() {
        error = error.with_hint(format!("Did you mean {nearest}?"));
    }
    error.with_hint(format!("keys of {what}: {}", keys.join(", ")))
}

const fn plural(kind: ListKind) -> &'static str {
    match kind {
        ListKind::Objectives => "objectives",
        ListKind::Krs => "key results",
        ListKind::Teams => "teams",
        ListKind::Cycles => "cycles",
        ListKind::People => "people",
        ListKind::Initiatives => "initiatives",
        ListKind::Metrics => "metrics",
        ListKind::Checkins => "check-ins",
    }
}
