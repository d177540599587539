//! The manual page of a command, from its description on the command line.

use std::io;

use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::help_topics::Topic;

/// The name of the program, whose page says what holds for all commands.
pub(super) const PROGRAM: &str = "okr";
/// The section of the manual for programs of everybody.
const SECTION: &str = "1";
/// How far lines that stay as they are stand to the right in the help.
const INDENT: &str = "  ";

/// Returns the page of a command, whose name is given in full: `okr-kr-add`.
pub(super) fn of_command(command: &clap::Command, name: &str) -> String {
    let is_program = name == PROGRAM;
    let has_subcommands = command.get_subcommands().next().is_some();
    let help = command.get_after_long_help();
    let help = help.or_else(|| command.get_after_help());
    let mut rest = Roff::new();
    add_help(
        &mut rest,
        &help.map(ToString::to_string).unwrap_or_default(),
    );
    if is_program {
        add_topics(&mut rest);
    }
    add_others(&mut rest, name);

    // No date: the page of a version is always the same.
    let man = Man::new(shown(command, name))
        .title(name.to_uppercase())
        .section(SECTION)
        .date("")
        .source(format!("{PROGRAM} {}", env!("CARGO_PKG_VERSION")))
        .manual(PROGRAM);
    let mut page = Vec::new();
    write(&man, has_subcommands, &mut page).expect("memory takes everything");
    let mut page = String::from_utf8_lossy(&page).into_owned();
    page.push_str(&rest.render());
    page
}

/// Returns a command under its full name, without the flags that all commands have.
fn shown(command: &clap::Command, name: &str) -> clap::Command {
    let command = command.clone().name(name.to_owned());
    if name == PROGRAM {
        return command;
    }
    command
        .bin_name(name.replace('-', " "))
        .disable_help_subcommand(true)
        .mut_args(|argument| {
            let is_of_all = argument.is_global_set();
            argument.hide(is_of_all)
        })
}

fn write(man: &Man, has_subcommands: bool, page: &mut Vec<u8>) -> io::Result<()> {
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if has_subcommands {
        man.render_subcommands_section(page)?;
    }
    Ok(())
}

/// Adds what stands below the flags in the help: a heading ends with a colon, and indented lines stay as they are.
fn add_help(page: &mut Roff, text: &str) {
    let mut is_literal = false;
    for line in text.lines() {
        let indented = line.strip_prefix(INDENT);
        if is_literal != indented.is_some() {
            is_literal = !is_literal;
            literal(page, is_literal);
        }
        match (indented, line.strip_suffix(':')) {
            (Some(line), _) => {
                page.text([roman(line)]);
            }
            (None, Some(heading)) => {
                page.control("SH", [heading.to_uppercase().as_str()]);
            }
            (None, None) if line.is_empty() => {
                page.control("PP", []);
            }
            (None, None) => {
                page.text([roman(line)]);
            }
        }
    }
    if is_literal {
        literal(page, false);
    }
}

/// Begins or ends lines that stay as they are. What fits eighty columns in the help does so here, too.
fn literal(page: &mut Roff, begins: bool) {
    if begins {
        page.control("nf", []);
        page.control("in", ["2n"]);
    } else {
        page.control("in", []);
        page.control("fi", []);
    }
}

fn add_topics(page: &mut Roff) {
    page.control("SH", ["TOPICS"]);
    for topic in Topic::ALL {
        page.control("TP", []);
        page.text([bold(format!("{PROGRAM} help {}", topic.word()))]);
        page.text([roman(topic.about())]);
    }
}

fn add_others(page: &mut Roff, name: &str) {
    page.control("SH", ["SEE ALSO"]);
    let others = if name == PROGRAM {
        "okrd(8)"
    } else {
        "okr(1): the flags of every command, and the topics"
    };
    page.text([roman(others)]);
}
