//! One thing that was looked at.

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::error::CliError;
use crate::ui::Item;

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// As it should be.
    Ok,
    /// Something may go wrong.
    Warning,
    /// Something does not work.
    Problem,
}

/// One thing that was looked at, in machine output as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Check {
    /// What was looked at, in a word.
    pub(super) topic: &'static str,
    pub(super) state: State,
    /// What was found.
    pub(super) text: String,
    /// What to do about it.
    pub(super) hint: Option<String>,
}

impl Item for Check {
    const TYPE: &'static str = "check";
    const SCHEMA: &'static str = "CheckList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}

impl Check {
    pub(super) fn ok(topic: &'static str, text: impl Into<String>) -> Self {
        Self {
            topic,
            state: State::Ok,
            text: text.into(),
            hint: None,
        }
    }

    pub(super) fn warning(topic: &'static str, text: impl Into<String>, hint: &str) -> Self {
        Self {
            state: State::Warning,
            hint: Some(hint.to_owned()),
            ..Self::ok(topic, text)
        }
    }

    pub(super) fn problem(topic: &'static str, text: impl Into<String>, hint: &str) -> Self {
        Self {
            state: State::Problem,
            ..Self::warning(topic, text, hint)
        }
    }

    /// Says what kept something from being looked at.
    pub(super) fn of_error(topic: &'static str, error: &CliError) -> Self {
        Self {
            state: State::Problem,
            hint: error.hints().first().cloned(),
            ..Self::ok(topic, error.message())
        }
    }
}
