//! The settings: what a flag or a variable does not say, the files of a directory and of a person do.
//!
//! Precedence: flag, environment variable, `.okr.toml` of the directory or the nearest one above it,
//! the person's `config.toml`, what the program does by itself. Machine output ignores how things look.

mod file;
mod key;
mod store;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::CliError;
pub(crate) use file::{Aliases, Place};
pub(crate) use key::{KEYS, Key, find, foreign};
pub(crate) use store::{set, set_alias, unset, unset_alias};

/// The file that pins settings for a directory and everything below it.
pub(crate) const DIRECTORY_FILE: &str = ".okr.toml";

/// What the files say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    values: BTreeMap<&'static str, (String, Place)>,
    /// The commands that a person has named.
    pub(crate) aliases: Aliases,
    /// The file of the directory, where there is one.
    pub(crate) directory_file: Option<PathBuf>,
}

impl Settings {
    /// Reads the file of a person and the one of a directory, which is the stronger one.
    ///
    /// # Errors
    /// A configuration error with file and line, when a file cannot be read or understood.
    pub(crate) fn load(user_file: &Path, directory: Option<&Path>) -> Result<Self, CliError> {
        let mut settings = Self::default();
        let user = file::read(user_file, file::Whose::Person)?;
        settings.values.extend(user.values);
        settings.aliases = user.aliases;
        if let Some(found) = directory.and_then(nearest) {
            let pinned = file::read(&found, file::Whose::Directory)?;
            settings.values.extend(pinned.values);
            settings.directory_file = Some(found);
        }
        Ok(settings)
    }

    /// Returns what a key is set to in a file, and where.
    pub(crate) fn get(&self, key: &str) -> Option<(&str, &Place)> {
        self.values
            .get(key)
            .map(|(value, place)| (value.as_str(), place))
    }

    /// Returns what stands for an environment variable that is not set.
    pub(crate) fn for_variable(&self, variable: &str) -> Option<&str> {
        let key = KEYS.iter().find(|key| key.variable == Some(variable))?;
        self.get(key.name).map(|(value, _)| value)
    }
}

/// Finds the file of a directory: there, or in the nearest directory above it.
fn nearest(directory: &Path) -> Option<PathBuf> {
    directory
        .ancestors()
        .map(|directory| directory.join(DIRECTORY_FILE))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests;
