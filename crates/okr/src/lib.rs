//! The OKR command line: parse arguments, call the replica, print.

pub mod environment;
pub mod error;
pub mod exit;
pub mod help_topics;
pub mod render;
pub mod short_id;
pub mod ui;
pub mod value_text;
pub mod when;
