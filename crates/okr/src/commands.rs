//! The commands: one file for each verb or noun.

mod help;
mod workspace;

use crate::args::{Command, HelpArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;

/// Runs a command; none is `okr` alone.
///
/// # Errors
/// Whatever keeps the command from doing what was asked.
pub(crate) fn run(context: &mut Context, command: Option<Command>) -> Result<Exit, CliError> {
    match command {
        None => help::run(context, &HelpArgs { topic: Vec::new() }),
        Some(Command::Workspace(args)) => workspace::run(context, &args),
        Some(Command::Help(args)) => help::run(context, &args),
    }
}
