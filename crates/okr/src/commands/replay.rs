//! `okr replay`: history frame by frame, as plain text.

mod frames;
mod screen;

use okr_core::id::{EntityId, EntityKind};
use okr_core::value::Source;
use okr_replica::{Axis, LogEntry, LogFilter, Point};

use super::log::{Window, learn_entries};
use super::past::Past;
use crate::args::ReplayArgs;
use crate::context::{Context, axis_word};
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::{ChangeItem, FrameItem, ObjectiveItem};
use crate::ui::OutputFormat;
use frames::{Frame, Reel};

const KINDS: &[EntityKind] = &[
    EntityKind::Team,
    EntityKind::Cycle,
    EntityKind::Objective,
    EntityKind::KeyResult,
];

/// Runs `okr replay`.
///
/// # Errors
/// When a reference or moment cannot be understood, or the replica cannot be read.
pub(crate) fn run(context: &mut Context, args: &ReplayArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let texts: Vec<String> = args.reference.iter().cloned().collect();
    let about = past.find(context, &texts, KINDS)?.first().copied();
    let mut about = match about {
        Some(about) => Some(about),
        None => past.team_scope(context)?.map(EntityId::from),
    };
    if about.is_none() {
        let cycles = past.cycles_in_scope(context)?;
        about = cycles.first().map(|cycle| EntityId::from(cycle.id));
    }
    if let Some(EntityId::Team(_)) = about {
        let cycles = past.cycles_in_scope(context)?;
        past.current_cycle = cycles.first().map(|cycle| cycle.id);
    }
    let Some(about) = about else {
        context
            .ui
            .hint("there is no cycle to replay: okr cycle add 2026-Q4 --open");
        let frame = past.frame(context)?;
        context
            .ui
            .answer::<FrameItem>(&frame, &[], |_| String::new());
        return Ok(Exit::Ok);
    };
    let (entries, axis) = history(context, &past, about, args)?;
    learn_entries(context, &mut past, &entries)?;
    let reel = Reel {
        about,
        axis,
        step: args.by,
    };
    let frames = reel.frames(context, &mut past, entries)?;
    answer(context, &past, &reel, &frames)?;
    if frames.is_empty() {
        context
            .ui
            .hint("nothing changed in that time; okr log shows what there is");
    }
    Ok(Exit::Ok)
}

/// Reads the changes to replay, oldest first, and the axis that they are replayed on.
fn history(
    context: &mut Context,
    past: &Past<'_>,
    about: EntityId,
    args: &ReplayArgs,
) -> Result<(Vec<LogEntry>, Axis), CliError> {
    let window = Window::read(context, past, (args.from.as_deref(), args.to.as_deref()))?;
    let (until, until_position) = match past.at.moment.point {
        Point::Now => (window.until, None),
        Point::Position(position) => (window.until, Some(position)),
        Point::Time(at) => (Some(window.until.map_or(at, |until| until.min(at))), None),
    };
    let positions = [until_position, window.until_position]
        .into_iter()
        .flatten();
    let mut filter = LogFilter {
        about: vec![about],
        with_children: true,
        axis: past.at.moment.axis,
        until,
        until_position: positions.min(),
        pending: true,
        oldest_first: true,
        ..LogFilter::default()
    };
    let read = |filter: &LogFilter| past.replica.log(filter).map_err(failure::replica);
    // Everything up to the end is read, so that the first frame is compared with what was before.
    let mut entries = read(&filter)?;
    let is_imported =
        !entries.is_empty() && entries.iter().all(|entry| entry.source == Source::Import);
    let is_free = context.globals.axis.is_none()
        && context.globals.at.is_none()
        && filter.until_position.is_none();
    if is_imported && is_free {
        filter.axis = Axis::Authored;
        entries = read(&filter)?;
        context.ui.note(
            "all of this was imported, so it is replayed by the dates when it was written \
             (--axis recorded: by when it was recorded here)",
        );
    }
    if let Some(since) = window.since {
        let axis = filter.axis;
        entries.retain(|entry| frames::time_of(entry, axis) >= since);
    }
    Ok((entries, filter.axis))
}

fn answer(
    context: &mut Context,
    past: &Past<'_>,
    reel: &Reel,
    frames: &[Frame],
) -> Result<(), CliError> {
    let mut frame = past.frame(context)?;
    frame.axis = axis_word(reel.axis);
    match context.ui.output() {
        OutputFormat::Table => {
            let of = frames.len();
            for (index, frame) in frames.iter().enumerate() {
                let place = (index + 1, of);
                let text = screen::render(frame, place, past, context.ui.screen());
                context.ui.print(&text);
                if context.ui.is_closed() {
                    break;
                }
            }
        }
        OutputFormat::Json | OutputFormat::Jsonl | OutputFormat::Id => {
            let of = frames.len();
            let items: Vec<FrameItem> = (1..)
                .zip(frames)
                .map(|(number, frame)| item(frame, (number, of), reel.axis, past))
                .collect();
            context.ui.answer(&frame, &items, |_| String::new());
        }
    }
    Ok(())
}

fn item(frame: &Frame, (number, of): (usize, usize), axis: Axis, past: &Past<'_>) -> FrameItem {
    FrameItem {
        frame: number,
        of,
        at: crate::render::iso(frame.at, &past.at.clock.zone),
        axis: axis_word(axis),
        changes: frame
            .entries
            .iter()
            .map(|entry| ChangeItem::new(entry, &past.names))
            .collect(),
        objectives: frame
            .standing
            .iter()
            .flat_map(|standing| &standing.objectives)
            .map(|objective| ObjectiveItem::new(objective, &past.names))
            .collect(),
    }
}
