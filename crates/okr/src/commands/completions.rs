//! `okr completions`: the file with which a package sets completion up.
//!
//! It asks the program for the real script each time that a shell starts, so it cannot become stale.

use crate::args::{CompletionsArgs, ShellName};
use crate::context::Context;
use crate::exit::Exit;
use crate::output::TextItem;

const BASH: &str = include_str!("completions/okr.bash");
const ZSH: &str = include_str!("completions/okr.zsh");
const FISH: &str = include_str!("completions/okr.fish");

/// Runs `okr completions`.
pub(crate) fn run(context: &mut Context, args: &CompletionsArgs) -> Exit {
    let text = match args.shell {
        ShellName::Bash => BASH,
        ShellName::Zsh => ZSH,
        ShellName::Fish => FISH,
    };
    let items = [TextItem {
        about: args.shell.word().to_owned(),
        text: text.to_owned(),
    }];
    let frame = context.plain_frame();
    context.ui.answer(&frame, &items, |_| text.to_owned());
    Exit::Ok
}
