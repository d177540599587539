//! `okr alias`: command lines that a person has named, and what becomes of such a name.

use std::ffi::OsString;

use clap::CommandFactory as _;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::args::{AliasArgs, AliasCommand, AliasSetArgs, Arguments};
use crate::command_line;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::resolve::near;
use crate::settings::{self, Settings};
use crate::ui::Item;
use crate::workspace::Environment;

/// A named command line, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct AliasItem {
    alias: String,
    /// The command line, without okr.
    command: String,
}

impl Item for AliasItem {
    const TYPE: &'static str = "alias";
    const SCHEMA: &'static str = "AliasList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}

/// Runs `okr alias`.
///
/// # Errors
/// When a name would hide a command or stands for none, or the settings cannot be read or written.
pub(crate) fn run(context: &mut Context, args: &AliasArgs) -> Result<Exit, CliError> {
    let settings = Settings::load(&context.places.config_file, None)?;
    match &args.command {
        AliasCommand::List => {
            let items = settings.aliases.iter().map(|(alias, command)| AliasItem {
                alias: alias.clone(),
                command: command.clone(),
            });
            let items: Vec<AliasItem> = items.collect();
            say(context, &items);
            if items.is_empty() {
                context.ui.note("no command has a name of yours");
                context.ui.hint("okr alias set mine list krs --owner @me");
            }
        }
        AliasCommand::Set(args) => {
            let command = checked(args)?;
            settings::set_alias(&context.places.config_file, &args.alias, &command)?;
            let alias = args.alias.clone();
            say(context, &[AliasItem { alias, command }]);
        }
        AliasCommand::Delete(args) => {
            let Some(command) = settings.aliases.get(&args.alias) else {
                return Err(unknown(&args.alias, &settings));
            };
            settings::unset_alias(&context.places.config_file, &args.alias)?;
            let (alias, command) = (args.alias.clone(), command.clone());
            let frame = context.plain_frame();
            let said = format!("deleted: {alias}");
            let items = [AliasItem { alias, command }];
            context.ui.answer(&frame, &items, |_| said);
        }
    }
    Ok(Exit::Ok)
}

fn say(context: &mut Context, items: &[AliasItem]) {
    let frame = context.plain_frame();
    context.ui.answer(&frame, items, |_| {
        let width = items.iter().map(|item| item.alias.len()).max().unwrap_or(0);
        let line = |item: &AliasItem| format!("{:width$}  okr {}\n", item.alias, item.command);
        items.iter().map(line).collect()
    });
}

fn unknown(name: &str, settings: &Settings) -> CliError {
    let message = format!("no command is called \"{name}\"");
    let error = CliError::user("unknown-alias", message).with_exit(Exit::NotFound);
    match near(name, settings.aliases.keys().map(String::as_str)).as_slice() {
        [] => error.with_hint("okr alias list shows those that are"),
        [nearest, ..] => error.with_hint(format!("Did you mean {nearest}?")),
    }
}

/// Returns the command line that a name shall stand for, as it is kept.
fn checked(args: &AliasSetArgs) -> Result<String, CliError> {
    let name = &args.alias;
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .chars()
            .all(|one| one.is_ascii_alphanumeric() || matches!(one, '-' | '_'));
    if !is_name {
        let message = format!("\"{name}\" is no name for a command");
        return Err(CliError::usage("bad-alias", message)
            .with_hint("a letter, then letters, digits, hyphens and underscores"));
    }
    if is_command(name) {
        let message = format!("\"{name}\" is a command, which a name of yours cannot hide");
        return Err(CliError::usage("bad-alias", message));
    }
    // One word may be a whole line in quotes.
    let line = match args.line.as_slice() {
        [line] => line.trim().to_owned(),
        words => command_line::joined(words),
    };
    let words = command_line::split(&line)
        .ok_or_else(|| CliError::usage("bad-alias", format!("a quote is not closed in: {line}")))?;
    match words.first() {
        Some(word) if is_command(word) => Ok(line),
        Some(word) => {
            let message = format!("it must begin with a command, which \"{word}\" is not");
            Err(CliError::usage("bad-alias", message)
                .with_hint(format!("okr alias set {name} list krs --owner @me")))
        }
        None => Err(CliError::usage("bad-alias", "the command line is empty")),
    }
}

fn is_command(word: &str) -> bool {
    Arguments::command().find_subcommand(word).is_some()
}

/// Puts a command line in the place of its name; none where the words begin with no such name.
///
/// # Errors
/// When the settings cannot be read, or a name in them stands for no command.
pub(crate) fn expanded(
    words: &[OsString],
    environment: Environment,
) -> Result<Option<Vec<OsString>>, CliError> {
    let Some(index) = verb(words) else {
        return Ok(None);
    };
    let Some(name) = words[index].to_str().filter(|word| !is_command(word)) else {
        return Ok(None);
    };
    let environment = environment.with_settings()?;
    let aliases = environment.settings().map(|settings| &settings.aliases);
    let Some(line) = aliases.and_then(|aliases| aliases.get(name)) else {
        return Ok(None);
    };
    // Once: what a name stands for begins with a command, not with another name.
    let stands_for = command_line::split(line)
        .filter(|words| words.first().is_some_and(|first| is_command(first)));
    let Some(stands_for) = stands_for else {
        let message = format!("\"{name}\" stands for \"{line}\", which is no command");
        return Err(CliError::config("bad-alias", message)
            .with_hint(format!("okr alias set {name} COMMAND...")));
    };
    let mut expanded = words[..index].to_vec();
    expanded.extend(stands_for.into_iter().map(OsString::from));
    expanded.extend_from_slice(&words[index + 1..]);
    Ok(Some(expanded))
}

/// Finds the first word that is neither a flag nor the value of one.
fn verb(words: &[OsString]) -> Option<usize> {
    let command = Arguments::command();
    let takes_value = |word: &str| {
        command.get_arguments().any(|argument| {
            let long = argument.get_long().map(|long| format!("--{long}"));
            let short = argument.get_short().map(|short| format!("-{short}"));
            argument.get_action().takes_values()
                && (long.as_deref() == Some(word) || short.as_deref() == Some(word))
        })
    };
    let mut index = 1;
    while index < words.len() {
        let word = words[index].to_str()?;
        if !word.starts_with('-') {
            return Some(index);
        }
        index += if takes_value(word) { 2 } else { 1 };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    fn expand(line: &str, settings: &str) -> Result<Option<String>, CliError> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("config.toml");
        std::fs::write(&file, settings).unwrap();
        let path = file.display().to_string();
        let environment = Environment::of([("OKR_CONFIG", path.as_str()), ("HOME", "/nowhere")]);
        let expanded = expanded(&words(line), environment)?;
        Ok(expanded.map(|words| {
            let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
            words.join("|")
        }))
    }

    #[test]
    fn a_name_stands_for_its_line_once() {
        let settings =
            "[alias]\nmine = 'list krs --owner \"@me\"'\ntwice = \"mine\"\ntree = \"sync\"\n";
        let expand = |line| expand(line, settings);
        let expected = "okr|list|krs|--owner|@me|-o|json";
        assert_eq!(
            expand("okr mine -o json").unwrap().as_deref(),
            Some(expected)
        );
        let expected = "okr|-w|mine|-q|list|krs|--owner|@me";
        assert_eq!(
            expand("okr -w mine -q mine").unwrap().as_deref(),
            Some(expected)
        );
        for line in [
            "okr",
            "okr tree",
            "okr nothing",
            "okr -w mine",
            "okr show mine",
        ] {
            assert_eq!(expand(line), Ok(None), "{line}");
        }
        let error = expand("okr twice").unwrap_err();
        assert!(
            error
                .message()
                .contains("stands for \"mine\", which is no command"),
            "{error}"
        );
    }

    #[test]
    fn broken_settings_are_told_where_a_name_could_be_in_them() {
        let error = expand("okr mine", "alias = [").unwrap_err();
        assert_eq!(error.code(), "bad-config");
        assert_eq!(expand("okr tree", "alias = ["), Ok(None));
    }
}
