//! What a file is that is to be taken in: by what it begins with, not by its name alone.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::args::ImportArgs;
use crate::error::CliError;

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
    match paths.iter().find(|path| is_events(path)) {
        Some(history) => alone(paths, history, "a whole history").map(Kind::Events),
        None => Ok(Kind::Histories),
    }
}

/// Returns the table that is to be taken in, by names and flags alone: nothing is opened for it.
///
/// # Errors
/// When it is not alone, or what only a table has is given for something else.
pub(super) fn table(args: &ImportArgs) -> Result<Option<&Path>, CliError> {
    let paths = args.files.as_slice();
    let is_given = args.table.is_given();
    let Some(table) = paths.iter().find(|path| is_table(path) || is_given) else {
        return Ok(None);
    };
    let table = alone(paths, table, "a table")?;
    if is_given && is_other(table) {
        let message = format!("{} is no table", table.display());
        return Err(CliError::usage("no-table", message)
            .with_hint("--kind, --map and the like are for tables: .csv and .tsv"));
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

/// Says whether a file is something else by its name.
fn is_other(path: &Path) -> bool {
    has_suffix(path, &["yaml", "yml", "jsonl", "json"])
}

fn is_events(path: &Path) -> bool {
    if path.as_os_str() == "-" {
        return false;
    }
    if path.extension().is_some_and(|suffix| suffix == "jsonl") {
        return true;
    }
    // What looks into a pipe takes away what it saw.
    if !path.is_file() {
        return false;
    }
    let mut begin = Vec::new();
    // Whoever reads it says why it cannot be read.
    let read = File::open(path).and_then(|file| file.take(LOOKED_AT).read_to_end(&mut begin));
    let line = begin.split(|byte| *byte == b'\n').next();
    read.is_ok()
        && begin.first() == Some(&b'{')
        && line.is_some_and(|line| line.windows(EVENTS.len()).any(|part| part == EVENTS))
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
    fn a_table_is_known_by_its_suffix_or_by_what_is_said_of_it() {
        for words in [
            &["goals.CSV"][..],
            &["goals.tsv"],
            &["-", "--kind", "krs"],
            &["/dev/fd/63", "--separator", ";"],
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
