//! The tests of the core that need the test kit: rules, decisions, formulas and properties.

mod backfill;
mod blocker;
mod change;
mod check_in;
mod comment;
mod cycle;
mod decide;
mod decide_steps;
mod fields;
mod forecast;
mod grading;
mod key_result;
mod links;
mod objective;
mod objective_steps;
mod org;
mod person;
mod progress;
mod properties;
mod rejection;
mod rhythm;
mod roll_up;
mod series;
mod status;
mod team;
mod world;
