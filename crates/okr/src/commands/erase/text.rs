//! `okr erase text`: a text of the history goes, everywhere it stands word for word; its hash and the change stay.

use std::collections::BTreeSet;

use okr_core::decide::Command;
use okr_core::event::TextPlace;
use okr_core::field::FieldValue;
use okr_core::id::{ChangeId, EntityKind};
use okr_core::text::LongText;
use okr_replica::{Replica, TextFound};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{catch_up, confirm, warn_of_leftovers};
use crate::args::EraseTextArgs;
use crate::commands::past::find_one;
use crate::commands::{Past, counted};
use crate::context::{Context, only_change};
use crate::error::CliError;
use crate::exchange::{self, Limits};
use crate::exit::Exit;
use crate::failure;
use crate::output::Id;
use crate::short_id::{self, Alphabet};
use crate::ui::{Item, sanitise};
use crate::wording::{field_named, typed_field};
use crate::write::{Outcome, Wish, write};

/// What has texts.
const KINDS: &[EntityKind] = &[
    EntityKind::Objective,
    EntityKind::KeyResult,
    EntityKind::Team,
    EntityKind::Cycle,
    EntityKind::CheckIn,
    EntityKind::Comment,
    EntityKind::Initiative,
    EntityKind::Metric,
    EntityKind::MetricValue,
];

/// How much of a text is shown where one is to be chosen, in characters.
const SHOWN_MAX: usize = 60;

/// Where a text stood, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TextPlaceItem {
    change: Id,
    short_id: String,
    /// The number of the text in the change, from 1.
    text: u16,
    position: u64,
}

/// Texts that were erased, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ErasedTextsItem {
    /// The change that erased them; null with `--dry-run`.
    change: Option<Id>,
    short_id: Option<String>,
    /// Whether it is done; false with `--dry-run`, and while the change waits for the server.
    erased: bool,
    /// Whether nothing is left in unused parts of the copy on this machine.
    clean: bool,
    places: Vec<TextPlaceItem>,
}

impl Item for ErasedTextsItem {
    const TYPE: &'static str = "erased_texts";
    const SCHEMA: &'static str = "ErasedTextsList";

    fn id(&self) -> Option<Uuid> {
        self.change.map(|id| id.0)
    }
}

pub(super) fn run(context: &mut Context, args: &EraseTextArgs) -> Result<Exit, CliError> {
    let mut replica = context.replica()?;
    let info = replica.info().map_err(failure::replica)?;
    let remote = info.remote.ok_or_else(exchange::no_server)?;
    let url = remote.url.as_str();
    catch_up(context, &mut replica, url)?;
    let text = wanted(context, &replica, args)?;
    let found = replica.find_text(&text).map_err(failure::replica)?;
    if found.is_empty() {
        return Err(nothing_there(&args.reference));
    }
    refuse_repetition(args, &text)?;
    if !context.globals.dry_run {
        let lost = lost(&text, &found);
        confirm(context, args.confirm.as_deref(), (&args.reference, &lost))?;
    }
    let texts: BTreeSet<TextPlace> = found.iter().map(|found| found.place).collect();
    let clock = context.present(&replica)?.1;
    let command = Command::EraseTexts {
        id: info.org,
        texts,
    };
    let mut item = ErasedTextsItem {
        change: None,
        short_id: None,
        erased: false,
        clean: false,
        places: found.iter().map(place).collect(),
    };
    if context.globals.dry_run && args.reason.reason.is_none() {
        // Only where it stands is asked; who may erase it, and why, comes later.
        tell(context, &item);
        return Ok(Exit::Ok);
    }
    let wish = Wish::new(command, &args.reason);
    let outcome = write(context, &mut replica, &clock, wish)?;
    if let Outcome::Written(change) = outcome {
        item.change = Some(Id(change.id.uuid()));
        item.short_id = Some(short_id::shown(Alphabet::Change, change.id.uuid()));
        exchange::exchange(context, &mut replica, url, Limits::WAITED_FOR)?;
        let left = replica.find_text(&text).map_err(failure::replica)?;
        item.erased = left.is_empty();
        item.clean = item.erased && replica.clean().unwrap_or(false);
    }
    tell(context, &item);
    Ok(Exit::Ok)
}

/// Refuses a reason that says once more, for ever, what is to be forgotten.
fn refuse_repetition(args: &EraseTextArgs, text: &str) -> Result<(), CliError> {
    let repeats = |reason: &LongText| reason.as_str().contains(text);
    if !args.reason.reason.as_ref().is_some_and(repeats) {
        return Ok(());
    }
    let message = "the reason repeats the text that is to be erased";
    Err(CliError::user("reason-repeats", message)
        .with_hint("reasons are kept for ever: say why without it"))
}

/// Finds the text that is meant: what a field holds now, or a text of a change.
fn wanted(
    context: &mut Context,
    replica: &Replica,
    args: &EraseTextArgs,
) -> Result<String, CliError> {
    if let Some((thing, field)) = args.reference.rsplit_once('.')
        && let Some(word) = field_named(field)
    {
        return of_field(context, replica, (thing, word));
    }
    let digits = args.reference.to_ascii_lowercase();
    let changes = replica.find_change(&digits).map_err(failure::replica)?;
    let id = only_change(&changes, &args.reference)?;
    of_change(replica, id, args)
}

