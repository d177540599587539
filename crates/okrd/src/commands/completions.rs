//! `okrd completions`: the file with which a shell completes commands, flags and values.
//!
//! Made of the command line itself, when a package is built: it needs nothing of a server.

use clap::CommandFactory as _;
use clap_complete::aot::{Shell, generate};

use crate::args::{Arguments, CompletionsArguments, ShellName};
use crate::failure::Failure;
use crate::output;

pub(super) fn run(arguments: &CompletionsArguments) -> Result<(), Failure> {
    output::print(script(arguments.shell).trim_end())
}

fn script(shell: ShellName) -> String {
    let shell = match shell {
        ShellName::Bash => Shell::Bash,
        ShellName::Zsh => Shell::Zsh,
        ShellName::Fish => Shell::Fish,
    };
    let mut script = Vec::new();
    generate(shell, &mut Arguments::command(), "okrd", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn every_shell_knows_every_command_and_the_settings() {
        let commands = Arguments::command();
        for shell in ShellName::value_variants() {
            let script = script(*shell);
            for command in commands.get_subcommands() {
                assert!(script.contains(command.get_name()), "{shell:?} {command}");
            }
            for flag in ["tls-cert-file", "limits-call-time"] {
                assert!(script.contains(flag), "{shell:?} {flag}");
            }
        }
    }
}
