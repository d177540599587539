//! The flags that come from the table of settings, so that a new setting has its flag without another line.

use std::path::PathBuf;

use clap::builder::{PathBufValueParser, StringValueParser};
use clap::{Arg, ArgMatches, Args, Command, Error, FromArgMatches};

use crate::config::{
    Config, ConfigError, DEFAULT_FILE, FILE_VARIABLE, Key, Kind, Settings, Sources,
};

/// The flag that names the file.
const FILE_FLAG: &str = "config";
/// The setting that every command has which works on the data.
const DATA: &str = "server.data";
/// The settings that say where the server answers.
const PLACES: [&str; 2] = ["server.listen", "metrics.listen"];

/// `--config`, and a flag for each setting.
#[derive(Clone, Debug)]
pub(crate) struct SettingFlags(Sources);

/// `--config` and `--data`: where the data is.
#[derive(Clone, Debug)]
pub(crate) struct DataArgument(Sources);

/// `--config`, `--listen` and `--metrics-listen`: where the server answers.
#[derive(Clone, Debug)]
pub(crate) struct PlaceArguments(Sources);

impl SettingFlags {
    /// Returns what this process was given beside the file.
    pub(crate) const fn sources(&self) -> &Sources {
        &self.0
    }

    /// Puts all layers together.
    pub(crate) fn load(&self) -> Result<Config, ConfigError> {
        self.0.load()
    }
}

impl DataArgument {
    /// Puts all layers together.
    pub(crate) fn settings(&self) -> Result<Settings, ConfigError> {
        Ok(self.0.load()?.settings)
    }

    /// Returns the data directory.
    pub(crate) fn path(&self) -> Result<PathBuf, ConfigError> {
        self.settings()?.data().map(PathBuf::from)
    }
}

impl PlaceArguments {
    /// Puts all layers together.
    pub(crate) fn settings(&self) -> Result<Settings, ConfigError> {
        Ok(self.0.load()?.settings)
    }
}

fn file_flag() -> Arg {
    let help =
        format!("The file of settings [env: {FILE_VARIABLE}] [default: {DEFAULT_FILE}, if there]");
    Arg::new(FILE_FLAG)
        .long(FILE_FLAG)
        .value_name("FILE")
        .value_parser(PathBufValueParser::new())
        .help(help)
}

/// Makes the flag of a setting. Its value is checked with those of the other layers, so that all mistakes are told.
fn flag(key: &Key) -> Arg {
    let about = key.about();
    let about = about.strip_suffix('.').unwrap_or(about);
    let default = key.default.map(|default| format!(" [default: {default}]"));
    let help = format!(
        "{about} [env: {}]{}",
        key.variable(),
        default.unwrap_or_default()
    );
    let flag = Arg::new(key.path())
        .long(key.flag())
        .value_name(value_name(key.kind))
        .value_parser(StringValueParser::new())
        .help(help);
    let flag = match key.section {
        "server" => flag,
        // There are many, and whoever sets one has read of it: the short help leaves them out.
        "limits" => flag
            .help_heading("Settings of [limits]")
            .hide_short_help(true),
        section => flag.help_heading(format!("Settings of [{section}]")),
    };
    match key.kind {
        // `--insecure-plaintext` alone says yes.
        Kind::Flag => flag
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true"),
        Kind::Path
        | Kind::Address
        | Kind::Count { .. }
        | Kind::Size { .. }
        | Kind::Span { .. }
        | Kind::Word(_)
        | Kind::Filter
        | Kind::Networks
        | Kind::Url => flag,
    }
}

const fn value_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Path => "PATH",
        Kind::Address => "ADDR",
        Kind::Flag => "true|false",
        Kind::Count { .. } => "N",
        Kind::Size { .. } => "SIZE",
        Kind::Span { .. } => "TIME",
        Kind::Word(_) => "WORD",
        Kind::Filter => "LEVELS",
        Kind::Networks => "ADDR,...",
        Kind::Url => "URL",
    }
}

fn sources(matches: &ArgMatches, keys: impl Iterator<Item = &'static Key>) -> Sources {
    let file = matches.get_one::<PathBuf>(FILE_FLAG).cloned();
    let flags = keys.filter_map(|key| {
        let value = matches.get_one::<String>(&key.path())?;
        Some((key, value.clone()))
    });
    Sources::of_process(file, flags.collect())
}

fn place_keys() -> impl Iterator<Item = &'static Key> {
    Key::all().filter(|key| PLACES.contains(&key.path().as_str()))
}

fn data_key() -> impl Iterator<Item = &'static Key> {
    Key::all().filter(|key| key.path() == DATA)
}

impl Args for SettingFlags {
    fn augment_args(command: Command) -> Command {
        command.arg(file_flag()).args(Key::all().map(flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        Ok(Self(sources(matches, Key::all())))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for DataArgument {
    fn augment_args(command: Command) -> Command {
        command.arg(file_flag()).args(data_key().map(flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for DataArgument {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        Ok(Self(sources(matches, data_key())))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for PlaceArguments {
    fn augment_args(command: Command) -> Command {
        let flags = place_keys().map(|key| flag(key).help_heading(None::<&str>));
        command.arg(file_flag()).args(flags)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for PlaceArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        Ok(Self(sources(matches, place_keys())))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
