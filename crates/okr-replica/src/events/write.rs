//! Writing a history: line by line, so that memory does not grow with it.

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use okr_core::id::{PersonId, Position};
use okr_core::view::{Overlay, View as _};
use okr_log::RecordView;
use okr_proto::{Decoded, RecordError};
use serde_json::{Map, Value, json};

use super::fault::EventsError;
use super::{EventsHead, FORMAT, Person};
use crate::error::ReplicaError;
use crate::pending::PendingChange;
use crate::replica::Replica;
use crate::{meta, moment, readable, rebase, record, view};

/// What was exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventsWritten {
    /// How many changes, pending ones included.
    pub changes: u64,
    /// How many of them no server has confirmed.
    pub pending: u64,
    /// How many changes wait for a decision and were left out.
    pub conflicts: u64,
}

impl Replica {
    /// Writes every change up to a position, or all of them and what is pending.
    ///
    /// `progress` is told how many changes are written.
    ///
    /// # Errors
    /// [`EventsError::Write`]; the store's failures.
    pub fn export_events(
        &self,
        until: Option<Position>,
        to: &mut dyn Write,
        progress: &mut dyn FnMut(u64),
    ) -> Result<EventsWritten, EventsError> {
        let people = self.directory()?;
        let snapshot = self.snapshot()?;
        let info = meta::info(snapshot.db)?;
        let head = until.map_or(info.head, |until| until.min(info.head));
        // What waits belongs to no moment of the past.
        let (pending, conflicts) = if until.is_some() {
            (Vec::new(), 0)
        } else {
            let rebased = rebase::rebase(snapshot.db)?;
            let refused = info.conflicts + rebased.refused.len();
            (rebased.fitting, u64::try_from(refused).unwrap_or(u64::MAX))
        };
        let waiting = u64::try_from(pending.len()).unwrap_or(u64::MAX);
        let confirmed = moment::Confirmed::Until(head);
        let now = view::ConfirmedView::new(snapshot.db, confirmed)?;
        let mut named = Overlay::new(&now);
        for waits in &pending {
            named.apply(&waits.change)?;
        }
        let first = EventsHead {
            format: FORMAT.to_owned(),
            organisation: info.org.uuid(),
            name: named.org()?.map(|org| org.name.to_string()),
            head: head.get(),
            pending: waiting,
            changes: head.get() + waiting,
            people: people.entries.values().map(person).collect(),
        };
        line(to, &json!(first))?;
        let mut written = 0;
        let mut statement = (snapshot.db)
            .prepare_cached("SELECT bytes FROM records WHERE position <= ?1 ORDER BY position")
            .map_err(ReplicaError::from)?;
        let mut rows = statement
            .query([record::number(head)])
            .map_err(ReplicaError::from)?;
        while let Some(row) = rows.next().map_err(ReplicaError::from)? {
            let bytes = row.get_ref(0).map_err(ReplicaError::from)?;
            let bytes = bytes.as_blob().map_err(ReplicaError::damaged)?;
            line(to, &Value::Object(confirmed_line(bytes)?))?;
            written += 1;
            progress(written);
        }
        for waits in &pending {
            line(to, &Value::Object(pending_line(waits, info.me)))?;
            written += 1;
            progress(written);
        }
        Ok(EventsWritten {
            changes: written,
            pending: waiting,
            conflicts,
        })
    }
}

fn person(entry: &crate::directory::DirectoryEntry) -> Person {
    Person {
        id: entry.person.uuid(),
        handle: entry.handle.clone(),
        name: entry.name.clone(),
        email: entry.email.clone(),
    }
}

fn line(to: &mut dyn Write, value: &Value) -> Result<(), EventsError> {
    serde_json::to_writer(&mut *to, value)
        .map_err(std::io::Error::from)
        .and_then(|()| to.write_all(b"\n"))
        .map_err(EventsError::Write)
}

fn confirmed_line(bytes: &[u8]) -> Result<Map<String, Value>, ReplicaError> {
    let view = RecordView::parse(bytes).map_err(RecordError::from)?;
    let mut line = readable::line(&view)?;
    line.insert("body".to_owned(), BASE64.encode(view.body()).into());
    Ok(line)
}

fn pending_line(waits: &PendingChange, me: PersonId) -> Map<String, Value> {
    let mut line = readable::change(&Decoded::Known(waits.change.clone()));
    let mut put = |name: &str, value: Value| line.insert(name.to_owned(), value);
    for unknown in ["position", "recorded_at", "recorded_at_us", "token"] {
        put(unknown, Value::Null);
    }
    put("author", json!(me.uuid()));
    let texts = waits.encoded.texts.iter();
    put("texts", texts.map(|text| json!(text.text)).collect());
    put("body", BASE64.encode(&waits.encoded.body).into());
    line
}
