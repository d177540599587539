//! What a plan-and-history file becomes: proposals with their original dates and people.
//!
//! Pure: the file, what the organisation has already, and the clock in; proposals out. Ids are derived
//! from the organisation, the source of the file and the place in it (UUID version 5), so a second
//! import proposes the same changes again, and they are known.

mod goals;
mod history;
mod measures;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use okr_core::decide::{Command, Proposal};
use okr_core::event::{NewCycle, NewTeam};
use okr_core::id::{ChangeId, CycleId, ObjectiveId, OrgId, PersonId, TeamId};
use okr_core::text::{LongText, Name, Slug};
use okr_core::value::{AmendmentCategory, CadenceDays, CyclePeriod, Role, Source, ValueError};
use okr_core::{Date, Timestamp};
use uuid::Uuid;

use crate::args::parse::cycle_name;
use crate::error::CliError;
use crate::history_file::{CycleEntry, Day, HistoryFile, TeamEntry, Word};

/// What the organisation has already.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) org: OrgId,
    pub(crate) people: BTreeMap<String, PersonId>,
    pub(crate) teams: BTreeMap<String, TeamId>,
    pub(crate) cycles: BTreeMap<String, CycleId>,
    pub(crate) zone: TimeZone,
    pub(crate) now: Timestamp,
}

/// A proposal, and where in the file it comes from.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) place: String,
    pub(crate) proposal: Proposal,
    order: (Date, Rank),
}

/// What comes first among things written on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Person,
    Team,
    Cycle,
    Objective,
    KeyResult,
    Opened,
    History,
    Closed,
}

/// What a file becomes.
#[derive(Debug)]
pub(crate) struct Import {
    /// The proposals, in the order in which things were written down.
    pub(crate) steps: Vec<Step>,
    /// People who are not in the organisation yet.
    pub(crate) newcomers: Vec<(PersonId, String)>,
}

/// Turns a file into proposals.
///
/// # Errors
/// What does not fit the limits of the values, with the place in the file.
pub(crate) fn import(file: &HistoryFile, known: &Known) -> Result<Import, CliError> {
    let mut builder = Builder {
        known,
        source: &file.source.0,
        people: known.people.clone(),
        teams: known.teams.clone(),
        objectives: BTreeMap::new(),
        steps: Vec::new(),
    };
    let newcomers = builder.people(file)?;
    for team in &file.teams {
        builder.team(team)?;
    }
    for cycle in &file.cycles {
        builder.cycle(cycle)?;
    }
    // A stable sort: what was written on one day stays in the order of the file.
    builder.steps.sort_by_key(|step| step.order);
    Ok(Import {
        steps: builder.steps,
        newcomers,
    })
}

struct Builder<'a> {
    known: &'a Known,
    source: &'a str,
    people: BTreeMap<String, PersonId>,
    teams: BTreeMap<String, TeamId>,
    objectives: BTreeMap<String, ObjectiveId>,
    steps: Vec<Step>,
}

/// Who did something, when, and why.
struct Circumstances {
    rank: Rank,
    written: Day,
    by: Option<PersonId>,
    reason: Option<LongText>,
    category: Option<AmendmentCategory>,
}

impl Circumstances {
    const fn plain(rank: Rank, written: Day, by: Option<PersonId>) -> Self {
        Self {
            rank,
            written,
            by,
            reason: None,
            category: None,
        }
    }
}

/// Says what is wrong at a place in the file.
fn wrong(place: &str, problem: impl std::fmt::Display) -> CliError {
    CliError::user("bad-file", format!("{place}: {problem}"))
}

/// Checks a value at a place in the file.
fn at<T>(place: &str, value: Result<T, ValueError>) -> Result<T, CliError> {
    value.map_err(|error| wrong(place, error))
}

