//! What a push does that the access log tells: people and the organisation changed, and what was not permitted.
//!
//! The history says all of it as well; the access log has it beside the logins, with the address it came from.

use std::sync::Arc;

use okr_core::event::{Event, OrgEvent, PersonEvent};
use okr_core::id::PersonId;
use okr_proto::PushOutcome;

use crate::access_log::{Act, Entry};
use crate::auth::Caller;
use crate::sequencer::Offer;
use crate::service::Shared;

/// An act of an administrator in a push.
#[derive(Debug)]
pub(crate) struct Deed {
    /// Which change of the push, from 0.
    index: usize,
    act: Act,
    person: Option<PersonId>,
    words: String,
}

/// Returns the acts of administrators in a push; nearly always none.
pub(crate) fn acts(offers: &[Offer]) -> Vec<Deed> {
    let mut deeds = Vec::new();
    for (index, offer) in offers.iter().enumerate() {
        for event in &offer.change.events {
            let (act, person, words) = match event {
                Event::Person(id, event) => (Act::ChangePeople, Some(*id), person_words(*event)),
                Event::Org(_, OrgEvent::TextsErased(texts)) => {
                    (Act::EraseTexts, None, format!("{} texts", texts.len()))
                }
                Event::Org(_, OrgEvent::Created(_) | OrgEvent::Edited(_)) => {
                    (Act::ChangeOrganisation, None, String::new())
                }
                Event::Team(..)
                | Event::Cycle(..)
                | Event::Objective(..)
                | Event::KeyResult(..)
                | Event::CheckIn(..)
                | Event::Comment(..)
                | Event::Initiative(..)
                | Event::Metric(..)
                | Event::MetricValue(..) => continue,
            };
            deeds.push(Deed {
                index,
                act,
                person,
                words,
            });
        }
    }
    deeds
}

fn person_words(event: PersonEvent) -> String {
    match event {
        PersonEvent::Added(role) => format!("added as {}", role.word()),
        PersonEvent::RoleChanged { from, to } => {
            format!("role {} to {}", from.word(), to.word())
        }
        PersonEvent::Deactivated => "let go".to_owned(),
        PersonEvent::Reactivated => "taken back".to_owned(),
    }
}

/// Writes lines about a push that is durable.
pub(crate) async fn note(
    shared: &Arc<Shared>,
    caller: &Caller,
    (deeds, outcomes): (Vec<Deed>, &[PushOutcome]),
) {
    let now = shared.clock.now();
    let mut entries: Vec<Entry> = Vec::new();
    for deed in deeds {
        if let Some(PushOutcome::Accepted { position, .. }) = outcomes.get(deed.index) {
            let words = format!("{} position {}", deed.words, position.get());
            let entry = caller.entry(deed.act, now).saying(words.trim_start());
            entries.push(match deed.person {
                Some(person) => entry.about(person),
                None => entry,
            });
        }
    }
    // One line for the whole push: a script that may not write tries each of its changes.
    let refused = outcomes.iter().find_map(|outcome| match outcome {
        PushOutcome::Rejected(refusal) if refusal.code == "not-permitted" => {
            Some(refusal.facts.get("refusal"))
        }
        PushOutcome::Rejected(_)
        | PushOutcome::Accepted { .. }
        | PushOutcome::Duplicate { .. }
        | PushOutcome::AlreadySo => None,
    });
    if let Some(refusal) = refused {
        let why = refusal.map_or("not-permitted", String::as_str);
        let entry = Entry::refused(Act::Call, now, format!("push {why}"));
        let entry = entry.by(caller.principal, caller.token);
        entries.push(entry.called_from(&caller.source));
    }
    if entries.is_empty() {
        return;
    }
    let shared = Arc::clone(shared);
    let written = tokio::task::spawn_blocking(move || {
        for entry in &entries {
            shared.access.record(entry);
        }
    });
    // Only a panic makes this fail, and it has been logged.
    drop(written.await);
}
