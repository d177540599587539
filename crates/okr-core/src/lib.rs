//! What an OKR is: ids, values, events, entities, rules and measures.
//!
//! Everything here is pure. Time, identity and randomness come in as arguments; there is no I/O, no
//! async, no clock and no floating-point number. The server and the offline client call the same
//! functions, so they cannot disagree about a rule.
//!
//! The verbs: [`evolve`](entity) turns an entity and an event into the next entity and never
//! fails; `admit` says whether a change may follow a state; `decide` turns a command into a change.

pub mod change;
pub mod entity;
pub mod event;
pub mod id;
pub mod measure;
pub mod text;
pub mod value;
pub mod view;

pub use jiff::Timestamp;
pub use jiff::civil::Date;
