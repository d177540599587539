//! What a shell is told when somebody presses TAB, and the script with which it asks.
//!
//! Looks only: no lock, no network, nothing written, and silence about anything that goes wrong. The
//! answer is on standard output before anything else of this program runs.

mod bash;
mod goals;
mod request;
mod source;
mod tree;
mod wanted;

use std::ffi::OsString;
use std::panic;

use clap::ValueEnum as _;
use clap_complete::CompleteEnv;
use clap_complete::env::{EnvCompleter, Fish, Shells, Zsh};

use crate::args::ShellName;
use crate::error::CliError;
use crate::exit::Exit;
use crate::ui::{Ui, UiFlags};
use crate::workspace::Environment;
use bash::Bash;
use request::Request;

/// Names the shell that asks.
const VARIABLE: &str = "COMPLETE";
/// The shells that can ask.
const SHELLS: &[&dyn EnvCompleter] = &[&Bash, &Fish, &Zsh];

/// Answers a shell, where it is one that asks; none on any other run.
pub(crate) fn answered(words: &[OsString]) -> Option<Exit> {
    let shell = std::env::var_os(VARIABLE)?;
    if shell.is_empty() || shell == "0" {
        return None;
    }
    let asks = words.iter().any(|word| word == "--");
    if asks {
        // Whatever was said now would stand in the middle of what somebody types.
        panic::set_hook(Box::new(|_| {}));
    }
    let shell = shell.to_string_lossy().into_owned();
    let known = Shells(SHELLS).completer(name_of(&shell)).is_some();
    if !known {
        return Some(if asks { Exit::Ok } else { unknown(&shell) });
    }
    let request = Request::new(words, Environment::of_process());
    let current_directory = std::env::current_dir().ok();
    // What fails is a reader that went away, or a line that nothing is known of.
    CompleteEnv::with_factory(|| tree::command(&request))
        .bin("okr")
        .shells(Shells(SHELLS))
        .try_complete(words.iter().cloned(), current_directory.as_deref())
        .ok();
    Some(Exit::Ok)
}

/// Returns the name of a shell that may be given by its path.
fn name_of(shell: &str) -> &str {
    shell.rsplit('/').next().unwrap_or(shell)
}

fn unknown(shell: &str) -> Exit {
    let message = format!("{VARIABLE}={shell}: there is no completion for this shell");
    let known: Vec<&str> = ShellName::value_variants()
        .iter()
        .map(|shell| shell.word())
        .collect();
    let error = CliError::usage("unknown-shell", message)
        .with_hint(format!("there is: {}", known.join(", ")))
        .with_hint("okr help completions says how to set it up");
    Ui::of_process(&UiFlags::default()).error(&error)
}
