//! The OKR command line: parse arguments, call the replica, print.

mod args;
mod change_words;
mod command_line;
mod commands;
mod completion;
mod config;
mod context;
mod crash;
mod credentials;
mod describe;
mod editor;
pub mod environment;
pub mod error;
mod exchange;
pub mod exit;
mod failure;
#[cfg(test)]
mod fuzzing;
mod help;
pub mod help_topics;
mod history_file;
mod import;
mod interrupt;
mod names;
mod output;
mod parse;
mod plan;
pub mod render;
mod resolve;
mod settings;
pub mod short_id;
mod slug;
mod table;
mod text_file;
pub mod ui;
pub mod value_text;
pub mod when;
mod whole_file;
mod why;
mod wording;
mod workspace;
mod write;
mod zone;

use std::ffi::OsString;
use std::process::ExitCode;

use context::Context;
use error::ErrorKind;
use exit::Exit;
use parse::{Answered, Parsed};
use ui::Ui;
use workspace::Environment;

/// Runs `okr` with the arguments, environment and streams of the process.
pub fn main() -> ExitCode {
    crash::guarded(run_process).into()
}

fn run_process() -> Exit {
    let words: Vec<OsString> = std::env::args_os().collect();
    if let Some(exit) = completion::answered(&words) {
        return exit;
    }
    let environment = Environment::of_process();
    let parsed = match understood(&words, &environment) {
        Ok(parsed) => parsed,
        Err(answered) => {
            // Whatever is wrong with the settings, help can be read.
            let unset = environment.clone().without_settings();
            let environment = environment.with_settings().unwrap_or(unset);
            return answered.say(&environment);
        }
    };
    let Parsed {
        globals,
        command,
        line,
    } = parsed;
    let mends = command.as_ref().is_some_and(args::Command::mends_settings);
    let environment = match environment.clone().with_settings() {
        Err(_) if mends => Ok(environment.without_settings()),
        read => read,
    };
    let environment = match environment {
        Ok(environment) => environment,
        Err(error) => return Ui::of_process(&globals.ui).error(&error),
    };
    let mut context = match Context::of_process(globals, environment) {
        Ok(context) => context,
        Err((mut ui, error)) => return ui.error(&error),
    };
    context.command_line = line;
    run(&mut context, command)
}

/// Understands a command line; a word that is no command may be the name that somebody gave one.
fn understood(words: &[OsString], environment: &Environment) -> Result<Parsed, Answered> {
    let refused = match parse::command_line(words.iter().cloned()) {
        Err(refused @ Answered::Refused { .. }) => refused,
        understood => return understood,
    };
    match commands::expanded(words, environment.clone()) {
        Ok(Some(expanded)) => parse::command_line(expanded.into_iter()),
        Ok(None) => Err(refused),
        Err(error) => Err(Answered::Refused {
            error,
            json: refused.is_json(),
        }),
    }
}

/// Runs a command and ends the answer; errors are printed here and nowhere else.
fn run(context: &mut Context, command: Option<args::Command>) -> Exit {
    let result = commands::run(context, command);
    let result = result.and_then(|exit| context.check_unwritten().map(|()| exit));
    match (result, context.ui.finish()) {
        (Ok(exit), Ok(())) => exit,
        (Ok(_), Err(error)) if error.kind() != ErrorKind::BrokenPipe => {
            let error = context.with_what_was_done(error);
            context.ui.error(&error)
        }
        (Ok(_), Err(error)) | (Err(error), _) => {
            let error = context.with_token_variable(error);
            context.ui.error(&error)
        }
    }
}
