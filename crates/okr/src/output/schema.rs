//! What the commands answer for programs, in machine output.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::ui::Item;
use crate::ui::schema::Kind;

/// What a command answers.
#[derive(Serialize, JsonSchema)]
pub(crate) struct AnswerItem {
    /// The words of the command, such as `kr add`.
    pub(crate) command: String,
    /// What its documents of `-o json` say of themselves; none where that prints lines.
    pub(crate) documents: Vec<String>,
    /// The `type` of its lines of `-o jsonl`; null where the lines are of several kinds.
    pub(crate) lines: Vec<Option<&'static str>>,
}

impl AnswerItem {
    pub(crate) fn new(command: &str, documents: &[Kind], lines: &[Kind]) -> Self {
        let mut names: Vec<String> = documents.iter().map(|kind| kind.name()).collect();
        names.dedup();
        let mut words: Vec<_> = lines.iter().map(|kind| kind.line).collect();
        words.dedup();
        Self {
            command: command.to_owned(),
            documents: names,
            lines: words,
        }
    }
}

impl Item for AnswerItem {
    const TYPE: &'static str = "answer";
    const SCHEMA: &'static str = "AnswerList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}

/// A JSON Schema.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SchemaItem {
    /// What it was asked for by, such as `kr add`.
    pub(crate) about: String,
    /// The schema itself, of draft 2020-12.
    pub(crate) json_schema: Value,
}

impl Item for SchemaItem {
    const TYPE: &'static str = "json_schema";
    const SCHEMA: &'static str = "JsonSchemaList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}
