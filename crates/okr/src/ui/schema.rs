//! JSON Schemas of what is printed for programs, made from the types that are printed.
//!
//! Which command prints what is told by the commands.

use std::collections::BTreeSet;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::RemarkLine;
use super::envelope::{Envelope, Item};
use crate::error::ErrorLine;

/// What the schemas of this version are called by.
const VERSION: &str = "okr.v1";

/// A kind of thing in an answer.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    /// The name of a list of them, as in [`Item::SCHEMA`].
    pub(crate) schema: &'static str,
    /// The word on a line of one, as in [`Item::TYPE`]; none where the thing says it by itself.
    pub(crate) line: Option<&'static str>,
    refer: fn(&mut SchemaGenerator) -> Schema,
    spell_out: fn(&mut SchemaGenerator) -> Schema,
}

impl Kind {
    /// Returns the kind of things that a type prints.
    pub(crate) const fn of<T: Item>() -> Self {
        Self {
            schema: T::SCHEMA,
            line: if T::SAYS_TYPE { None } else { Some(T::TYPE) },
            refer: SchemaGenerator::subschema_for::<T>,
            spell_out: T::json_schema,
        }
    }

    /// Returns the full name of a list of them.
    pub(crate) fn name(self) -> String {
        format!("{VERSION}.{}", self.schema)
    }
}

/// Describes the documents of `-o json` whose items are of these kinds.
pub(crate) fn documents(kinds: &[Kind]) -> Value {
    let mut generator = generator();
    let mut names: Vec<&str> = Vec::new();
    for kind in kinds {
        if !names.contains(&kind.schema) {
            names.push(kind.schema);
        }
    }
    let documents = names.into_iter().map(|name| {
        let same = kinds.iter().filter(|kind| kind.schema == name);
        let items: Vec<Value> = same
            .map(|kind| (kind.refer)(&mut generator).to_value())
            .collect();
        envelope_of(&mut generator, name, any_of(items))
    });
    let documents = any_of(documents.collect());
    whole(documents, generator)
}

/// Describes the lines of `-o jsonl` on which things of these kinds stand.
pub(crate) fn lines(kinds: &[Kind]) -> Value {
    let mut generator = generator();
    let lines = kinds.iter().map(|kind| {
        let mut line = (kind.spell_out)(&mut generator).to_value();
        if let Some(word) = kind.line {
            insert(&mut line, "properties", |properties| {
                properties.insert("type".to_owned(), json!({ "const": word }));
            });
            if let Some(required) = line["required"].as_array_mut() {
                required.push("type".into());
            } else {
                line["required"] = json!(["type"]);
            }
        }
        line
    });
    let lines = any_of(lines.collect());
    whole(lines, generator)
}

/// Describes what all documents of `-o json` have in common.
pub(crate) fn envelope() -> Value {
    let mut generator = generator();
    let schema = Envelope::<Value>::json_schema(&mut generator).to_value();
    whole(schema, generator)
}

/// Describes the line of an error.
pub(crate) fn error() -> Value {
    let mut generator = generator();
    let schema = ErrorLine::json_schema(&mut generator).to_value();
    whole(schema, generator)
}

/// Describes the line of a hint, note or warning.
pub(crate) fn remark() -> Value {
    let mut generator = generator();
    let schema = RemarkLine::json_schema(&mut generator).to_value();
    whole(schema, generator)
}

/// Makes a schema refuse fields that it does not name, which by themselves are left to later
/// versions.
pub(crate) fn close(schema: &mut Value) {
    close_from(schema, true);
}

/// Closes what is described below; `is_own` says that the schema describes an object alone, not a
/// part of the fields of one.
fn close_from(schema: &mut Value, is_own: bool) {
    let Some(fields) = schema.as_object_mut() else {
        return;
    };
    let names_fields = fields.contains_key("properties");
    let is_made_of_parts = ["allOf", "anyOf", "oneOf"]
        .iter()
        .any(|word| fields.contains_key(*word));
    for (word, below) in fields.iter_mut() {
        match word.as_str() {
            "properties" | "$defs" => {
                let below = below.as_object_mut().into_iter().flatten();
                below.for_each(|(_, schema)| close_from(schema, true));
            }
            "allOf" | "anyOf" | "oneOf" => {
                let below = below.as_array_mut().into_iter().flatten();
                below.for_each(|schema| close_from(schema, is_own && !names_fields));
            }
            "items" | "additionalProperties" => close_from(below, true),
            _ => {}
        }
    }
    if is_own && names_fields {
        let word = if is_made_of_parts {
            "unevaluatedProperties"
        } else {
            "additionalProperties"
        };
        fields.insert(word.to_owned(), Value::Bool(false));
    }
}

fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
}

fn envelope_of(generator: &mut SchemaGenerator, name: &str, items: Value) -> Value {
    let mut schema = Envelope::<Value>::json_schema(generator).to_value();
    insert(&mut schema, "properties", |properties| {
        let name = format!("{VERSION}.{name}");
        properties.insert("schema".to_owned(), json!({ "const": name }));
        properties["items"]["items"] = items;
    });
    schema
}

/// Describes what is of one of several forms.
fn any_of(forms: Vec<Value>) -> Value {
    let mut different: Vec<Value> = Vec::new();
    for form in forms {
        if !different.contains(&form) {
            different.push(form);
        }
    }
    match different.len() {
        1 => different.remove(0),
        _ => json!({ "anyOf": different }),
    }
}

/// Puts what is referred to beside a schema.
fn whole(mut schema: Value, mut generator: SchemaGenerator) -> Value {
    let known = generator.take_definitions(true);
    let mut definitions = known.clone();
    spell_out(&mut schema, &known);
    definitions
        .values_mut()
        .for_each(|one| spell_out(one, &known));
    // What is spelled out in every place is not referred to any more.
    let mut used = BTreeSet::new();
    find_used(&schema, &definitions, &mut used);
    definitions.retain(|name, _| used.contains(name));
    if !definitions.is_empty() {
        schema["$defs"] = Value::Object(definitions);
    }
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema
}

/// Spells out what is referred to beside fields of its own, as the kinds of a tagged thing are: only
/// a place that names all fields can refuse others.
fn spell_out(schema: &mut Value, known: &Map<String, Value>) {
    match schema {
        Value::Array(all) => all.iter_mut().for_each(|one| spell_out(one, known)),
        Value::Object(fields) => {
            if fields.contains_key("properties")
                && let Some(Value::String(reference)) = fields.remove("$ref")
                && let Some(Value::Object(more)) = known.get(name_in(&reference))
            {
                join(fields, more.clone());
            }
            fields
                .iter_mut()
                .for_each(|(_, below)| spell_out(below, known));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Adds the fields of a thing to those that a schema has.
fn join(fields: &mut Map<String, Value>, more: Map<String, Value>) {
    for (word, added) in more {
        match (fields.get_mut(&word), added) {
            (Some(Value::Object(own)), Value::Object(added)) => own.extend(added),
            (Some(Value::Array(own)), Value::Array(added)) => own.extend(added),
            (Some(_), _) => {}
            (None, added) => {
                fields.insert(word, added);
            }
        }
    }
}

/// Gathers the names of what is referred to, also from what is referred to.
fn find_used(schema: &Value, definitions: &Map<String, Value>, used: &mut BTreeSet<String>) {
    match schema {
        Value::Array(all) => all.iter().for_each(|one| find_used(one, definitions, used)),
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                let name = name_in(reference);
                if used.insert(name.to_owned())
                    && let Some(found) = definitions.get(name)
                {
                    find_used(found, definitions, used);
                }
            }
            fields
                .values()
                .for_each(|below| find_used(below, definitions, used));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn name_in(reference: &str) -> &str {
    reference.trim_start_matches("#/$defs/")
}

fn insert(schema: &mut Value, word: &str, change: impl FnOnce(&mut Map<String, Value>)) {
    let below = &mut schema[word];
    if !below.is_object() {
        *below = json!({});
    }
    change(below.as_object_mut().expect("it was made an object"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_schema_refuses_what_it_does_not_name_and_nothing_else() {
        let mut schema = json!({
            "properties": { "own": { "properties": { "deep": {} } } },
            "oneOf": [{ "properties": { "one": {} } }, { "properties": { "other": {} } }],
        });
        let is_valid = |schema: &Value, text: Value| jsonschema::is_valid(schema, &text);
        let strange = json!({ "own": { "deep": 1, "deeper": 2 }, "one": 1, "strange": 1 });
        assert!(is_valid(&schema["properties"]["own"], strange.clone()));
        close(&mut schema);
        for (refused, text) in [
            (false, json!({ "own": { "deep": 1 }, "one": 1 })),
            (true, json!({ "own": { "deep": 1, "deeper": 2 } })),
            (true, json!({ "strange": 1 })),
            (true, strange),
        ] {
            // Both parts fit what has neither field, so only one of them is asked.
            let mut schema = schema.clone();
            schema["anyOf"] = schema["oneOf"].take();
            schema.as_object_mut().unwrap().remove("oneOf");
            assert_eq!(!is_valid(&schema, text.clone()), refused, "{text}");
        }
    }
}
