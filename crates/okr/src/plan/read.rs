//! From a tree to what a plan says: every key is known, every value fits, or it is said why not.

mod entry;
mod head;

pub(super) use entry::objectives;
pub(super) use head::{format, head};

use std::str::FromStr as _;

use okr_core::Date;
use okr_core::value::{Number, ValueError};

use super::yaml::node::{Kind, Node};
use super::{Fault, Faults, Field, Said, Spot};
use crate::resolve::near;

/// A mapping whose keys are taken one by one; what is left over in the end is unknown.
pub(super) struct Map {
    pub(super) at: Spot,
    entries: Vec<(Said<String>, Node)>,
    known: Vec<&'static str>,
}

impl Map {
    /// Takes a node for a mapping; `what` it is of, for messages.
    pub(super) fn of(node: Node, what: &str) -> Result<Self, Fault> {
        match node.kind {
            Kind::Map(entries) => Ok(Self {
                at: node.at,
                entries,
                known: Vec::new(),
            }),
            other => Err(Fault::new(
                node.at,
                format!("{what} is a mapping, not {}", other.label()),
            )),
        }
    }

    /// Says whether a key is there and holds something.
    fn says(&self, key: &str) -> bool {
        let found = self.entries.iter().find(|(found, _)| found.value == key);
        found.is_some_and(|(_, node)| !matches!(node.kind, Kind::Nothing))
    }

    /// Takes a key with its value out.
    pub(super) fn take(&mut self, key: &'static str) -> Option<(Spot, Node)> {
        self.known.push(key);
        let at = self
            .entries
            .iter()
            .position(|(found, _)| found.value == key)?;
        let (found, node) = self.entries.remove(at);
        Some((found.at, node))
    }

    /// Takes a text that may be left out; nothing is as left out.
    pub(super) fn text(&mut self, key: &'static str, faults: &mut Faults) -> Field<String> {
        let (_, node) = self.take(key)?;
        faults.keep(text(node, key))?
    }

    /// Takes a text and reads it.
    pub(super) fn read<T>(
        &mut self,
        key: &'static str,
        faults: &mut Faults,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Field<T> {
        let said = self.text(key, faults)?;
        faults.keep(understood(&said, read))
    }

    /// Takes a text that can be taken away by nothing, and reads it.
    pub(super) fn read_or_none<T>(
        &mut self,
        key: &'static str,
        faults: &mut Faults,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Field<Option<T>> {
        let (_, node) = self.take(key)?;
        let at = node.at;
        match faults.keep(text(node, key))? {
            None => Some(Said { value: None, at }),
            Some(said) => Some(faults.keep(understood(&said, read))?.map(Some)),
        }
    }

    /// Says which keys nobody knows, with the nearest one that somebody knows.
    pub(super) fn end(self, what: &str, faults: &mut Faults) {
        for (key, _) in self.entries {
            let near = near(&key.value, self.known.iter().copied());
            let message = format!("{what} has no key \"{}\"", key.value);
            let fault = Fault::new(key.at, message);
            faults.push(match near.first() {
                Some(near) => fault.with_near(Some(near)),
                None => fault.with_help(format!("it has {}", self.known.join(", "))),
            });
        }
    }
}

/// Takes a node for a text; nothing is none.
fn text(node: Node, key: &str) -> Result<Field<String>, Fault> {
    let at = node.at;
    match node.kind {
        Kind::Text(value) => Ok(Some(Said { value, at })),
        Kind::Nothing => Ok(None),
        other => Err(Fault::new(
            at,
            format!("{key} is one value, not {}", other.label()),
        )),
    }
}

/// Takes a node for a list; nothing is an empty one.
fn list(node: Node, key: &str) -> Result<Vec<Node>, Fault> {
    match node.kind {
        Kind::List(list) => Ok(list),
        Kind::Nothing => Ok(Vec::new()),
        other => Err(
            Fault::new(node.at, format!("{key} is a list, not {}", other.label()))
                .with_help("begin each line of a list with -"),
        ),
    }
}

fn understood<T>(
    said: &Said<String>,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Said<T>, Fault> {
    match read(&said.value) {
        Ok(value) => Ok(Said { value, at: said.at }),
        Err(message) => Err(Fault::new(said.at, message)),
    }
}

/// Reads an exact decimal.
pub(super) fn number(text: &str) -> Result<Number, String> {
    Number::from_str(text.trim()).map_err(|error| said(&error))
}

/// Reads a day.
pub(super) fn day(text: &str) -> Result<Date, String> {
    let text = text.trim();
    match text.parse() {
        Ok(day) if text.len() == 10 => Ok(day),
        Ok(_) | Err(_) => Err(format!("\"{text}\" is no day such as 2026-11-30")),
    }
}

/// Reads one of some words.
pub(super) fn word<T: Copy>(text: &str, what: &str, words: &[(&str, T)]) -> Result<T, String> {
    let found = words.iter().find(|(word, _)| *word == text.trim());
    found.map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        format!("\"{text}\" is no {what}: {}", words.join(", "))
    })
}

/// Puts a refused value in words.
pub(super) fn said(error: &ValueError) -> String {
    error.to_string()
}
