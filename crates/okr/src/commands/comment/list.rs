//! `okr comment list`: what was said, about some things or about anything.

use std::collections::BTreeSet;

use okr_core::event::Topic;
use okr_core::id::EntityId;
use okr_replica::{CommentFact, CommentFilter};

use super::super::log::Window;
use super::super::past::Past;
use super::{find, thread, topic_of};
use crate::args::CommentListArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::CommentItem;
use crate::render::{Cell, Column, Screen, Table, Tone, iso, local};
use crate::short_id::{Alphabet, ShortIds};
use crate::ui::TimeStyle;

pub(super) fn run(context: &mut Context, args: &CommentListArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let window = Window::read(
        context,
        &past,
        (args.since.as_deref(), args.until.as_deref()),
    )?;
    let topics = past.with_resolver(context, |resolver| {
        let mut topics = Vec::new();
        for text in &args.references {
            topics.push(topic_of(resolver, find(resolver, text)?)?.0);
        }
        Ok(topics)
    })?;
    let filter = CommentFilter {
        about: match topics.as_slice() {
            [] => None,
            topics => Some(about(&past, topics)?),
        },
        kinds: args.kind.iter().copied().collect(),
        author: past.person(context, args.by.as_deref())?,
        since: window.since,
        until: window.until,
        retracted: args.retracted,
        limit: Some(args.limit),
    };
    let facts = past.reading.newest_comments(&filter);
    let facts = facts.map_err(failure::replica)?;
    let mentioned: Vec<EntityId> = facts.iter().flat_map(thread::mentioned).collect();
    past.learn(mentioned)?;
    let items: Vec<CommentItem> = facts
        .iter()
        .map(|fact| CommentItem::new(fact, &past.names))
        .collect();
    let frame = past.frame(context)?;
    let is_one_talk = topics.len() == 1;
    context.ui.answer(&frame, &items, |screen| {
        if is_one_talk && screen.terminal {
            let mut oldest_first = facts.clone();
            oldest_first.reverse();
            thread::render(&oldest_first, &past, screen)
        } else {
            table(&facts, &past, screen).render(screen)
        }
    });
    if items.is_empty() {
        context.ui.note("no comment");
        past.hint_empty(context);
    }
    past.warn_upgrade(context);
    Ok(Exit::Ok)
}

/// Returns what was asked for; with a key result come its check-ins that were talked about.
fn about(past: &Past<'_>, topics: &[Topic]) -> Result<BTreeSet<EntityId>, CliError> {
    let mut about = BTreeSet::new();
    for topic in topics {
        about.insert(topic.entity());
        if let Topic::KeyResult(_) = topic {
            let said = past.reading.comments_at(*topic).map_err(failure::replica)?;
            about.extend(said.iter().map(|fact| fact.comment.topic.entity()));
        }
    }
    Ok(about)
}

/// Lists comments on anything, a row for each.
fn table(facts: &[CommentFact], past: &Past<'_>, screen: &Screen) -> Table {
    let names = &past.names;
    let clock = &past.at.clock;
    let ids = facts.iter().map(|fact| fact.comment.id.uuid());
    let ids = ShortIds::among(Alphabet::Thing, ids);
    let when = |fact: &CommentFact| match screen.time {
        TimeStyle::Auto | TimeStyle::Local if screen.terminal => local(fact.authored_at, clock),
        _ => iso(fact.authored_at, &clock.zone),
    };
    let mut table = Table::new([
        Column::left("ID"),
        Column::left("TIME"),
        Column::left("WHO"),
        Column::left("KIND"),
        Column::left("ABOUT"),
        Column::left("TEXT").flexible(),
        Column::left("REMARKS"),
    ]);
    for fact in facts {
        let comment = &fact.comment;
        table.row([
            Cell::toned(Tone::Id, &ids.shown(comment.id.uuid())),
            when(fact).into(),
            names.person(comment.author).into(),
            comment.kind.word().into(),
            names.label(comment.topic.entity()).into(),
            comment.text.as_str().into(),
            thread::remarks(fact, past).join(", ").into(),
        ]);
    }
    table
}
