//! Arguments of the commands about settings: config and alias.

use clap::{Args, Subcommand};

use crate::help;

/// Arguments of `okr config`.
#[derive(Args, Debug)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

/// What can be done with settings.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// List every setting and what it is
    #[command(visible_alias = "ls")]
    List(ConfigListArgs),
    /// Print what a setting is
    Get(ConfigGetArgs),
    /// Set something
    Set(ConfigSetArgs),
    /// Take a setting back, so that what is weaker holds
    Unset(ConfigUnsetArgs),
    /// Open a settings file in your editor
    Edit(ConfigFileArgs),
    /// Print where a settings file is
    Path(ConfigFileArgs),
    /// Say what can be set, to what, and where
    Explain(ConfigExplainArgs),
}

/// Arguments of `okr config list`.
#[derive(Args, Debug)]
#[command(after_help = help::CONFIG_LIST)]
pub(crate) struct ConfigListArgs {
    /// Show where each value comes from: the variable, or the file and its line
    #[arg(long)]
    pub(crate) origin: bool,
}

/// Arguments of `okr config get`.
#[derive(Args, Debug)]
#[command(after_help = help::CONFIG_GET)]
pub(crate) struct ConfigGetArgs {
    /// The setting
    #[arg(value_name = "SETTING")]
    pub(crate) key: String,
}

/// Arguments of `okr config set`.
#[derive(Args, Debug)]
#[command(after_help = help::CONFIG_SET)]
pub(crate) struct ConfigSetArgs {
    /// The setting
    #[arg(value_name = "SETTING")]
    pub(crate) key: String,

    /// What it shall be
    #[arg(value_name = "VALUE")]
    pub(crate) value: String,

    /// Set it for this directory and everything below it, in .okr.toml
    #[arg(long)]
    pub(crate) here: bool,
}

/// Arguments of `okr config unset`.
#[derive(Args, Debug)]
#[command(after_help = help::CONFIG_UNSET)]
pub(crate) struct ConfigUnsetArgs {
    /// The setting
    #[arg(value_name = "SETTING")]
    pub(crate) key: String,

    /// Take it out of the .okr.toml of this directory
    #[arg(long)]
    pub(crate) here: bool,
}

/// Arguments of `okr config edit` and `okr config path`.
#[derive(Args, Debug)]
#[command(after_help = help::CONFIG_FILE)]
pub(crate) struct ConfigFileArgs {
    /// The .okr.toml of this directory
    #[arg(long)]
    pub(crate) here: bool,
}

/// Arguments of `okr config explain`.
#[derive(Args, Debug)]
#[command(after_help = help::CONFIG_EXPLAIN)]
pub(crate) struct ConfigExplainArgs {
    /// The setting; without it, all of them
    #[arg(value_name = "SETTING")]
    pub(crate) key: Option<String>,
}

/// Arguments of `okr alias`.
#[derive(Args, Debug)]
pub(crate) struct AliasArgs {
    #[command(subcommand)]
    pub(crate) command: AliasCommand,
}

/// What can be done with names of commands.
#[derive(Debug, Subcommand)]
pub(crate) enum AliasCommand {
    /// List the commands that you have named
    #[command(visible_alias = "ls", after_help = help::ALIAS_LIST)]
    List,
    /// Give a command line a name
    Set(AliasSetArgs),
    /// Take a name away
    Delete(AliasDeleteArgs),
}

/// Arguments of `okr alias set`.
#[derive(Args, Debug)]
#[command(after_help = help::ALIAS_SET)]
pub(crate) struct AliasSetArgs {
    /// The name: letters, digits, hyphens
    #[arg(value_name = "ALIAS")]
    pub(crate) alias: String,

    /// The command line that it stands for, without okr
    #[arg(
        value_name = "COMMAND",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub(crate) line: Vec<String>,
}

/// Arguments of `okr alias delete`.
#[derive(Args, Debug)]
#[command(after_help = help::ALIAS_DELETE)]
pub(crate) struct AliasDeleteArgs {
    /// The name
    #[arg(value_name = "ALIAS")]
    pub(crate) alias: String,
}
