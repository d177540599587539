//! What reports have in common: whose goals are asked for, and how these stand.

use std::collections::BTreeSet;

use okr_core::entity::Cycle;
use okr_core::id::{EntityId, PersonId, TeamId};
use okr_core::progress::Progress;
use okr_core::rhythm::Days;
use okr_core::value::{GoalState, days_between};
use okr_replica::{
    Both, CheckInFact, CycleStanding, Goalposts, KeyResultStanding, Latest, ObjectiveStanding,
};
use okr_report::reports::{self, Goal, Name, Objective, Report, Scope, TeamProgress};
use okr_report::words::Language;

use super::destination::Form;
use crate::args::ReportFlags;
use crate::commands::past::Past;
use crate::commands::stats::{Figures, Material};
use crate::commands::{goalposts, tree};
use crate::context::Context;
use crate::error::CliError;
use crate::failure;
use crate::names::Names;
use crate::wording::week_of;

/// What is asked for.
pub(in crate::commands) struct Ask {
    /// Whose goals.
    pub(super) whose: Whose,
    /// The language of the report.
    pub(super) language: Language,
    /// Its form.
    pub(super) form: Form,
}

/// Whose goals a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    All,
    Team(TeamId),
    Person(PersonId),
}

impl Ask {
    /// Reads what is asked for.
    ///
    /// # Errors
    /// Exit 6 when there is no such person or team.
    pub(in crate::commands) fn of(
        context: &mut Context,
        past: &Past<'_>,
        (flags, form): (&ReportFlags, Form),
    ) -> Result<Self, CliError> {
        let whose = match past.person(context, flags.who.as_deref())? {
            Some(person) => Whose::Person(person),
            None => match past.team_scope(context)? {
                Some(team) => Whose::Team(team),
                None => Whose::All,
            },
        };
        Ok(Self {
            whose,
            language: flags.lang.language(),
            form,
        })
    }
}

impl Whose {
    /// Returns what the goals are about, as other commands ask for it.
    fn about(self) -> Option<EntityId> {
        match self {
            Self::All => None,
            Self::Team(team) => Some(team.into()),
            Self::Person(person) => Some(person.into()),
        }
    }

    /// Names it.
    pub(super) fn scope(self, past: &Past<'_>) -> Scope {
        match self {
            Self::All => Scope::Organisation,
            Self::Team(team) => Scope::Team(named(team.into(), &past.names)),
            Self::Person(person) => Scope::Person(named(person.into(), &past.names)),
        }
    }
}

/// Names a thing or a person.
pub(super) fn named(id: EntityId, names: &Names) -> Name {
    Name {
        reference: names.label(id),
        title: names.title(id),
    }
}

/// A cycle, as far as it is asked for.
pub(super) struct Ground {
    pub(super) standing: CycleStanding,
    /// None before the cycle was opened.
    pub(super) posts: Option<Goalposts>,
    /// How it stands.
    pub(super) cycle: reports::Cycle,
    /// Everything that is in it and asked for, gone goals included.
    pub(super) subjects: BTreeSet<EntityId>,
}

/// Reads a cycle; none when it was not there at the moment.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn cycle(
    context: &Context,
    past: &mut Past<'_>,
    cycle: &Cycle,
    ask: &Ask,
) -> Result<Option<Ground>, CliError> {
    let Some(whole) = past.cycle_standing(cycle)? else {
        return Ok(None);
    };
    let found = past.reading.goalposts(cycle.id, &past.at.clock.zone);
    let mut posts = found.map_err(failure::replica)?;
    let about = ask.whose.about();
    let mut standing = whole;
    tree::keep(&mut standing, about, past, tree::rows::DEPTH_KEY_RESULTS);
    if let Whose::Person(person) = ask.whose {
        // Of others' objectives, only what the person reports on.
        for one in &mut standing.objectives {
            if one.objective.owner != person {
                one.key_results.retain(|one| one.key_result.owner == person);
            }
        }
    }
    if let Some(posts) = &mut posts {
        goalposts::narrow(posts, about, past);
        goalposts::learn(context, past, posts)?;
    }
    let subjects = subjects(&standing, posts.as_ref(), ask.whose);
    let both = posts.as_ref().map(|posts| both(posts, ask.whose));
    let facts = reports::Cycle {
        cycle: standing.cycle.clone(),
        cadence: standing.cadence,
        week: week(past, &standing.cycle),
        progress: standing.progress,
        original: both.and_then(|both| differing(both, standing.progress)),
        expected: standing.expected,
        teams: teams(past, &standing, posts.as_ref(), ask.whose),
    };
    Ok(Some(Ground {
        standing,
        posts,
        cycle: facts,
        subjects,
    }))
}

/// Returns everything in a cycle that a report is about.
fn subjects(
    standing: &CycleStanding,
    posts: Option<&Goalposts>,
    whose: Whose,
) -> BTreeSet<EntityId> {
    let mut subjects = BTreeSet::from([EntityId::from(standing.cycle.id)]);
    for objective in &standing.objectives {
        subjects.insert(objective.objective.id.into());
        let below = objective.key_results.iter();
        subjects.extend(below.map(|one| EntityId::from(one.key_result.id)));
    }
    let gone = posts.iter().flat_map(|posts| &posts.effect.objectives);
    for objective in gone {
        let is_theirs = |owner| match whose {
            Whose::Person(person) => owner == person,
            Whose::All | Whose::Team(_) => true,
        };
        let owner = objective.objective.owner;
        if is_theirs(owner) {
            subjects.insert(objective.objective.id.into());
        }
        for one in &objective.key_results {
            if is_theirs(owner) || is_theirs(one.key_result.owner) {
                subjects.insert(one.key_result.id.into());
            }
        }
    }
    subjects
}

