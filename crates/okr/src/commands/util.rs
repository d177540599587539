//! `okr util`: what whoever makes a package needs.

mod page;

use std::fs;
use std::io;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::args::{ManArgs, UtilArgs, UtilCommand};
use crate::commands::counted;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::parse;
use crate::ui::Item;

/// A man page that was written, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ManPageItem {
    path: String,
}

impl Item for ManPageItem {
    const TYPE: &'static str = "man_page";
    const SCHEMA: &'static str = "ManPageList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}

/// Runs `okr util`.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn run(context: &mut Context, args: &UtilArgs) -> Result<Exit, CliError> {
    match &args.command {
        UtilCommand::Man(args) => man(context, args),
    }
}

fn man(context: &mut Context, args: &ManArgs) -> Result<Exit, CliError> {
    let directory = &args.directory;
    let mut items = Vec::new();
    for (name, page) in pages() {
        let path = directory.join(name);
        let written = fs::create_dir_all(directory).and_then(|()| fs::write(&path, page));
        written.map_err(|error| not_written(&path, &error))?;
        let path = path.display().to_string();
        items.push(ManPageItem { path });
    }
    let frame = context.plain_frame();
    context.ui.answer(&frame, &items, |_| {
        format!(
            "wrote {} to {}",
            counted(items.len(), "page"),
            directory.display()
        )
    });
    Ok(Exit::Ok)
}

fn not_written(path: &Path, error: &io::Error) -> CliError {
    let message = format!("{} cannot be written", path.display());
    CliError::config("file-not-written", message).caused_by(error)
}

/// Makes the page of every command, the program itself first, with the names of their files.
fn pages() -> Vec<(String, String)> {
    let mut pages = Vec::new();
    add(&parse::complete(), page::PROGRAM, &mut pages);
    pages
}

fn add(command: &clap::Command, name: &str, pages: &mut Vec<(String, String)>) {
    pages.push((format!("{name}.1"), page::of_command(command, name)));
    for below in command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
    {
        add(below, &format!("{name}-{}", below.get_name()), pages);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_command_has_a_page_that_is_always_the_same() {
        let found = pages();
        assert_eq!(found, pages());
        let names: BTreeSet<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.len(), found.len());
        assert!(names.len() > 80, "only {}", names.len());
        for name in ["okr.1", "okr-checkin.1", "okr-kr-add.1"] {
            assert!(names.contains(name), "{name}");
        }
        let checkin = page("okr-checkin.1");
        assert!(checkin.contains("okr checkin api\\-p99"), "{checkin}");
        assert!(
            checkin.contains("Record the value of a key result"),
            "{checkin}"
        );
    }

    fn page(name: &str) -> String {
        let found = pages().into_iter().find(|(found, _)| found == name);
        found.unwrap_or_else(|| panic!("no page {name}")).1
    }

    #[test]
    fn a_page_has_its_own_flags_and_examples_line_by_line() {
        let checkin = page("okr-checkin.1");
        assert!(checkin.contains("\\-\\-confidence"), "{checkin}");
        assert!(!checkin.contains("no\\-pager"), "{checkin}");
        let example = "\nokr checkin margin \\-3\n";
        assert!(checkin.contains(example), "{checkin}");
        let program = page("okr.1");
        assert!(program.contains("no\\-pager"), "{program}");
        let topic = ".TP\n\\fBokr help dates\\fR\nHow to write dates and times\n";
        assert!(program.contains(topic), "{program}");
    }

    #[test]
    fn no_page_names_one_that_is_not_there() {
        let pages = pages();
        let names: BTreeSet<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
        for (name, page) in &pages {
            let page = page.replace('\\', "");
            let words = page.split(|c: char| !(c.is_ascii_alphanumeric() || "-.()".contains(c)));
            for other in words.filter_map(|word| word.strip_suffix("(1)")) {
                let other = format!("{other}.1");
                assert!(names.contains(other.as_str()), "{name}: {other}");
            }
        }
    }
}
