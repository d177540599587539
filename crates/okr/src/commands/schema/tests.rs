//! What commands answer is what their schemas say, and the other way round.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;

use super::*;
use crate::args::shield_negative;
use crate::ui::OutputFormat;

/// What was made once for a word and a form.
type Validators = BTreeMap<(String, bool), Arc<Validator>>;

static VALIDATORS: LazyLock<Mutex<Validators>> = LazyLock::new(Mutex::default);

fn validator(about: &str, lines: bool) -> Arc<Validator> {
    let mut made = VALIDATORS
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let entry = made.entry((about.to_owned(), lines));
    let made = entry.or_insert_with(|| {
        let mut schema = found(about, lines).unwrap_or_else(|error| panic!("{about}: {error}"));
        schema::close(&mut schema);
        Arc::new(jsonschema::validator_for(&schema).unwrap())
    });
    Arc::clone(made)
}

fn assert_valid(text: &str, (about, lines): (&str, bool)) {
    let value: Value =
        serde_json::from_str(text).unwrap_or_else(|error| panic!("okr {about}: {error}: {text}"));
    let validator = validator(about, lines);
    let faults: Vec<String> = validator
        .iter_errors(&value)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "okr {about}: {faults:#?}");
}

/// Demands that what a command said to a program is what `okr schema --strict` says of it.
pub(in crate::commands) fn assert_described(
    words: &[&str],
    output: OutputFormat,
    (answer, remarks): (&str, &str),
) {
    if !output.is_json() {
        return;
    }
    for line in remarks.lines() {
        let is_error = line.contains(r#""type":"error""#);
        assert_valid(line, (if is_error { "error" } else { "remark" }, false));
    }
    // The lines of a whole history are described in EXPORT.md of okr-replica.
    if words.contains(&"--events") || answer.is_empty() {
        return;
    }
    let about = path(words);
    let is_lines = output == OutputFormat::Jsonl
        || known(&about).is_some_and(|answer| answer.documents.is_empty());
    if is_lines {
        answer
            .lines()
            .for_each(|line| assert_valid(line, (&about, true)));
    } else {
        assert_valid(answer, (&about, false));
    }
}

/// Returns the words of the command that is typed.
pub(in crate::commands) fn path(words: &[&str]) -> String {
    // Most lines begin with the command itself; the parser takes much longer.
    let mut plain = (1..=words.len().min(3))
        .rev()
        .map(|count| words[..count].join(" "));
    if let Some(found) = plain.find(|path| known(path).is_some()) {
        return found;
    }
    let words = std::iter::once("okr").chain(words.iter().copied());
    let words = words.map(|word| shield_negative(word.to_owned()));
    let matches = parse::complete().get_matches_from(words);
    let mut path: Vec<&str> = Vec::new();
    let mut below = matches.subcommand();
    while let Some((name, matches)) = below {
        path.push(name);
        below = matches.subcommand();
    }
    path.join(" ")
}

/// Returns the words of every command with an answer of its own: that something was changed is told
/// by one function for all.
pub(in crate::commands) fn answering() -> BTreeSet<&'static str> {
    let answers = ANSWERS.iter().filter(|answer| {
        let mut kinds = answer.documents.iter();
        answer.documents.is_empty() || kinds.any(|kind| kind.name() != "okr.v1.ChangedList")
    });
    answers
        .flat_map(|answer| answer.commands)
        .copied()
        .collect()
}

fn known(path: &str) -> Option<&'static Answer> {
    ANSWERS
        .iter()
        .find(|answer| answer.commands.contains(&path))
}

/// Returns the words of every command that has none below it.
fn leaves() -> BTreeSet<String> {
    fn gather(command: &clap::Command, path: &str, into: &mut BTreeSet<String>) {
        let mut below = command
            .get_subcommands()
            .filter(|one| one.get_name() != "help");
        if let Some(first) = below.next() {
            for command in std::iter::once(first).chain(below) {
                let path = format!("{path} {}", command.get_name());
                gather(command, path.trim_start(), into);
            }
        } else {
            into.insert(path.to_owned());
        }
    }
    let mut into = BTreeSet::from(["help".to_owned()]);
    gather(&parse::complete(), "", &mut into);
    into
}

#[test]
fn every_command_has_a_schema_and_every_schema_a_command() {
    let listed: Vec<&str> = ANSWERS
        .iter()
        .flat_map(|answer| answer.commands)
        .copied()
        .collect();
    let unique: BTreeSet<&str> = listed.iter().copied().collect();
    assert_eq!(listed.len(), unique.len(), "a command has two answers");
    for leaf in leaves() {
        assert!(unique.contains(leaf.as_str()), "okr {leaf} has no schema");
    }
    for command in listed {
        answer_of(command).unwrap();
    }
}

/// Returns the fields of an item of a document, each with its schema.
fn fields_of_items(kind: Kind) -> BTreeMap<String, Value> {
    let document = schema::documents(&[kind]);
    let name = document["properties"]["items"]["items"]["$ref"]
        .as_str()
        .and_then(|path| path.strip_prefix("#/$defs/"))
        .unwrap_or_else(|| panic!("{}: {document}", kind.name()));
    let fields = document["$defs"][name]["properties"].as_object();
    fields
        .map(|fields| fields.clone().into_iter().collect())
        .unwrap_or_default()
}

