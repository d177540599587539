//! A table of objectives, key results or check-ins, as crates/okr/IMPORT.md has it.
//!
//! Every row is read and judged before the first one is written. Check-ins go row by row, so that a
//! table may be larger than the memory; goals refer to each other, and are taken in together.

mod check_ins;
mod faults;
mod file;
mod goals;
mod ids;
mod measures;
mod people;

use std::collections::BTreeMap;
use std::path::Path;

use okr_core::Date;
use okr_core::text::LongText;
use okr_core::value::AmendmentCategory;
use okr_replica::Replica;
use schemars::JsonSchema;
use serde::Serialize;

use super::ImportItem;
use crate::args::TableArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::failure;
use crate::table::{Asked, Columns, Commas, Field, Form, Kind, Row, Shape};
use file::TableFile;
use ids::Ids;

/// How many rows a rehearsal shows.
const SHOWN_MAX: usize = 10;

/// What a table was taken for, in machine output.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct TableItem {
    /// `objectives`, `key results` or `check-ins`.
    pub(super) kind: &'static str,
    /// How many rows there are that are not blank, without the first one.
    pub(super) rows: u64,
    /// What stands between the cells; none of rows in JSON.
    separator: Option<String>,
    /// The name of the column of each field.
    columns: BTreeMap<&'static str, String>,
    /// The names of the columns that have no meaning here.
    left_out: Vec<String>,
    /// What the first rows would be, of a rehearsal.
    shown: Vec<ShownItem>,
}

impl TableItem {
    /// Says what the first rows would be, in lines.
    pub(super) fn rehearsed(&self, outcome: &str) -> String {
        let shown = self.shown.iter();
        let mut lines: Vec<String> = shown
            .map(|shown| format!("  line {}  {}\n", shown.line, shown.text))
            .collect();
        // A row can be two things: a key result, and the objective above it.
        let mut told: Vec<usize> = self.shown.iter().map(|shown| shown.line).collect();
        told.dedup();
        let more = self.rows.saturating_sub(told.len() as u64);
        if outcome == "would_write" && self.shown.len() == SHOWN_MAX && more > 0 {
            lines.push(format!("  and {more} more\n"));
        }
        lines.concat()
    }
}

/// What a row would be.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownItem {
    line: usize,
    text: String,
}

/// A table whose columns are understood, and how its rows are read.
struct Table<'a> {
    file: &'a TableFile,
    form: Form,
    columns: Columns,
    ids: Ids,
    commas: Commas,
    /// The day of values whose row names none.
    on: Option<Date>,
    reason: Option<LongText>,
    category: Option<AmendmentCategory>,
}

/// What became of a table.
#[derive(Debug, Default)]
struct Outcome {
    rows: u64,
    written: u64,
    known: u64,
    nothing_to_do: u64,
    authored: Option<(okr_core::Timestamp, okr_core::Timestamp)>,
    shown: Vec<ShownItem>,
}

impl Outcome {
    /// Widens the span in which things were written down.
    fn authored_at(&mut self, moment: okr_core::Timestamp) {
        let (first, last) = self.authored.unwrap_or((moment, moment));
        self.authored = Some((first.min(moment), last.max(moment)));
    }

    /// Keeps what one of the first rows would be.
    fn show(&mut self, line: usize, text: impl FnOnce() -> String) {
        if self.shown.len() < SHOWN_MAX {
            let text = text();
            self.shown.push(ShownItem { line, text });
        }
    }
}

/// Takes in a table.
///
/// # Errors
/// When it cannot be read, a row of it is wrong or refused, or the replica cannot be read.
pub(super) fn run(
    context: &mut Context,
    replica: &mut Replica,
    (path, args): (&Path, &TableArgs),
) -> Result<ImportItem, CliError> {
    let file = TableFile::open(path)?;
    let Shape {
        form,
        columns,
        names,
    } = shape(&file, args)?;
    let table = Table {
        file: &file,
        form,
        columns,
        ids: Ids::new(
            replica.info().map_err(failure::replica)?.org,
            args.source.as_deref().unwrap_or_default(),
        ),
        commas: if args.decimal_comma {
            Commas::Decimal
        } else {
            Commas::Unsaid
        },
        on: args.on,
        reason: args.reason.reason.clone(),
        category: args.reason.category,
    };
    let outcome = match table.columns.kind {
        Kind::CheckIns => check_ins::take_in(context, replica, &table)?,
        Kind::Objectives | Kind::KeyResults => goals::take_in(context, replica, &table)?,
    };
    let left_out = &table.columns.left_out;
    if !left_out.is_empty() {
        let names: Vec<String> = left_out.iter().map(|name| format!("\"{name}\"")).collect();
        let note = format!("columns left out: {}", names.join(", "));
        context.ui.note(&note);
    }
    Ok(item(context, &table, &names, outcome))
}

