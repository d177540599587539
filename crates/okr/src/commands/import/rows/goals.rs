//! Objectives and key results of a table: taken in together, as rows refer to each other.

mod key_result;
mod objective;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use okr_core::decide::{Command, Proposal};
use okr_core::id::{ChangeId, CycleId, ObjectiveId, PersonId, TeamId};
use okr_core::text::{LongText, Slug, Tag, Title};
use okr_core::value::{AmendmentCategory, Source, Weight};
use okr_replica::{EachOrder, Replica, ReplicaError};

use super::faults::Faults;
use super::people::{Clock, author, not_found, person, unknown};
use super::{Outcome, Table};
use crate::commands::import::number as count;
use crate::commands::naming::{Among, holder, is_named_like_a_goal};
use crate::context::Context;
use crate::error::CliError;
use crate::failure;
use crate::resolve::{self, Resolver};
use crate::short_id::{self, Alphabet};
use crate::slug::Slugs;
use crate::table::{Cell, Field, Kind, ReadFault, Row, Wrong, number, without_guard};

/// A table of goals may have so many rows.
const ROWS_MAX: u64 = 100_000;

/// A goal that a row asks for.
struct Step {
    line: usize,
    proposal: Proposal,
    /// The objective that it makes or stands under.
    objective: ObjectiveId,
    makes_objective: bool,
}

/// Takes in a table of goals.
pub(super) fn take_in(
    context: &mut Context,
    replica: &mut Replica,
    table: &Table<'_>,
) -> Result<Outcome, CliError> {
    let (steps, mut outcome) = read(context, replica, table)?;
    let order = EachOrder {
        today: context.present(replica)?.1.today(),
        dry_run: context.globals.dry_run,
        most: u64::MAX,
    };
    let mut refused = Vec::new();
    let mut proposals = steps.iter().map(|step| Ok(step.proposal.clone()));
    let step = replica.propose_each(&mut proposals, order, &mut |place, rejection| {
        refused.push((count(place), rejection));
    });
    let step = step.map_err(|error: ReplicaError| failure::replica(error))?;
    let mut faults = Faults::default();
    let lost = refused.iter().map(|(place, _)| &steps[*place]);
    let lost = lost.filter(|step| step.makes_objective);
    let lost: HashSet<ObjectiveId> = lost.map(|step| step.objective).collect();
    for (place, rejection) in &refused {
        let step = &steps[*place];
        // What stands under an objective that is refused is refused for no reason of its own.
        if step.makes_objective || !lost.contains(&step.objective) {
            faults.refuse(step.line, rejection);
        }
    }
    outcome.written = step.written;
    outcome.known += step.known;
    outcome.nothing_to_do = step.nothing_to_do;
    faults.or(outcome, table.file.name())
}

/// Reads every row.
fn read(
    context: &mut Context,
    replica: &Replica,
    table: &Table<'_>,
) -> Result<(Vec<Step>, Outcome), CliError> {
    let directory = replica.directory().map_err(failure::replica)?;
    let (reading, clock) = context.present(replica)?;
    let mut resolver = resolve::resolver(context, (replica, &reading), &directory, &clock)?;
    let mut builder = Builder {
        table,
        clock: Clock {
            zone: clock.zone,
            now: context.now,
        },
        default_cycle: resolver.cycle,
        default_team: resolver.team,
        slugs: Slugs::default(),
        taken: HashSet::new(),
        named: HashMap::new(),
        titles: BTreeMap::new(),
        orders: HashMap::new(),
        owners: HashMap::new(),
        above: None,
        steps: Vec::new(),
        outcome: Outcome::default(),
    };
    let mut faults = Faults::default();
    let mut reader = table.file.rows(&table.form)?;
    loop {
        match reader.next() {
            Ok(Some(row)) => {
                builder.outcome.rows += 1;
                if builder.outcome.rows > ROWS_MAX {
                    let message = format!("a table of goals may have {ROWS_MAX} rows");
                    faults.push(Wrong::new((row.line, 1), message));
                    break;
                }
                if let Err(stop) = builder.row(&row, &mut resolver) {
                    match stop {
                        Stop::Wrong(wrong) => faults.push(wrong),
                        Stop::Failed(error) => return Err(error),
                    }
                }
            }
            Ok(None) => break,
            Err(ReadFault::Wrong(wrong)) => {
                faults.push(wrong);
                break;
            }
            Err(fault @ ReadFault::Io(_)) => return Err(table.file.refused(fault)),
        }
    }
    faults.or((builder.steps, builder.outcome), table.file.name())
}

/// Why a row is not read.
enum Stop {
    Wrong(Wrong),
    Failed(CliError),
}

impl From<Wrong> for Stop {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(wrong)
    }
}

impl From<ReplicaError> for Stop {
    fn from(error: ReplicaError) -> Self {
        Self::Failed(failure::replica(error))
    }
}

