//! Arguments of the commands about the shell: completions.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

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

/// Arguments of `okr doctor`.
#[derive(Args, Debug)]
#[command(after_help = help::DOCTOR)]
pub(crate) struct DoctorArgs {
    /// Mend what can be mended without losing anything: rights of the token's file, an older copy
    #[arg(long)]
    pub(crate) fix: bool,
}

/// Arguments of `okr util`.
#[derive(Args, Debug)]
pub(crate) struct UtilArgs {
    #[command(subcommand)]
    pub(crate) command: UtilCommand,
}

/// What whoever makes a package needs.
#[derive(Debug, Subcommand)]
pub(crate) enum UtilCommand {
    /// Write a man page for each command into a directory
    Man(ManArgs),
}

/// Arguments of `okr util man`.
#[derive(Args, Debug)]
#[command(after_help = help::UTIL_MAN)]
pub(crate) struct ManArgs {
    /// The directory, which is made if need be; what is there of the same name is replaced
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
}

/// Arguments of `okr schema`.
#[derive(Args, Debug)]
#[command(after_help = help::SCHEMA)]
pub(crate) struct SchemaArgs {
    /// The command; a name as in the "schema" of a document; or envelope, error or remark
    #[arg(value_name = "COMMAND")]
    pub(crate) about: Vec<String>,

    /// List the commands and what each answers with; so does no command at all
    #[arg(long, conflicts_with_all = ["about", "lines", "strict"])]
    pub(crate) list: bool,

    /// Describe a line of -o jsonl, not the document of -o json
    #[arg(long, requires = "about")]
    pub(crate) lines: bool,

    /// Refuse fields that this version does not have; without it later versions fit, too
    #[arg(long, requires = "about")]
    pub(crate) strict: bool,
}

/// Arguments of `okr completions`.
#[derive(Args, Debug)]
#[command(after_help = help::COMPLETIONS)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: ShellName,
}
