//! `okr completions`: the file with which a package sets completion up.
//!
//! It asks the program for the real script each time that a shell starts, so it cannot become stale.

use crate::args::{CompletionsArgs, ShellName};
use crate::context::Context;
use crate::exit::Exit;

const BASH: &str = include_str!("completions/okr.bash");
const ZSH: &str = include_str!("completions/okr.zsh");
const FISH: &str = include_str!("completions/okr.fish");

/// Runs `okr completions`.
pub(crate) fn run(context: &mut Context, args: &CompletionsArgs) -> Exit {
    context.ui.print(match args.shell {
        ShellName::Bash => BASH,
        ShellName::Zsh => ZSH,
        ShellName::Fish => FISH,
    });
    Exit::Ok
}
