//! The four layers: defaults, the file, the environment, flags. Each one is stronger than the one before it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::file::FileLayer;
use super::kind::{Kind, Value};
use super::mistake::{Mistake, Origin, nearest};
use super::table::{Key, Limits, Settings};

/// The file that is read when none is named, if it is there.
pub(crate) const DEFAULT_FILE: &str = "/etc/okrd/okrd.toml";
/// The environment variable that names the file.
pub(crate) const FILE_VARIABLE: &str = "OKRD_CONFIG";
/// What the names of all variables begin with.
const PREFIX: &str = "OKRD_";

/// What this process was given beside the file, which may change while it runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    /// The file that a flag names.
    pub(crate) file: Option<PathBuf>,
    /// The variables whose names begin with `OKRD_`.
    pub(crate) variables: Vec<(String, String)>,
    /// The settings that flags give.
    pub(crate) flags: Vec<(&'static Key, String)>,
}

/// A value that a layer gives.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) key: &'static Key,
    pub(crate) text: String,
    pub(crate) origin: Origin,
}

/// The strongest value of each setting that has one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chosen(Vec<Given>);

/// Settings, and where each one comes from.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) settings: Settings,
    pub(crate) chosen: Chosen,
    /// The file that was read.
    pub(crate) file: Option<PathBuf>,
    /// Variables that look like settings and are none. Not refused, because orchestrators make some up.
    pub(crate) unknown: Vec<Mistake>,
}

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// There are mistakes, at least one.
    #[error("the configuration {}", count(.0.len()))]
    Mistakes(Vec<Mistake>),
    /// Nobody says where the data is.
    #[error("no data directory is named")]
    NoData,
}

impl Sources {
    /// Takes the variables of this process.
    pub(crate) fn of_process(file: Option<PathBuf>, flags: Vec<(&'static Key, String)>) -> Self {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            // A path that is no Unicode is then not found under the name that is left of it.
            let value = value.to_string_lossy().into_owned();
            name.starts_with(PREFIX).then_some((name, value))
        });
        let mut variables: Vec<(String, String)> = variables.collect();
        variables.sort();
        Self {
            file,
            variables,
            flags,
        }
    }

    /// Reads the file and puts the layers together.
    ///
    /// # Errors
    ///
    /// `File` when a file is named and cannot be read, `Mistakes` with everything that is wrong.
    pub(crate) fn load(&self) -> Result<Config, ConfigError> {
        let path = self.file();
        let text = match &path {
            Some(path) => fs::read_to_string(path).map_err(|source| ConfigError::File {
                path: path.clone(),
                source,
            })?,
            None => String::new(),
        };
        let file = FileLayer::read(path.as_deref().unwrap_or(Path::new("")), &text);
        let (from_variables, unknown) = self.read_variables();
        let from_flags = self.flags.iter().map(|(key, text)| Given {
            key,
            text: text.clone(),
            origin: Origin::Flag(key.flag()),
        });
        let mut mistakes = file.mistakes;
        let mut chosen = Chosen::default();
        for given in file
            .values
            .into_iter()
            .chain(from_variables)
            .chain(from_flags)
        {
            match check(&given) {
                Ok(text) => chosen.put(Given { text, ..given }),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        if !mistakes.is_empty() {
            return Err(ConfigError::Mistakes(mistakes));
        }
        let settings = Settings::read(&chosen);
        Ok(Config {
            settings,
            chosen,
            file: path,
            unknown,
        })
    }

    /// Returns the file that is read.
    fn file(&self) -> Option<PathBuf> {
        let variable = self
            .variables
            .iter()
            .find(|(name, _)| name == FILE_VARIABLE);
        let named = variable
            .filter(|(_, path)| !path.is_empty())
            .map(|(_, path)| PathBuf::from(path));
        let usual = Path::new(DEFAULT_FILE);
        let usual = usual.exists().then(|| usual.to_owned());
        self.file.clone().or(named).or(usual)
    }

    /// Returns what the variables give, and those that are no settings. An empty one gives nothing.
    fn read_variables(&self) -> (Vec<Given>, Vec<Mistake>) {
        let (mut values, mut unknown) = (Vec::new(), Vec::new());
        let names: Vec<String> = Key::all().map(Key::variable).collect();
        for (name, text) in &self.variables {
            if name == FILE_VARIABLE || text.is_empty() {
                continue;
            }
            let origin = Origin::Variable(name.clone());
            if let Some(key) = Key::all().find(|key| key.variable() == *name) {
                let text = text.clone();
                values.push(Given { key, text, origin });
                continue;
            }
            let problem = match nearest(name, names.iter().map(String::as_str)) {
                Some(meant) => format!("is no setting; did you mean {meant}?"),
                None => "is no setting".to_owned(),
            };
            unknown.push(Mistake { origin, problem });
        }
        (values, unknown)
    }
}

impl Limits {
    /// Makes limits from what a file would say below `[limits]`; the rest is as usual.
    ///
    /// # Errors
    ///
    /// What is wrong with the first mistake.
    pub fn new(values: &[(&str, &str)]) -> Result<Self, String> {
        let mut chosen = Chosen::default();
        for (name, text) in values {
            let found = Key::all().find(|key| key.section == "limits" && key.name == *name);
            let key = found.ok_or_else(|| format!("there is no limit {name:?}"))?;
            let (text, origin) = ((key.check)(text)?, Origin::Default);
            chosen.put(Given { key, text, origin });
        }
        Ok(Settings::read(&chosen).limits)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Settings::read(&Chosen::default()).limits
    }
}

impl Chosen {
    /// Takes a value from a layer that is stronger than those before it.
    fn put(&mut self, given: Given) {
        self.0.retain(|weaker| !std::ptr::eq(weaker.key, given.key));
        self.0.push(given);
    }

    /// Returns what a setting is, as text, and where that comes from.
    pub(crate) fn get(&self, key: &Key) -> (Option<&str>, Origin) {
        match self.0.iter().find(|given| std::ptr::eq(given.key, key)) {
            Some(given) => (Some(&given.text), given.origin.clone()),
            None => (key.default, Origin::Default),
        }
    }

    /// Returns the value of a setting.
    pub(super) fn value<T: Value>(&self, section: &str, name: &str) -> T {
        let key = Key::all().find(|key| key.section == section && key.name == name);
        let text = key.and_then(|key| self.get(key).0);
        let value = match text {
            Some(text) => T::read(text).ok(),
            None => T::absent(),
        };
        value.expect("a setting has a value that was checked, a default, or may be absent")
    }
}

/// Reads a value, and returns how it is printed.
fn check(given: &Given) -> Result<String, Mistake> {
    (given.key.check)(&given.text).map_err(|expected| {
        let path = given.key.path();
        // A path is not repeated: nobody wants a password in a log that was put into the wrong variable.
        let problem = match given.key.kind {
            Kind::Path => format!("{path}: {expected}"),
            _ => format!("{path}: {:?} is not usable; {expected}", given.text),
        };
        Mistake {
            origin: given.origin.clone(),
            problem,
        }
    })
}

fn count(mistakes: usize) -> String {
    match mistakes {
        1 => "has a mistake".to_owned(),
        more => format!("has {more} mistakes"),
    }
}
