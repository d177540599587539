//! `okr comment list`: what was said, about some things or about anything.

use std::collections::BTreeSet;

use okr_core::event::Topic;
use okr_core::id::EntityId;
use okr_core::value::CommentKind;
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
use crate::render::{Cell, Column, Screen, Table, Tone, iso, local, moment, wrap};
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
        } else if screen.terminal {
            stacked(&facts, &past, screen)
        } else {
            table(&facts, &past).render(screen)
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

/// How many lines of a text are listed; `okr show` has all of it.
const LINES_MAX: usize = 4;

/// Lists comments on anything for people: who said it, when and about what, and below it the text.
fn stacked(facts: &[CommentFact], past: &Past<'_>, screen: &Screen) -> String {
    let ids = facts.iter().map(|fact| fact.comment.id.uuid());
    let ids = ShortIds::among(Alphabet::Thing, ids);
    let clock = &past.at.clock;
    let when = |fact: &CommentFact| match screen.time {
        TimeStyle::Auto | TimeStyle::Local => local(fact.authored_at, clock),
        TimeStyle::Iso | TimeStyle::Relative => moment(fact.authored_at, clock, screen),
    };
    let mut lines = Vec::new();
    for fact in facts {
        let comment = &fact.comment;
        let id = ids.shown(comment.id.uuid());
        let indent = id.len() + 2;
        let mut head = Cell::toned(Tone::Id, &id)
            .and(Tone::Plain, "  ")
            .and(Tone::Dim, &when(fact))
            .and(Tone::Plain, "  ")
            .and(Tone::Strong, &past.names.person(comment.author))
            .and(Tone::Plain, "  on ")
            .and(Tone::Accent, &past.names.label(comment.topic.entity()));
        let mut remarks = thread::remarks(fact, past);
        if comment.kind != CommentKind::Comment {
            remarks.insert(0, comment.kind.word().to_owned());
        }
        if !remarks.is_empty() {
            let remarks = remarks.join(&format!(" {} ", screen.dot()));
            head = head.and(Tone::Warning, &format!("  {remarks}"));
        }
        lines.push(head);
        let room = screen.room_after(indent);
        let text = wrap(comment.text.as_str(), room, screen);
        let is_cut = text.len() > LINES_MAX;
        for line in text.into_iter().take(LINES_MAX) {
            lines.push(Cell::empty().and_at(indent, line.into()));
        }
        if is_cut {
            let more = format!("{} okr show {id}", screen.ellipsis());
            lines.push(Cell::empty().and_at(indent, Cell::toned(Tone::Dim, &more)));
        }
    }
    let painted = lines.iter().map(|line| {
        let line = line.paint(screen.width, screen);
        line.trim_end_matches(' ').to_owned()
    });
    crate::render::page(painted.collect())
}

/// Lists comments on anything where nobody looks, a row for each.
fn table(facts: &[CommentFact], past: &Past<'_>) -> Table {
    let names = &past.names;
    let clock = &past.at.clock;
    let ids = facts.iter().map(|fact| fact.comment.id.uuid());
    let ids = ShortIds::among(Alphabet::Thing, ids);
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
            iso(fact.authored_at, &clock.zone).into(),
            names.person(comment.author).into(),
            comment.kind.word().into(),
            names.label(comment.topic.entity()).into(),
            comment.text.as_str().into(),
            thread::remarks(fact, past).join(", ").into(),
        ]);
    }
    table
}
