//! The OKR command line: parse arguments, call the replica, print.

pub mod error;
pub mod exit;
pub mod render;
pub mod short_id;
pub mod ui;
pub mod value_text;
pub mod when;