fn item(context: &Context, table: &Table<'_>, names: &Row, outcome: Outcome) -> ImportItem {
    let dry_run = context.globals.dry_run;
    let columns = table.columns.named(names);
    let columns = columns.map(|(field, name)| (field.word(), name.to_owned()));
    let time = |moment: okr_core::Timestamp| moment.to_string();
    ImportItem {
        file: table.file.name().to_owned(),
        source: table.file.name().to_owned(),
        outcome: ImportItem::outcome(dry_run),
        changes: super::number(outcome.written),
        already_known: super::number(outcome.known),
        nothing_to_do: super::number(outcome.nothing_to_do),
        people: Vec::new(),
        first_authored_at: outcome.authored.map(|both| time(both.0)),
        last_authored_at: outcome.authored.map(|both| time(both.1)),
        table: Some(TableItem {
            kind: table.columns.kind.word(),
            rows: outcome.rows,
            separator: match &table.form {
                Form::Separated(separator) => Some(separator.word()),
                Form::Json(_) => None,
            },
            columns: columns.collect(),
            left_out: table.columns.left_out.clone(),
            shown: if dry_run { outcome.shown } else { Vec::new() },
        }),
    }
}

/// Finds out how the rows are written, and what their columns mean.
fn shape(file: &TableFile, args: &TableArgs) -> Result<Shape, CliError> {
    let found = file.shape(args.separator, &asked(args)?)?;
    let shape = found.ok_or_else(|| {
        CliError::user("bad-table", format!("{} has no rows", file.name()))
            .with_hint("the first row names the columns: okr help import")
    })?;
    match shape.form {
        Form::Json(_) if args.separator.is_some() => {
            let message = format!("{} is JSON, with nothing between cells", file.name());
            Err(CliError::usage("no-table", message)
                .with_hint("--separator is for .csv and .tsv; leave it out"))
        }
        Form::Json(_) if args.decimal_comma => {
            let message = format!("{} is JSON, whose numbers have no comma", file.name());
            Err(CliError::usage("no-table", message).with_hint(
                "--decimal-comma is for .csv and .tsv; in JSON write 1200.5, without quotes",
            ))
        }
        Form::Json(_) | Form::Separated(_) => Ok(shape),
    }
}

/// Takes apart what is typed: `title="Key Result",value=Score`. A comma within a name is part of it,
/// unless a field and an equals sign follow.
fn asked(args: &TableArgs) -> Result<Asked, CliError> {
    let mut map: Vec<(Field, String)> = Vec::new();
    for typed in &args.map {
        for part in typed.split(',') {
            let named = part
                .split_once('=')
                .and_then(|(word, name)| Some((Field::from_word(word)?, name)));
            match (named, map.last_mut()) {
                (Some((field, name)), _) => map.push((field, name.to_owned())),
                (None, Some((_, name))) if !part.contains('=') && !typed.starts_with(part) => {
                    name.push(',');
                    name.push_str(part);
                }
                (None, _) => return Err(bad_map(part)),
            }
        }
    }
    let twice = (1..map.len()).find(|index| map[..*index].iter().any(|one| one.0 == map[*index].0));
    if let Some(index) = twice {
        let message = format!("--map says twice which column has {}", map[index].0.word());
        return Err(CliError::usage("bad-value", message));
    }
    Ok(Asked {
        kind: args.kind.map(Into::into),
        map,
    })
}

fn bad_map(part: &str) -> CliError {
    let words: Vec<&str> = Field::ALL.iter().map(|field| field.word()).collect();
    let message = match part.split_once('=') {
        Some((word, _)) => format!("--map: \"{word}\" is no field of a table"),
        None => format!("--map: \"{part}\" is not FIELD=COLUMN"),
    };
    CliError::usage("bad-value", message).with_hint(format!("there is: {}", words.join(", ")))
}
