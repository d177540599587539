//! What the server answers to each request.

use std::path::PathBuf;
use std::sync::Arc;

use okr_core::id::OrgId;
use okr_log::Position;
use serde_json::json;

use super::wire::{Reply, Request};
use crate::backup::Stock;
use crate::failure::Failure;
use crate::last_backup;
use crate::service::Shared;

/// Bytes of records in one answer, whatever is asked for.
const RECORDS_BYTES: usize = 4 * 1024 * 1024;

/// The server, as its administrators see it.
pub(super) struct Administered {
    data: PathBuf,
    shared: Arc<Shared>,
}

impl Administered {
    pub(super) fn new(data: PathBuf, shared: Arc<Shared>) -> Self {
        Self { data, shared }
    }

    /// Answers a request; may block on the disk.
    pub(super) fn answer(&self, request: &Request) -> Result<Reply, Failure> {
        let stock = Stock {
            data: &self.data,
            heads: &self.shared.heads,
            log: &self.shared.log,
        };
        match *request {
            Request::Snapshot {} => Reply::of(&stock.snapshot(self.shared.clock.now())?),
            Request::Records { org, after, bytes } => {
                let bytes = bytes.min(RECORDS_BYTES);
                let records = stock.records(OrgId::new(org), Position::new(after), bytes)?;
                let lengths: Vec<usize> = records.iter().map(bytes::Bytes::len).collect();
                Ok(Reply {
                    value: json!({ "lengths": lengths }),
                    body: records.concat(),
                })
            }
            Request::BackedUp { taken_at } => {
                last_backup::note(&self.data, taken_at.0)?;
                Reply::of(&json!({}))
            }
        }
    }
}
