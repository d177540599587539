//! `okr comment REF TEXT`: something is said about a thing, or answered.

use okr_core::decide::Command;
use okr_core::event::{NewComment, Topic};
use okr_core::id::{CommentId, PersonId};
use okr_core::value::CommentKind;
use okr_core::view::View as _;
use okr_replica::Replica;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::text::{self, Asked, Given};
use super::{find, find_comment, topic_of};
use crate::args::{CommentAddArgs, Reason};
use crate::context::Context;
use crate::describe::Names;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::render::{Screen, Tone, wrap};
use crate::resolve::{Resolver, look};
use crate::short_id::{self, Alphabet};
use crate::ui::Item;
use crate::write::{Outcome, Wish, finish, write};

/// A comment that was just made, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct AddedItem {
    id: Uuid,
    short_id: String,
    about: AboutItem,
    reply_to: Option<Uuid>,
    kind: &'static str,
    text: String,
    outcome: &'static str,
    change: Option<Uuid>,
}

/// What a comment is about.
#[derive(Serialize, JsonSchema)]
struct AboutItem {
    kind: &'static str,
    id: Uuid,
    name: String,
}

impl Item for AddedItem {
    const TYPE: &'static str = "comment_added";
    const SCHEMA: &'static str = "CommentAddedList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

/// What is talked about, and who answers whom.
struct Talk {
    topic: Topic,
    /// What people call the topic.
    name: String,
    reply_to: Option<CommentId>,
    /// Whom the comment answers, as people call them.
    answered: Option<String>,
    me: PersonId,
}

pub(super) fn run(context: &mut Context, args: &CommentAddArgs) -> Result<Exit, CliError> {
    let (mut replica, talk) = look(context, |resolver, _| talk(resolver, args))?;
    let what = format!("what to say about {}", talk.name);
    let asked = Asked {
        before: None,
        what: &what,
        is_needed: true,
    };
    let Some(given) = text::read(context, &args.text(), asked)? else {
        return Err(CliError::internal(
            "a text that is needed was not asked for",
        ));
    };
    let (text, buffer) = given.into_parts();
    let new = NewComment {
        topic: talk.topic,
        reply_to: talk.reply_to,
        author: talk.me,
        kind: args.kind.unwrap_or(CommentKind::Comment),
        text,
    };
    let said = say(context, &mut replica, (&talk, new));
    Given::settle(buffer, said)
}

fn talk(resolver: &Resolver<'_, '_>, args: &CommentAddArgs) -> Result<Talk, CliError> {
    let id = find(resolver, &args.reference)?;
    let (topic, itself) = topic_of(resolver, id)?;
    let reply_to = match &args.reply {
        Some(text) => Some(find_comment(resolver, text)?),
        None => itself,
    };
    let answered = match reply_to {
        Some(id) => resolver.reading.comment(id).map_err(failure::replica)?,
        None => None,
    };
    let names = Names {
        view: resolver.reading,
        directory: resolver.directory,
    };
    let called = names.called(topic.entity()).map_err(failure::replica)?;
    let answered = answered.map(|comment| {
        let called = names.person(comment.author);
        called.slug.unwrap_or(called.short_id)
    });
    Ok(Talk {
        name: match (called.slug, topic) {
            (Some(slug), _) => slug,
            (None, Topic::CheckIn(_)) => format!("the {}", called.title),
            (None, _) if called.title.is_empty() => called.short_id,
            (None, _) => called.title,
        },
        topic,
        reply_to,
        answered,
        me: resolver.me,
    })
}

fn say(
    context: &mut Context,
    replica: &mut Replica,
    (talk, new): (&Talk, NewComment),
) -> Result<Exit, CliError> {
    let id = CommentId::new(context.new_uuid());
    let command = Command::AddComment {
        id,
        new: new.clone(),
    };
    let wish = Wish::new(command, &Reason::default());
    let clock = context.present(replica)?.1;
    let outcome = write(context, replica, &clock, wish)?;
    let (word, change) = match &outcome {
        Outcome::Written(change) => ("written", Some(change.id.uuid())),
        Outcome::WouldWrite(change) => ("would_write", Some(change.id.uuid())),
        Outcome::NothingToDo => ("nothing_to_do", None),
    };
    let entity = talk.topic.entity();
    let item = AddedItem {
        id: id.uuid(),
        short_id: short_id::shown(Alphabet::Thing, id.uuid()),
        about: AboutItem {
            kind: entity.kind().word(),
            id: entity.uuid(),
            name: talk.name.clone(),
        },
        reply_to: new.reply_to.map(CommentId::uuid),
        kind: new.kind.word(),
        text: new.text.to_string(),
        outcome: word,
        change,
    };
    let frame = context.frame(replica, &clock)?;
    context
        .ui
        .answer(&frame, std::slice::from_ref(&item), |screen| {
            told(&item, talk, screen)
        });
    finish(context, replica, &outcome, None)?;
    Ok(Exit::Ok)
}

/// Says `kqtz  comment on api-p99`, and below it what was said.
fn told(item: &AddedItem, talk: &Talk, screen: &Screen) -> String {
    let id = screen.paint(Tone::Id, &item.short_id);
    let name = screen.paint(Tone::Strong, &talk.name);
    let what = match &talk.answered {
        Some(answered) => {
            let answered = screen.paint(Tone::Plain, answered);
            format!("reply to {answered} on {name}")
        }
        None => format!("{} on {name}", item.kind),
    };
    let mut text = format!("{id}  {what}\n");
    let room = screen.room_after(6);
    for line in wrap(&format!("\"{}\"", item.text), room, screen) {
        let line = screen.paint(Tone::Plain, &line);
        text = format!("{text}      {line}\n");
    }
    text
}
