//! What messages tell people to type: every command and flag that the sources of the programs name is one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::programs;

/// Words after the name of a program that go on with a sentence.
const PROSE: &[&str] = &[
    "alone",
    "are",
    "authority",
    "began",
    "can",
    "commands",
    "does",
    "follows",
    "is",
    "listening",
    "lists",
    "made",
    "may",
    "must",
    "reads",
    "runs",
    "to",
    "understands",
    "was",
    "when",
    "wrote",
];

/// Lists the files of a directory and of those in it, without tests.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if ["tests", "tests.rs", "fuzzing", "fuzzing.rs"].contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found
}

/// Returns what a file says to people: no comments, no tests, and texts over several lines on one.
fn said(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut said = String::new();
    for line in text.lines().map(str::trim_start) {
        if line.starts_with("//") {
            continue;
        }
        let begun = line.strip_suffix('\\');
        said.push_str(begun.unwrap_or(line));
        if begun.is_none() {
            said.push('\n');
        }
    }
    said
}

/// Finds the command lines of a program in a text: its name, and the words up to the end of a sentence.
fn mentions<'t>(program: &str, text: &'t str) -> Vec<Vec<&'t str>> {
    let name = format!("{program} ");
    let begins = text.match_indices(&name).filter(|(at, _)| {
        let before = text[..*at].chars().next_back();
        !before.is_some_and(|before| before.is_alphanumeric() || "_.@/-".contains(before))
    });
    let lines = begins.map(|(at, name)| {
        let rest = &text[at + name.len()..];
        let end = rest.find(|one: char| "\n\"`;,():{|\\".contains(one));
        rest[..end.unwrap_or(rest.len())].split(' ').collect()
    });
    lines.collect()
}

fn is_word(text: &str) -> bool {
    let is_named = text.starts_with(|one: char| one.is_ascii_lowercase());
    is_named
        && text
            .chars()
            .all(|one| one.is_ascii_lowercase() || one == '-')
}

/// Asks programs for the help of their commands, once for each.
#[derive(Default)]
struct Helped(BTreeMap<Vec<String>, Option<String>>);

impl Helped {
    /// Returns the help of a command; none when there is no such command.
    fn help(&mut self, program: &str, words: &[&str]) -> Option<&str> {
        let line = std::iter::once(program).chain(words.iter().copied());
        let line: Vec<String> = line.map(str::to_owned).collect();
        let ask = || {
            let file = match program {
                "okrd" => programs().okrd,
                _ => programs().okr,
            };
            // A topic is asked for as a command of its own is.
            let asks = words.first() == Some(&"help");
            let output = Command::new(file)
                .args(words)
                .args((!asks).then_some("--help"))
                .env("OKR_PAGER", "")
                .output()
                .unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            output.status.success().then_some(text)
        };
        self.0.entry(line).or_insert_with(ask).as_deref()
    }

    /// Says what is wrong with a command line.
    fn problem(&mut self, program: &str, words: &[&str]) -> Option<String> {
        let first = *words.first().filter(|word| is_word(word))?;
        if PROSE.contains(&first) {
            return None;
        }
        let second = words.get(1).copied().filter(|word| is_word(word));
        let second = second.filter(|word| !PROSE.contains(word));
        let is_topic = first == "help";
        let mut command = vec![first];
        let Some(help) = self.help(program, &command) else {
            return Some(format!("there is no {program} {first}"));
        };
        let is_group = |line: &str| line.starts_with("Usage: ") && line.contains("<COMMAND>");
        let is_group = is_topic || help.lines().any(is_group);
        let is_listed = |word: &&str| help.contains(&format!("\n  {word} "));
        if let Some(second) = second.filter(|word| is_group || is_listed(word)) {
            command.push(second);
        }
        let Some(help) = self.help(program, &command) else {
            return Some(format!("there is no {program} {}", command.join(" ")));
        };
        let flags = words.iter().filter(|word| word.starts_with("--"));
        let mut names = flags.map(|flag| flag.split(['=', '.']).next().unwrap_or(flag));
        let unknown = names.find(|name| *name != "--help" && !help.contains(name))?;
        Some(format!("{program} {} has no {unknown}", command.join(" ")))
    }
}

#[test]
fn every_command_that_a_message_names_is_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let mut helped = Helped::default();
    let mut problems = Vec::new();
    let mut count = 0;
    for path in [
        sources(&root.join("okr/src")),
        sources(&root.join("okrd/src")),
    ]
    .concat()
    {
        let text = said(&path);
        for program in ["okr", "okrd"] {
            for words in mentions(program, &text) {
                count += 1;
                if let Some(problem) = helped.problem(program, &words) {
                    let line = words.join(" ");
                    problems.push(format!("{}: {problem}: {line}", path.display()));
                }
            }
        }
    }
    assert!(count > 500, "only {count} were found");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_command_that_is_none_is_found() {
    let mut helped = Helped::default();
    let text = "backups stay (okrd help backup); okr login --kode X, or okr member kick EVE";
    let all: Vec<String> = ["okrd", "okr"]
        .into_iter()
        .flat_map(|program| {
            let lines = mentions(program, text).into_iter();
            lines.map(move |words| (program, words))
        })
        .filter_map(|(program, words)| helped.problem(program, &words))
        .collect();
    assert_eq!(
        all,
        [
            "there is no okrd help",
            "okr login has no --kode",
            "there is no okr member kick",
        ]
    );
}
