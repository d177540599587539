//! The settings in use, as a file that could be read again, or as JSON.

use std::path;

use serde_json::{Value as Json, json};

use super::kind::Kind;
use super::layers::Config;
use super::table::{Key, SECTIONS};

/// The column in which origins begin, when the values leave room.
const ORIGIN_COLUMN: usize = 40;

/// Writes every setting as TOML, if asked with where it comes from. What is not set is a comment.
pub(crate) fn to_toml(config: &Config, with_origin: bool) -> String {
    let mut lines = Vec::new();
    for section in SECTIONS {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(format!("[{}]", section.name));
        for key in section.keys {
            let (value, origin) = config.chosen.get(key);
            let (line, origin) = match value {
                Some(value) => (
                    format!("{} = {}", key.name, literal(key, &anywhere(key, value))),
                    origin.to_string(),
                ),
                None => (format!("# {} =", key.name), "not set".to_owned()),
            };
            lines.push(if with_origin {
                format!("{line:<ORIGIN_COLUMN$}  # {origin}")
            } else {
                line
            });
        }
    }
    lines.join("\n")
}

/// Writes every setting, where it comes from and when a change of it takes effect, as JSON.
pub(crate) fn to_json(config: &Config) -> Json {
    let settings = Key::all().map(|key| {
        let (value, origin) = config.chosen.get(key);
        let value = value.map(|value| key.kind.to_json(&anywhere(key, value)));
        json!({
            "key": key.path(),
            "value": value,
            "origin": origin.to_string(),
            "default": key.default,
            "variable": key.variable(),
            "flag": format!("--{}", key.flag()),
            "applies": key.applies.word(),
        })
    });
    json!({
        "schema": "okrd.v1.Config",
        "file": config.file,
        "settings": settings.collect::<Vec<_>>(),
    })
}

/// Writes a value so that it means the same wherever it is read: in a file, a path is relative to the folder of that file.
fn anywhere(key: &Key, value: &str) -> String {
    let absolute = match key.kind {
        Kind::Path => path::absolute(value).ok(),
        _ => None,
    };
    absolute.map_or_else(
        || value.to_owned(),
        |path| path.to_string_lossy().into_owned(),
    )
}

/// Writes a value as TOML.
fn literal(key: &Key, value: &str) -> String {
    if key.kind.is_bare() {
        return value.to_owned();
    }
    toml::Value::from(value).to_string()
}
