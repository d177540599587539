//! What is said when the program itself is at fault: one paragraph, and no stack trace unless
//! `RUST_BACKTRACE` asks for it.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, Write as _};
use std::panic::{self, PanicHookInfo, UnwindSafe};

use crate::exit::Exit;

/// Runs something that must not take the process down in silence; a panic ends with
/// [`Exit::Error`].
pub(crate) fn guarded(run: impl FnOnce() -> Exit + UnwindSafe) -> Exit {
    panic::set_hook(Box::new(|panic| {
        // The paragraph is for the terminal as it was before, not for a screen that is about to go.
        crate::ui::leave_full_screen();
        // There is nowhere left to say that stderr is gone.
        io::stderr().write_all(paragraph(panic).as_bytes()).ok();
    }));
    panic::catch_unwind(run).unwrap_or(Exit::Error)
}

fn paragraph(panic: &PanicHookInfo<'_>) -> String {
    let what = panic.payload_as_str().unwrap_or("no message");
    let place = panic
        .location()
        .map_or_else(String::new, |place| format!(" at {place}"));
    let version = env!("CARGO_PKG_VERSION");
    let mut text = format!(
        "Error: okr {version} failed, and that is its own fault: {}{place}\n\
         Hint: what was written before is safe. Please report this line and what you typed\n",
        crate::ui::sanitise(what)
    );
    let trace = Backtrace::capture();
    if trace.status() == BacktraceStatus::Captured {
        let trace = format!("{trace}\n");
        text.push_str(&trace);
    }
    text
}
