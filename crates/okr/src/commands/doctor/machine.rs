//! What is looked at without a workspace: the program, the settings, the terminal.

use clap::CommandFactory as _;

use super::check::Check;
use crate::args::Arguments;
use crate::context::Context;
use crate::settings::Settings;

/// Says which program this is.
pub(super) fn program() -> Check {
    let version = env!("CARGO_PKG_VERSION");
    let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    Check::ok("program", format!("okr {version} on {system} {machine}"))
}

/// Reads the settings.
pub(super) fn settings(context: &Context) -> Check {
    let file = &context.places.config_file;
    match Settings::load(file, context.environment.directory()) {
        Err(error) => Check::of_error("settings", &error),
        Ok(settings) => {
            let own = if file.exists() {
                file.display().to_string()
            } else {
                format!("none in {}", file.display())
            };
            let pinned = settings.directory_file.as_ref();
            let pinned = pinned.map(|file| format!(", and {} here", file.display()));
            Check::ok("settings", format!("{own}{}", pinned.unwrap_or_default()))
        }
    }
}

/// Finds names for commands that have become the names of commands.
pub(super) fn aliases(context: &Context) -> Vec<Check> {
    let Ok(settings) = Settings::load(&context.places.config_file, None) else {
        return Vec::new();
    };
    let commands = Arguments::command();
    let hidden = settings.aliases.keys();
    hidden
        .filter(|alias| commands.find_subcommand(alias).is_some())
        .map(|alias| {
            let text =
                format!("{alias} is a command of okr, so your name for another is never used");
            Check::warning("alias", text, &format!("okr alias delete {alias}"))
        })
        .collect()
}

/// Says what is drawn for.
pub(super) fn terminal(context: &Context) -> Check {
    let screen = context.ui.screen();
    let colour = if screen.color { "colour" } else { "no colour" };
    let letters = if screen.ascii { "ASCII" } else { "UTF-8" };
    if !screen.terminal {
        return Check::ok("terminal", format!("none here: {colour}, {letters}"));
    }
    let text = format!("{} columns, {colour}, {letters}", screen.width);
    if screen.width < 60 {
        let hint = "screens are made for 80 columns; a wider window shows more";
        return Check::warning("terminal", text, hint);
    }
    Check::ok("terminal", text)
}
