//! `okr replay`: history frame by frame, in a player, as plain text or as files.

mod files;
mod player;
mod reel;
mod scene;
mod screen;

use okr_core::id::{EntityId, EntityKind};
use okr_replica::{Axis, Point, Replica};

use super::log::Window;
use super::past::Past;
use crate::args::ReplayArgs;
use crate::context::{Context, axis_word};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{ChangeItem, FrameItem, ObjectiveItem};
use crate::ui::OutputFormat;
use reel::{Cut, Reel, Scope};
use scene::{Depth, Scene, standing_before};
use screen::Title;

const KINDS: &[EntityKind] = &[
    EntityKind::Team,
    EntityKind::Cycle,
    EntityKind::Objective,
    EntityKind::KeyResult,
];

/// Runs `okr replay`.
///
/// # Errors
/// When a reference or moment cannot be understood, the replica cannot be read, or frames cannot be
/// written.
pub(crate) fn run(context: &mut Context, args: &ReplayArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let past = Past::open(context, &replica)?;
    let Some(scope) = scope(context, &past, args)? else {
        context
            .ui
            .hint("there is no cycle to replay: okr cycle add 2026-Q4 --open");
        let frame = past.frame(context)?;
        context
            .ui
            .answer::<FrameItem>(&frame, &[], |_| String::new());
        return Ok(Exit::Ok);
    };
    let reel = reel(context, &past, scope, args)?;
    if reel.is_empty() {
        context
            .ui
            .hint("nothing changed in that time; okr log shows what there is");
    } else if args.frames.is_none() && is_watched(context, args) {
        return play(context, &replica, past, &reel, args);
    } else if args.speed.is_some() {
        context
            .ui
            .note("--speed is for the player; here the frames are printed at once");
    }
    let mut past = past;
    match &args.frames {
        Some(directory) => files::write(context, &mut past, &reel, (directory, args.frames_as))?,
        None => print(context, &mut past, &reel)?,
    }
    Ok(Exit::Ok)
}

/// Says whether somebody sits at a terminal that can show the player.
fn is_watched(context: &Context, args: &ReplayArgs) -> bool {
    let can_draw = context.environment.get("TERM") != Some("dumb");
    let is_for_people = context.ui.output() == OutputFormat::Table && context.ui.screen().terminal;
    !args.plain && is_for_people && can_draw && context.may_ask()
}

/// Opens the player. Nothing of the replica is held while it waits for a key.
fn play(
    context: &mut Context,
    replica: &Replica,
    past: Past<'_>,
    reel: &Reel,
    args: &ReplayArgs,
) -> Result<Exit, CliError> {
    let at = past.at.clone();
    drop(past);
    player::run(context, (replica, &at), reel, args.speed.as_deref())
}

/// Finds out what is replayed; none where there is no cycle yet.
fn scope(
    context: &mut Context,
    past: &Past<'_>,
    args: &ReplayArgs,
) -> Result<Option<Scope>, CliError> {
    let texts: Vec<String> = args.reference.iter().cloned().collect();
    let about = past.find(context, &texts, KINDS)?.first().copied();
    let about = match about {
        Some(about) => Some(about),
        None => past.team_scope(context)?.map(EntityId::from),
    };
    match about {
        Some(about @ (EntityId::Cycle(_) | EntityId::Objective(_) | EntityId::KeyResult(_))) => {
            return Ok(Some(Scope { about, cycle: None }));
        }
        Some(
            EntityId::Team(_)
            | EntityId::Org(_)
            | EntityId::Person(_)
            | EntityId::CheckIn(_)
            | EntityId::Comment(_)
            | EntityId::Initiative(_)
            | EntityId::Metric(_)
            | EntityId::MetricValue(_),
        )
        | None => {}
    }
    let cycles = past.cycles_in_scope(context)?;
    if cycles.len() > 1 {
        let message = "a replay is of one cycle at a time, not of all of them";
        return Err(CliError::usage("one-cycle", message)
            .with_hint("name one: okr replay -c 2026-Q3; okr list cycles shows them"));
    }
    Ok(cycles.first().map(|cycle| match about {
        Some(about) => Scope {
            about,
            cycle: Some(cycle.id),
        },
        None => Scope {
            about: cycle.id.into(),
            cycle: None,
        },
    }))
}

/// Reads which frames there are, on the axis that fits.
fn reel(
    context: &mut Context,
    past: &Past<'_>,
    scope: Scope,
    args: &ReplayArgs,
) -> Result<Reel, CliError> {
    let window = Window::read(context, past, (args.from.as_deref(), args.to.as_deref()))?;
    let (until, until_position) = match past.at.moment.point {
        Point::Now => (window.until, None),
        Point::Position(position) => (window.until, Some(position)),
        Point::Time(at) => (Some(window.until.map_or(at, |until| until.min(at))), None),
    };
    let positions = [until_position, window.until_position]
        .into_iter()
        .flatten();
    let mut cut = Cut {
        axis: past.at.moment.axis,
        step: args.by,
        since: window.since,
        until,
        until_position: positions.min(),
    };
    let is_free = context.globals.axis.is_none()
        && context.globals.at.is_none()
        && cut.until_position.is_none();
    // Imported history was recorded long after the days that it is about.
    let whole = Cut {
        since: None,
        until: None,
        ..cut
    };
    if !is_free || !Reel::read(past, scope, whole)?.is_imported() {
        return Reel::read(past, scope, cut);
    }
    cut.axis = Axis::Authored;
    context.ui.note(
        "all of this was imported, so it is replayed by the dates when it was written \
         (--axis recorded: by when it was recorded here)",
    );
    Reel::read(past, scope, cut)
}

/// Prints one frame after the other; each is read when the one before is done.
fn print(context: &mut Context, past: &mut Past<'_>, reel: &Reel) -> Result<(), CliError> {
    let output = context.ui.output();
    let depth = Depth {
        changes: usize::MAX,
        for_people: output == OutputFormat::Table,
    };
    let mut document = Vec::new();
    let mut earlier = standing_before(reel, 0, past)?;
    for index in 0..reel.len() {
        let given = (earlier.as_ref(), depth);
        let scene = Scene::read(reel, index, (context, past), given)?;
        let title = Title {
            number: index + 1,
            of: reel.len(),
            when: reel.when(index),
        };
        match output {
            OutputFormat::Table => {
                let text = screen::render(&scene, &title, past, context.ui.screen());
                context.ui.print(&text);
            }
            OutputFormat::Json => document.push(item(&scene, &title, reel, past)),
            OutputFormat::Jsonl | OutputFormat::Id => {
                let item = item(&scene, &title, reel, past);
                context.ui.item(&item, |_| String::new());
            }
        }
        if context.ui.is_closed() {
            return Ok(());
        }
        earlier = scene.standing;
    }
    if output == OutputFormat::Json {
        let mut frame = past.frame(context)?;
        frame.axis = axis_word(reel.cut.axis);
        context.ui.answer(&frame, &document, |_| String::new());
    }
    Ok(())
}

fn item(scene: &Scene, title: &Title, reel: &Reel, past: &Past<'_>) -> FrameItem {
    let goals = scene.standing.iter();
    FrameItem {
        frame: title.number,
        of: title.of,
        at: crate::render::iso(reel.at(title.number - 1), &past.at.clock.zone),
        axis: axis_word(reel.cut.axis),
        changes: scene
            .entries
            .iter()
            .map(|entry| ChangeItem::new(entry, &past.names))
            .collect(),
        objectives: goals
            .flat_map(|standing| &standing.objectives)
            .map(|objective| ObjectiveItem::new(objective, &past.names))
            .collect(),
    }
}
