//! Backups: one consistent moment of a server in one file, and back (BACKUP.md).
//!
//! ```text
//! running server --admin socket--> source --> create --> frames        walk: every record is hashed to the
//! stopped one's directory --------^                                     root that the server signed, both ways
//! data directory <-- restore <-- chain <-- read <-- frames
//! ```

mod chain;
mod create;
mod files;
mod filling;
mod frame;
mod manifest;
mod read;
mod restore;
mod snapshot;
mod source;
mod walk;

pub(crate) use self::chain::Chain;
pub(crate) use self::create::{Written, create};
pub(crate) use self::filling::Filling;
pub(crate) use self::manifest::Manifest;
pub(crate) use self::read::Whole;
pub(crate) use self::restore::{Cut, Restored, restore};
pub(crate) use self::snapshot::{OrgEnd, Stock};
pub(crate) use self::source::Source;
pub(crate) use self::walk::{Walk, WalkError};

#[cfg(test)]
mod fuzzing;
#[cfg(test)]
mod tests;
