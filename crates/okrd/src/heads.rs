//! The durable ends of all logs, as followers watch them, and their signed checkpoints.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use okr_core::id::OrgId;
use okr_log::{Checkpoint, Head, LogId, Origin, Position, SigningKey, Waypoint};
use tokio::sync::watch;

/// The durable ends of the logs of one server.
pub(crate) struct Heads {
    key: SigningKey,
    orgs: HashMap<OrgId, OrgHead>,
}

struct OrgHead {
    origin: Origin,
    head: watch::Sender<Head>,
    /// The newest checkpoint as a note: most callers ask for the same one.
    signed: Mutex<Option<(Position, String)>>,
}

impl Heads {
    /// Makes the channels of the organisations that the server holds.
    pub(crate) fn new(
        key: SigningKey,
        orgs: impl IntoIterator<Item = (OrgId, Origin, Head)>,
    ) -> Self {
        let orgs = orgs.into_iter().map(|(org, origin, head)| {
            let channel = OrgHead {
                origin,
                head: watch::Sender::new(head),
                signed: Mutex::new(None),
            };
            (org, channel)
        });
        Self {
            key,
            orgs: orgs.collect(),
        }
    }

    /// Makes a new end known; called when it is durable, and never with an older one.
    pub(crate) fn publish(&self, log: LogId, head: Head) {
        if let Some(org) = self.orgs.get(&OrgId::from_bytes(log.0)) {
            org.head.send_replace(head);
        }
    }

    /// Lists the organisations.
    pub(crate) fn orgs(&self) -> impl Iterator<Item = OrgId> {
        self.orgs.keys().copied()
    }

    /// Says whether the server holds the organisation.
    pub(crate) fn contains(&self, org: OrgId) -> bool {
        self.orgs.contains_key(&org)
    }

    /// Returns the end of a log; that of an unknown organisation is empty.
    pub(crate) fn head(&self, org: OrgId) -> Head {
        self.orgs
            .get(&org)
            .map_or(Head::EMPTY, |org| *org.head.borrow())
    }

    /// Follows the end of a log.
    pub(crate) fn subscribe(&self, org: OrgId) -> Option<watch::Receiver<Head>> {
        Some(self.orgs.get(&org)?.head.subscribe())
    }

    /// Returns the origin of an organisation's checkpoints.
    pub(crate) fn origin(&self, org: OrgId) -> Option<&Origin> {
        Some(&self.orgs.get(&org)?.origin)
    }

    /// Returns the key that verifies the checkpoints, as text.
    pub(crate) fn verifier_key(&self) -> String {
        self.key.verifying_key().to_string()
    }

    /// Signs the statement about everything up to a durable position; returns it as a note.
    pub(crate) fn checkpoint(&self, org: OrgId, end: Waypoint) -> Option<String> {
        let org = self.orgs.get(&org)?;
        // Nothing is left half done under the lock.
        let mut signed = org.signed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((position, note)) = &*signed
            && *position == end.position
        {
            return Some(note.clone());
        }
        let checkpoint = Checkpoint {
            origin: org.origin.clone(),
            size: end.position,
            root: end.root,
        };
        let note = checkpoint.sign(&self.key).to_string();
        if signed
            .as_ref()
            .is_none_or(|(position, _)| *position < end.position)
        {
            *signed = Some((end.position, note.clone()));
        }
        Some(note)
    }
}
