//! What an OKR is: ids, values, events, entities, rules and measures.
//!
//! Everything here is pure. Time, identity and randomness come in as arguments; there is no I/O, no
//! async, no clock and no floating-point number. The server and the offline client call the same
//! functions, so they cannot disagree about a rule.
//!
//! The verbs: [`evolve`](entity) turns an entity and an event into the next entity and never
//! fails; [`admit`](admit::admit) says whether a change may follow a state; [`decide`](decide::decide)
//! turns commands into a change. [`progress`] and [`status`] say how a goal stands, [`forecast`] where
//! it goes.

pub mod admit;
pub mod amendment;
pub mod authorize;
pub mod backfill;
pub mod blocker;
pub mod calendar;
pub mod change;
pub mod decide;
pub mod entity;
pub mod event;
pub mod field;
pub mod forecast;
pub mod id;
pub mod measure;
pub mod progress;
pub mod quick;
pub mod recast;
pub mod rejection;
pub mod rhythm;
pub mod status;
pub mod text;
pub mod value;
pub mod view;

pub use jiff::Timestamp;
pub use jiff::civil::Date;
pub use rust_decimal::Decimal;
