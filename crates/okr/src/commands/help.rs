//! `okr help`: a command's help, or a concept explained.

use crate::args::HelpArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::help_topics::Topic;
use crate::output::TextItem;
use crate::parse;

pub(crate) fn run(context: &mut Context, args: &HelpArgs) -> Result<Exit, CliError> {
    if let [word] = args.topic.as_slice()
        && let Some(topic) = Topic::ALL.into_iter().find(|topic| topic.word() == word)
    {
        say(context, topic.word().to_owned(), topic.text());
        return Ok(Exit::Ok);
    }
    let mut command = parse::complete();
    let mut found = &mut command;
    for word in &args.topic {
        found = found
            .find_subcommand_mut(word)
            .ok_or_else(|| unknown(&args.topic.join(" ")))?;
    }
    let text = if args.topic.is_empty() {
        found.render_help()
    } else {
        found.render_long_help()
    };
    say(context, args.topic.join(" "), text.to_string());
    Ok(Exit::Ok)
}

fn say(context: &mut Context, about: String, text: String) {
    let items = [TextItem { about, text }];
    let frame = context.plain_frame();
    context.ui.answer(&frame, &items, |_| items[0].text.clone());
}

fn unknown(topic: &str) -> CliError {
    CliError::user("unknown-topic", format!("there is no help on \"{topic}\""))
        .with_exit(Exit::NotFound)
        .with_hint("okr help lists the commands and topics")
}
