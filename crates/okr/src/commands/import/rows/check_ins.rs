//! Check-ins of a table: row by row, judged first, then written in parts.

mod row;

use std::collections::HashMap;
use std::io::BufRead;

use okr_core::decide::{CheckInPatch, Command, Proposal};
use okr_core::view::View as _;
use okr_replica::{EachOrder, ProposedEach, Replica, ReplicaError};

use super::faults::Faults;
use super::people::{Clock, People};
use super::{Outcome, Table};
use crate::commands::import::number;
use crate::commands::import::sending::{PART, Sending};
use crate::context::Context;
use crate::error::CliError;
use crate::failure;
use crate::resolve::{self, Resolver};
use crate::table::{Field, ReadFault, Rows};
use row::Known;

/// Takes in a table of check-ins.
pub(super) fn take_in(
    context: &mut Context,
    replica: &mut Replica,
    table: &Table<'_>,
) -> Result<Outcome, CliError> {
    let sending = Sending::begin(context, replica)?;
    let zone = context.present(replica)?.1.zone;
    let mut known = Known {
        goals: HashMap::new(),
        titles: None,
        people: People::default(),
        clock: Clock {
            zone,
            now: context.now,
        },
        same: Vec::new(),
    };
    let mut outcome = checked(context, replica, (table, &mut known), &sending)?;
    if context.globals.dry_run {
        return Ok(outcome);
    }
    outcome.known = known.same.len() as u64;
    outcome.written = 0;
    outcome.nothing_to_do = 0;
    written(context, replica, (table, &known, &mut outcome), &sending)?;
    Ok(outcome)
}

/// A check-in that a row asks for, and the line of the row.
struct Asked {
    line: usize,
    proposal: Proposal,
}

