//! Settings: defaults, a TOML file, `OKRD_*` variables and flags, each stronger than the one before. All mistakes of
//! all layers are found at once, each with its place.
//!
//! `deploy/CONFIGURATION.md` describes the format. What a setting does is not here but where it is used.

#[cfg(test)]
mod document;
mod file;
#[cfg(test)]
mod fuzzing;
mod kind;
mod layers;
mod mistake;
mod network;
mod print;
mod rules;
mod schema;
mod table;
#[cfg(test)]
mod tests;
mod url;

pub(crate) use self::kind::{Kind, Value};
pub(crate) use self::layers::{Config, ConfigError, DEFAULT_FILE, FILE_VARIABLE, Sources};
pub(crate) use self::mistake::Mistake;
pub(crate) use self::network::Networks;
pub(crate) use self::print::{to_json, to_toml};
pub(crate) use self::schema::schema;
pub use self::table::Limits;
pub(crate) use self::table::{Applies, Key, SECTIONS, Section, Settings};
