//! The main job from end to end, on real processes and real data: `cargo demo`.
//!
//! Builds the programs, starts a server on a free loopback port, logs two people in, loads four real
//! histories, lets both edit offline, syncs, and prints what became of it.

mod story;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use okr_e2e::Programs;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            story::say(&format!("the demonstration stopped: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()?;
    let directory = match std::env::args_os().nth(1) {
        Some(directory) => PathBuf::from(directory),
        None => root.join("target/demo"),
    };
    story::prepare(&directory)?;
    let programs = build(&root, &directory)?;
    story::tell(&programs, &root, &directory)
}

/// Builds both programs and puts them, under their own names, into the directory.
///
/// They are the ones of this package, so that cargo builds nothing for a second time.
fn build(root: &Path, directory: &Path) -> Result<Programs> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What cargo set for this program would make build scripts run again, each time.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(name.as_ref());
        }
    }
    let status = cargo
        .args(["build", "--quiet", "--package", "okr-e2e", "--bins"])
        .current_dir(root)
        .status()
        .context("cargo does not start")?;
    if !status.success() {
        bail!("okr and okrd do not build");
    }
    let here = std::env::current_exe()?;
    let beside = here.parent().context("a program stands in a directory")?;
    let programs = Programs {
        okr: directory.join("okr"),
        okrd: directory.join("okrd"),
    };
    std::fs::copy(beside.join("okr-under-test"), &programs.okr)?;
    std::fs::copy(beside.join("okrd-under-test"), &programs.okrd)?;
    Ok(programs)
}
