//! Every screen in the documents is one that the programs show: each page is played from its beginning to its end.
//!
//! `OKR_WRITE_SCREENS=1` writes what is seen into the pages; look at the difference before it is kept.

mod compare;
mod document;
mod stage;

use std::fs;
use std::path::Path;

use document::{Command, Step};
use stage::Stage;

/// A page after it was played.
#[derive(Default)]
struct Played {
    /// The lines of the page with what was seen on them.
    lines: Vec<String>,
    /// What is seen and is not what the page shows, for a person.
    differences: Vec<String>,
    /// How many commands were run.
    commands: usize,
}

/// Plays a page.
fn play(page: &str) -> Played {
    let steps = document::read(page).unwrap_or_else(|fault| panic!("{fault}"));
    let lines: Vec<String> = page.lines().map(str::to_owned).collect();
    let mut stage = Stage::new();
    let mut played = Played::default();
    let mut kept = 0;
    for step in &steps {
        match step {
            Step::Aside(aside) => stage.prepare(aside),
            Step::File(name, text) => stage.write(name, text),
            Step::Command(command) => {
                played.commands += 1;
                let Some(shown) = command.shown.clone() else {
                    stage.succeed(command);
                    continue;
                };
                if let Some(seen) = differs(&mut stage, command, &lines[shown.clone()]) {
                    let difference = difference(command, &lines[shown.clone()], &seen);
                    played.differences.push(difference);
                    played.lines.extend_from_slice(&lines[kept..shown.start]);
                    played.lines.extend(seen);
                    kept = shown.end;
                }
            }
        }
    }
    played.lines.extend_from_slice(&lines[kept..]);
    played
}

/// Runs a command, and returns what is seen in the words of the page, if the page shows something else.
fn differs(stage: &mut Stage, command: &Command, shown: &[String]) -> Option<Vec<String>> {
    let seen = stage.run(command);
    let lines = seen.text.lines().map(|line| line.trim_end().to_owned());
    let mut lines: Vec<String> = lines.collect();
    if let Some(code @ 1..) = seen.status.code() {
        lines.push(format!("[exit {code}]"));
    }
    if stage.names.same(shown, &lines) {
        return None;
    }
    let lines = lines.iter().map(|line| stage.names.of_page(line));
    Some(lines.collect())
}

/// Says what is shown and what is seen, line by line.
fn difference(command: &Command, shown: &[String], seen: &[String]) -> String {
    let same = |(shown, seen): &(&String, &String)| shown.trim_end() == seen.as_str();
    let begin = shown.iter().zip(seen).take_while(same).count();
    let (shown, seen) = (&shown[begin..], &seen[begin..]);
    let pairs = shown.iter().rev().zip(seen.iter().rev());
    let end = pairs.take_while(same).count();
    let title = format!("line {}: $ {}", command.number, command.line);
    let gone = shown[..shown.len() - end]
        .iter()
        .map(|line| format!("- {line}"));
    let come = seen[..seen.len() - end]
        .iter()
        .map(|line| format!("+ {line}"));
    let lines: Vec<String> = std::iter::once(title).chain(gone).chain(come).collect();
    lines.join("\n")
}

/// Plays a document of the source tree, and demands that it shows what is seen.
fn plays(document: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(document);
    let page = fs::read_to_string(&path).unwrap();
    let played = play(&page);
    assert!(played.commands > 0, "{document} has no commands");
    if played.differences.is_empty() {
        return;
    }
    if std::env::var_os("OKR_WRITE_SCREENS").is_some() {
        fs::write(&path, played.lines.join("\n") + "\n").unwrap();
        return;
    }
    panic!(
        "{document} shows something else (-) than what is seen (+).\n\
         OKR_WRITE_SCREENS=1 writes what is seen into it.\n\n{}",
        played.differences.join("\n\n")
    );
}

#[test]
fn the_tour_shows_what_is_seen() {
    plays("crates/okr/SCREENS.md");
}

#[test]
fn the_readme_shows_what_is_seen() {
    plays("README.md");
}

#[test]
fn import_shows_what_is_seen() {
    plays("crates/okr/IMPORT.md");
}

#[test]
fn plan_files_show_what_is_seen() {
    plays("crates/okr/PLAN.md");
}

#[test]
fn export_shows_what_is_seen() {
    plays("crates/okr-replica/EXPORT.md");
}

#[test]
fn the_proof_shows_what_is_seen() {
    plays("crates/okr-replica/PROOF.md");
}

#[test]
fn what_is_not_seen_is_found_and_put_right() {
    let page = "<!-- screens: now 2026-11-23T10:00:00Z -->\n```console\n$ echo one; echo two\none\nthree\n\
                $ exit 6\n[exit 6]\n```\nThe end.\n";
    let played = play(page);
    assert_eq!(
        played.differences,
        ["line 3: $ echo one; echo two\n- three\n+ two"]
    );
    let right = played.lines.join("\n") + "\n";
    assert_eq!(right, page.replace("three", "two"));
    assert_eq!(play(&right).differences, Vec::<String>::new());
}

#[test]
fn everybody_has_a_machine_of_their_own_at_the_time_of_the_page() {
    let page = "<!-- screens: now 2026-11-23T10:00:00Z -->\n<!-- screens: width 40 -->\n```console\n\
                ana$ echo $HOME $OKR_NOW; stty size\n/home/ana 2026-11-23T10:00:00Z\n24 40\n\
                ben$ echo $HOME\n/home/ben\n```\n<!-- screens: types Ana -->\n```console\n\
                $ printf 'Name: '; read name; echo \"It is $name\"\nName: Ana\nIt is Ana\n```\n";
    assert_eq!(play(page).differences, Vec::<String>::new());
}
