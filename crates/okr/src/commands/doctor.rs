//! `okr doctor`: what could keep `okr` from working here, and what to do about it.
//!
//! Looks at everything, whatever the first look finds. Asks the server once, for a short time.

mod check;
mod copy;
mod machine;
mod server;

use crate::args::DoctorArgs;
use crate::commands::counted;
use crate::context::Context;
use crate::exit::Exit;
use crate::render::{Cell, Screen, Tone, page, wrap};
use crate::workspace::Workspace;
pub(super) use check::Check;
use check::State;

/// Runs `okr doctor`.
/// What is wrong is the answer, never an error of its own.
pub(crate) fn run(context: &mut Context, args: &DoctorArgs) -> Exit {
    let mut checks = vec![machine::program(), machine::settings(context)];
    checks.extend(machine::aliases(context));
    match context.workspace().cloned() {
        Ok(workspace) => in_workspace(context, (&workspace, args.fix), &mut checks),
        Err(error) => checks.push(Check::of_error("workspace", &error)),
    }
    checks.push(machine::terminal(context));
    let count = |state| checks.iter().filter(|check| check.state == state).count();
    let (problems, warnings) = (count(State::Problem), count(State::Warning));
    let frame = context.plain_frame();
    context.ui.answer(&frame, &checks, |screen| {
        let mut text = page(
            checks
                .iter()
                .flat_map(|check| lines(check, screen))
                .collect(),
        );
        let end = format!(
            "{}, {}\n",
            counted(problems, "problem"),
            counted(warnings, "warning")
        );
        text.push_str(&end);
        text
    });
    if problems > 0 {
        Exit::ConditionNotMet
    } else {
        Exit::Ok
    }
}

fn in_workspace(
    context: &mut Context,
    (workspace, fix): (&Workspace, bool),
    checks: &mut Vec<Check>,
) {
    let at = format!("{}, in {}", workspace.name, workspace.directory.display());
    checks.push(Check::ok("workspace", at));
    checks.push(copy::token_file(workspace, fix));
    let (looked, replica) = copy::replica(workspace, fix);
    checks.extend(looked);
    let Some(replica) = replica else {
        return;
    };
    match replica.info() {
        Ok(info) => {
            checks.extend(copy::clock(context, &replica, &info));
            checks.push(copy::waiting(&info));
            checks.push(server::reached(context, &info));
        }
        Err(error) => {
            let error = crate::failure::replica(error);
            checks.push(Check::of_error("replica", &error));
        }
    }
}

/// Writes what was looked at, and under it what to do.
fn lines(check: &Check, screen: &Screen) -> Vec<String> {
    const STATE: usize = 9;
    const TOPIC: usize = 11;
    let (tone, word) = match check.state {
        State::Ok => (Tone::Good, "ok"),
        State::Warning => (Tone::Warning, "warning"),
        State::Problem => (Tone::Bad, "problem"),
    };
    if !screen.terminal {
        let hint = check.hint.as_deref().unwrap_or_default();
        let text = crate::ui::sanitise(&check.text);
        let line = format!(
            "{word}\t{}\t{text}\t{}",
            check.topic,
            crate::ui::sanitise(hint)
        );
        return vec![line.trim_end().to_owned()];
    }
    let indent = STATE + TOPIC;
    let width = screen.room_after(indent);
    let text = wrap(&check.text, width, screen);
    let hints = check.hint.iter().flat_map(|hint| wrap(hint, width, screen));
    let parts = text
        .into_iter()
        .map(|part| (Tone::Plain, part))
        .chain(hints.map(|hint| (Tone::Accent, hint)));
    let mut lines = Vec::new();
    for (tone_of_part, part) in parts {
        let head = if lines.is_empty() {
            Cell::toned(tone, word).and_at(STATE, Cell::toned(Tone::Strong, check.topic))
        } else {
            Cell::empty()
        };
        let line = head.and_at(indent, Cell::toned(tone_of_part, &part));
        lines.push(
            line.paint(screen.width, screen)
                .trim_end_matches(' ')
                .to_owned(),
        );
    }
    lines
}
