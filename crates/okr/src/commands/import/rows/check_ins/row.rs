//! What a row of a check-in asks for.

use std::collections::HashMap;

use okr_core::blocker::BlockerReport;
use okr_core::decide::{Command, Proposal};
use okr_core::entity::KeyResult;
use okr_core::event::NewCheckIn;
use okr_core::id::{CheckInId, EntityId, EntityKind, KeyResultId, PersonId};
use okr_core::measure::Measure;
use okr_core::text::{BlockerText, LongText};
use okr_core::value::{Confidence, Source};
use okr_core::view::View as _;
use okr_core::{Date, Timestamp};
use okr_replica::CycleGoals;

use super::super::ids::Ids;
use super::super::people::{Clock, NotFound, People, author, not_found, read_day, unknown};
use super::super::{Table, measures};
use crate::error::CliError;
use crate::failure;
use crate::resolve::Resolver;
use crate::table::{Cell, Field, Row, Wrong, without_guard};

/// What a check-in needs to know of its key result.
#[derive(Clone, Debug)]
pub(super) struct Goal {
    id: KeyResultId,
    pub(super) slug: String,
    measure: Measure,
}

/// What was looked up for the rows.
pub(super) struct Known {
    pub(super) goals: HashMap<String, Result<Goal, NotFound>>,
    /// The key results of the cycle that the command works in, by title; none before one is asked for.
    pub(super) titles: Option<HashMap<String, Vec<KeyResultId>>>,
    pub(super) people: People,
    pub(super) clock: Clock,
    /// The rows, by their number from 0, whose check-in is here and says the same.
    pub(super) same: Vec<u64>,
}

impl Known {
    /// Looks up the key result and the person whom a row names.
    pub(super) fn learn(
        &mut self,
        table: &Table<'_>,
        row: &Row,
        resolver: &Resolver<'_, '_>,
    ) -> Result<(), CliError> {
        self.people.learn(author(&table.columns, row), resolver);
        if let Some(cell) = table.columns.cell(row, Field::KeyResult)
            && !self.goals.contains_key(&cell.text)
        {
            let goal = self.look_up(resolver, cell.text.trim())?;
            self.goals.insert(cell.text.clone(), goal);
        }
        Ok(())
    }

    /// Finds a key result by reference or, in the cycle that the command works in, by its exact title.
    fn look_up(
        &mut self,
        resolver: &Resolver<'_, '_>,
        text: &str,
    ) -> Result<Result<Goal, NotFound>, CliError> {
        if let Ok(Some(EntityId::KeyResult(id))) =
            resolver.find_if_any(text, &[EntityKind::KeyResult])
        {
            return goal(resolver, id).map(Ok);
        }
        let titles = match &mut self.titles {
            Some(titles) => titles,
            none => none.insert(titles(resolver)?),
        };
        match titles.get(text).map(Vec::as_slice) {
            Some([only]) => goal(resolver, *only).map(Ok),
            Some(several @ [_, _, ..]) => {
                let message = format!("{} key results are called \"{text}\"", several.len());
                Ok(Err((message, Some("name them by slug".to_owned()))))
            }
            // What is near is looked for only now: it goes through all names.
            Some([]) | None => match resolver.key_result(text) {
                Ok(id) => goal(resolver, id).map(Ok),
                Err(error) => Ok(Err(not_found(&error))),
            },
        }
    }

    /// Reads what a row asks for.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(super) fn read(
        &self,
        table: &Table<'_>,
        row: &Row,
    ) -> Result<(Proposal, &Goal), Vec<Wrong>> {
        // What cannot stand in a cell is not there, and must not be missed as well.
        if let Some(wrong) = &row.wrong {
            return Err(vec![wrong.clone()]);
        }
        let mut wrongs = Vec::from_iter(table.columns.fits(row).err());
        let cell = |field| table.columns.cell(row, field);
        let needed = |field: Field| {
            let missing = || Wrong::new((row.line, 1), format!("\"{}\" is missing", field.word()));
            cell(field).ok_or_else(missing)
        };
        let goal = needed(Field::KeyResult).and_then(|cell| self.goal(cell));
        let day = match (cell(Field::On), table.on) {
            (Some(cell), _) => read_day(cell),
            (None, Some(day)) => Ok(day),
            (None, None) => needed(Field::On)
                .map_err(|wrong| wrong.with_help("--on DATE says it for every row without one"))
                .and_then(read_day),
        };
        let value = needed(Field::Value).and_then(|cell| match &goal {
            Ok(goal) => measures::value(cell, &goal.measure, table.commas).map(Some),
            // What is wrong with the key result is told already.
            Err(_) => Ok(None),
        });
        let told = self.told(table, row, day.as_ref().ok().copied());
        let rest = rest(table, row);
        match (goal, day, value, told, rest) {
            (Ok(goal), Ok(effective), Ok(Some(value)), Ok((by, written)), Ok(rest))
                if wrongs.is_empty() =>
            {
                let (confidence, note, blocker) = rest;
                let new = NewCheckIn {
                    key_result: goal.id,
                    effective,
                    value,
                    confidence,
                    note,
                    blocker,
                };
                let proposal = proposal(table, row, (by, written), new);
                Ok((proposal, goal))
            }
            (goal, day, value, told, rest) => {
                wrongs.extend(goal.err());
                wrongs.extend(day.err());
                wrongs.extend(value.err());
                wrongs.extend(told.err());
                wrongs.extend(rest.err().into_iter().flatten());
                Err(wrongs)
            }
        }
    }

    fn goal(&self, cell: &Cell) -> Result<&Goal, Wrong> {
        match self.goals.get(&cell.text) {
            Some(Ok(goal)) => Ok(goal),
            Some(Err(why)) => Err(unknown(cell, why)),
            None => Err(Wrong::at(
                cell,
                format!("there is no \"{}\"", cell.text.trim()),
            )),
        }
    }

    /// Reads who said it, and when it was written down.
    fn told(
        &self,
        table: &Table<'_>,
        row: &Row,
        day: Option<Date>,
    ) -> Result<(Option<PersonId>, Timestamp), Wrong> {
        let by = author(&table.columns, row).map(|cell| self.people.get(cell));
        let written = self
            .clock
            .written(table.columns.cell(row, Field::AuthoredAt))?;
        let noon = day.and_then(|day| self.clock.noon(day));
        let written = written.or(noon).unwrap_or(self.clock.now);
        Ok((by.transpose()?, written))
    }
}

