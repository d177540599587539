//! A call, from its first byte to its line in the log.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tonic::{Code, Request};
use uuid::Uuid;

use super::RequestId;
use super::method::{Method, code_name};
use crate::credentials::Principal;
use crate::metrics::{EndedCall, Metrics};
use crate::peer::Peer;
use crate::traces::{self, CallTrace};

/// What becomes known of a call while it is answered.
#[derive(Clone, Debug)]
pub(crate) struct CallNotes(Arc<Notes>);

#[derive(Debug)]
struct Notes {
    metrics: Arc<Metrics>,
    request_id: RequestId,
    principal: OnceLock<(Principal, Uuid)>,
    received: AtomicU64,
    sent: AtomicU64,
}

/// A call under way. When it goes, its line is written, however the call ended.
#[derive(Debug)]
pub(super) struct ObservedCall {
    pub(super) notes: CallNotes,
    pub(super) method: Method,
    /// None when it is not traced.
    pub(super) trace: Option<CallTrace>,
    pub(super) peer: Option<Peer>,
    pub(super) started: Instant,
    /// How it was answered; none while it is not, and then the client went away.
    pub(super) code: Option<Code>,
}

impl CallNotes {
    pub(super) fn new(request_id: RequestId, metrics: Arc<Metrics>) -> Self {
        Self(Arc::new(Notes {
            metrics,
            request_id,
            principal: OnceLock::new(),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
        }))
    }

    /// Returns the notes of a request, which [`super::ObserveLayer`] has begun.
    pub(crate) fn of<T>(request: &Request<T>) -> Self {
        match request.extensions().get::<Self>() {
            Some(notes) => notes.clone(),
            None => Self::new(RequestId::of(request.metadata()), Arc::default()),
        }
    }

    pub(crate) fn request_id(&self) -> &RequestId {
        &self.0.request_id
    }

    /// Returns where the call is counted.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Adds who is calling.
    pub(crate) fn set_principal(&self, principal: Principal, token: Uuid) {
        // A call has one caller; a second look finds the same one.
        self.0.principal.set((principal, token)).ok();
    }

    pub(super) fn add_received(&self, bytes: usize) {
        self.0.received.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn add_sent(&self, bytes: usize) {
        self.0.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

impl Drop for ObservedCall {
    fn drop(&mut self) {
        let code = self.code.unwrap_or(Code::Cancelled);
        let took = self.started.elapsed();
        let Notes {
            metrics,
            request_id,
            principal,
            received,
            sent,
        } = &*self.notes.0;
        let (received, sent) = (
            received.load(Ordering::Relaxed),
            sent.load(Ordering::Relaxed),
        );
        let method = self.method;
        metrics.count_call(&EndedCall {
            method,
            code,
            took,
            received,
            sent,
        });
        if let Some(trace) = self.trace.take() {
            trace.end(&traces::EndedCall {
                method,
                code,
                took,
                request_id: request_id.as_str(),
                org: principal.get().map(|(principal, _)| principal.org),
            });
        }
        let code = code_name(code);
        let peer = self.peer.map(tracing::field::display);
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        if let Some((principal, token)) = principal.get() {
            let (org, person) = (principal.org, principal.person);
            tracing::info!(target: "rpc", %method, code, ms, received, sent, %request_id, peer, %org, %person, %token);
        } else if method.is_probe() {
            tracing::debug!(target: "rpc", %method, code, ms, received, sent, %request_id, peer);
        } else {
            tracing::info!(target: "rpc", %method, code, ms, received, sent, %request_id, peer);
        }
    }
}
