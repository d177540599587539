//! The help text that is written by hand: the overview of `okr` and the examples of each command.
//!
//! What an argument means stands at the argument, in `args`.

mod examples;

pub(crate) use examples::*;

/// The overview: commands by what one does with them. A test keeps it complete.
pub(crate) const TEMPLATE: &str = "\
{before-help}{about}

Usage: okr [OPTIONS] [COMMAND]

Begin
  workspace    Manage workspaces: list, use, path

  help         Explain a command or a topic

Options:
{options}{after-help}";

/// The end of the overview.
pub(crate) const FOOTER: &str = "\
okr COMMAND --help shows the examples of a command, okr help TOPIC explains a concept:
dates, ids, output, exit-codes, environment, offline.";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory as _;

    use super::*;
    use crate::args::Arguments;

    #[test]
    fn the_overview_lists_every_command_and_nothing_else() {
        let command = Arguments::command();
        let commands: BTreeSet<&str> = command
            .get_subcommands()
            .filter(|command| !command.is_hide_set())
            .map(clap::Command::get_name)
            .collect();
        let listed: BTreeSet<&str> = TEMPLATE
            .lines()
            .filter_map(|line| line.strip_prefix("  "))
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        assert_eq!(listed, commands);
    }

    #[test]
    fn every_command_without_subcommands_has_examples() {
        fn check(command: &clap::Command, path: &str) {
            let path = format!("{path} {}", command.get_name());
            if command.get_subcommands().next().is_none() {
                let help = command
                    .get_after_help()
                    .unwrap_or_else(|| panic!("no examples for{path}"))
                    .to_string();
                assert!(help.contains("okr"), "no example line for{path}");
            }
            for subcommand in command.get_subcommands() {
                check(subcommand, &path);
            }
        }
        for command in Arguments::command().get_subcommands() {
            check(command, " okr");
        }
    }
}
