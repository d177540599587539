//! The layer of the file: TOML, each value with its place.

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::kind::Kind;
use super::layers::Given;
use super::mistake::{Mistake, Origin, Place, nearest};
use super::table::{Key, SECTIONS, Section};

/// A file and what was found in it.
pub(super) struct FileLayer<'a> {
    path: &'a Path,
    text: &'a str,
    pub(super) values: Vec<Given>,
    pub(super) mistakes: Vec<Mistake>,
}

impl<'a> FileLayer<'a> {
    /// Reads every value, and finds every mistake but those in the values themselves.
    pub(super) fn read(path: &'a Path, text: &'a str) -> Self {
        let mut layer = Self {
            path,
            text,
            values: Vec::new(),
            mistakes: Vec::new(),
        };
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let start = error.span().map_or(0, |span| span.start);
            layer.mistake(start, format!("not TOML: {}", error.message()));
        }
        // What was made of a broken text would only give rise to more mistakes that are none.
        if errors.is_empty() {
            for (name, value) in document.get_ref() {
                layer.read_section(name.get_ref(), name.span().start, value.get_ref());
            }
        }
        layer.mistakes.sort_by_key(|mistake| match &mistake.origin {
            Origin::File(place) => (place.line, place.column),
            Origin::Default | Origin::Variable(_) | Origin::Flag(_) => (0, 0),
        });
        layer
    }

    fn read_section(&mut self, name: &str, start: usize, value: &DeValue<'_>) {
        let Some(section) = SECTIONS.iter().find(|section| section.name == name) else {
            return self.mistake(start, unknown_section(name));
        };
        let DeValue::Table(entries) = value else {
            let problem = format!("[{name}] is a section, not a value");
            return self.mistake(start, problem);
        };
        for (name, value) in entries {
            let start = name.span().start;
            match section.keys.iter().find(|key| key.name == name.get_ref()) {
                Some(key) => self.read_value(key, value.span().start, value.get_ref()),
                None => self.mistake(start, unknown_key(section, name.get_ref())),
            }
        }
    }

    fn read_value(&mut self, key: &'static Key, start: usize, value: &DeValue<'_>) {
        let text = match (key.kind, value) {
            (Kind::Flag, DeValue::Boolean(flag)) => flag.to_string(),
            (Kind::Count { .. } | Kind::Size { .. }, DeValue::Integer(number)) => {
                let digits = number.as_str();
                match u64::from_str_radix(digits, number.radix()) {
                    Ok(number) => number.to_string(),
                    // Out of bounds in any case, and repeated as it stands.
                    Err(_) => digits.to_owned(),
                }
            }
            (Kind::Path, DeValue::String(path)) if !path.is_empty() => {
                let folder = self.path.parent().unwrap_or_else(|| Path::new(""));
                folder.join(path.as_ref()).to_string_lossy().into_owned()
            }
            (Kind::Networks, DeValue::Array(items)) => {
                let texts = items.iter().map(|item| item.get_ref().as_str());
                match texts.collect::<Option<Vec<_>>>() {
                    Some(texts) => texts.join(", "),
                    None => return self.wrong_type(key, start, value),
                }
            }
            (Kind::Flag | Kind::Count { .. }, _) => return self.wrong_type(key, start, value),
            (_, DeValue::String(text)) => text.as_ref().to_owned(),
            (_, _) => return self.wrong_type(key, start, value),
        };
        let origin = self.origin(start);
        self.values.push(Given { key, text, origin });
    }

    fn wrong_type(&mut self, key: &Key, start: usize, value: &DeValue<'_>) {
        let found = match value {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        let problem = format!("{}: expected {}, found {found}", key.path(), key.kind);
        self.mistake(start, problem);
    }

    fn mistake(&mut self, start: usize, problem: String) {
        let origin = self.origin(start);
        self.mistakes.push(Mistake { origin, problem });
    }

    fn origin(&self, byte: usize) -> Origin {
        Origin::File(Place::new(PathBuf::from(self.path), self.text, byte))
    }
}

fn unknown_section(name: &str) -> String {
    if let Some(key) = Key::all().find(|key| key.name == name) {
        return format!(
            "{name:?} stands outside of its section: write it below [{}]",
            key.section
        );
    }
    let known = SECTIONS.iter().map(|section| section.name);
    if let Some(meant) = nearest(name, known) {
        return format!("there is no section {name:?}; did you mean [{meant}]?");
    }
    let names = SECTIONS.iter().map(|section| format!("[{}]", section.name));
    let names: Vec<String> = names.collect();
    format!(
        "there is no section {name:?}; the sections are {}",
        names.join(", ")
    )
}

fn unknown_key(section: &Section, name: &str) -> String {
    let problem = format!("[{}] has no key {name:?}", section.name);
    if let Some(meant) = nearest(name, section.keys.iter().map(|key| key.name)) {
        return format!("{problem}; did you mean {meant:?}?");
    }
    match Key::all().find(|key| key.name == name) {
        Some(elsewhere) => format!("{problem}; it is one of [{}]", elsewhere.section),
        None => problem,
    }
}