struct Builder<'a> {
    table: &'a Table<'a>,
    clock: Clock,
    default_cycle: Option<CycleId>,
    default_team: Option<TeamId>,
    slugs: Slugs,
    /// The slugs of the rows so far.
    taken: HashSet<String>,
    /// The lines of the goals of a kind and a cycle that rows give a slug.
    named: HashMap<(Among, String), usize>,
    /// The objectives of a cycle by title and by slug: those that are here, and those of the file.
    titles: BTreeMap<CycleId, HashMap<String, ObjectiveId>>,
    /// The place of the next key result of an objective.
    orders: HashMap<ObjectiveId, u32>,
    /// Who owns the objectives that the file makes.
    owners: HashMap<ObjectiveId, PersonId>,
    /// The objective of the row above.
    above: Option<ObjectiveId>,
    steps: Vec<Step>,
    outcome: Outcome,
}

/// Who says a row, when, and why.
struct Told {
    by: Option<PersonId>,
    written: okr_core::Timestamp,
    reason: Option<LongText>,
    category: Option<AmendmentCategory>,
}

/// Where a goal stands.
struct Place {
    cycle: CycleId,
    team: Option<TeamId>,
    owner: Option<PersonId>,
}

impl Builder<'_> {
    fn cell<'r>(&self, row: &'r Row, field: Field) -> Option<&'r Cell> {
        self.table.columns.cell(row, field)
    }

    fn row(&mut self, row: &Row, resolver: &mut Resolver<'_, '_>) -> Result<(), Stop> {
        self.table.columns.fits(row)?;
        let place = self.place(row, resolver)?;
        let told = self.told(row, resolver)?;
        if self.table.columns.kind == Kind::Objectives {
            let title = self
                .cell(row, Field::Title)
                .or_else(|| self.cell(row, Field::Objective));
            let title = title.ok_or_else(|| Wrong::new((row.line, 1), "there is no title"))?;
            return self
                .objective(row, title, (&place, told), resolver)
                .map(|_| ());
        }
        let title = self
            .cell(row, Field::Title)
            .or_else(|| self.cell(row, Field::KeyResult));
        let objective = match self.cell(row, Field::Objective) {
            Some(cell) => self.objective_of(row, cell, (&place, &told), resolver)?,
            None => self.above.ok_or_else(|| {
                Wrong::new(
                    (row.line, 1),
                    "there is no objective, and none in a row above",
                )
            })?,
        };
        self.above = Some(objective);
        match title {
            Some(title) => self.key_result(row, title, (objective, place, told), resolver),
            // A row of an objective alone.
            None => Ok(()),
        }
    }

    /// Reads cycle, team and owner.
    fn place(&self, row: &Row, resolver: &Resolver<'_, '_>) -> Result<Place, Stop> {
        let cycle = match self.cell(row, Field::Cycle) {
            Some(cell) => {
                let found = resolver.cycle(&cell.text);
                found.map_err(|error| unknown(cell, &not_found(&error)))?.id
            }
            None => self.default_cycle.ok_or_else(|| {
                Wrong::new((row.line, 1), "there is no cycle").with_help("okr cycle add 2026-Q4")
            })?,
        };
        let team = self.cell(row, Field::Team).map(|cell| team(resolver, cell));
        let owner = self.cell(row, Field::Owner).map(|cell| {
            person(resolver, &cell.text).map_err(|why| Stop::from(unknown(cell, &why)))
        });
        Ok(Place {
            cycle,
            team: team.transpose()?.or(self.default_team),
            owner: owner.transpose()?,
        })
    }

    fn told(&self, row: &Row, resolver: &Resolver<'_, '_>) -> Result<Told, Stop> {
        let by = author(&self.table.columns, row);
        let by = by.map(|cell| person(resolver, &cell.text).map_err(|why| unknown(cell, &why)));
        let written = self.clock.written(self.cell(row, Field::AuthoredAt))?;
        let reason = self.cell(row, Field::Reason).map(long).transpose()?;
        let category = self.cell(row, Field::Category).map(|cell| {
            AmendmentCategory::from_word(cell.text.trim()).ok_or_else(|| {
                let words: Vec<&str> = AmendmentCategory::ALL
                    .iter()
                    .map(|one| one.word())
                    .collect();
                Wrong::at(cell, format!("\"{}\" is no category", cell.text.trim()))
                    .with_help(words.join(", "))
            })
        });
        Ok(Told {
            by: by.transpose()?,
            written: written.unwrap_or(self.clock.now),
            reason: reason.or_else(|| self.table.reason.clone()),
            category: category.transpose()?.or(self.table.category),
        })
    }

    fn step(
        &mut self,
        (line, objective, makes_objective): (usize, ObjectiveId, bool),
        told: &Told,
        (id, command): (ChangeId, Command),
    ) {
        self.outcome.authored_at(told.written);
        let proposal = Proposal {
            id,
            authored_at: told.written,
            on_behalf_of: told.by,
            source: Source::Import,
            reason: told.reason.clone(),
            amendment: told.category,
            commands: vec![command],
        };
        self.steps.push(Step {
            line,
            proposal,
            objective,
            makes_objective,
        });
    }

    /// Takes the slug of a row, or makes one that no goal has; `is_known` says that an earlier import
    /// made the goal, which is called something by now and not made again.
    fn slug(
        &mut self,
        (line, cell, is_known): (usize, Option<&Cell>, bool),
        (among, title): (Among, &str),
        resolver: &Resolver<'_, '_>,
    ) -> Result<Slug, Stop> {
        let slug = if let Some(cell) = cell {
            let slug = read_slug(cell)?;
            if is_known {
                return Ok(slug);
            }
            self.refuse_taken(cell, (among, &slug), resolver)?;
            slug
        } else {
            self.free_slug((title, among.word()), resolver)?
        };
        self.taken.insert(slug.to_string());
        self.named.insert((among, slug.to_string()), line);
        Ok(slug)
    }

    /// Refuses a slug by which another goal is meant, whether it is here or further up in the file.
    fn refuse_taken(
        &self,
        cell: &Cell,
        (among, slug): (Among, &Slug),
        resolver: &Resolver<'_, '_>,
    ) -> Result<(), Stop> {
        let message = if let Some(line) = self.named.get(&(among, slug.to_string())) {
            format!("the goal of line {line} is called {slug} as well")
        } else if let Some(other) = holder(resolver, among, (slug, None))? {
            let id = short_id::shown(Alphabet::Thing, other.id.uuid());
            let (label, title) = (other.id.kind().label(), other.title);
            format!("the {label} {id} \"{title}\" is called {slug} already")
        } else {
            return Ok(());
        };
        let help = "take another slug, or leave it empty: then one is made of the title";
        Err(Wrong::at(cell, message).with_help(help).into())
    }

    fn free_slug(
        &mut self,
        (title, fallback): (&str, &str),
        resolver: &Resolver<'_, '_>,
    ) -> Result<Slug, Stop> {
        // The store is asked for each try; its failure must not look like a free slug.
        let failed = std::cell::RefCell::new(None);
        let taken = &self.taken;
        let made = self.slugs.make(title, fallback, |slug| {
            taken.contains(slug)
                || match resolver.reading.by_slug(slug) {
                    Ok(found) => found.iter().any(is_named_like_a_goal),
                    Err(error) => {
                        failed.replace(Some(error));
                        false
                    }
                }
        });
        match failed.into_inner() {
            Some(error) => Err(error.into()),
            None => Ok(made),
        }
    }

    fn weight(&self, row: &Row) -> Result<Option<Weight>, Stop> {
        let cell = self.cell(row, Field::Weight);
        let weight = cell.map(|cell| {
            let read = number(&cell.text, self.table.commas);
            let (number, _) =
                read.map_err(|error| Wrong::at(cell, error.message).with_help(error.help))?;
            Weight::new(number).map_err(|error| Wrong::at(cell, error.to_string()))
        });
        Ok(weight.transpose()?)
    }

    fn tags(&self, row: &Row) -> Result<BTreeSet<Tag>, Stop> {
        let Some(cell) = self.cell(row, Field::Tags) else {
            return Ok(BTreeSet::new());
        };
        let words = without_guard(&cell.text).split([' ', ',', ';', '\n']);
        let words = words.filter(|word| !word.is_empty());
        let tags =
            words.map(|word| Tag::new(word).map_err(|error| Wrong::at(cell, error.to_string())));
        Ok(tags.collect::<Result<_, _>>()?)
    }
}

fn title(cell: &Cell) -> Result<Title, Wrong> {
    Title::new(without_guard(&cell.text).trim()).map_err(|error| Wrong::at(cell, error.to_string()))
}

fn long(cell: &Cell) -> Result<LongText, Wrong> {
    let text = without_guard(&cell.text).trim();
    LongText::new(text).map_err(|error| Wrong::at(cell, error.to_string()))
}

fn read_slug(cell: &Cell) -> Result<Slug, Wrong> {
    Slug::new(cell.text.trim()).map_err(|error| Wrong::at(cell, error.to_string()))
}

/// Finds a team by reference or by its exact name.
fn team(resolver: &Resolver<'_, '_>, cell: &Cell) -> Result<TeamId, Stop> {
    let text = cell.text.trim();
    let error = match resolver.team(text) {
        Ok(found) => return Ok(found),
        Err(error) => error,
    };
    let teams = resolver.reading.teams()?;
    let mut named = teams.iter().filter(|team| team.name.as_str() == text);
    match (named.next(), named.next()) {
        (Some(only), None) => Ok(only.id),
        _ => Err(unknown(cell, &not_found(&error)).into()),
    }
}
