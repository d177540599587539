//! End-to-end tests: real processes of `okrd` and `okr`, and the checks of the source tree.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on must fail where it stands"
)]

mod access;
mod amending;
mod certificates;
mod clock;
mod completing;
mod conflicts;
mod deploying;
mod doctor;
mod drill;
mod editing;
mod erasing;
mod film;
mod fire;
mod fixtures;
mod full_disk;
mod goalposts;
mod import;
mod inbox;
mod killed;
mod liar;
mod lies;
mod malformed;
mod named;
mod network;
mod newer;
mod operations;
mod packaging;
mod pages;
mod paging;
mod planning;
mod proof;
mod proxied;
mod python;
mod read_only;
mod refusals;
mod reporting;
mod restored;
mod screens;
mod scripts;
mod session;
mod settings;
mod starting;
mod sync;
mod tidy;
mod walking;
mod watch;
mod working;
mod world;

use okr_e2e::Programs;

/// Returns the programs that cargo built for these tests, or those in the directory that `OKR_TEST_PROGRAMS` names: long
/// runs want optimised ones.
fn programs() -> Programs {
    if let Some(directory) = std::env::var_os("OKR_TEST_PROGRAMS") {
        let directory = std::path::PathBuf::from(directory);
        return Programs {
            okr: directory.join("okr"),
            okrd: directory.join("okrd"),
        };
    }
    Programs {
        okr: env!("CARGO_BIN_EXE_okr-under-test").into(),
        okrd: env!("CARGO_BIN_EXE_okrd-under-test").into(),
    }
}
