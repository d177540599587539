//! What runs okrd elsewhere: the unit files are checked by systemd's own tools, where they are installed.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::programs;

fn units() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/systemd")
}

/// Runs a tool of systemd; none where it is not installed.
fn tool(name: &str, arguments: &[&str]) -> Option<Output> {
    let output = Command::new(name).args(arguments).output().ok();
    if output.is_none() {
        std::io::stderr()
            .write_all(format!("skipped: {name} is not installed\n").as_bytes())
            .unwrap();
    }
    output
}

fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    String::from_utf8_lossy(out).into_owned() + &String::from_utf8_lossy(err)
}

#[test]
fn the_units_are_sound() {
    let directory = tempfile::tempdir().unwrap();
    let mut arguments = vec!["verify".to_owned(), "--man=no".to_owned()];
    for name in ["okrd.service", "okrd-backup.service", "okrd-backup.timer"] {
        let unit = fs::read_to_string(units().join(name)).unwrap();
        // Where the program is not installed, the one that was built stands for it.
        let okrd = programs().okrd.display().to_string();
        let path = directory.path().join(name);
        fs::write(&path, unit.replace("/usr/bin/okrd", &okrd)).unwrap();
        arguments.push(path.display().to_string());
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let Some(output) = tool("systemd-analyze", &arguments) {
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(said(&output), "");
    }
}

#[test]
fn the_units_give_away_no_more_than_the_guide_says() {
    let guide = fs::read_to_string(units().join("../README.md")).unwrap();
    for name in ["okrd.service", "okrd-backup.service"] {
        let unit = units().join(name).display().to_string();
        let arguments = ["security", "--offline=true", "--no-pager", &unit];
        let Some(output) = tool("systemd-analyze", &arguments) else {
            return;
        };
        let text = said(&output);
        let line = text.lines().find(|line| line.contains("Overall exposure"));
        let mut words = line.unwrap_or_default().split_whitespace();
        let score = words.find(|word| word.parse::<f32>().is_ok());
        let score = score.unwrap_or_else(|| panic!("{text}"));
        let stated = format!("`{name}` {score}");
        assert!(
            guide.contains(&stated),
            "deploy/README.md does not say {stated}"
        );
    }
}

#[test]
fn the_user_and_the_directories_can_be_made() {
    let users = fs::canonicalize(units().join("okrd.sysusers.conf")).unwrap();
    if let Some(output) = tool("systemd-sysusers", &["--dry-run", users.to_str().unwrap()]) {
        assert!(output.status.success(), "{}", said(&output));
    }
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("etc")).unwrap();
    // Somebody who is there on every machine stands for the user that is not.
    let plan = fs::read_to_string(units().join("okrd.tmpfiles.conf")).unwrap();
    let file = directory.path().join("okrd.conf");
    fs::write(&file, plan.replace("okrd okrd", "- -")).unwrap();
    let root = format!("--root={}", directory.path().display());
    let arguments = [root.as_str(), "--create", file.to_str().unwrap()];
    if let Some(output) = tool("systemd-tmpfiles", &arguments) {
        assert!(output.status.success(), "{}", said(&output));
        for made in ["var/lib/okrd", "var/backups/okrd"] {
            assert!(directory.path().join(made).is_dir(), "{made}");
        }
    }
}

#[test]
fn the_sample_of_settings_is_accepted() {
    let sample = units().join("../okrd.toml");
    let output = Command::new(programs().okrd)
        .args(["config", "check", "--config"])
        .arg(sample)
        .env_clear()
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
}
