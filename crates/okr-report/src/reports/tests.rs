//! Reports made of facts.
