//! `okrd config`: finds mistakes in the settings, and shows what is in use.

use serde_json::{Value as Json, json};

use crate::args::{CheckConfigArguments, ConfigCommand, OutputFormat, PrintConfigArguments};
use crate::clock::Clock;
use crate::config::{Config, ConfigError, Mistake, Settings, schema, to_json, to_toml};
use crate::failure::Failure;
use crate::flags::SettingFlags;
use crate::output;
use crate::tls::TlsError;
use crate::traces::{Traces, TracesError};

/// Why a server would not start with these settings.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    /// The settings are wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The certificate or its key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Spans cannot go where they are to go.
    #[error(transparent)]
    Traces(#[from] TracesError),
}

pub(super) fn run(command: &ConfigCommand) -> Result<(), Failure> {
    match command {
        ConfigCommand::Check(arguments) => check(arguments),
        ConfigCommand::Print(arguments) => print(arguments),
        ConfigCommand::Schema => output::print(&format!("{:#}", schema())),
    }
}

fn check(arguments: &CheckConfigArguments) -> Result<(), Failure> {
    let checked = inspect(&arguments.settings);
    if matches!(arguments.output, OutputFormat::Json) {
        output::print(&as_json(&checked).to_string())?;
    }
    let config = checked.map_err(Failure::from)?;
    for unknown in &config.unknown {
        output::warn(&format!("{} {}", unknown.origin, unknown.problem));
    }
    if let Some(absent) = absent_data(&config.settings) {
        output::note(&absent);
    }
    if matches!(arguments.output, OutputFormat::Text) {
        output::print(&match &config.file {
            Some(file) => format!("{}: ok", file.display()),
            None => "ok; no file is read".to_owned(),
        })?;
    }
    Ok(())
}

/// Finds what would keep the server from starting, but for its data.
fn inspect(flags: &SettingFlags) -> Result<Config, Unusable> {
    let config = flags.load()?.checked()?;
    let files = config.settings.tls_files();
    if let Some(files) = files {
        files.load(Clock::system().now())?;
    }
    if let Some(options) = config.settings.traces() {
        Traces::prepare(&options)?;
    }
    Ok(config)
}

/// Says that there is no data yet where the settings say: no mistake of theirs, as before `okrd init`.
fn absent_data(settings: &Settings) -> Option<String> {
    match settings.data() {
        Err(_) => Some("no data directory is named: --data, OKRD_DATA or [server] data".to_owned()),
        // What may not be looked at may be there.
        Ok(data) if data.try_exists().unwrap_or(true) => None,
        Ok(data) => Some(format!(
            "there is no data directory at {} yet: okrd init makes it",
            data.display()
        )),
    }
}

fn print(arguments: &PrintConfigArguments) -> Result<(), Failure> {
    let config = arguments.settings.load()?;
    output::print(&match arguments.output {
        OutputFormat::Text => to_toml(&config, arguments.origin),
        OutputFormat::Json => to_json(&config).to_string(),
    })
}

/// Writes what a check found as JSON.
fn as_json(checked: &Result<Config, Unusable>) -> Json {
    let (file, mistakes, warnings) = match checked {
        Ok(config) => (
            config.file.as_deref(),
            Vec::new(),
            config.unknown.as_slice(),
        ),
        Err(Unusable::Config(ConfigError::Mistakes(mistakes))) => {
            (None, listed(mistakes), [].as_slice())
        }
        Err(error) => {
            let problem = json!({ "origin": null, "problem": error.to_string() });
            (None, vec![problem], [].as_slice())
        }
    };
    json!({
        "schema": "okrd.v1.ConfigCheck",
        "ok": checked.is_ok(),
        "file": file,
        "mistakes": mistakes,
        "warnings": listed(warnings),
    })
}

fn listed(mistakes: &[Mistake]) -> Vec<Json> {
    let listed = mistakes
        .iter()
        .map(|mistake| json!({ "origin": mistake.origin.to_string(), "problem": mistake.problem }));
    listed.collect()
}

impl From<Unusable> for Failure {
    fn from(error: Unusable) -> Self {
        match error {
            Unusable::Config(error) => error.into(),
            Unusable::Tls(error) => error.into(),
            Unusable::Traces(error) => error.into(),
        }
    }
}