#[test]
fn a_name_stands_for_one_shape_that_some_answers_add_to() {
    let mut shapes: BTreeMap<String, (&str, BTreeMap<String, Value>)> = BTreeMap::new();
    for answer in ANSWERS {
        for kind in answer.documents {
            let (command, mut more) = (answer.commands[0], fields_of_items(*kind));
            let name = kind.name();
            let Some((before, known)) = shapes.get_mut(&name) else {
                shapes.insert(name, (command, more));
                continue;
            };
            if more.len() < known.len() {
                std::mem::swap(known, &mut more);
            }
            known.retain(|field, schema| more.get(field) != Some(schema));
            let left: Vec<&String> = known.keys().collect();
            assert!(
                left.is_empty(),
                "{name}: okr {before} and okr {command}: {left:?}"
            );
            *known = more;
        }
    }
}

#[test]
fn every_schema_is_one() {
    let names = ANSWERS.iter().map(|answer| answer.commands[0]);
    for about in names.chain(["envelope", "error", "remark", "okr.v1.ChangeList"]) {
        for lines in [false, true] {
            let Ok(mut schema) = found(about, lines) else {
                assert_eq!((about, lines), ("envelope", true));
                continue;
            };
            jsonschema::meta::validate(&schema).unwrap();
            schema::close(&mut schema);
            jsonschema::meta::validate(&schema).unwrap();
        }
    }
}

#[test]
fn a_later_version_fits_and_another_thing_does_not() {
    let line = |field: &str, value: Value| {
        let mut line = serde_json::json!({"type": "alias", "alias": "a", "command": "tree"});
        line[field] = value;
        line
    };
    let schema = found("alias list", true).unwrap();
    let is_valid = |line: &Value| jsonschema::is_valid(&schema, line);
    assert!(is_valid(&line("new", Value::Null)));
    assert!(!is_valid(&line("alias", Value::Null)));
    assert!(!is_valid(&line("type", "team".into())));
    let mut strict = schema.clone();
    schema::close(&mut strict);
    assert!(!jsonschema::is_valid(&strict, &line("new", Value::Null)));
    // A document says what it is, and holds nothing else.
    let tree = found("tree", false).unwrap();
    let document = |schema: &str, items: Value| {
        serde_json::json!({
            "schema": schema, "at": "2026-11-23T11:36:00+01:00", "axis": "recorded",
            "workspace": "acme", "replica": {"synced_at": null, "pending": 0}, "items": items,
        })
    };
    let none = serde_json::json!([]);
    assert!(jsonschema::is_valid(
        &tree,
        &document("okr.v1.CycleTreeList", none.clone())
    ));
    assert!(!jsonschema::is_valid(
        &tree,
        &document("okr.v1.TeamList", none)
    ));
    let other = serde_json::json!([{"alias": "a", "command": "tree"}]);
    assert!(!jsonschema::is_valid(
        &tree,
        &document("okr.v1.CycleTreeList", other)
    ));
}

#[test]
fn what_is_no_command_is_refused_with_what_to_type() {
    for (about, hint) in [
        ("tre", "okr schema --list"),
        ("kr", "add, list, show"),
        ("kr ad", "okr schema --list"),
        ("okr.v1.Nothing", "okr schema --list"),
    ] {
        let error = found(about, false).unwrap_err();
        assert_eq!(error.exit(), Exit::NotFound, "{about}");
        assert!(error.hints()[0].contains(hint), "{:?}", error.hints());
    }
    assert_eq!(found("envelope", true).unwrap_err().exit(), Exit::Usage);
    // Other names of a command are as good.
    assert_eq!(found("ls", false).unwrap()["title"], "okr list -o json");
    assert_eq!(
        found("watch", false).unwrap()["title"],
        "okr watch -o jsonl"
    );
}

/// Writes a type in short.
fn in_short(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        return name.trim_start_matches("#/$defs/").to_owned();
    }
    if let Some(forms) = schema["anyOf"].as_array() {
        let forms: Vec<String> = forms.iter().map(in_short).collect();
        return forms.join(" or ");
    }
    if let Some(word) = schema["const"].as_str() {
        return format!("\"{word}\"");
    }
    match &schema["type"] {
        Value::String(word) if word == "array" => format!("[{}]", in_short(&schema["items"])),
        Value::String(word) => word.clone(),
        Value::Array(words) => {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            words.join(" or ")
        }
        _ => "anything".to_owned(),
    }
}

/// Writes the fields of a thing under its name, those that may be missing with a question mark.
fn fields_of(name: &str, schema: &Value) -> String {
    let mut text = format!("{name}\n");
    let required: Vec<&Value> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
        let mark = if required.iter().any(|one| *one == field) {
            ""
        } else {
            "?"
        };
        text += &["  ", field, mark, ": ", &in_short(schema), "\n"].concat();
    }
    for form in ["oneOf", "anyOf"] {
        for part in schema[form].as_array().into_iter().flatten() {
            text += &fields_of("  or", part).replace('\n', "\n  ");
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
    }
    text
}

/// A field that is removed, renamed or of another type shows up here: each is a broken promise.
/// New ones are welcome.
#[test]
fn the_fields_are_a_promise() {
    let mut told = BTreeSet::new();
    let mut text = String::new();
    for (name, schema) in [
        ("envelope", schema::envelope()),
        ("error", schema::error()),
        ("remark", schema::remark()),
    ] {
        text += &fields_of(name, &schema);
    }
    for kind in ANSWERS
        .iter()
        .flat_map(|answer| [answer.documents, answer.lines()].concat())
    {
        let line = kind.line.unwrap_or("each its own");
        let title = format!("== {} (lines: {line})\n", kind.name());
        let schema = schema::documents(&[kind]);
        let definitions = schema["$defs"].as_object().into_iter().flatten();
        let new: Vec<String> = definitions
            .map(|(name, schema)| fields_of(name, schema))
            .filter(|fields| told.insert(fields.clone()))
            .collect();
        if told.insert(title.clone()) || !new.is_empty() {
            text += &title;
        }
        text += &new.concat();
    }
    insta::assert_snapshot!(text);
}
