//! `okr import`: takes in goals with their history, with original dates and people, and tables.
//!
//! A file is taken in as a whole or not at all. What it says is labelled as imported for ever.

mod events;
mod kind;
mod rows;
mod sending;

use std::path::PathBuf;

use okr_core::view::View as _;
use okr_replica::{DirectoryEntry, ProposedAll, Replica};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::counted;
use crate::args::ImportArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::exchange;
use crate::exit::Exit;
use crate::failure;
use crate::history_file;
use crate::import::{Import, Known, Step, import};
use crate::render::Screen;
use crate::text_file;
use crate::ui::Item;
use kind::Kind;

/// A file is read up to this many bytes.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// An imported file in machine output.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ImportItem {
    file: String,
    source: String,
    outcome: &'static str,
    changes: usize,
    already_known: usize,
    nothing_to_do: usize,
    people: Vec<String>,
    first_authored_at: Option<String>,
    last_authored_at: Option<String>,
    /// What a table was taken for; none of what is no table.
    table: Option<rows::TableItem>,
}

impl Item for ImportItem {
    const TYPE: &'static str = "import";
    const SCHEMA: &'static str = "ImportList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}

impl ImportItem {
    const fn outcome(dry_run: bool) -> &'static str {
        if dry_run { "would_write" } else { "written" }
    }
}

/// Says whether what is to be taken in is a table.
pub(crate) fn is_table(args: &ImportArgs) -> bool {
    matches!(kind::table(args), Ok(Some(_)))
}

/// Runs `okr import`.
///
/// # Errors
/// When a file cannot be read or understood, or the rules refuse what it says.
pub(crate) fn run(context: &mut Context, args: &ImportArgs) -> Result<Exit, CliError> {
    let mut replica = context.replica()?;
    let mut items = Vec::new();
    match kind::of(args)? {
        Kind::Table(path) => {
            items.push(rows::run(context, &mut replica, (path, &args.table))?);
        }
        Kind::Events(path) => items.push(events::run(context, &mut replica, path)?),
        Kind::Histories => histories(context, &mut replica, &args.files, &mut items)?,
    }
    let clock = context.present(&replica)?.1;
    let frame = context.frame(&replica, &clock)?;
    context
        .ui
        .answer(&frame, &items, |screen| summary(&items, screen));
    if context.globals.dry_run {
        context.ui.note("dry run: nothing was written");
    } else if items.iter().any(|item| item.changes > 0) {
        context.ui.hint(
            "okr tree -c CYCLE --at DATE --axis authored shows what had been written by then",
        );
        exchange::after_write(context, &mut replica, &[])?;
    }
    Ok(Exit::Ok)
}

/// Takes in plan-and-history files: every one is read before anything is written.
fn histories(
    context: &mut Context,
    replica: &mut Replica,
    paths: &[PathBuf],
    items: &mut Vec<ImportItem>,
) -> Result<(), CliError> {
    let mut files = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        let file = history_file::parse(&name, &text_file::read(path, FILE_BYTES_MAX)?)?;
        files.push((name, file));
    }
    for (name, file) in files {
        let known = known(context, replica)?;
        let import = import(&file, &known).map_err(|error| in_file(&name, &error))?;
        items.push(take_in(context, replica, (name, file.source.0, import))?);
    }
    Ok(())
}

/// Takes in a plan-and-history file that this program has in itself.
///
/// # Errors
/// As for a file that somebody names.
pub(super) fn take_in_text(
    context: &mut Context,
    replica: &mut Replica,
    (name, text): (&str, &str),
) -> Result<(), CliError> {
    let file = history_file::parse(name, text)?;
    let known = known(context, replica)?;
    let import = import(&file, &known).map_err(|error| in_file(name, &error))?;
    take_in(context, replica, (name.to_owned(), file.source.0, import))?;
    Ok(())
}

