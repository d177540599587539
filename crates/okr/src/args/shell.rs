//! Arguments of the commands about the shell: completions.

use clap::{Args, ValueEnum};

use crate::help;

/// A shell that completion can be set up for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub(crate) enum ShellName {
    /// bash, from 3.2 on
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
}

impl ShellName {
    /// Returns the word that is typed for it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
        }
    }
}

/// Arguments of `okr completions`.
#[derive(Args, Debug)]
#[command(after_help = help::COMPLETIONS)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: ShellName,
}
