//! Scenarios and generators for the tests of the other crates. A development dependency only.
//!
//! [`scenario`] writes a rule down as given, when, then. [`generate`] makes random histories that
//! the rules admit, the same for the same seed; [`company`] the history of a company over years;
//! [`year`] what the people of an organisation of a real size type in five quarters.
//! [`sample`] holds the people and things that both
//! and other tests talk about. [`fuzz`] gives readers of bytes and text what they may not expect; [`frames`] writes what a rude client says. `world`, behind the feature of that name, runs many replicas and a
//! server in one thread from a seed.

pub mod company;
pub mod frames;
pub mod fuzz;
pub mod generate;
mod random;
mod rounds;
pub mod sample;
pub mod scenario;
#[cfg(feature = "world")]
pub mod world;
pub mod year;

pub use random::Random;
pub use rounds::{each_round, rounds};
