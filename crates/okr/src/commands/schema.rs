//! `okr schema`: the JSON Schemas of what the commands answer for programs.

mod answers;

use serde_json::Value;

use self::answers::{ANSWERS, Answer};
use crate::args::SchemaArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{AnswerItem, SchemaItem};
use crate::parse;
use crate::render::{Column, Table};
use crate::ui::schema::{self, Kind};

/// Runs `okr schema`.
///
/// # Errors
/// When nothing is called what was typed.
pub(crate) fn run(context: &mut Context, args: &SchemaArgs) -> Result<Exit, CliError> {
    if args.about.is_empty() {
        list(context);
        return Ok(Exit::Ok);
    }
    let about = args.about.join(" ");
    let mut json_schema = found(&about, args.lines)?;
    if args.strict {
        schema::close(&mut json_schema);
    }
    let items = [SchemaItem { about, json_schema }];
    let frame = context.plain_frame();
    context
        .ui
        .answer(&frame, &items, |_| format!("{:#}\n", items[0].json_schema));
    Ok(Exit::Ok)
}

fn list(context: &mut Context) {
    let commands = ANSWERS.iter().flat_map(|answer| {
        let item = |command: &&str| AnswerItem::new(command, answer.documents, answer.lines());
        answer.commands.iter().map(item)
    });
    let mut items: Vec<AnswerItem> = commands.collect();
    items.sort_by(|one, other| one.command.cmp(&other.command));
    let frame = context.plain_frame();
    context.ui.answer(&frame, &items, |screen| {
        let columns = [
            Column::left("COMMAND"),
            Column::left("DOCUMENT OF -o json").flexible(),
        ];
        let mut table = Table::new(columns);
        for item in &items {
            let documents = match item.documents.as_slice() {
                [] => "lines only".to_owned(),
                names => names.join(" "),
            };
            table.row([item.command.as_str().into(), documents.into()]);
        }
        table.render(screen)
    });
}

/// Finds what a word or a few of them are about.
fn found(about: &str, lines: bool) -> Result<Value, CliError> {
    let fixed: Option<fn() -> Value> = match about {
        "envelope" => Some(schema::envelope),
        "error" => Some(schema::error),
        "remark" => Some(schema::remark),
        _ => None,
    };
    if let Some(fixed) = fixed {
        if lines && about == "envelope" {
            let message = "a line has no envelope";
            return Err(CliError::usage("flag-without-effect", message)
                .with_hint("okr schema COMMAND --lines describes the lines of a command"));
        }
        return Ok(fixed());
    }
    let named: Vec<Kind> = ANSWERS
        .iter()
        .flat_map(|answer| answer.documents.iter().copied())
        .filter(|kind| kind.name() == about)
        .collect();
    if !named.is_empty() {
        let described = if lines {
            schema::lines(&named)
        } else {
            schema::documents(&named)
        };
        return Ok(described);
    }
    let (command, answer) = answer_of(about)?;
    let described = match (lines, answer.documents) {
        (true, _) | (false, []) => schema::lines(answer.lines()),
        (false, kinds) => schema::documents(kinds),
    };
    let form = if lines || answer.documents.is_empty() {
        "jsonl"
    } else {
        "json"
    };
    Ok(titled(described, &command, form))
}

/// Says in a schema what it describes.
fn titled(mut schema: Value, command: &str, form: &str) -> Value {
    let name = if command.is_empty() { "okr" } else { "okr " };
    schema["title"] = format!("{name}{command} -o {form}").into();
    schema
}

/// Finds the answer of a command that may be called by another name; also returns its own.
fn answer_of(typed: &str) -> Result<(String, &'static Answer), CliError> {
    let unknown = || {
        CliError::user(
            "unknown-command",
            format!("no command is called \"{typed}\""),
        )
        .with_exit(Exit::NotFound)
        .with_hint("okr schema --list lists the commands")
    };
    let root = parse::complete();
    let mut command = &root;
    let mut path: Vec<&str> = Vec::new();
    for word in typed.split_whitespace() {
        command = command.find_subcommand(word).ok_or_else(unknown)?;
        path.push(command.get_name());
    }
    let path = path.join(" ");
    let answer = ANSWERS
        .iter()
        .find(|answer| answer.commands.contains(&path.as_str()));
    if let Some(answer) = answer {
        return Ok((path, answer));
    }
    let below = command.get_subcommands().map(clap::Command::get_name);
    let below: Vec<&str> = below.filter(|name| *name != "help").collect();
    let message = format!("\"okr {path}\" alone answers nothing");
    Err(CliError::user("unknown-command", message)
        .with_exit(Exit::NotFound)
        .with_hint(format!("name what it does, too: {}", below.join(", "))))
}

#[cfg(test)]
pub(super) mod tests;
