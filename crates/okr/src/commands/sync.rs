//! `okr sync`: exchanges changes with the server, and says what met what.

mod restored;
mod status;
mod superseded;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use okr_core::id::PersonId;
use okr_replica::{Directory, LogFilter, Merged, Reading, Replica, ReplicaInfo, SyncReport};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::conflicts::{self, ConflictItem};
use super::counted;
use crate::args::{SyncArgs, SyncCommand};
use crate::context::Context;
use crate::describe::Names;
use crate::error::CliError;
use crate::exchange::{self, Limits};
use crate::exit::Exit;
use crate::failure;
use crate::render::{Screen, Tone, page};
use crate::ui::Item;

pub(super) use restored::RestoredItem;
pub(crate) use restored::diverged;
pub(super) use status::StatusItem;
use superseded::SupersededItem;
pub(crate) use superseded::tell_beside;

/// A sync in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SyncItem {
    pulled: u64,
    from_others: Option<u64>,
    people: Option<usize>,
    pushed: usize,
    already_so: usize,
    duplicates: usize,
    head_before: u64,
    head: u64,
    root: String,
    merged: Vec<MergedItem>,
    superseded: Vec<SupersededItem>,
    conflicts: Vec<ConflictItem>,
    pending: usize,
    took_ms: u128,
}

/// A thing that was edited here and elsewhere, where both edits stand.
#[derive(Serialize, JsonSchema)]
struct MergedItem {
    id: Uuid,
    kind: &'static str,
    slug: Option<String>,
    fields: Vec<String>,
    authors: Vec<String>,
}

impl Item for SyncItem {
    const TYPE: &'static str = "sync";
    const SCHEMA: &'static str = "SyncList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}

/// From so many changes on it is not counted whose they are.
const COUNTED_MAX: u64 = 1000;

pub(crate) fn run(context: &mut Context, args: &SyncArgs) -> Result<Exit, CliError> {
    match args.command {
        Some(SyncCommand::Status) => return status::run(context),
        None => {}
    }
    let mut replica = context.replica()?;
    if args.accept_restored && restored::accept(context, &mut replica)? {
        return Ok(Exit::Ok);
    }
    let before = replica.info().map_err(failure::replica)?;
    let Some(remote) = &before.remote else {
        return Err(exchange::no_server());
    };
    let started = Instant::now();
    let report = exchange::exchange(context, &mut replica, &remote.url, Limits::WAITED_FOR)?;
    let took = started.elapsed();
    let conflicts = conflicts::items(context, &replica)?;
    let superseded = superseded::items(context, &replica, &report.superseded)?;
    let directory = replica.directory().map_err(failure::replica)?;
    let (reading, clock) = context.present(&replica)?;
    let told = Told {
        replica: &replica,
        reading: &reading,
        directory: &directory,
    };
    let item = SyncItem {
        superseded,
        conflicts,
        ..told.item(&before, &report, took)?
    };
    drop(reading);
    let frame = context.frame(&replica, &clock)?;
    context
        .ui
        .answer(&frame, std::slice::from_ref(&item), |screen| {
            summary(&item, screen)
        });
    if let Some(refused) = &report.people_refused {
        context
            .ui
            .warning(&format!("names of people were not taken: {refused}"));
    }
    if let Some(first) = item.conflicts.first() {
        context.ui.note("Nothing was lost. Decide with:");
        context.ui.hint(&first.decision(&item.conflicts));
    }
    Ok(Exit::Ok)
}

/// What is needed to tell what a sync did.
struct Told<'a, 'r> {
    replica: &'a Replica,
    reading: &'a Reading<'r>,
    directory: &'a Directory,
}

impl Told<'_, '_> {
    fn item(
        &self,
        before: &ReplicaInfo,
        report: &SyncReport,
        took: Duration,
    ) -> Result<SyncItem, CliError> {
        let others = self.others(before.me, report.pulled)?;
        let pending = self.replica.info().map_err(failure::replica)?.pending;
        Ok(SyncItem {
            pulled: report.pulled,
            from_others: others.map(|(changes, _)| changes),
            people: others.map(|(_, people)| people),
            pushed: report.pushed,
            already_so: report.already_so,
            duplicates: report.duplicates,
            head_before: before.head.get(),
            head: report.head.get(),
            root: report.root.to_string(),
            merged: report
                .merged
                .iter()
                .map(|merged| self.merged(merged))
                .collect::<Result<_, _>>()?,
            superseded: Vec::new(),
            conflicts: Vec::new(),
            pending,
            took_ms: took.as_millis(),
        })
    }

    /// Counts the new changes of others, and those people.
    fn others(&self, me: PersonId, pulled: u64) -> Result<Option<(u64, usize)>, CliError> {
        if pulled > COUNTED_MAX {
            return Ok(None);
        }
        let filter = LogFilter {
            limit: Some(usize::try_from(pulled).unwrap_or(usize::MAX)),
            ..LogFilter::default()
        };
        let entries = self.replica.log(&filter).map_err(failure::replica)?;
        let of_others = entries.iter().filter(|entry| entry.author != me);
        let people: BTreeSet<PersonId> = of_others.clone().map(|entry| entry.author).collect();
        let changes = u64::try_from(of_others.count()).unwrap_or(u64::MAX);
        Ok(Some((changes, people.len())))
    }

    fn merged(&self, merged: &Merged) -> Result<MergedItem, CliError> {
        let names = Names {
            view: self.reading,
            directory: self.directory,
        };
        let called = names.called(merged.entity).map_err(failure::replica)?;
        let authors = merged.authors.iter().map(|author| {
            let called = names.person(*author);
            called.slug.unwrap_or(called.short_id)
        });
        Ok(MergedItem {
            id: merged.entity.uuid(),
            kind: merged.entity.kind().word(),
            slug: called.slug,
            fields: merged.fields.clone(),
            authors: authors.collect(),
        })
    }
}

fn summary(item: &SyncItem, screen: &Screen) -> String {
    let (down, up) = if screen.ascii {
        ("in:", "out:")
    } else {
        ("↓", "↑")
    };
    let head = if item.head == item.head_before {
        format!("head {}", item.head)
    } else {
        format!("head {} {} {}", item.head_before, screen.arrow(), item.head)
    };
    let received = match (item.from_others, item.people) {
        (Some(changes), Some(people)) if people > 0 => {
            let people = if people == 1 {
                "1 person".to_owned()
            } else {
                format!("{people} people")
            };
            format!("{} from {people}", counted(changes, "change"))
        }
        (Some(changes), _) => counted(changes, "change"),
        (None, _) => counted(item.pulled, "change"),
    };
    let sent = counted(item.pushed + item.duplicates, "change");
    let seconds = Duration::from_millis(u64::try_from(item.took_ms).unwrap_or(u64::MAX));
    let mut text = format!(
        "{down} {received}   {up} {sent} of yours   {:.1} s   {head}\n",
        seconds.as_secs_f32()
    );
    if item.already_so > 0 {
        let already = counted(item.already_so, "change");
        let line = format!("  {already} of yours said what was so already\n");
        text.push_str(&line);
    }
    for merged in &item.merged {
        let name = merged.slug.as_deref().unwrap_or("check-in");
        let name = screen.paint(Tone::Strong, name);
        let fields = merged.fields.join(", ");
        let authors = merged.authors.join(", ");
        let line = format!("  merged    {name}  yours stands, and {fields} by {authors}\n");
        text.push_str(&line);
    }
    let given_way = item.superseded.iter().flat_map(|one| one.lines(screen));
    text.push_str(&page(given_way.collect()));
    text.push_str(&conflicts::text(&item.conflicts, screen));
    text
}
