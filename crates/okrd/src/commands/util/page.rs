//! The manual page of a command, from its description on the command line.

use std::io;

use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::config::DEFAULT_FILE;

/// The section of the manual for programs of administrators.
const SECTION: &str = "8";
/// How far examples are indented in the help.
const INDENT: &str = "  ";
/// The heading under which each line is a code and what it means.
const CODES: &str = "Exit codes";

/// Returns what stands at the foot of every page.
pub(super) fn source() -> String {
    format!("okrd {}", env!("CARGO_PKG_VERSION"))
}

/// Writes the page of a command, whose name is given in full: `okrd-backup-verify`.
pub(super) fn of_command(command: &clap::Command, name: &str) -> String {
    // No date: the page of a version is always the same.
    let shown = command
        .clone()
        .name(name.to_owned())
        .bin_name(name.replace('-', " "))
        .disable_help_subcommand(true);
    let after_help = command.get_after_help().map(ToString::to_string);
    let below = command.get_subcommands().next().is_some();
    let man = Man::new(shown)
        .title(name.to_uppercase())
        .section(SECTION)
        .date("")
        .source(source())
        .manual("okrd");
    let mut page = Vec::new();
    let written = write(&man, below, &mut page);
    written.expect("memory takes everything");
    let mut page = String::from_utf8_lossy(&page).into_owned();
    let mut rest = Roff::new();
    if let Some(text) = after_help {
        add_help(&mut rest, &text);
    }
    add_others(&mut rest, name);
    page.push_str(&rest.render());
    page
}

fn write(man: &Man, below: bool, page: &mut Vec<u8>) -> io::Result<()> {
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if below {
        man.render_subcommands_section(page)?;
    }
    Ok(())
}

/// Adds what stands below the flags in the help: a heading ends with a colon, and indented lines stay as they are.
fn add_help(page: &mut Roff, text: &str) {
    let (mut heading, mut literal) = (None, false);
    for line in text.lines() {
        let indented = line.strip_prefix(INDENT);
        let stays = indented.is_some() && heading != Some(CODES);
        if literal != stays {
            page.control(if stays { "nf" } else { "fi" }, []);
            literal = stays;
        }
        match (indented, line.strip_suffix(':')) {
            (Some(line), _) if stays => {
                page.text([roman(line)]);
            }
            (Some(line), _) => {
                let (code, meaning) = line.split_once(' ').unwrap_or((line, ""));
                page.control("TP", []);
                page.text([bold(code)]);
                page.text([roman(meaning.trim_start())]);
            }
            (None, Some(text)) => {
                page.control("SH", [text.to_uppercase().as_str()]);
                heading = Some(text);
            }
            (None, None) if line.is_empty() => {
                page.control("PP", []);
            }
            (None, None) => {
                if heading.is_none() {
                    page.control("SH", ["NOTES"]);
                    heading = Some("");
                }
                page.text([roman(line)]);
            }
        }
    }
    if literal {
        page.control("fi", []);
    }
}

fn add_others(page: &mut Roff, name: &str) {
    page.control("SH", ["FILES"]);
    page.text([roman(DEFAULT_FILE)]);
    page.control("SH", ["SEE ALSO"]);
    let others = if name == "okrd" {
        "okrd.toml(5), okr(1)"
    } else {
        "okrd(8), okrd.toml(5)"
    };
    page.text([roman(others)]);
}
