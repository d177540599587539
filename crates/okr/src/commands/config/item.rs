//! Settings, for programs.

use std::fmt;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::settings::{Key, Settings};
use crate::ui::Item;
use crate::workspace::Environment;

/// Where a value comes from.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(super) struct Origin {
    /// `environment`, `directory`, `person`, `default`, or `none` where nothing is set.
    kind: &'static str,
    /// The environment variable.
    variable: Option<&'static str>,
    /// The file, and the line in it.
    file: Option<String>,
    line: Option<usize>,
    #[serde(skip)]
    value: Option<String>,
}

impl Origin {
    /// Finds the strongest place where a key is set.
    pub(super) fn of(key: &Key, environment: &Environment, settings: &Settings) -> Self {
        let variable = key
            .variable
            .and_then(|name| Some((name, environment.variable(name)?)));
        if let Some((name, value)) = variable {
            return Self {
                kind: "environment",
                variable: Some(name),
                value: Some(value.to_owned()),
                ..Self::default()
            };
        }
        if let Some((value, place)) = settings.get(key.name) {
            let of_directory = settings.directory_file.as_deref() == Some(place.file.as_path());
            return Self {
                kind: if of_directory { "directory" } else { "person" },
                file: Some(place.file.display().to_string()),
                line: Some(place.line),
                value: Some(value.to_owned()),
                ..Self::default()
            };
        }
        Self {
            kind: if key.default.is_some() {
                "default"
            } else {
                "none"
            },
            value: key.default.map(str::to_owned),
            ..Self::default()
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.variable, &self.file, self.line) {
            (Some(variable), _, _) => write!(formatter, "{variable} of the environment"),
            (None, Some(file), Some(line)) => write!(formatter, "{file}:{line}"),
            (None, _, _) if self.kind == "default" => formatter.write_str("default"),
            (None, _, _) => formatter.write_str("not set"),
        }
    }
}

/// A setting, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SettingItem {
    pub(super) key: &'static str,
    /// What it is: as a text, whatever it takes. None where nothing is set.
    pub(super) value: Option<String>,
    pub(super) origin: Origin,
    default: Option<&'static str>,
    variable: Option<&'static str>,
    /// The words that it takes; empty where any text does.
    takes: Vec<&'static str>,
    meaning: &'static str,
}

impl SettingItem {
    pub(super) fn new(key: &Key, origin: Origin) -> Self {
        Self {
            key: key.name,
            value: origin.value.clone(),
            origin,
            default: key.default,
            variable: key.variable,
            takes: key.words().to_vec(),
            meaning: key.meaning,
        }
    }
}

impl Item for SettingItem {
    const TYPE: &'static str = "setting";
    const SCHEMA: &'static str = "SettingList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}

/// A settings file, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct FileItem {
    path: String,
    exists: bool,
}

impl FileItem {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.display().to_string(),
            exists: path.exists(),
        }
    }
}

impl Item for FileItem {
    const TYPE: &'static str = "settings_file";
    const SCHEMA: &'static str = "SettingsFileList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}