fn of_field(
    context: &mut Context,
    replica: &Replica,
    (thing, word): (&str, &'static str),
) -> Result<String, CliError> {
    let past = Past::open(context, replica)?;
    let id = past.with_resolver(context, |resolver| find_one(resolver, thing, KINDS))?;
    let blame = past.reading.blame(id).map_err(failure::replica)?;
    let fields = blame.map(|blame| blame.fields).unwrap_or_default();
    let texts = fields.iter().filter_map(|one| match &one.field.value {
        FieldValue::Text(text) => Some((one.field.word, text)),
        FieldValue::Word(text) if one.field.word == "slug" => Some((one.field.word, text)),
        _ => None,
    });
    let texts: Vec<(&'static str, &String)> = texts.collect();
    if let Some((_, text)) = texts.iter().find(|(other, _)| *other == word) {
        return Ok((*text).clone());
    }
    let words: Vec<String> = texts.iter().map(|(word, _)| typed_field(word)).collect();
    let message = format!(
        "\"{thing}\" has no text in its field \"{}\"",
        typed_field(word)
    );
    let error = CliError::user("unknown-text", message).with_exit(Exit::NotFound);
    Err(if words.is_empty() {
        error
    } else {
        error.with_hint(format!("it has texts in {}", words.join(", ")))
    })
}

fn of_change(replica: &Replica, id: ChangeId, args: &EraseTextArgs) -> Result<String, CliError> {
    let Some(texts) = replica.texts_of(id).map_err(failure::replica)? else {
        let message = format!("change {} waits on this machine only", args.reference);
        return Err(CliError::user("not-confirmed-yet", message)
            .with_hint("okr pending drop takes it away, or okr sync sends it first"));
    };
    let present = || {
        let numbered = (1..).zip(&texts);
        numbered.filter_map(|(number, text): (u16, _)| Some((number, text.as_ref()?)))
    };
    let chosen = match (args.text, present().count()) {
        (Some(number), _) => present().find(|(other, _)| *other == number),
        (None, 1) => present().next(),
        (None, 0) => return Err(nothing_there(&args.reference)),
        (None, _) => None,
    };
    if let Some((_, text)) = chosen {
        return Ok(text.clone());
    }
    let message = match args.text {
        Some(number) => format!("change {} has no text {number}", args.reference),
        None => format!("change {} has several texts", args.reference),
    };
    let mut error = CliError::user("which-text", message).with_exit(Exit::NotFound);
    for (number, text) in present() {
        error = error.with_detail(format!("{number}  \"{}\"", shown(text)));
    }
    Err(error.with_hint(format!("okr erase text {} --text N", args.reference)))
}

/// The beginning of a text.
fn shown(text: &str) -> String {
    sanitise(text).chars().take(SHOWN_MAX).collect()
}

fn nothing_there(reference: &str) -> CliError {
    let message = format!("no text of {reference} is in the confirmed history any more");
    CliError::user("unknown-text", message).with_exit(Exit::NotFound)
}

fn place(found: &TextFound) -> TextPlaceItem {
    let TextPlace { change, text } = found.place;
    TextPlaceItem {
        change: Id(change.uuid()),
        short_id: short_id::shown(Alphabet::Change, change.uuid()),
        text,
        position: found.position.get(),
    }
}

/// Says what goes.
fn lost(text: &str, found: &[TextFound]) -> String {
    let text = shown(text);
    let changes: Vec<String> = found
        .iter()
        .map(|found| short_id::shown(Alphabet::Change, found.place.change.uuid()))
        .collect();
    format!(
        "\"{text}\" stands word for word in {}: {}. There it goes for good, on the server and on every \
         copy that syncs; the changes, their hashes and all proofs stay. There is no undo.",
        counted(found.len(), "place"),
        changes.join(", ")
    )
}

fn tell(context: &mut Context, item: &ErasedTextsItem) {
    let frame = context.plain_frame();
    let texts = counted(item.places.len(), "text");
    context.ui.answer(&frame, std::slice::from_ref(item), |_| {
        let mut text = match (&item.short_id, item.erased) {
            (Some(id), true) => format!("{id}  erased {texts}\n"),
            (Some(id), false) => format!("{id}  waits to erase {texts}\n"),
            (None, _) => format!("would erase {texts}\n"),
        };
        for place in &item.places {
            let line = format!("  text {} of {}\n", place.text, place.short_id);
            text.push_str(&line);
        }
        text
    });
    if item.change.is_none() {
        context.ui.note("dry run: nothing was written");
        return;
    }
    if !item.erased {
        context
            .ui
            .warning("the server did not take it: okr conflicts and okr pending say why");
    } else if !item.clean {
        warn_of_leftovers(context);
    }
    context.ui.hint(
        "a slug made from a title stays: okr erase text REF.slug; the server's files: okrd compact",
    );
}
