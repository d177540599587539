//! `okr tutorial`: ten lessons in a workspace that is thrown away.
//!
//! The workspace is an ordinary one, so that what a lesson says to type is what it would be anywhere
//! else. A file in it says that the tutorial made it, and which lesson comes; without that file
//! nothing is ever deleted.

mod lessons;
mod story;

use std::fs;

use okr_replica::Replica;
use schemars::JsonSchema;
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
use lessons::{LESSONS, Lesson};

/// The name of the workspace.
const NAME: &str = "tutorial";
/// The file that says that the tutorial made the workspace.
const MARK: &str = "tutorial.toml";

/// How far somebody is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Progress {
    /// Whether the workspace was made as a whole.
    has_story: bool,
    /// How many lessons lie behind.
    behind: usize,
}

/// A lesson in machine output.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LessonItem {
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
            let begun = begun(&workspace)?;
            let progress = Progress {
                behind: begun.behind.saturating_sub(1),
                ..begun
            };
            keep(&workspace, progress)?;
            show(context, &workspace, progress)
        }
        None => {
            if args.reset || progress(&workspace)?.is_none() {
                // What is there is an old one, or the part of one that was killed while it was made.
                remove(&workspace)?;
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

/// Returns how far somebody is; none before there is a whole workspace.
fn progress(workspace: &Workspace) -> Result<Option<Progress>, CliError> {
    let progress: Progress = config::load(&workspace.directory.join(MARK))?;
    Ok(progress.has_story.then_some(Progress {
        behind: progress.behind.min(LESSONS.len()),
        ..progress
    }))
}

fn begun(workspace: &Workspace) -> Result<Progress, CliError> {
    progress(workspace)?.ok_or_else(not_begun)
}

fn not_begun() -> CliError {
    CliError::user("no-tutorial", "no tutorial was begun here")
        .with_exit(Exit::NotFound)
        .with_hint("okr tutorial")
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
    // From here on the directory says whose it is, however this ends.
    fs::create_dir_all(&workspace.directory).map_err(|error| {
        let message = format!("{} cannot be made", workspace.directory.display());
        CliError::config("bad-data-dir", message).caused_by(&error)
    })?;
    keep(workspace, Progress::default())?;
    let args = InitArgs {
        name: Some("Tutorial".to_owned()),
        ..InitArgs::named(NAME)
    };
    let init::Founded {
        mut replica,
        handle,
        ..
    } = init::found(context, workspace, &args)?;
    context.choose(workspace.clone());
    let today = context.present(&replica)?.1.today();
    let story = story::of(today, &handle);
    import::take_in_text(context, &mut replica, ("the tutorial", &story))?;
    let begun = Progress {
        has_story: true,
        behind: 0,
    };
    keep(workspace, begun)
}

fn next(
    context: &mut Context,
    workspace: &Workspace,
    progress: Progress,
    skip: bool,
) -> Result<Exit, CliError> {
    if !skip
        && let Some(lesson) = LESSONS.get(progress.behind)
        && done(context, workspace, lesson)? == Some(false)
    {
        return Err(not_done(context, lesson));
    }
    let progress = Progress {
        behind: (progress.behind + 1).min(LESSONS.len()),
        ..progress
    };
    keep(workspace, progress)?;
    show(context, workspace, progress)
}

fn not_done(context: &Context, lesson: &Lesson) -> CliError {
    let message = format!("\"{}\" is not done", lesson.title);
    let error = CliError::user("lesson-not-done", message).with_exit(Exit::ConditionNotMet);
    typed(context, lesson)
        .into_iter()
        .fold(error, CliError::with_hint)
        .with_hint("okr tutorial next --skip goes on without it")
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
    if !is_ours(workspace) {
        return Err(not_begun());
    }
    remove(workspace)?;
    super::workspace::follow(context, NAME, None)?;
    let frame = context.plain_frame();
    context
        .ui
        .answer::<LessonItem>(&frame, &[], |_| String::new());
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
    workspace.delete()
}
