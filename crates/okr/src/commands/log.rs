//! `okr log`: who changed what, when, from what to what, and why.

pub(crate) mod before;
mod oneline;
pub(crate) mod patch;
pub(crate) mod screen;
mod stat;
mod window;

use okr_core::event::{
    CheckInEvent, CommentEvent, Event, InitiativeEdit, InitiativeEvent, KeyResultEdit,
    KeyResultEvent, MetricEdit, MetricEvent, MetricValueEvent, ObjectiveEdit, ObjectiveEvent,
    Support, TeamEdit, TeamEvent,
};
use okr_core::id::{EntityId, EntityKind};
use okr_replica::{Axis, LogEntry, LogFilter, Point};

pub(crate) use window::Window;

use super::past::{Past, learn_from};
use crate::args::{LOG_LIMIT, Limit, LogArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::ChangeItem;
use crate::render::Screen;
use crate::ui::OutputFormat;
use crate::wording::{PENDING, Told, told};

/// What has a history of its own.
const KINDS: &[EntityKind] = &[
    EntityKind::Team,
    EntityKind::Cycle,
    EntityKind::Objective,
    EntityKind::KeyResult,
    EntityKind::CheckIn,
    EntityKind::Person,
    EntityKind::Initiative,
    EntityKind::Metric,
    EntityKind::MetricValue,
];

/// Runs `okr log`.
///
/// # Errors
/// When a reference or moment cannot be understood, or the replica cannot be read.
pub(crate) fn run(context: &mut Context, args: &LogArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let mut filter = filter(context, &past, args)?;
    if args.stat {
        return stat::run(context, &mut past, (&filter, args));
    }
    let limit = match args.limit.unwrap_or(Limit::At(LOG_LIMIT)) {
        Limit::At(limit) => Some(limit),
        Limit::All => None,
    };
    // One more than is shown tells whether there are more.
    filter.limit = limit.map(|limit| limit.saturating_add(1));
    let mut entries = replica.log(&filter).map_err(failure::replica)?;
    let has_more = limit.is_some_and(|limit| entries.len() > limit);
    entries.truncate(limit.unwrap_or(usize::MAX));
    learn_entries(context, &mut past, &entries)?;
    if args.patch {
        patch::answer(context, &mut past, &entries)?;
    } else if args.oneline && context.ui.output() == OutputFormat::Table {
        oneline::answer(context, &past, (&filter, &entries))?;
    } else {
        answer(context, &past, &filter, &entries)?;
    }
    if entries.is_empty() {
        past.hint_nothing(
            context,
            "nothing was changed that fits; okr log shows all changes",
        );
    }
    if has_more {
        let which = if args.reverse { "later" } else { "earlier" };
        context
            .ui
            .hint(&format!("{which} changes: add --limit all"));
    }
    Ok(Exit::Ok)
}

/// Returns what the references name, or the team or cycle of the command; empty: everything.
///
/// # Errors
/// Exit 6 when a reference fits nothing, or several things.
pub(crate) fn about(
    context: &mut Context,
    past: &Past<'_>,
    references: &[String],
) -> Result<Vec<EntityId>, CliError> {
    let mut about = past.find(context, references, KINDS)?;
    if about.is_empty() {
        about.extend(past.team_scope(context)?.map(EntityId::from));
        if context.globals.cycle.is_some() {
            let cycles = past.cycles_in_scope(context)?;
            about.extend(cycles.into_iter().map(|cycle| EntityId::from(cycle.id)));
        }
    }
    Ok(about)
}

fn filter(context: &mut Context, past: &Past<'_>, args: &LogArgs) -> Result<LogFilter, CliError> {
    let about = about(context, past, &args.references)?;
    let window = Window::read(
        context,
        past,
        (args.since.as_deref(), args.until.as_deref()),
    )?;
    let (until, until_position) = match past.at.moment.point {
        Point::Now => (window.until, None),
        Point::Position(position) => (window.until, Some(position)),
        Point::Time(at) => (Some(window.until.map_or(at, |until| until.min(at))), None),
    };
    let positions = [until_position, window.until_position]
        .into_iter()
        .flatten();
    Ok(LogFilter {
        about,
        with_children: true,
        author: past.person(context, args.by.as_deref())?,
        since: window.since,
        until,
        axis: past.at.moment.axis,
        after_position: None,
        until_position: positions.min(),
        kinds: args.kind.clone(),
        field: args.field,
        text: args.grep.as_ref().map(|text| text.to_lowercase()),
        limit: None,
        pending: true,
        oldest_first: args.reverse,
    })
}

fn answer(
    context: &mut Context,
    past: &Past<'_>,
    filter: &LogFilter,
    entries: &[LogEntry],
) -> Result<(), CliError> {
    let frame = past.frame(context)?;
    let before = if context.ui.output().is_json() {
        before::Latest::new()
    } else {
        before::latest(past.replica, filter, entries)?
    };
    let items: Vec<ChangeItem> = if context.ui.output() == OutputFormat::Table {
        Vec::new()
    } else {
        entries
            .iter()
            .map(|entry| ChangeItem::new(entry, &past.names))
            .collect()
    };
    context.ui.answer(&frame, &items, |screen| {
        let told = told_all(entries, &before, past, screen);
        screen::render(&told, &past.names, &past.at.clock, screen)
    });
    Ok(())
}

/// Learns the present names of everything that entries mention.
///
/// # Errors
/// When the replica cannot be read.
pub(crate) fn learn_entries(
    context: &Context,
    past: &mut Past<'_>,
    entries: &[LogEntry],
) -> Result<(), CliError> {
    let changes = entries.iter().filter_map(|entry| entry.change.as_ref());
    let mentioned: Vec<EntityId> = changes
        .flat_map(|change| &change.events)
        .flat_map(mentioned)
        .collect();
    // The names of then first; what came later is called what it is called now.
    learn_from(&mut past.names, &past.reading, mentioned.iter().copied())?;
    if past.at.words.is_some() || past.at.moment.axis != Axis::Recorded {
        let present = context.present(past.replica)?.0;
        learn_from(&mut past.names, &present, mentioned)?;
    }
    Ok(())
}

/// Returns what an event is about, and what it names, people apart.
fn mentioned(event: &Event) -> Vec<EntityId> {
    let mut ids = vec![event.subject()];
    match event {
        Event::Team(_, TeamEvent::Created(new)) => ids.extend(new.parent.map(EntityId::from)),
        Event::Team(_, TeamEvent::Edited(TeamEdit::Parent(edit))) => {
            ids.extend(
                [edit.from, edit.to]
                    .into_iter()
                    .flatten()
                    .map(EntityId::from),
            );
        }
        Event::Objective(_, event) => ids.extend(named_by_objective(event)),
        Event::KeyResult(_, KeyResultEvent::Created(new)) => {
            ids.push(new.objective.into());
            ids.extend(new.fed_by.map(EntityId::from));
        }
        Event::KeyResult(_, KeyResultEvent::Edited(KeyResultEdit::Objective(edit))) => {
            ids.extend([edit.from, edit.to].map(EntityId::from));
        }
        Event::CheckIn(_, CheckInEvent::Recorded(new)) => ids.push(new.key_result.into()),
        Event::Comment(_, CommentEvent::Added(new)) => {
            ids.push(new.topic.entity());
            ids.extend(new.reply_to.map(EntityId::from));
        }
        Event::KeyResult(_, KeyResultEvent::Edited(KeyResultEdit::FedBy(edit))) => {
            let metrics = [edit.from, edit.to].into_iter().flatten();
            ids.extend(metrics.map(EntityId::from));
        }
        Event::Initiative(_, InitiativeEvent::Created(new)) => {
            ids.extend(new.key_results.iter().map(|id| EntityId::from(*id)));
        }
        Event::Initiative(_, InitiativeEvent::Edited(InitiativeEdit::KeyResults(edit))) => {
            ids.extend(edit.from.union(&edit.to).map(|id| EntityId::from(*id)));
        }
        Event::Metric(_, MetricEvent::Created(new)) => ids.extend(new.team.map(EntityId::from)),
        Event::Metric(_, MetricEvent::Edited(MetricEdit::Team(edit))) => {
            let teams = [edit.from, edit.to].into_iter().flatten();
            ids.extend(teams.map(EntityId::from));
        }
        Event::MetricValue(_, MetricValueEvent::Recorded(new)) => ids.push(new.metric.into()),
        Event::Org(..)
        | Event::Person(..)
        | Event::Team(..)
        | Event::Cycle(..)
        | Event::KeyResult(..)
        | Event::CheckIn(..)
        | Event::Comment(..)
        | Event::Initiative(..)
        | Event::Metric(..)
        | Event::MetricValue(..) => {}
    }
    ids
}

fn named_by_objective(event: &ObjectiveEvent) -> Vec<EntityId> {
    let supported = |support: Option<Support>| {
        support.map(|support| match support {
            Support::Objective(id) => EntityId::from(id),
            Support::KeyResult(id) => EntityId::from(id),
        })
    };
    match event {
        ObjectiveEvent::Created(new) => {
            let mut ids = vec![new.cycle.into()];
            ids.extend(new.team.map(EntityId::from));
            ids.extend(supported(new.supports));
            ids.extend(new.continues.map(EntityId::from));
            ids
        }
        ObjectiveEvent::Edited(ObjectiveEdit::Team(edit)) => [edit.from, edit.to]
            .into_iter()
            .flatten()
            .map(EntityId::from)
            .collect(),
        ObjectiveEvent::Edited(ObjectiveEdit::Cycle(edit)) => {
            vec![edit.from.into(), edit.to.into()]
        }
        ObjectiveEvent::Edited(ObjectiveEdit::Supports(edit)) => {
            [supported(edit.from), supported(edit.to)]
                .into_iter()
                .flatten()
                .collect()
        }
        ObjectiveEvent::Edited(ObjectiveEdit::Continues(edit)) => [edit.from, edit.to]
            .into_iter()
            .flatten()
            .map(EntityId::from)
            .collect(),
        ObjectiveEvent::Edited(_)
        | ObjectiveEvent::Tagged(_)
        | ObjectiveEvent::Untagged(_)
        | ObjectiveEvent::Published
        | ObjectiveEvent::Closed { .. }
        | ObjectiveEvent::Abandoned
        | ObjectiveEvent::Reopened
        | ObjectiveEvent::Archived
        | ObjectiveEvent::Restored => Vec::new(),
    }
}

/// Renders entries outside of the log's own screen: aligned also in a pipe.
pub(crate) fn aligned(
    entries: &[LogEntry],
    before: &before::Latest,
    past: &Past<'_>,
    screen: &Screen,
) -> String {
    let told = told_all(entries, before, past, screen);
    let screen = super::status::screen::aligned(screen);
    screen::render(&told, &past.names, &past.at.clock, &screen)
}

/// Puts entries in words; that they are pending only where it does not go without saying.
pub(crate) fn told_all(
    entries: &[LogEntry],
    before: &before::Latest,
    past: &Past<'_>,
    screen: &Screen,
) -> Vec<Told> {
    let view = (&past.at.clock, screen);
    let mut all: Vec<Told> = entries
        .iter()
        .map(|entry| told(entry, before, &past.names, view))
        .collect();
    if past.all_pending {
        for told in &mut all {
            told.remarks.retain(|remark| remark != PENDING);
        }
    }
    all
}