/// Makes what a row asks for.
fn proposal(
    table: &Table<'_>,
    row: &Row,
    (on_behalf_of, authored_at): (Option<PersonId>, Timestamp),
    new: NewCheckIn,
) -> Proposal {
    let said = table.columns.said(row);
    let own = table.columns.cell(row, Field::Id);
    let own = own.map(|cell| cell.text.as_str());
    let id = table.ids.thing("check-in", own, &said);
    Proposal {
        id: Ids::change(id, &said),
        authored_at,
        on_behalf_of,
        source: Source::Import,
        reason: None,
        amendment: None,
        commands: vec![Command::RecordCheckIn {
            id: CheckInId::new(id),
            new,
        }],
    }
}

type Rest = (Option<Confidence>, Option<LongText>, Option<BlockerReport>);

/// Reads what a check-in says beside its value.
fn rest(table: &Table<'_>, row: &Row) -> Result<Rest, Vec<Wrong>> {
    let cell = |field| table.columns.cell(row, field);
    let text = |cell: &Cell| without_guard(&cell.text).trim().to_owned();
    let confidence = cell(Field::Confidence).map(|cell| {
        let wrong = || {
            Wrong::at(cell, format!("\"{}\" is no confidence", cell.text.trim()))
                .with_help("a whole number from 0 to 10")
        };
        let tenths = cell.text.trim().parse().map_err(|_| wrong())?;
        Confidence::new(tenths).map_err(|_| wrong())
    });
    let note = cell(Field::Note)
        .map(|cell| LongText::new(text(cell)).map_err(|error| Wrong::at(cell, error.to_string())));
    let stands = cell(Field::Blocker).map(|cell| {
        let stands = BlockerText::new(text(cell)).map(BlockerReport::Stands);
        stands.map_err(|error| Wrong::at(cell, error.to_string()))
    });
    let lifted =
        cell(Field::Unblocked).map(|cell| match cell.text.trim().to_lowercase().as_str() {
            "yes" | "true" | "ja" => match &stands {
                None => Ok(Some(BlockerReport::Lifted)),
                Some(_) => Err(Wrong::at(cell, "it has a blocker, and none any more")),
            },
            "no" | "false" | "nei" => Ok(None),
            other => Err(Wrong::at(cell, format!("\"{other}\" is not yes or no"))),
        });
    match (
        confidence.transpose(),
        note.transpose(),
        stands.transpose(),
        lifted.transpose(),
    ) {
        (Ok(confidence), Ok(note), Ok(stands), Ok(lifted)) => {
            Ok((confidence, note, stands.or(lifted.flatten())))
        }
        (confidence, note, stands, lifted) => {
            let wrongs = [confidence.err(), note.err(), stands.err(), lifted.err()];
            Err(wrongs.into_iter().flatten().collect())
        }
    }
}

/// Reads what a check-in needs to know of a key result.
fn goal(resolver: &Resolver<'_, '_>, id: KeyResultId) -> Result<Goal, CliError> {
    let found = resolver.reading.key_result(id).map_err(failure::replica)?;
    let found =
        found.ok_or_else(|| CliError::internal("a key result that was found is not there"))?;
    let KeyResult { slug, measure, .. } = found.into_owned();
    Ok(Goal {
        id,
        slug: slug.to_string(),
        measure,
    })
}

/// Reads what the key results of the cycle are called that the command works in.
fn titles(resolver: &Resolver<'_, '_>) -> Result<HashMap<String, Vec<KeyResultId>>, CliError> {
    let mut titles: HashMap<String, Vec<KeyResultId>> = HashMap::new();
    let Some(cycle) = resolver.cycle else {
        return Ok(titles);
    };
    let goals = resolver
        .reading
        .cycle_goals(cycle)
        .map_err(failure::replica)?;
    for (_, one) in goals.iter().flat_map(CycleGoals::key_results) {
        titles
            .entry(one.title.to_string())
            .or_default()
            .push(one.id);
    }
    Ok(titles)
}
