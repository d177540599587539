//! What a file is that is to be taken in: by what it begins with, not by its name alone.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::args::ImportArgs;
use crate::error::CliError;
use crate::table::begins_as_json;

/// What is to be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// A whole history.
    Events(&'a Path),
    /// Rows of goals or check-ins.
    Table(&'a Path),
    /// Plan-and-history files.
    Histories,
}

/// What the first line of an exported history has.
const EVENTS: &[u8] = b"\"okr-events/";
/// What the beginning of other documents has, and of rows no name of a column.
const DOCUMENTS: [&[u8]; 2] = [b"\"format\"", b"\"body\""];
/// How far into a file it is looked for: the first line names its members in alphabetical order, so
/// that the directory comes after the format.
const LOOKED_AT: u64 = 4096;

/// Says what files are.
///
/// # Errors
/// When a history or a table is not alone, or what only a table has is given for something else.
pub(super) fn of(args: &ImportArgs) -> Result<Kind<'_>, CliError> {
    if let Some(table) = table(args)? {
        return Ok(Kind::Table(table));
    }
    let paths = args.files.as_slice();
    match paths.iter().find(|path| is_events(path, &begin(path))) {
        Some(history) => alone(paths, history, "a whole history").map(Kind::Events),
        None => Ok(Kind::Histories),
    }
}

/// Returns the table that is to be taken in.
///
/// # Errors
/// When it is not alone, or what only a table has is given for something else.
pub(super) fn table(args: &ImportArgs) -> Result<Option<&Path>, CliError> {
    let paths = args.files.as_slice();
    let is_given = args.table.is_given();
    let is_one = |path: &&PathBuf| is_given || is_table(path) || is_rows(path, &begin(path));
    let Some(table) = paths.iter().find(is_one) else {
        return Ok(None);
    };
    let table = alone(paths, table, "a table")?;
    let is_other = has_suffix(table, &["yaml", "yml"]) || is_events(table, &begin(table));
    if is_given && is_other {
        let message = format!("{} is no table", table.display());
        return Err(CliError::usage("no-table", message)
            .with_hint("--kind, --map and the like are for tables: .csv, .tsv and rows as JSON"));
    }
    Ok(Some(table))
}

/// Refuses what is taken in alone beside something else.
fn alone<'a>(paths: &[PathBuf], one: &'a Path, what: &str) -> Result<&'a Path, CliError> {
    if paths.len() == 1 {
        return Ok(one);
    }
    let message = format!("{} is {what}, which is taken in alone", one.display());
    Err(CliError::usage("several-files", message)
        .with_hint(format!("okr import {}", one.display())))
}

fn has_suffix(path: &Path, suffixes: &[&str]) -> bool {
    let suffix = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    suffix.is_some_and(|suffix| suffixes.iter().any(|one| suffix == *one))
}

fn is_table(path: &Path) -> bool {
    has_suffix(path, &["csv", "tsv"])
}

/// Reads the beginning of a file. What looks into a pipe takes away what it saw, so that only files
/// are looked into; whoever reads one says why it cannot be read.
fn begin(path: &Path) -> Vec<u8> {
    let mut begin = Vec::new();
    if path.is_file()
        && let Ok(file) = File::open(path)
        && file.take(LOOKED_AT).read_to_end(&mut begin).is_err()
    {
        begin.clear();
    }
    begin
}

