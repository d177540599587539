//! `okr tutorial`: ten lessons in a workspace that is thrown away.
//!
//! The workspace is an ordinary one, so that what a lesson says to type is what it would be anywhere
//! else. A file in it says that the tutorial made it, and which lesson comes; without that file
//! nothing is ever deleted.

mod lessons;
mod story;

use std::fs;

use jiff::tz::TimeZone;
use okr_core::event::NewOrg;
use okr_core::text::{Name, TimeZoneName};
use okr_core::value::{CadenceDays, EditPolicy, ValueError, WeekStart};
use okr_replica::Replica;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{import, init};
use crate::args::{InitArgs, TutorialArgs, TutorialCommand};
use crate::config;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::render::{Cell, Screen, Tone};
use crate::ui::Item;
use crate::workspace::Workspace;
use crate::zone::zone_named;
use lessons::{LESSONS, Lesson};

/// The name of the workspace.
const NAME: &str = "tutorial";
/// The file that says that the tutorial made the workspace.
const MARK: &str = "tutorial.toml";

/// How far somebody is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Progress {
    /// How many lessons lie behind.
    behind: usize,
}

/// A lesson in machine output.
#[derive(Debug, Serialize)]
struct LessonItem {
    number: usize,
    of: usize,
    title: &'static str,
    text: &'static str,
    commands: Vec<String>,
    /// Whether it was done; null where that leaves no trace.
    done: Option<bool>,
    workspace: String,
}

