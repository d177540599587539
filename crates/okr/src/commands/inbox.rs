//! `okr inbox`: what happened to what one owns or follows, and what was said to one, since one looked.

mod screen;

use okr_core::change::Change;
use okr_core::entity::Entity;
use okr_core::event::Event;
use okr_core::id::{EntityId, Position, TeamId};
use okr_replica::{
    Axis, Because, InboxEntry, InboxSpan, LogEntry, LogFilter, Place, Point, Replica,
};

use super::counted;
use super::log::{Window, before, learn_entries};
use super::past::Past;
use crate::args::{InboxArgs, LOG_LIMIT, Limit};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::{ChangeItem, InboxItem, ThingRef};
use crate::render::Screen;
use crate::ui::OutputFormat;
use crate::wording::{Before, said};

/// What happened to one thing in one change.
struct Happened {
    /// What people know it by: of a report or a comment, what it is about.
    thing: EntityId,
    /// Why it concerns one, the strongest reason first.
    because: Vec<Because>,
    is_unread: bool,
    /// The change, with those of its events only that are about the thing.
    entry: LogEntry,
}

/// What is listed.
struct Listed {
    /// The oldest first.
    happened: Vec<Happened>,
    has_more: bool,
    /// Up to where was looked.
    until: Position,
    /// Whether all that is unread is among it.
    is_whole: bool,
    /// Whether somebody else can write here at all.
    is_shared: bool,
}

pub(crate) fn run(context: &mut Context, args: &InboxArgs) -> Result<Exit, CliError> {
    let mut replica = context.replica()?;
    refuse_parts(context, args)?;
    let listed = list(context, &replica, args)?;
    let unread = listed.happened.iter().filter(|one| one.is_unread).count();
    if listed.happened.is_empty() {
        context.ui.note(if args.all || args.since.is_some() {
            "nothing happened to what is yours or what you follow"
        } else {
            "nothing new since you looked"
        });
        if listed.is_shared {
            context
                .ui
                .hint("okr follow REF adds something to what you hear of");
        } else {
            context
                .ui
                .hint("this workspace has no server: nobody else writes here");
        }
    }
    if listed.has_more {
        context.ui.hint("earlier changes: add --limit all");
    }
    mark(context, &mut replica, (args, &listed, unread))?;
    Ok(if args.check && unread > 0 {
        Exit::ConditionNotMet
    } else {
        Exit::Ok
    })
}

/// Refuses what would mark more than is listed, and what has no answer.
fn refuse_parts(context: &Context, args: &InboxArgs) -> Result<(), CliError> {
    super::refuse_cycle(context, args.since.as_deref())?;
    let given = [
        ("--team", context.globals.team.is_some()),
        ("--at", context.globals.at.is_some()),
    ];
    if let Some((flag, _)) = given.iter().find(|(_, is_given)| args.ack && *is_given) {
        let message = format!("--ack marks everything as seen, and {flag} lists a part of it");
        return Err(CliError::usage("usage", message)
            .with_hint("okr inbox --ack lists all of it, and marks that"));
    }
    if context.globals.dry_run && !args.ack {
        let message = "--dry-run is about --ack: without it nothing is written";
        return Err(CliError::usage("flag-without-effect", message));
    }
    Ok(())
}

/// Reads what is asked for, and prints it.
fn list(context: &mut Context, replica: &Replica, args: &InboxArgs) -> Result<Listed, CliError> {
    let mut past = Past::open(context, replica)?;
    let (span, seen) = span(context, &past, args)?;
    // Where a team is pinned one works in it; the inbox is mine whatever team that is about.
    let team = match &context.globals.team {
        Some(_) => past.team_scope(context)?,
        None => None,
    };
    let limit = match args.limit {
        _ if args.ack => usize::MAX,
        None => LOG_LIMIT,
        Some(Limit::At(limit)) => limit,
        Some(Limit::All) => usize::MAX,
    };
    let mut entries = Vec::new();
    // What a team's goals are is not known before the names are.
    let enough = if team.is_some() { usize::MAX } else { limit };
    replica
        .inbox(span, |entry| {
            entries.push(entry);
            entries.len() <= enough
        })
        .map_err(failure::replica)?;
    let changes: Vec<LogEntry> = entries.iter().map(|one| one.entry.clone()).collect();
    learn_entries(context, &mut past, &changes)?;
    if let Some(team) = team {
        entries.retain(|one| is_of_team(one, team, &past));
    }
    let has_more = entries.len() > limit;
    entries.truncate(limit);
    entries.reverse();
    let happened: Vec<Happened> = entries
        .iter()
        .flat_map(|entry| by_thing(entry, seen, &past))
        .collect();
    answer(context, &past, &happened)?;
    past.warn_upgrade(context);
    Ok(Listed {
        happened,
        has_more,
        until: span.until,
        is_whole: !has_more
            && team.is_none()
            && past.at.words.is_none()
            && span.after <= seen.unwrap_or(Position::ZERO),
        is_shared: past.info.remote.is_some(),
    })
}

/// Says which part of the log is asked for, and how far one has looked.
fn span(
    context: &mut Context,
    past: &Past<'_>,
    args: &InboxArgs,
) -> Result<(InboxSpan, Option<Position>), CliError> {
    if past.at.moment.axis != Axis::Recorded {
        let message = "the inbox goes by when changes came here, which is the recorded axis";
        return Err(CliError::usage("wrong-axis", message)
            .with_hint("okr log --axis authored lists changes by when they were written"));
    }
    let seen = past.replica.inbox_seen().map_err(failure::replica)?;
    let at = |time| past.replica.position_at(time).map_err(failure::replica);
    let until = match past.at.moment.point {
        Point::Now => past.info.head,
        Point::Position(position) => position,
        Point::Time(time) => at(time)?,
    };
    let window = Window::read(context, past, (args.since.as_deref(), None))?;
    let after = match window.since {
        Some(since) => {
            let microsecond = jiff::SignedDuration::from_micros(1);
            at(since.saturating_sub(microsecond).unwrap_or(since))?
        }
        None if args.all => Position::ZERO,
        None => seen.unwrap_or(Position::ZERO),
    };
    Ok((InboxSpan { after, until }, seen))
}

