//! Administration of a running server by its own user, over a socket in the data directory (ADMIN.md).

mod address;
mod answers;
mod client;
mod listener;
mod wire;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use self::client::AdminClient;
pub(crate) use self::listener::AdminListener;
pub(crate) use self::wire::{Reply, Request, read_line};

use self::answers::Administered;
use crate::service::Shared;

const SOCKET: &str = "admin.sock";

/// Returns where the socket of a data directory stands.
pub(crate) fn socket(data: &Path) -> PathBuf {
    data.join(SOCKET)
}

/// Answers administrators until the value is dropped. A server without it serves all the same, and says so.
pub(crate) fn serve(data: &Path, shared: Arc<Shared>) -> Option<AdminListener> {
    let administered = Administered::new(data.to_owned(), shared);
    let path = socket(data);
    let opened = AdminListener::open(
        &path,
        Arc::new(move |request| administered.answer(&request)),
    );
    match opened {
        Ok(listener) => Some(listener),
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(socket = %path.display(), error, "commands such as backup need the server stopped");
            None
        }
    }
}
