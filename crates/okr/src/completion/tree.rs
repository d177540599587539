//! The command line as a shell completes it: every argument with what can stand for it.

use clap::{Arg, Args as _, Command, CommandFactory as _, ValueHint};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use super::request::Request;
use super::source::Source;
use super::wanted::{Wanted, wanted};
use crate::args::{Arguments, GlobalArgs};
use crate::command_line;
use crate::ui::sanitise;

/// Returns as much of the command line as the typed word can belong to.
///
/// To prepare the arguments of all commands takes longer than to find the candidates.
pub(super) fn command(request: &Request) -> Command {
    let all = Arguments::command();
    let root = Command::new("okr").disable_help_subcommand(true);
    let mut root = GlobalArgs::augment_args(root);
    match request
        .before
        .iter()
        .find_map(|word| all.find_subcommand(word))
    {
        Some(verb) => root = root.subcommand(verb.clone()),
        None => root = root.subcommands(all.get_subcommands().map(named)),
    }
    let source = Source::new(request);
    for (name, line) in source.aliases() {
        root = root.subcommand(stand_in(&all, &name, &line));
    }
    root.build();
    prepared(root, &[], &source)
}

/// Returns what somebody's name for a command line takes: what the command takes that it stands for.
fn stand_in(all: &Command, name: &str, line: &str) -> Command {
    let mut found = all;
    for word in command_line::split(line).unwrap_or_default() {
        match found.find_subcommand(word) {
            Some(below) => found = below,
            None => break,
        }
    }
    let command = if found.get_name() == all.get_name() {
        Command::new(name.to_owned())
    } else {
        let aliases: Vec<String> = Vec::new();
        found.clone().name(name.to_owned()).visible_aliases(aliases)
    };
    command.about(line.to_owned())
}

/// Returns a command of which only the name is completed.
fn named(command: &Command) -> Command {
    let aliases: Vec<String> = command.get_visible_aliases().map(str::to_owned).collect();
    Command::new(command.get_name().to_owned())
        .about(command.get_about().cloned().unwrap_or_default())
        .visible_aliases(aliases)
        .hide(command.is_hide_set())
}

/// Gives each argument of a command, and of those below it, what can stand for it.
fn prepared(command: Command, path: &[&str], source: &Source) -> Command {
    let mut command = command.mut_args(|argument| with_candidates(argument, path, source));
    let names: Vec<String> = command
        .get_subcommands()
        .map(|below| below.get_name().to_owned())
        .collect();
    for name in &names {
        let mut path = path.to_vec();
        path.push(name);
        command = command.mut_subcommand(name, |below| prepared(below, &path, source));
    }
    command
}

fn with_candidates(argument: Arg, path: &[&str], source: &Source) -> Arg {
    let argument = if argument.is_positional() || source.typed().starts_with('-') {
        argument
    } else {
        // Flags are in the way where something else can stand; hidden ones are shown otherwise.
        argument.hide(true)
    };
    let takes_words = !argument.get_possible_values().is_empty();
    if !argument.get_action().takes_values() || takes_words {
        return argument;
    }
    match wanted(path, argument.get_id().as_str(), &value_name(&argument)) {
        None | Some(Wanted::Nothing) => argument,
        Some(Wanted::Files) => argument.value_hint(ValueHint::AnyPath),
        Some(wanted) => {
            let source = source.clone();
            argument.add(ArgValueCompleter::new(move |typed: &std::ffi::OsStr| {
                let typed = typed.to_string_lossy();
                let found = source.candidates(wanted, &typed);
                found
                    .into_iter()
                    .map(|(value, help)| {
                        let help = (!help.is_empty()).then(|| sanitise(&help).into_owned().into());
                        CompletionCandidate::new(value).help(help)
                    })
                    .collect::<Vec<_>>()
            }))
        }
    }
}

/// Returns what the value of an argument is called in its help.
fn value_name(argument: &Arg) -> String {
    let names = argument.get_value_names().unwrap_or_default();
    names.first().map_or_else(
        || argument.get_id().as_str().to_uppercase(),
        ToString::to_string,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_of_every_argument_what_can_stand_for_it() {
        fn check(command: &Command, path: &[&str], unknown: &mut Vec<String>) {
            for argument in command.get_arguments() {
                let takes_words = !argument.get_possible_values().is_empty();
                let name = value_name(argument);
                let is_known = wanted(path, argument.get_id().as_str(), &name).is_some();
                if argument.get_action().takes_values() && !takes_words && !is_known {
                    unknown.push(format!("{name} of okr {}", path.join(" ")));
                }
            }
            for below in command.get_subcommands() {
                let mut path = path.to_vec();
                path.push(below.get_name());
                check(below, &path, unknown);
            }
        }
        let mut unknown = Vec::new();
        check(&crate::parse::complete(), &[], &mut unknown);
        assert!(
            unknown.is_empty(),
            "say in wanted.rs what can stand for {unknown:#?}"
        );
    }
}
