//! Writing a settings file: one value is changed, everything else stays as somebody wrote it.

use std::fs;
use std::io;
use std::path::Path;

use toml_edit::{DocumentMut, Item, Table, value};

use super::key::{Key, Takes};
use crate::config;
use crate::error::CliError;

/// Sets a key in a file, which is made if need be.
///
/// # Errors
/// When the file cannot be read, understood or written.
pub(crate) fn set(path: &Path, key: &Key, given: &str) -> Result<(), CliError> {
    let given = key.checked(given)?;
    let item = match key.takes {
        Takes::Truth => value(given == "true"),
        Takes::Words(_) | Takes::Text => value(given),
    };
    change(path, |document| put(document, key.name, Some(item)))
}

/// Takes a key out of a file. One that is not there stays away.
///
/// # Errors
/// As [`set`].
pub(crate) fn unset(path: &Path, key: &Key) -> Result<(), CliError> {
    change(path, |document| put(document, key.name, None))
}

/// Names a command.
///
/// # Errors
/// As [`set`].
pub(crate) fn set_alias(path: &Path, name: &str, command: &str) -> Result<(), CliError> {
    let item = value(command);
    change(path, |document| {
        put(document, &format!("alias.{name}"), Some(item))
    })
}

/// Takes the name of a command away.
///
/// # Errors
/// As [`set`].
pub(crate) fn unset_alias(path: &Path, name: &str) -> Result<(), CliError> {
    change(path, |document| {
        put(document, &format!("alias.{name}"), None)
    })
}

/// Puts an item at a dotted name, or takes away what is there.
fn put(document: &mut DocumentMut, name: &str, item: Option<Item>) -> Option<()> {
    let (table, word) = name
        .split_once('.')
        .map_or((None, name), |(table, word)| (Some(table), word));
    let root = document.as_table_mut();
    let inner = match table {
        None => root,
        Some(table) if item.is_none() && !root.contains_key(table) => return Some(()),
        Some(table) => {
            let found = root
                .entry(table)
                .or_insert_with(|| Item::Table(Table::new()));
            if let Some(inner) = found.as_inline_table_mut() {
                match item {
                    Some(item) => inner.insert(word, item.into_value().ok()?),
                    None => inner.remove(word),
                };
                return Some(());
            }
            found.as_table_mut()?
        }
    };
    match item {
        // What stands before and after a value, such as a comment on its line, is kept.
        Some(Item::Value(mut new)) => match inner.get_mut(word).and_then(Item::as_value_mut) {
            Some(old) => {
                *new.decor_mut() = old.decor().clone();
                *old = new;
            }
            None => {
                inner.insert(word, Item::Value(new));
            }
        },
        Some(_) => return None,
        None => {
            inner.remove(word);
        }
    }
    Some(())
}

fn change(path: &Path, step: impl FnOnce(&mut DocumentMut) -> Option<()>) -> Result<(), CliError> {
    // A link to a file elsewhere, as people keep their settings, stays a link.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let failed = |done: &str| {
        let message = format!("the settings file {} cannot be {done}", path.display());
        CliError::config("bad-config", message)
    };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(failed("read").caused_by(&error)),
    };
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        failed("understood").with_cause(error.to_string().trim_end())
    })?;
    step(&mut document).ok_or_else(|| failed("understood"))?;
    let written = document.to_string();
    if written == text {
        return Ok(());
    }
    config::replace_alike(path, written.as_bytes())
        .map_err(|error| failed("written").caused_by(&error))
}