/// Counts for the answer.
fn number(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn in_file(name: &str, error: &CliError) -> CliError {
    CliError::user("bad-file", format!("{name}: {}", error.message()))
        .with_hint("the format is described in crates/okr/examples/README.md; nothing was written")
}

/// Collects what the organisation has already.
fn known(context: &Context, replica: &Replica) -> Result<Known, CliError> {
    let (reading, clock) = context.present(replica)?;
    let org = reading.org().map_err(failure::replica)?.ok_or_else(|| {
        CliError::user("no-organisation", "the organisation is not here yet").with_hint("okr sync")
    })?;
    let directory = replica.directory().map_err(failure::replica)?;
    let people = reading.people().map_err(failure::replica)?;
    let people = people.iter().filter_map(|person| {
        let entry = directory.entries.get(&person.id)?;
        Some((entry.handle.clone(), person.id))
    });
    let teams = reading.teams().map_err(failure::replica)?;
    let cycles = reading.cycles().map_err(failure::replica)?;
    Ok(Known {
        org: org.id,
        people: people.collect(),
        teams: teams
            .iter()
            .map(|team| (team.slug.to_string(), team.id))
            .collect(),
        cycles: cycles
            .iter()
            .map(|cycle| (cycle.name.to_string(), cycle.id))
            .collect(),
        zone: clock.zone,
        now: context.now,
    })
}

fn take_in(
    context: &mut Context,
    replica: &mut Replica,
    (file, source, import): (String, String, Import),
) -> Result<ImportItem, CliError> {
    let today = context.present(replica)?.1.today();
    let dry_run = context.globals.dry_run;
    let Import { steps, newcomers } = import;
    let (places, proposals): (Vec<String>, Vec<_>) = steps
        .into_iter()
        .map(
            |Step {
                 place, proposal, ..
             }| (place, proposal),
        )
        .unzip();
    let proposed = replica
        .propose_all(proposals, today, dry_run)
        .map_err(failure::replica)?;
    let (changes, already_known, nothing_to_do) = match proposed {
        ProposedAll::Written {
            changes,
            known,
            nothing_to_do,
        } => (changes, known, nothing_to_do),
        ProposedAll::Rejected { index, rejection } => {
            let place = places.get(index).map_or("", String::as_str);
            return Err(failure::rejected(&rejection, None)
                .with_detail(format!("in {file}: {place}"))
                .with_hint("nothing of this file was written"));
        }
    };
    let mut people = Vec::new();
    for (person, handle) in newcomers {
        people.push(handle.clone());
        let name = handle.clone();
        let entry = DirectoryEntry {
            person,
            handle,
            name,
            email: String::new(),
        };
        if !dry_run {
            replica
                .set_directory_entry(&entry)
                .map_err(failure::replica)?;
        }
    }
    let times = || changes.iter().map(|change| change.authored_at);
    Ok(ImportItem {
        file,
        source,
        outcome: ImportItem::outcome(dry_run),
        changes: changes.len(),
        already_known,
        nothing_to_do,
        people,
        first_authored_at: times().min().map(|time| time.to_string()),
        last_authored_at: times().max().map(|time| time.to_string()),
        table: None,
    })
}

fn summary(items: &[ImportItem], screen: &Screen) -> String {
    let mut text = String::new();
    for item in items {
        let written = counted(item.changes, "change");
        let mut parts = vec![match item.outcome {
            "would_write" => format!("would write {written}"),
            _ => written,
        }];
        if let (Some(first), Some(last)) = (&item.first_authored_at, &item.last_authored_at) {
            parts.push(format!("written down {} to {}", &first[..10], &last[..10]));
        }
        if !item.people.is_empty() {
            parts.push(format!("people {}", item.people.join(", ")));
        }
        if let Some(table) = &item.table {
            let rows = counted(number(table.rows), "row");
            parts.insert(0, format!("{rows} of {}", table.kind));
        }
        if item.already_known > 0 {
            parts.push(format!("{} known already", item.already_known));
        }
        let dot = format!(" {} ", screen.dot());
        text += &item.source;
        text += "  ";
        text += &parts.join(&dot);
        text.push('\n');
        if let Some(table) = &item.table {
            text += &table.rehearsed(item.outcome);
        }
    }
    text
}
