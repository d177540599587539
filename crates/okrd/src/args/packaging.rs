//! The arguments of what whoever makes a package needs.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  okrd completions bash > /etc/bash_completion.d/okrd
  okrd completions zsh > ~/.zfunc/_okrd            a directory of $fpath
  okrd completions fish > ~/.config/fish/completions/okrd.fish";

const MAN_EXAMPLES: &str = "\
Examples:
  okrd util man man                              okrd.8, a page a command, okrd.toml.5
  man ./man/okrd-serve.8";

/// What `okrd completions` needs.
#[derive(Debug, Args)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub(crate) struct CompletionsArguments {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: ShellName,
}

/// A shell that completes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShellName {
    /// Bash, with the package bash-completion or without
    Bash,
    /// Zsh
    Zsh,
    /// Fish
    Fish,
}

/// What `okrd util` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum UtilCommand {
    /// Write the manual pages: of the program, of each command, and of the file of settings
    Man(ManArguments),
}

/// What `okrd util man` needs.
#[derive(Debug, Args)]
#[command(after_help = MAN_EXAMPLES)]
pub(crate) struct ManArguments {
    /// The directory for the pages; made if it is not there
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
}