impl Item for LessonItem {
    const TYPE: &'static str = "lesson";
    const SCHEMA: &'static str = "LessonList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}

/// Runs `okr tutorial`.
///
/// # Errors
/// When there is a workspace of that name that the tutorial did not make, when a lesson is not done,
/// or when the workspace cannot be made, read or deleted.
pub(crate) fn run(context: &mut Context, args: &TutorialArgs) -> Result<Exit, CliError> {
    let workspace = context.places.workspace(NAME)?;
    refuse_another(&workspace)?;
    match args.command {
        Some(TutorialCommand::End) => end(context, &workspace),
        Some(TutorialCommand::Next(args)) => {
            let progress = begun(&workspace)?;
            next(context, &workspace, progress, args.skip)
        }
        Some(TutorialCommand::Back) => {
            let progress = Progress {
                behind: begun(&workspace)?.behind.saturating_sub(1),
            };
            keep(&workspace, progress)?;
            show(context, &workspace, progress)
        }
        None => {
            if args.reset {
                remove(&workspace)?;
            }
            if !is_ours(&workspace) {
                begin(context, &workspace)?;
            }
            show(context, &workspace, begun(&workspace)?)
        }
    }
}

fn is_ours(workspace: &Workspace) -> bool {
    workspace.directory.join(MARK).exists()
}

/// Refuses to touch a workspace that somebody made for something else.
fn refuse_another(workspace: &Workspace) -> Result<(), CliError> {
    if !workspace.exists() || is_ours(workspace) {
        return Ok(());
    }
    let message = format!("there is a workspace \"{NAME}\" that the tutorial did not make");
    Err(CliError::user("workspace-exists", message)
        .with_hint("OKR_DATA_DIR=/tmp/okr-tutorial okr tutorial has its workspace elsewhere"))
}

fn begun(workspace: &Workspace) -> Result<Progress, CliError> {
    if !is_ours(workspace) {
        return Err(CliError::user("no-tutorial", "no tutorial was begun here")
            .with_exit(Exit::NotFound)
            .with_hint("okr tutorial"));
    }
    let progress: Progress = config::load(&workspace.directory.join(MARK))?;
    Ok(Progress {
        behind: progress.behind.min(LESSONS.len()),
    })
}

fn keep(workspace: &Workspace, progress: Progress) -> Result<(), CliError> {
    config::save(&workspace.directory.join(MARK), &progress)
}

/// Makes the workspace with its story.
fn begin(context: &mut Context, workspace: &Workspace) -> Result<(), CliError> {
    // Where there was one workspace, it was the one that commands worked in; it stays so.
    if let [only] = context.places.workspaces()?.as_slice() {
        init::prefer(context, &only.clone())?;
    }
    let zone = TimeZone::system().iana_name().unwrap_or("UTC").to_owned();
    let bad = |error: ValueError| init::bad_value("the time zone of this machine", &error);
    let new = NewOrg {
        name: Name::new("Tutorial").map_err(bad)?,
        time_zone: TimeZoneName::new(zone).map_err(bad)?,
        week_start: WeekStart::Monday,
        edit_policy: EditPolicy::Everyone,
        reason_after_commitment: true,
        cadence: CadenceDays::WEEKLY,
    };
    let today = zone_named(new.time_zone.as_str())?
        .to_datetime(context.now)
        .date();
    let made = made(context, workspace, new).and_then(|(mut replica, handle)| {
        let story = story::of(today, &handle);
        import::take_in_text(context, &mut replica, ("the tutorial", &story))?;
        keep(workspace, Progress::default())
    });
    if made.is_err() {
        // Nothing of it is anybody's work yet, and half of it would be in the way of the next try.
        fs::remove_dir_all(&workspace.directory).ok();
    }
    made
}

fn made(
    context: &mut Context,
    workspace: &Workspace,
    new: NewOrg,
) -> Result<(Replica, String), CliError> {
    let founded = init::found(context, workspace, new, &InitArgs::named(NAME))?;
    context.choose(workspace.clone());
    Ok((founded.replica, founded.handle))
}

fn next(
    context: &mut Context,
    workspace: &Workspace,
    progress: Progress,
    skip: bool,
) -> Result<Exit, CliError> {
    let lesson = LESSONS.get(progress.behind);
    let is_done = lesson.map(|lesson| done(context, workspace, lesson));
    if is_done.transpose()?.flatten() == Some(false) && !skip {
        let lesson = &LESSONS[progress.behind];
        let mut error = CliError::user(
            "lesson-not-done",
            format!("\"{}\" is not done", lesson.title),
        )
        .with_exit(Exit::ConditionNotMet);
        for command in typed(context, lesson) {
            error = error.with_hint(command);
        }
        return Err(error.with_hint("okr tutorial next --skip goes on without it"));
    }
    let progress = Progress {
        behind: (progress.behind + 1).min(LESSONS.len()),
    };
    keep(workspace, progress)?;
    show(context, workspace, progress)
}

/// Says whether a lesson was done; none where that leaves no trace.
fn done(
    context: &mut Context,
    workspace: &Workspace,
    lesson: &Lesson,
) -> Result<Option<bool>, CliError> {
    let Some(is_done) = lesson.done else {
        return Ok(None);
    };
    let replica = Replica::open(&workspace.directory).map_err(failure::replica)?;
    let (reading, _) = context.present(&replica)?;
    is_done(&reading).map(Some).map_err(failure::replica)
}

/// Returns the commands of a lesson as they have to be typed here.
fn typed(context: &Context, lesson: &Lesson) -> Vec<String> {
    let named = context.globals.workspace.as_deref();
    let named = named.or_else(|| context.environment.get("OKR_WORKSPACE"));
    let chosen = context.places.choose(named);
    let is_chosen = chosen.is_ok_and(|workspace| workspace.name == NAME);
    let commands = lesson.commands.iter();
    let whole = commands.map(|command| match command.strip_prefix("okr") {
        Some(rest) if !is_chosen => format!("okr -w {NAME}{rest}"),
        Some(_) | None => (*command).to_owned(),
    });
    whole.collect()
}

fn show(
    context: &mut Context,
    workspace: &Workspace,
    progress: Progress,
) -> Result<Exit, CliError> {
    let Some(lesson) = LESSONS.get(progress.behind) else {
        finish(context);
        return Ok(Exit::Ok);
    };
    let item = LessonItem {
        number: progress.behind + 1,
        of: LESSONS.len(),
        title: lesson.title,
        text: lesson.text,
        commands: typed(context, lesson),
        done: done(context, workspace, lesson)?,
        workspace: NAME.to_owned(),
    };
    let frame = context.plain_frame();
    let items = [item];
    context
        .ui
        .answer(&frame, &items, |screen| screen_of(&items[0], screen));
    let is_apart = items[0].commands.iter().any(|line| line.contains(" -w "));
    if is_apart && progress.behind == 0 {
        context.ui.hint(&format!(
            "export OKR_WORKSPACE={NAME} in this terminal saves typing -w {NAME}"
        ));
    }
    Ok(Exit::Ok)
}

fn screen_of(item: &LessonItem, screen: &Screen) -> String {
    let LessonItem { number, of, .. } = item;
    let heading = format!("Lesson {number} of {of} {} {}", screen.dot(), item.title);
    let mut text = Cell::toned(Tone::Strong, &heading).paint(usize::MAX, screen);
    text += "\n\n";
    text += item.text;
    text += "\n\n";
    for command in &item.commands {
        text += "  ";
        text += &Cell::toned(Tone::Accent, command).paint(usize::MAX, screen);
        text += "\n";
    }
    text += "\n";
    text += match item.done {
        Some(true) => "Done. Go on:  okr tutorial next",
        Some(false) => "Then:  okr tutorial next",
        None => "Go on:  okr tutorial next",
    };
    text += "\n";
    text
}

fn finish(context: &mut Context) {
    let frame = context.plain_frame();
    let none: [LessonItem; 0] = [];
    context
        .ui
        .answer(&frame, &none, |_| "That was the last lesson.\n".to_owned());
    context
        .ui
        .hint("okr tutorial end deletes its workspace; okr tutorial --reset begins again");
    context
        .ui
        .hint("okr init NAME begins goals of your own; okr clone URL gets those of your company");
}

fn end(context: &mut Context, workspace: &Workspace) -> Result<Exit, CliError> {
    begun(workspace)?;
    remove(workspace)?;
    super::workspace::follow(context, NAME, None)?;
    context.ui.note("the workspace of the tutorial is gone");
    context
        .ui
        .hint("okr init NAME begins goals of your own; okr clone URL gets those of your company");
    Ok(Exit::Ok)
}

/// Deletes the workspace, if the tutorial made it.
fn remove(workspace: &Workspace) -> Result<(), CliError> {
    if !is_ours(workspace) {
        return Ok(());
    }
    fs::remove_dir_all(&workspace.directory).map_err(|error| {
        let message = format!("{} cannot be deleted", workspace.directory.display());
        CliError::config("cannot-delete", message).caused_by(&error)
    })
}
