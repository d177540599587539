//! What is to be shown: a thing, or a change by its id.

use okr_core::id::{EntityId, EntityKind};
use okr_replica::LogEntry;

use crate::commands::past::{Past, find_one};
use crate::context::{Context, only_change};
use crate::error::CliError;
use crate::failure;
use crate::short_id::{self, Alphabet};

/// What can be shown.
const KINDS: &[EntityKind] = &[
    EntityKind::Objective,
    EntityKind::KeyResult,
    EntityKind::Team,
    EntityKind::Cycle,
    EntityKind::CheckIn,
    EntityKind::Comment,
    EntityKind::Person,
    EntityKind::Initiative,
    EntityKind::Metric,
    EntityKind::MetricValue,
];

/// The fewest characters that are taken for the beginning of a change's id.
const CHANGE_LENGTH_MIN: usize = 4;

/// Something to be shown.
pub(super) enum Target {
    /// A thing.
    Entity(EntityId),
    /// A change.
    Change(Box<LogEntry>),
}

/// Finds everything that was named.
///
/// # Errors
/// Exit 6 when a text fits nothing or several things.
pub(super) fn targets(
    context: &mut Context,
    past: &Past<'_>,
    texts: &[String],
) -> Result<Vec<Target>, CliError> {
    past.with_resolver(context, |resolver| {
        let mut targets = Vec::new();
        for text in texts {
            if let Some(prefix) = text.strip_prefix("change:") {
                targets.push(change(past, prefix)?);
                continue;
            }
            match find_one(resolver, text, KINDS) {
                Ok(id) => targets.push(Target::Entity(id)),
                Err(error) => targets.push(change_or(past, text, error)?),
            }
        }
        Ok(targets)
    })
}

/// Takes a text that names no thing for a change, where it can be one.
fn change_or(past: &Past<'_>, text: &str, error: CliError) -> Result<Target, CliError> {
    let plain = text.replace('-', "");
    let is_full = text.len() == 36 && plain.len() == 32;
    let prefix = if is_full {
        // Written from its beginning; short ids are written from the end.
        plain.chars().rev().collect()
    } else {
        text.to_owned()
    };
    let is_short = short_id::alphabet_of(&prefix) == Some(Alphabet::Change)
        && prefix.len() >= CHANGE_LENGTH_MIN;
    if error.code() != "unknown-ref" || !is_short {
        return Err(error);
    }
    let found = past
        .replica
        .find_change(&prefix)
        .map_err(failure::replica)?;
    if found.is_empty() {
        return Err(error);
    }
    change(past, &prefix)
}

fn change(past: &Past<'_>, prefix: &str) -> Result<Target, CliError> {
    let found = past.replica.find_change(prefix).map_err(failure::replica)?;
    let id = only_change(&found, prefix)?;
    let entry = past.replica.change(id).map_err(failure::replica)?;
    entry
        .map(|entry| Target::Change(Box::new(entry)))
        .ok_or_else(|| CliError::internal("a change vanished while it was read"))
}
