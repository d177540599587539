//! `okr search`: what has some words in its texts, at a moment or at any time.

mod item;
mod screen;

use std::collections::BTreeSet;
use std::time::Instant;

use okr_core::entity::Entity;
use okr_core::id::{EntityId, TeamId};
use okr_replica::{
    Hit, Hits, IndexProgress, LogEntry, Query, QueryError, Replica, ReplicaError, SearchOrder,
};

use super::log::learn_entries;
use super::past::Past;
use crate::args::{Limit, SearchArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exchange::PROGRESS_AFTER;
use crate::exit::Exit;
use crate::failure;
pub(super) use item::HitItem;

/// Runs `okr search`.
///
/// # Errors
/// When there is nothing to look for, a reference or moment cannot be understood, or the replica
/// cannot be read.
pub(crate) fn run(context: &mut Context, args: &SearchArgs) -> Result<Exit, CliError> {
    let query = query(&args.words)?;
    let mut replica = context.replica()?;
    index(context, &mut replica)?;
    let mut past = Past::open(context, &replica)?;
    let order = order(context, &past, (args, query))?;
    let hits = if args.history {
        past.reading.search_history(&order)
    } else {
        past.reading.search(&order)
    };
    let Hits { hits, more } = hits.map_err(failure::replica)?;
    let found = Found::read(context, &mut past, (hits, args.history))?;
    let frame = past.frame(context)?;
    let items: Vec<HitItem> = found.iter().map(|one| HitItem::new(one, &past)).collect();
    context.ui.answer(&frame, &items, |screen| {
        screen::render(&found, &past, args.history, screen)
    });
    past.warn_upgrade(context);
    if found.is_empty() {
        hint_nothing(context, args);
    }
    if more {
        context.ui.hint("there is more: --limit N, or --limit all");
    }
    Ok(Exit::Ok)
}

/// Reads what is looked for.
fn query(words: &[String]) -> Result<Query, CliError> {
    let text = words.join(" ");
    Query::parse(&text).map_err(|error| {
        let message = format!("\"{text}\" cannot be searched for: {error}");
        let error_code = match error {
            QueryError::NoWord => "no-word",
            QueryError::TooLong => "too-many-words",
        };
        CliError::usage(error_code, message)
            .with_hint("words are letters and digits: okr search cdn contract")
    })
}

/// Takes into the index what it lacks. What cannot be is no failure: it is looked through instead.
fn index(context: &mut Context, replica: &mut Replica) -> Result<(), CliError> {
    let started = Instant::now();
    let ui = &mut context.ui;
    let mut left = 0;
    let indexed = replica.index_texts(&mut |IndexProgress { done, of }| {
        left = of - done.min(of);
        if started.elapsed() >= PROGRESS_AFTER {
            let percent = done * 100 / of.max(1);
            ui.progress(&format!("indexing {done} of {of} changes, {percent} %"));
        }
    });
    ui.progress_ends();
    match indexed {
        Ok(()) => Ok(()),
        Err(error @ (ReplicaError::Busy | ReplicaError::ReadOnly | ReplicaError::Full)) => {
            let head = replica.info().map_err(failure::replica)?.head.get();
            if head >= SLOW_FROM {
                context.ui.note(&format!(
                    "{error}, so that not everything can be indexed: this search takes longer"
                ));
            }
            Ok(())
        }
        Err(error) => Err(failure::replica(error)),
    }
}

/// From so many changes on it is told that they are not indexed.
const SLOW_FROM: u64 = 10_000;

/// Makes an order of the arguments.
fn order(
    context: &mut Context,
    past: &Past<'_>,
    (args, query): (&SearchArgs, Query),
) -> Result<SearchOrder, CliError> {
    let limit = match args.limit {
        Limit::At(limit) => limit,
        Limit::All => usize::MAX,
    };
    let teams = past.team_scope(context)?.map(|outer| {
        let within = past.teams.iter().map(|team| team.id);
        let within = within.filter(|team| past.is_within(Some(*team), outer));
        within.collect::<BTreeSet<TeamId>>()
    });
    let cycles = match context.globals.cycle.as_deref() {
        None | Some("all") => None,
        Some(_) => {
            let cycles = past.cycles_in_scope(context)?;
            Some(cycles.iter().map(|cycle| cycle.id).collect())
        }
    };
    let order = SearchOrder {
        kinds: args.kind.iter().map(|word| word.kind()).collect(),
        fields: args.fields.iter().map(|word| word.field()).collect(),
        archived: args.archived,
        teams,
        cycles,
        ..SearchOrder::new(query, limit)
    };
    if order.searched().is_empty() {
        let message = "what --kind asks for has no text of those that --in names";
        return Err(CliError::usage("flag-without-effect", message)
            .with_hint("objectives and krs have titles, check-ins notes, changes reasons"));
    }
    Ok(order)
}

/// Says what else may be tried when nothing was found.
fn hint_nothing(context: &mut Context, args: &SearchArgs) {
    if context.globals.at.is_some() {
        context
            .ui
            .hint("nothing had these words then; --history looks at every time");
        return;
    }
    let is_whole = args.words.iter().all(|word| !word.ends_with('*'));
    let mut tries = Vec::new();
    if let (true, Some(word)) = (is_whole, args.words.last()) {
        tries.push(format!("words that begin so: okr search '{word}*'"));
    }
    if !args.history {
        tries.push("what is no longer so: --history".to_owned());
    }
    if !args.archived && !args.history {
        tries.push("what was put away: --archived".to_owned());
    }
    let tries = tries.join("; ");
    context.ui.hint(&format!("nothing was found. {tries}"));
}

/// Something that was found, with all that is told about it.
struct Found {
    hit: Hit,
    /// What the thing is now; only of a search at any time.
    now: Option<Entity>,
}

impl Found {
    /// Reads what is told about hits, and learns the names.
    fn read(
        context: &Context,
        past: &mut Past<'_>,
        (hits, history): (Vec<Hit>, bool),
    ) -> Result<Vec<Self>, CliError> {
        let entries = hits.iter().flat_map(|hit| [&hit.since, &hit.until]);
        let entries: Vec<LogEntry> = entries.flatten().cloned().collect();
        learn_entries(context, past, &entries)?;
        let mut found = Vec::with_capacity(hits.len());
        for hit in hits {
            let mut now = None;
            if let Some(entity) = &hit.entity {
                past.learn([entity.id()].into_iter().chain(outer(entity)))?;
                if history {
                    now = okr_core::view::View::entity(&past.reading, entity.id())
                        .map_err(failure::replica)?;
                }
            }
            found.push(Self { hit, now });
        }
        Ok(found)
    }

    /// Returns what the hit is about: the thing, or the first thing that a change is about.
    fn about(&self) -> Option<EntityId> {
        match (&self.hit.entity, &self.hit.since) {
            (Some(entity), _) => Some(entity.id()),
            (None, Some(entry)) => {
                let change = entry.change.as_ref();
                change.and_then(|change| change.events.first().map(okr_core::event::Event::subject))
            }
            (None, None) => None,
        }
    }
}

/// Returns what a thing belongs to.
fn outer(entity: &Entity) -> Option<EntityId> {
    match entity {
        Entity::Objective(one) => Some(one.cycle.into()),
        Entity::KeyResult(one) => Some(one.objective.into()),
        Entity::CheckIn(one) => Some(one.key_result.into()),
        Entity::Comment(one) => Some(one.topic.entity()),
        Entity::MetricValue(one) => Some(one.metric.into()),
        Entity::Org(_)
        | Entity::Person(_)
        | Entity::Team(_)
        | Entity::Cycle(_)
        | Entity::Initiative(_)
        | Entity::Metric(_) => None,
    }
}