fn has(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Says whether a name in quotes is that of a member, and not a text.
fn names_member(json: &[u8], name: &[u8]) -> bool {
    let mut ends = (name.len()..json.len()).filter(|end| json[..*end].ends_with(name));
    ends.any(|end| json[end..].trim_ascii_start().starts_with(b":"))
}

/// Says whether a file begins as rows in JSON do, and not as a document.
fn is_rows(path: &Path, begin: &[u8]) -> bool {
    let is_document = || DOCUMENTS.iter().any(|name| names_member(begin, name));
    !has_suffix(path, &["yaml", "yml"]) && begins_as_json(begin) && !is_document()
}

fn is_events(path: &Path, begin: &[u8]) -> bool {
    if has_suffix(path, &["jsonl"]) && !is_rows(path, begin) {
        return true;
    }
    let line = begin.split(|byte| *byte == b'\n').next();
    begin.first() == Some(&b'{') && line.is_some_and(|line| has(line, EVENTS))
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, FromArgMatches as _};

    use super::*;

    /// Reads arguments of `okr import`.
    fn args(words: &[&str]) -> ImportArgs {
        let command = ImportArgs::augment_args(clap::Command::new("import"));
        let matches = command.get_matches_from([&["import"], words].concat());
        ImportArgs::from_arg_matches(&matches).unwrap()
    }

    #[test]
    fn a_history_is_known_by_its_first_line_or_its_suffix_and_comes_alone() {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = directory.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let history = file("a.txt", "{\"format\":\"okr-events/1\"}\n{}\n");
        let yaml = file("b.yaml", "format: okr-history/1\nnote: \"okr-events/1\"\n");
        let empty = file("c.jsonl", "");
        for one in [&history, &empty] {
            let args = args(&[one]);
            assert_eq!(of(&args).unwrap(), Kind::Events(Path::new(one)));
        }
        for several in [[yaml.as_str(), yaml.as_str()], ["-", "missing"]] {
            assert_eq!(of(&args(&several)).unwrap(), Kind::Histories);
        }
        let both = args(&[&yaml, &history]);
        assert_eq!(of(&both).unwrap_err().code(), "several-files");
    }

    #[test]
    fn nothing_is_taken_out_of_a_pipe_to_find_out_what_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let text = "format: okr-history/1\n";
        let writer = std::thread::spawn({
            let pipe = pipe.clone();
            move || std::fs::write(pipe, text)
        });
        let args = args(&[&pipe.display().to_string()]);
        assert_eq!(of(&args).unwrap(), Kind::Histories);
        assert_eq!(table(&args).unwrap(), None);
        assert_eq!(std::fs::read_to_string(&pipe).unwrap(), text);
        writer.join().unwrap().unwrap();
    }

    #[test]
    fn rows_are_known_by_their_first_object_whatever_their_name() {
        let directory = tempfile::tempdir().unwrap();
        let is_table = |name: &str, text: &str, words: &[&str]| {
            let path = directory.path().join(name);
            std::fs::write(&path, text).unwrap();
            let path = path.display().to_string();
            let args = args(&[&[path.as_str()], words].concat());
            of(&args).is_ok_and(|kind| matches!(kind, Kind::Table(_)))
        };
        for (name, text) in [
            ("a.json", "[{\"kr\": \"docs\"}]"),
            ("b.jsonl", "\u{feff}\n {\"kr\": \"docs\"}\n"),
            ("c", "[]"),
            ("i.json", "[{\"kr\": \"docs\", \"note\": \"format\"}]"),
        ] {
            assert!(is_table(name, text, &[]), "{text}");
        }
        for (name, text) in [
            ("d.json", "{\"format\": \"okr-history/1\"}"),
            ("e.yaml", "{format: okr-history/1}"),
            ("f.jsonl", "{\"change\": \"x\", \"body\": \"\"}"),
            ("g.jsonl", "{\"format\":\"okr-events/1\"}"),
        ] {
            assert!(!is_table(name, text, &[]), "{text}");
        }
        let events = "{\"format\":\"okr-events/1\"}";
        assert!(!is_table("h.jsonl", events, &["--kind", "krs"]));
    }

    #[test]
    fn a_table_is_known_by_its_suffix_or_by_what_is_said_of_it() {
        for words in [
            &["goals.CSV"][..],
            &["goals.tsv"],
            &["-", "--kind", "krs"],
            &["/dev/fd/63", "--separator", ";"],
            &["a.json", "--kind", "checkins"],
        ] {
            let args = args(words);
            assert!(matches!(of(&args), Ok(Kind::Table(_))), "{words:?}");
        }
        let code = |words: &[&str]| of(&args(words)).unwrap_err().code().to_owned();
        assert_eq!(code(&["a.csv", "b.csv"]), "several-files");
        assert_eq!(code(&["a.yaml", "b.csv"]), "several-files");
        assert_eq!(code(&["a.yaml", "--decimal-comma"]), "no-table");
    }
}