/// Takes a change apart by what it is about.
fn by_thing(entry: &InboxEntry, seen: Option<Position>, past: &Past<'_>) -> Vec<Happened> {
    let is_unread = match entry.entry.place {
        Place::Confirmed { position, .. } => seen.is_none_or(|seen| position > seen),
        Place::Pending => false,
    };
    let mut found: Vec<Happened> = Vec::new();
    let Some(change) = &entry.entry.change else {
        return found;
    };
    for concern in &entry.concerns {
        let event = &change.events[concern.event];
        let thing = thing_of(event, past);
        if found.iter().all(|one| one.thing != thing) {
            let nothing_yet = Change {
                events: Vec::new(),
                ..change.clone()
            };
            found.push(Happened {
                thing,
                because: Vec::new(),
                is_unread,
                entry: LogEntry {
                    change: Some(nothing_yet),
                    ..entry.entry.clone()
                },
            });
        }
        for one in found.iter_mut().filter(|one| one.thing == thing) {
            one.because.push(concern.because);
            let events = one.entry.change.iter_mut();
            events.for_each(|change| change.events.push(event.clone()));
        }
    }
    for one in &mut found {
        one.because.sort_unstable();
        one.because.dedup();
    }
    found
}

/// Returns what people know the subject of an event by.
fn thing_of(event: &Event, past: &Past<'_>) -> EntityId {
    let said = said(event, Before::default(), &past.names, &Screen::piped());
    said.first().map_or(event.subject(), |said| said.about)
}

/// Says whether a change is about something of a team, or of one below it.
fn is_of_team(entry: &InboxEntry, team: TeamId, past: &Past<'_>) -> bool {
    let mut events = entry.entry.change.iter().flat_map(|change| &change.events);
    events.any(|event| belongs_to(thing_of(event, past), team, past))
}

/// Says whether a thing is of a team, or of one below it; an initiative is where a goal is that it serves.
fn belongs_to(thing: EntityId, team: TeamId, past: &Past<'_>) -> bool {
    let is_within = |found| past.is_within(found, team);
    match past.names.thing(thing) {
        Some(Entity::Team(found)) => is_within(Some(found.id)),
        Some(Entity::Objective(objective)) => is_within(objective.team),
        Some(Entity::KeyResult(key_result)) => belongs_to(key_result.objective.into(), team, past),
        Some(Entity::Initiative(initiative)) => {
            let mut served = initiative.key_results.iter();
            served.any(|id| belongs_to((*id).into(), team, past))
        }
        Some(Entity::Metric(metric)) => is_within(metric.team),
        Some(
            Entity::Org(_)
            | Entity::Person(_)
            | Entity::Cycle(_)
            | Entity::CheckIn(_)
            | Entity::Comment(_)
            | Entity::MetricValue(_),
        )
        | None => false,
    }
}

fn answer(context: &mut Context, past: &Past<'_>, happened: &[Happened]) -> Result<(), CliError> {
    let frame = past.frame(context)?;
    let items: Vec<InboxItem> = happened.iter().map(|one| item(one, past)).collect();
    let entries: Vec<LogEntry> = happened.iter().map(|one| one.entry.clone()).collect();
    let before = if context.ui.output() == OutputFormat::Table {
        // Others' changes only: what was reported in between is not among them.
        let others = LogFilter {
            author: Some(past.me()),
            oldest_first: true,
            ..LogFilter::default()
        };
        before::latest(past.replica, &others, &entries)?
    } else {
        before::Latest::new()
    };
    context.ui.answer(&frame, &items, |screen| {
        screen::render(happened, &before, past, screen)
    });
    Ok(())
}

fn item(one: &Happened, past: &Past<'_>) -> InboxItem {
    InboxItem {
        thing: ThingRef::new(one.thing, &past.names),
        title: past.names.title(one.thing),
        because: one.because.iter().map(|because| because.word()).collect(),
        unread: one.is_unread,
        change: ChangeItem::new(&one.entry, &past.names),
    }
}

/// Notes how far one has looked: where that is asked for, and where a person saw all of it.
fn mark(
    context: &mut Context,
    replica: &mut Replica,
    (args, listed, unread): (&InboxArgs, &Listed, usize),
) -> Result<(), CliError> {
    let things = counted(unread, "change");
    if args.ack {
        if context.globals.dry_run {
            context
                .ui
                .note(&format!("dry run: {things} would be marked as seen"));
            return Ok(());
        }
        replica.see_inbox(listed.until).map_err(failure::replica)?;
        context.ui.note(&format!("marked {things} as seen"));
        return Ok(());
    }
    let is_looked_at = context.ui.output() == OutputFormat::Table
        && context.ui.screen().terminal
        && listed.is_whole
        && !args.no_ack
        && !args.check;
    if is_looked_at {
        // Where the replica cannot be written, the list is none the worse: it is shown again.
        let is_marked = replica.see_inbox(listed.until).is_ok();
        if is_marked && unread > 0 {
            context
                .ui
                .hint("seen; okr inbox --all lists it again, --no-ack leaves it unread");
        }
    } else if unread > 0 {
        context
            .ui
            .hint("okr inbox --ack marks all that is unread as seen");
    }
    Ok(())
}