/// Returns how far the goals are on both sides; a person's goals have no roll-up.
fn both(posts: &Goalposts, whose: Whose) -> Both {
    match whose {
        Whose::All => posts.effect.progress,
        Whose::Team(team) => {
            let teams = &posts.effect.teams;
            teams.get(&Some(team)).copied().unwrap_or_default()
        }
        Whose::Person(_) => Both::default(),
    }
}

/// Returns the progress against the commitment, where it is known and another one.
fn differing(both: Both, current: Option<Progress>) -> Option<Progress> {
    both.committed
        .filter(|committed| Some(*committed) != current)
}

/// Returns the week of a cycle that the moment is in, and how many it has.
fn week(past: &Past<'_>, cycle: &Cycle) -> Option<(i32, i32)> {
    let period = cycle.period;
    let day = past.at.moment.day;
    if !period.contains(day) {
        return None;
    }
    let first = week_of(period.start(), past.at.clock.week_start);
    let number = |day| days_between(first, day) / 7 + 1;
    Some((number(day), number(period.end())))
}

fn teams(
    past: &Past<'_>,
    standing: &CycleStanding,
    posts: Option<&Goalposts>,
    whose: Whose,
) -> Vec<TeamProgress> {
    let mut teams: Vec<(Option<TeamId>, TeamProgress)> = standing
        .teams
        .iter()
        .filter(|(team, _)| match whose {
            Whose::All => true,
            Whose::Team(outer) => past.is_within(**team, outer),
            Whose::Person(_) => false,
        })
        .map(|(team, progress)| {
            let both = posts.and_then(|posts| posts.effect.teams.get(team));
            let of_team = standing.objectives.iter();
            let of_team = of_team.filter(|one| one.objective.team == *team && counts(one));
            let facts = TeamProgress {
                team: team.map(|team| named(team.into(), &past.names)),
                progress: *progress,
                original: both.and_then(|both| differing(*both, *progress)),
                objectives: of_team.count(),
            };
            (*team, facts)
        })
        .collect();
    teams.sort_by_key(|(team, facts)| {
        let name = facts.team.as_ref().map(|name| name.title.clone());
        (name, *team)
    });
    teams.into_iter().map(|(_, facts)| facts).collect()
}

/// Says whether an objective is in force or was graded.
fn counts(one: &ObjectiveStanding) -> bool {
    match one.objective.state() {
        GoalState::Draft | GoalState::Active | GoalState::Closed => true,
        GoalState::Abandoned | GoalState::Archived => false,
    }
}

/// Returns an objective and its key results.
pub(super) fn with_key_results(standing: &ObjectiveStanding) -> BTreeSet<EntityId> {
    let below = standing.key_results.iter();
    let below = below.map(|one| EntityId::from(one.key_result.id));
    below.chain([standing.objective.id.into()]).collect()
}

/// Returns the facts of an objective; against the commitment, everything counts that was committed to.
pub(super) fn objective(standing: &ObjectiveStanding, past: &Past<'_>) -> Objective {
    let entity = &standing.objective;
    let original = standing.original;
    Objective {
        objective: entity.clone(),
        owner: named(entity.owner.into(), &past.names),
        team: entity.team.map(|team| named(team.into(), &past.names)),
        progress: standing.progress,
        original: original.filter(|original| Some(*original) != standing.progress),
        late_addition: standing.late_addition,
    }
}

/// Returns the facts of a key result, named by its cycle too where that is asked for.
pub(super) fn goal(standing: &KeyResultStanding, past: &Past<'_>, cycle: Option<&Cycle>) -> Goal {
    let key_result = &standing.key_result;
    let reference = match cycle {
        Some(cycle) => format!("{}:{}", cycle.name, key_result.slug),
        None => key_result.slug.to_string(),
    };
    Goal {
        reference,
        owner: named(key_result.owner.into(), &past.names),
        status: standing.status,
        latest: standing
            .latest
            .as_ref()
            .and_then(Latest::fact)
            .map(|fact| report(&fact, past)),
        progress: standing.progress,
        original: standing.original,
        original_measure: standing.original_measure.clone(),
        expected: standing.expected,
        late_addition: standing.late_addition,
        key_result: key_result.clone(),
    }
}

fn report(fact: &CheckInFact, past: &Past<'_>) -> Report {
    let check_in = &fact.check_in;
    let by = fact.on_behalf_of.unwrap_or(fact.author);
    Report {
        day: check_in.effective,
        value: check_in.value.clone(),
        confidence: check_in.confidence,
        note: check_in.note.as_ref().map(ToString::to_string),
        by: named(by.into(), &past.names),
        late: fact.late,
    }
}

/// Counts check-ins of some days.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn figures(past: &Past<'_>, material: &Ground, days: Days) -> Result<Figures, CliError> {
    let zone = &past.at.clock.zone;
    let rhythm = past.reading.rhythm(&material.standing, zone);
    let rhythm = rhythm.map_err(failure::replica)?;
    let posts = material.posts.as_ref();
    let figures = Material::new(&material.standing, &rhythm, posts, zone);
    Ok(figures.figures(days, None))
}
