//! What stands for traces in a program that was built without them: nothing that could ever be made.

use std::future::Ready;
use std::time::Duration;

use http::HeaderMap;

use super::{EndedCall, TraceOptions, TracesError};

/// There are none.
#[derive(Clone, Debug)]
pub(crate) enum Traces {}

/// There is none.
#[derive(Debug)]
pub(crate) enum CallTrace {}

impl Traces {
    /// Refuses to begin.
    pub(crate) fn prepare(_: &TraceOptions) -> Result<Self, TracesError> {
        Err(TracesError::NotBuilt)
    }

    pub(crate) fn start(&self) {
        match *self {}
    }

    pub(crate) fn begin(&self, _: &HeaderMap) -> Option<CallTrace> {
        match *self {}
    }

    pub(crate) fn end(&self, _: Duration) -> Ready<()> {
        match *self {}
    }
}

impl CallTrace {
    pub(crate) fn end(self, _: &EndedCall<'_>) {
        match self {}
    }
}
