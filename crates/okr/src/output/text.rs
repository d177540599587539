//! A text that is the same everywhere, such as help, in machine output.

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::ui::Item;

/// A text in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TextItem {
    /// What it is about: a topic, a command, a shell.
    pub(crate) about: String,
    pub(crate) text: String,
}

impl Item for TextItem {
    const TYPE: &'static str = "text";
    const SCHEMA: &'static str = "TextList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}
