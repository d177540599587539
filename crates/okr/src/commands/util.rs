//! `okr util`: what whoever makes a package needs.

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
use crate::help_topics::Topic;
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
fn pages() -> Vec<(String, Vec<u8>)> {
    let mut pages = Vec::new();
    add(&parse::complete(), "okr", &mut pages);
    pages
}

fn add(command: &clap::Command, name: &str, pages: &mut Vec<(String, Vec<u8>)>) {
    let version = env!("CARGO_PKG_VERSION");
    // The name in full, and no date: the page of a version is always the same.
    let shown = command.clone().name(name.to_owned()).version(version);
    let shown = if name == "okr" {
        shown.after_long_help(topics())
    } else {
        shown
    };
    let man = clap_mangen::Man::new(shown)
        .title(name.to_uppercase())
        .section("1")
        .date("")
        .source(format!("okr {version}"))
        .manual("okr");
    let mut page = Vec::new();
    // Memory takes everything.
    man.render(&mut page).ok();
    pages.push((format!("{name}.1"), page));
    for below in command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
    {
        add(below, &format!("{name}-{}", below.get_name()), pages);
    }
}

/// Names the concepts, which have texts of their own.
fn topics() -> String {
    let topics = Topic::ALL.map(|topic| format!("okr help {}: {}", topic.word(), topic.about()));
    topics.join("\n\n")
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
        let checkin = found
            .iter()
            .find(|(name, _)| name == "okr-checkin.1")
            .unwrap();
        let page = String::from_utf8(checkin.1.clone()).unwrap();
        assert!(page.contains("okr checkin api\\-p99"), "{page}");
        assert!(page.contains("Record the value of a key result"), "{page}");
    }
}
