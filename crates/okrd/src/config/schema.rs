//! The format of the file as a JSON Schema, for editors that check and complete.

use serde_json::{Map, Value as Json, json};

use super::kind::Kind;
use super::table::{Key, SECTIONS, Section};

/// Returns the schema (draft 2020-12).
pub(crate) fn schema() -> Json {
    let sections = SECTIONS
        .iter()
        .map(|section| (section.name.to_owned(), of_section(section)));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "okrd.toml",
        "description": "The settings of okrd, the OKR sync server.",
        "type": "object",
        "additionalProperties": false,
        "properties": sections.collect::<Map<_, _>>(),
    })
}

fn of_section(section: &Section) -> Json {
    let keys = section
        .keys
        .iter()
        .map(|key| (key.name.to_owned(), of_key(key)));
    json!({
        "description": section.about.trim(),
        "type": "object",
        "additionalProperties": false,
        "properties": keys.collect::<Map<_, _>>(),
    })
}

fn of_key(key: &Key) -> Json {
    let mut schema = match key.kind {
        Kind::Address => json!({ "type": "string", "pattern": "^.+:[0-9]{1,5}$" }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Count { least, most } => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Kind::Size { least, most } => json!({
            "oneOf": [
                { "type": "integer", "minimum": least, "maximum": most },
                { "type": "string", "pattern": "^[0-9]+ *(B|KiB|MiB|GiB)?$" },
            ],
        }),
        Kind::Span { .. } => json!({ "type": "string", "pattern": "^[0-9]+ *(ms|s|min|h|d)$" }),
        Kind::Word(words) => json!({ "type": "string", "enum": words }),
        Kind::Networks => json!({
            "oneOf": [
                { "type": "string", "minLength": 1 },
                { "type": "array", "items": { "type": "string", "minLength": 1 }, "minItems": 1 },
            ],
        }),
        Kind::Url => json!({ "type": "string", "pattern": "^https?://.+:[0-9]{1,5}/?$" }),
        Kind::Path | Kind::Filter => json!({ "type": "string", "minLength": 1 }),
    };
    schema["description"] = format!("{} Expected: {}.", key.about(), key.kind).into();
    if let Some(default) = key.default {
        schema["default"] = key.kind.to_json(default);
    }
    schema
}
