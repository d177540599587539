//! A settings file as it is read: every value with its line, and nothing passed over in silence.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml_edit::{Document, Item, TableLike, Value};

use super::key::{self, Key};
use crate::error::CliError;

/// The commands that a person has named, by name.
pub(crate) type Aliases = BTreeMap<String, String>;

/// Where a value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The file.
    pub(crate) file: PathBuf,
    /// The line, from 1.
    pub(crate) line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file.display(), self.line)
    }
}

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// The person's own.
    Person,
    /// One of a directory, which may come from somebody else.
    Directory,
}

/// What stands in a file.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) values: BTreeMap<&'static str, (String, Place)>,
    pub(super) aliases: Aliases,
}

/// Reads a settings file; one that does not exist says nothing.
///
/// # Errors
/// A configuration error with file and line.
pub(super) fn read(path: &Path, whose: Whose) -> Result<Read, CliError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Read::default()),
        Err(error) => {
            let message = format!("the settings file {} cannot be read", path.display());
            return Err(CliError::config("bad-config", message).caused_by(&error));
        }
    };
    let document = Document::parse(text.as_str()).map_err(|error| {
        let message = format!("the settings file {} cannot be understood", path.display());
        CliError::config("bad-config", message)
            .with_cause(error.to_string().trim_end())
            .with_hint(edit(whose))
    })?;
    let reader = Reader {
        path,
        text: &text,
        whose,
    };
    let mut read = Read::default();
    reader.table(document.as_table(), "", &mut read)?;
    Ok(read)
}

struct Reader<'t> {
    path: &'t Path,
    text: &'t str,
    whose: Whose,
}

impl Reader<'_> {
    /// Reads what stands in a table, and in the tables in it; `above` ends with a dot, or is empty.
    fn table(&self, table: &dyn TableLike, above: &str, read: &mut Read) -> Result<(), CliError> {
        for (word, item) in table.iter() {
            let name = format!("{above}{word}");
            let place = self.place(item.span().or_else(|| table.key(word)?.span()));
            if above == "alias." {
                if self.whose == Whose::Directory {
                    return Err(foreign(&name, &place));
                }
                let command = self.text_of(&name, item, &place)?;
                read.aliases.insert(word.to_owned(), command);
            } else if let Some(key) = key::KEYS.iter().find(|key| key.name == name) {
                let value = self.value(key, item, &place)?;
                read.values.insert(key.name, (value, place));
            } else if let Some(inner) = item.as_table_like() {
                let begins = format!("{name}.");
                let is_known = key::KEYS.iter().any(|key| key.name.starts_with(&begins));
                if !is_known && name != "alias" {
                    return Err(self.refused(&key::refuse(&name), &place));
                }
                self.table(inner, &begins, read)?;
            } else {
                return Err(self.refused(&key::refuse(&name), &place));
            }
        }
        Ok(())
    }

    fn value(&self, key: &Key, item: &Item, place: &Place) -> Result<String, CliError> {
        match self.whose {
            Whose::Directory if !key.in_directory => return Err(foreign(key.name, place)),
            Whose::Person if !key.in_person => {
                let error = CliError::config(
                    "bad-config",
                    format!("{place}: {} belongs to a directory", key.name),
                );
                return Err(error.with_hint("okr cycle use REF sets it for a workspace"));
            }
            Whose::Directory | Whose::Person => {}
        }
        let value = match item.as_value() {
            Some(Value::Boolean(truth)) => truth.value().to_string(),
            _ => self.text_of(key.name, item, place)?,
        };
        key.checked(&value)
            .map_err(|error| self.refused(&error, place))
    }

    fn text_of(&self, name: &str, item: &Item, place: &Place) -> Result<String, CliError> {
        item.as_str().map(str::to_owned).ok_or_else(|| {
            let message = format!("{place}: {name} must be a text in quotes");
            CliError::config("bad-config", message).with_hint(edit(self.whose))
        })
    }

    fn refused(&self, error: &CliError, place: &Place) -> CliError {
        let refused = CliError::config("bad-config", format!("{place}: {}", error.message()));
        let hints = error.hints().iter().cloned();
        hints
            .fold(refused, CliError::with_hint)
            .with_hint(edit(self.whose))
    }

    fn place(&self, span: Option<Range<usize>>) -> Place {
        let before = span.map_or(0, |span| span.start).min(self.text.len());
        Place {
            file: self.path.to_owned(),
            line: self.text[..before].matches('\n').count() + 1,
        }
    }
}

/// Says that a directory may not set something, and where it does.
fn foreign(name: &str, place: &Place) -> CliError {
    key::foreign(name, |message| {
        CliError::config("bad-config", format!("{place}: {message}"))
    })
}

fn edit(whose: Whose) -> &'static str {
    match whose {
        Whose::Person => "okr config edit opens it",
        Whose::Directory => "okr config edit --here opens it",
    }
}
