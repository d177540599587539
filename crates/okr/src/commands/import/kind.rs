//! What a file is that is to be taken in: by what it begins with, not by its name alone.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::error::CliError;

/// What is to be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// A whole history.
    Events(&'a Path),
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
/// When a history is not alone.
pub(super) fn of(paths: &[PathBuf]) -> Result<Kind<'_>, CliError> {
    let history = paths.iter().find(|path| is_events(path));
    match (history, paths) {
        (None, _) => Ok(Kind::Histories),
        (Some(_), [only]) => Ok(Kind::Events(only)),
        (Some(history), _) => {
            let message = format!(
                "{} is a whole history, which is taken in alone",
                history.display()
            );
            Err(CliError::usage("several-files", message)
                .with_hint(format!("okr import {}", history.display())))
        }
    }
}

fn is_events(path: &Path) -> bool {
    if path.as_os_str() == "-" {
        return false;
    }
    if path.extension().is_some_and(|suffix| suffix == "jsonl") {
        return true;
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
    use super::*;

    #[test]
    fn a_history_is_known_by_its_first_line_or_its_suffix_and_comes_alone() {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = directory.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let history = file("a.txt", "{\"format\":\"okr-events/1\"}\n{}\n");
        let yaml = file("b.yaml", "format: okr-history/1\nnote: \"okr-events/1\"\n");
        let empty = file("c.jsonl", "");
        assert_eq!(
            of(std::slice::from_ref(&history)).unwrap(),
            Kind::Events(&history)
        );
        assert_eq!(
            of(std::slice::from_ref(&empty)).unwrap(),
            Kind::Events(&empty)
        );
        assert_eq!(of(&[yaml.clone(), yaml.clone()]).unwrap(), Kind::Histories);
        assert_eq!(
            of(&["-".into(), "missing".into()]).unwrap(),
            Kind::Histories
        );
        assert_eq!(of(&[yaml, history]).unwrap_err().code(), "several-files");
    }
}