impl Builder<'_> {
    fn id(&self, path: &str) -> Uuid {
        let name = format!("okr-history/1\n{}\n{path}", self.source);
        Uuid::new_v5(&self.known.org.uuid(), name.as_bytes())
    }

    fn step(
        &mut self,
        place: &str,
        circumstances: Circumstances,
        commands: Vec<Command>,
    ) -> Result<(), CliError> {
        let Circumstances {
            rank,
            written,
            by,
            reason,
            category,
        } = circumstances;
        let noon = written
            .0
            .at(12, 0, 0, 0)
            .to_zoned_datetime(self.known.zone.clone());
        let noon = noon.map_err(|error| wrong(place, error))?.timestamp();
        let today = self
            .known
            .now
            .to_zoned_datetime(self.known.zone.clone())
            .date();
        if written.0 > today {
            return Err(wrong(place, format!("{} lies in the future", written.0)));
        }
        let proposal = Proposal {
            id: ChangeId::new(self.id(&format!("change {place}"))),
            authored_at: noon.min(self.known.now),
            on_behalf_of: by,
            source: Source::Import,
            reason,
            amendment: category,
            commands,
        };
        self.steps.push(Step {
            place: place.to_owned(),
            proposal,
            order: (written.0, rank),
        });
        Ok(())
    }

    /// Adds the people who are not there yet, on the first day of the file.
    fn people(&mut self, file: &HistoryFile) -> Result<Vec<(PersonId, String)>, CliError> {
        let cycles = file.cycles.iter().map(|cycle| cycle.written);
        let first = cycles
            .chain(file.teams.iter().map(|team| team.written))
            .min();
        let Some(first) = first else {
            return Ok(Vec::new());
        };
        let mut newcomers = Vec::new();
        for Word(handle) in &file.people {
            if self.people.contains_key(handle) {
                continue;
            }
            // The same person in another file is the same person.
            let name = format!("okr-history/1 person {handle}");
            let id = PersonId::new(Uuid::new_v5(&self.known.org.uuid(), name.as_bytes()));
            self.people.insert(handle.clone(), id);
            newcomers.push((id, handle.clone()));
            let add = Command::AddPerson {
                id,
                role: Role::Member,
            };
            let circumstances = Circumstances::plain(Rank::Person, first, None);
            self.step(&format!("people, {handle}"), circumstances, vec![add])?;
        }
        Ok(newcomers)
    }

    fn person(&self, place: &str, handle: &Word) -> Result<PersonId, CliError> {
        self.people.get(&handle.0).copied().ok_or_else(|| {
            wrong(
                place,
                format!("\"{}\" is not among the people of the file", handle.0),
            )
        })
    }

    fn team_id(&self, place: &str, slug: &Word) -> Result<TeamId, CliError> {
        let found = self.teams.get(&slug.0).copied();
        found.ok_or_else(|| wrong(place, format!("there is no team \"{}\"", slug.0)))
    }

    fn team(&mut self, team: &TeamEntry) -> Result<(), CliError> {
        let place = format!("team {}", team.slug.0);
        if self.teams.contains_key(&team.slug.0) {
            return Ok(());
        }
        let id = TeamId::new(self.id(&place));
        let parent = match &team.parent {
            Some(slug) => Some(self.team_id(&place, slug)?),
            None => None,
        };
        let leads = team.leads.iter().map(|handle| self.person(&place, handle));
        let new = NewTeam {
            name: at(&place, Name::new(&team.name.0))?,
            slug: at(&place, Slug::new(&team.slug.0))?,
            parent,
            leads: leads.collect::<Result<_, _>>()?,
        };
        self.teams.insert(team.slug.0.clone(), id);
        let circumstances = Circumstances::plain(Rank::Team, team.written, None);
        self.step(&place, circumstances, vec![Command::AddTeam { id, new }])
    }

    fn cycle(&mut self, cycle: &CycleEntry) -> Result<(), CliError> {
        let place = format!("cycle {}", cycle.name.0);
        let id = match self.known.cycles.get(&cycle.name.0) {
            Some(id) => *id,
            None => self.add_cycle(&place, cycle)?,
        };
        if let Some(opened) = cycle.opened {
            let circumstances = Circumstances::plain(Rank::Opened, opened, None);
            self.step(
                &format!("{place}, opened"),
                circumstances,
                vec![Command::OpenCycle(id)],
            )?;
        }
        for objective in &cycle.objectives {
            self.objective(objective, (id, cycle))?;
        }
        if let Some(closed) = cycle.closed {
            let circumstances = Circumstances::plain(Rank::Closed, closed, None);
            self.step(
                &format!("{place}, closed"),
                circumstances,
                vec![Command::CloseCycle(id)],
            )?;
        }
        Ok(())
    }

    fn add_cycle(&mut self, place: &str, cycle: &CycleEntry) -> Result<CycleId, CliError> {
        let id = CycleId::new(self.id(place));
        let cadence = match cycle.cadence_days {
            Some(days) => Some(at(place, CadenceDays::new(days))?),
            None => None,
        };
        let new = NewCycle {
            name: at(place, cycle_name(&cycle.name.0))?,
            period: at(place, CyclePeriod::new(cycle.from.0, cycle.to.0))?,
            cadence,
        };
        let circumstances = Circumstances::plain(Rank::Cycle, cycle.written, None);
        self.step(place, circumstances, vec![Command::AddCycle { id, new }])?;
        Ok(id)
    }
}

#[cfg(test)]
mod tests;
