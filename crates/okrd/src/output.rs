//! The one place that writes to standard output and, before there is a log, to standard error.

use std::io::{self, Write as _};

use crate::failure::Failure;

/// Prints an answer, and makes sure that a waiting reader sees it.
pub(crate) fn print(text: &str) {
    let mut out = io::stdout().lock();
    // A reader that stopped early is no error.
    drop(writeln!(out, "{text}").and_then(|()| out.flush()));
}

/// Prints why a command failed.
pub(crate) fn complain(failure: &Failure) {
    drop(writeln!(io::stderr().lock(), "{failure}"));
}

/// Prints what a person should look at although nothing failed.
pub(crate) fn warn(text: &str) {
    drop(writeln!(io::stderr().lock(), "Warning: {text}"));
}
