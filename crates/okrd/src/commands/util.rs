//! `okrd util`: what whoever makes a package needs.

mod page;
mod settings;

use std::fs;
use std::path::Path;

use clap::CommandFactory as _;

use self::page::of_command;
use crate::args::{Arguments, ManArguments, UtilCommand};
use crate::failure::{Exit, Failure};
use crate::output;

/// A manual page: the name of its file, and its text.
type Page = (String, String);

pub(super) fn run(command: &UtilCommand) -> Result<(), Failure> {
    match command {
        UtilCommand::Man(arguments) => man(arguments),
    }
}

fn man(arguments: &ManArguments) -> Result<(), Failure> {
    let directory = &arguments.directory;
    fs::create_dir_all(directory).map_err(|error| not_written(directory, &error))?;
    let pages = pages();
    for (name, page) in &pages {
        let path = directory.join(name);
        fs::write(&path, page).map_err(|error| not_written(&path, &error))?;
    }
    let written = output::count(pages.len() as u64, "page");
    output::print(&format!("wrote {written} to {}", directory.display()))
}

fn not_written(path: &Path, error: &std::io::Error) -> Failure {
    let message = format!("{} cannot be written", path.display());
    Failure::new(Exit::Configuration, message).caused_by(error)
}

/// Makes every page, that of the program first.
fn pages() -> Vec<Page> {
    let mut pages = Vec::new();
    add(&Arguments::command(), "okrd", &mut pages);
    pages.push(("okrd.toml.5".to_owned(), settings::page()));
    pages
}

fn add(command: &clap::Command, name: &str, pages: &mut Vec<Page>) {
    pages.push((format!("{name}.8"), of_command(command, name)));
    for below in command.get_subcommands() {
        add(below, &format!("{name}-{}", below.get_name()), pages);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::Key;

    fn page(name: &str) -> String {
        let pages = pages();
        let found = pages.into_iter().find(|(found, _)| found == name);
        found.unwrap_or_else(|| panic!("no page {name}")).1
    }

    #[test]
    fn every_command_has_a_page_that_is_always_the_same() {
        let found = pages();
        assert_eq!(found, pages());
        let names: BTreeSet<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.len(), found.len());
        for name in [
            "okrd.8",
            "okrd-serve.8",
            "okrd-backup-verify.8",
            "okrd.toml.5",
        ] {
            assert!(names.contains(name), "{name}");
        }
    }

    #[test]
    fn a_page_has_flags_examples_as_they_are_typed_and_exit_codes() {
        let serve = page("okrd-serve.8");
        assert!(serve.contains("\\-\\-limits\\-call\\-time"), "{serve}");
        let example = ".nf\nokrd serve \\-\\-data /var/lib/okrd\n";
        assert!(serve.contains(example), "{serve}");
        let program = page("okrd.8");
        let code = ".TP\n\\fB75\\fR\nanother process uses the data directory\n";
        assert!(program.contains(code), "{program}");
    }

    #[test]
    fn no_page_names_one_that_is_not_there() {
        let pages = pages();
        let names: BTreeSet<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
        for (name, page) in &pages {
            let page = page.replace('\\', "");
            let words = page.split(|c: char| !(c.is_ascii_alphanumeric() || "-.()".contains(c)));
            for other in words.filter_map(|word| word.strip_suffix("(8)")) {
                assert!(
                    names.contains(format!("{other}.8").as_str()),
                    "{name}: {other}"
                );
            }
        }
    }

    #[test]
    fn the_page_of_the_file_has_every_setting() {
        let page = page("okrd.toml.5").replace('\\', "");
        for key in Key::all() {
            for part in [key.name.to_owned(), key.variable(), key.flag()] {
                assert!(page.contains(&part), "{} {part}", key.path());
            }
        }
    }
}