/// Reads every row. Where rows are sent in parts, the rules judge each part, too, because what was
/// sent stays; check-ins do not depend on each other, so that a rehearsal goes in parts as well.
fn checked(
    context: &mut Context,
    replica: &mut Replica,
    (table, known): (&Table<'_>, &mut Known),
    sending: &Sending,
) -> Result<Outcome, CliError> {
    let mut reader = table.file.rows(&table.form)?;
    let (mut outcome, mut faults) = (Outcome::default(), Faults::default());
    loop {
        let asked = part(
            context,
            replica,
            &mut reader,
            (table, known, &mut outcome, &mut faults),
        )?;
        let Some(asked) = asked else {
            break;
        };
        sending.tell(context, outcome.rows, "checked");
        if !sending.is_in_parts() && !context.globals.dry_run {
            // All is judged and written in one step.
            continue;
        }
        let lines: Vec<usize> = asked.iter().map(|one| one.line).collect();
        let order = EachOrder {
            today: context.present(replica)?.1.today(),
            dry_run: true,
            most: u64::MAX,
        };
        let mut proposals = asked.into_iter().map(|one| Ok(one.proposal));
        let judged = replica.propose_each(&mut proposals, order, &mut |place, rejection| {
            faults.refuse(lines[number(place)], &rejection);
        });
        let judged: ProposedEach = judged.map_err(failure::replica)?;
        outcome.written += judged.written;
        outcome.known += judged.known;
    }
    context.ui.progress_ends();
    outcome.known += known.same.len() as u64;
    faults.or(outcome, table.file.name())
}

/// Reads the next rows, and looks up what they name; none at the end.
fn part<R: BufRead>(
    context: &mut Context,
    replica: &Replica,
    reader: &mut Rows<'_, R>,
    (table, known, outcome, faults): (&Table<'_>, &mut Known, &mut Outcome, &mut Faults),
) -> Result<Option<Vec<Asked>>, CliError> {
    let directory = replica.directory().map_err(failure::replica)?;
    let (reading, clock) = context.present(replica)?;
    let resolver = resolve::resolver(context, (replica, &reading), &directory, &clock)?;
    let mut asked = Vec::new();
    for _ in 0..PART {
        let row = match reader.next() {
            Ok(Some(row)) => row,
            Ok(None) if asked.is_empty() => return Ok(None),
            Ok(None) => break,
            // What is no table is a mistake like every other; nothing can be read after it.
            Err(ReadFault::Wrong(wrong)) => {
                faults.push(wrong);
                return Ok(None);
            }
            Err(fault @ ReadFault::Io(_)) => return Err(table.file.refused(fault)),
        };
        let place = outcome.rows;
        outcome.rows += 1;
        known.learn(table, &row, &resolver)?;
        match known.read(table, &row) {
            Ok((proposal, goal)) => {
                outcome.authored_at(proposal.authored_at);
                let text = || {
                    let cell = |field| table.columns.cell(&row, field);
                    let cell = |field| cell(field).map_or("", |cell| cell.text.trim());
                    let day = table.on.map(|day| day.to_string()).unwrap_or_default();
                    let on = cell(Field::On);
                    let on = if on.is_empty() { day.as_str() } else { on };
                    format!("{}  {on}  {}", goal.slug, cell(Field::Value))
                };
                outcome.show(row.line, text);
                if is_here(&resolver, &proposal)? {
                    known.same.push(place);
                } else {
                    asked.push(Asked {
                        line: row.line,
                        proposal,
                    });
                }
            }
            Err(wrongs) => wrongs.into_iter().for_each(|wrong| faults.push(wrong)),
        }
    }
    Ok(Some(asked))
}

/// Says whether a check-in with this id is here and says the same.
fn is_here(resolver: &Resolver<'_, '_>, proposal: &Proposal) -> Result<bool, CliError> {
    let [Command::RecordCheckIn { id, new }] = proposal.commands.as_slice() else {
        return Ok(false);
    };
    let found = resolver.reading.check_in(*id).map_err(failure::replica)?;
    let same = |found: &okr_core::entity::CheckIn| {
        let patch = CheckInPatch {
            effective: Some(new.effective),
            value: Some(new.value.clone()),
            confidence: Some(new.confidence),
            note: Some(new.note.clone()),
            blocker: Some(new.blocker.clone()),
        };
        found.key_result == new.key_result && patch.edits(found).is_empty()
    };
    Ok(found.is_some_and(|found| same(&found)))
}

/// Writes what was checked.
fn written(
    context: &mut Context,
    replica: &mut Replica,
    (table, known, outcome): (&Table<'_>, &Known, &mut Outcome),
    sending: &Sending,
) -> Result<(), CliError> {
    let mut rows = Again {
        reader: table.file.rows(&table.form)?,
        table,
        known,
        number: 0,
        line: 0,
        lines: Vec::new(),
    };
    sending.catch_up(context, replica, outcome.rows)?;
    loop {
        let order = EachOrder {
            today: context.present(replica)?.1.today(),
            dry_run: false,
            most: sending.most(),
        };
        let mut refused = Faults::default();
        rows.lines.clear();
        let step = {
            let mut refusals = Vec::new();
            let step = replica.propose_each(&mut rows, order, &mut |place, rejection| {
                refusals.push((place, rejection));
            });
            for (place, rejection) in refusals {
                let line = rows.lines.get(number(place)).copied();
                refused.refuse(line.unwrap_or(rows.line), &rejection);
            }
            step.map_err(|trouble| trouble.told(table))?
        };
        refused.or((), table.file.name())?;
        outcome.written += step.written;
        outcome.known += step.known;
        outcome.nothing_to_do += step.nothing_to_do;
        if step.written > 0 {
            sending.send(
                context,
                replica,
                (outcome.written + outcome.known, outcome.rows),
            )?;
        }
        if step.ended {
            return Ok(());
        }
    }
}

/// The check-ins of rows that were checked, read again.
struct Again<'a, R> {
    reader: Rows<'a, R>,
    table: &'a Table<'a>,
    known: &'a Known,
    number: u64,
    line: usize,
    /// The lines of what was given since they were taken.
    lines: Vec<usize>,
}

/// Why rows cannot be read again.
enum Trouble {
    Replica(ReplicaError),
    Read(ReadFault),
    /// A row is wrong that was not.
    Changed,
}

impl From<ReplicaError> for Trouble {
    fn from(error: ReplicaError) -> Self {
        Self::Replica(error)
    }
}

impl Trouble {
    fn told(self, table: &Table<'_>) -> CliError {
        match self {
            Self::Replica(error) => failure::replica(error),
            Self::Read(fault) => table.file.refused(fault),
            Self::Changed => {
                let name = table.file.name();
                CliError::user("file-changed", format!("{name} changed while it was read"))
                    .with_hint("run it again: what is in is passed over")
            }
        }
    }
}

impl<R: BufRead> Iterator for Again<'_, R> {
    type Item = Result<Proposal, Trouble>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let row = match self.reader.next() {
                Ok(row) => row?,
                Err(fault) => return Some(Err(Trouble::Read(fault))),
            };
            let number = self.number;
            self.number += 1;
            if self.known.same.binary_search(&number).is_ok() {
                continue;
            }
            self.line = row.line;
            self.lines.push(row.line);
            let read = self.known.read(self.table, &row);
            return Some(match read {
                Ok((proposal, _)) => Ok(proposal),
                Err(_) => Err(Trouble::Changed),
            });
        }
    }
}
