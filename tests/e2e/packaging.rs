//! The Debian packages, made of the programs that were built for these tests: what is in them, where, and whether it
//! works from there.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::programs;

/// The packages, and what is in them.
struct Packages {
    directory: TempDir,
}

fn debian() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/debian")
}

fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    String::from_utf8_lossy(out).into_owned() + &String::from_utf8_lossy(err)
}

fn skipped(why: &str) {
    let line = format!("skipped: {why}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// Says whether a tool is there.
fn has(tool: &str) -> bool {
    Command::new(tool).arg("--version").output().is_ok()
}

/// Makes the packages into a directory; quickly, because nobody downloads them.
fn build(to: &Path) -> Output {
    Command::new(debian().join("build"))
        .arg("--okr")
        .arg(programs().okr)
        .arg("--okrd")
        .arg(programs().okrd)
        .arg("--to")
        .arg(to)
        .args(["--maintainer", "Nobody <nobody@localhost>"])
        .env("SOURCE_DATE_EPOCH", "1795000000")
        .env("DPKG_DEB_COMPRESSOR_TYPE", "gzip")
        .env("DPKG_DEB_COMPRESSOR_LEVEL", "1")
        .output()
        .unwrap()
}

impl Packages {
    /// Returns the packages, made once for all tests; none where the tools of Debian are not installed.
    fn get() -> Option<&'static Self> {
        static MADE: OnceLock<Option<Packages>> = OnceLock::new();
        MADE.get_or_init(|| {
            if !has("dpkg-deb") || !has("dpkg-shlibdeps") || !has("strip") {
                skipped("dpkg-dev or binutils is not installed");
                return None;
            }
            let directory = tempfile::tempdir().unwrap();
            let output = build(directory.path());
            assert!(output.status.success(), "{}", said(&output));
            let packages = Self { directory };
            for name in ["okr", "okrd"] {
                packages.unpack(name);
            }
            Some(packages)
        })
        .as_ref()
    }

    fn file(&self, name: &str) -> PathBuf {
        let start = format!("{name}_");
        let mut entries = fs::read_dir(self.directory.path()).unwrap();
        let found = entries.find_map(|entry| {
            let path = entry.unwrap().path();
            let file = path.file_name().unwrap().to_string_lossy();
            file.starts_with(&start).then(|| path.clone())
        });
        found.unwrap_or_else(|| panic!("no package {name}"))
    }

    fn root(&self, name: &str) -> PathBuf {
        self.directory.path().join("unpacked").join(name)
    }

    /// Unpacks what is installed, and what dpkg is told.
    fn unpack(&self, name: &str) {
        let root = self.root(name);
        fs::create_dir_all(&root).unwrap();
        let output = Command::new("dpkg-deb")
            .arg("--raw-extract")
            .arg(self.file(name))
            .arg(&root)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }

    fn control(&self, name: &str) -> String {
        fs::read_to_string(self.root(name).join("DEBIAN/control")).unwrap()
    }
}

#[test]
fn everything_is_where_debian_expects_it() {
    let Some(packages) = Packages::get() else {
        return;
    };
    let both = |name: &str, section: u8| {
        [
            format!("usr/bin/{name}"),
            format!("usr/share/man/man{section}/{name}.{section}.gz"),
            format!("usr/share/bash-completion/completions/{name}"),
            format!("usr/share/zsh/vendor-completions/_{name}"),
            format!("usr/share/fish/vendor_completions.d/{name}.fish"),
            format!("usr/share/doc/{name}/copyright"),
            format!("usr/share/doc/{name}/changelog.gz"),
            format!("usr/share/doc/{name}/changelog.Debian.gz"),
        ]
    };
    for file in both("okr", 1) {
        assert!(packages.root("okr").join(&file).is_file(), "{file}");
    }
    let server = [
        "etc/okrd/okrd.toml",
        "usr/lib/systemd/system/okrd.service",
        "usr/lib/systemd/system/okrd-backup.service",
        "usr/lib/systemd/system/okrd-backup.timer",
        "usr/lib/sysusers.d/okrd.conf",
        "usr/lib/tmpfiles.d/okrd.conf",
        "usr/share/man/man5/okrd.toml.5.gz",
        "usr/share/doc/okrd/README.md",
        "usr/share/doc/okrd/monitoring/alerts.yml",
        "usr/share/doc/okrd/proxy/nginx.conf",
    ];
    let root = packages.root("okrd");
    for file in both("okrd", 8).iter().map(String::as_str).chain(server) {
        assert!(root.join(file).is_file(), "{file}");
    }
    let conffiles = fs::read_to_string(root.join("DEBIAN/conffiles")).unwrap();
    assert_eq!(conffiles, "/etc/okrd/okrd.toml\n");
}

#[test]
fn a_package_says_what_it_needs_and_that_it_is_whole() {
    let Some(packages) = Packages::get() else {
        return;
    };
    for name in ["okr", "okrd"] {
        let control = packages.control(name);
        for line in [
            format!("\nVersion: {}-1\n", env!("CARGO_PKG_VERSION")),
            "\nMaintainer: Nobody <nobody@localhost>\n".to_owned(),
            "\nDepends: libc6 (>= ".to_owned(),
        ] {
            assert!(control.contains(&line), "{line:?} in {control}");
        }
        assert!(!control.contains('@') || !control.contains("LIBRARIES"));
        let checked = Command::new("md5sum")
            .args(["--quiet", "--check", "DEBIAN/md5sums"])
            .current_dir(packages.root(name))
            .output()
            .unwrap();
        assert!(checked.status.success(), "{}", said(&checked));
    }
}

#[test]
fn what_is_installed_works_from_its_place() {
    let Some(packages) = Packages::get() else {
        return;
    };
    let root = packages.root("okrd");
    let checked = Command::new(root.join("usr/bin/okrd"))
        .args(["config", "check", "--config"])
        .arg(root.join("etc/okrd/okrd.toml"))
        .env_clear()
        .output()
        .unwrap();
    assert!(checked.status.success(), "{}", said(&checked));
    for name in ["okr", "okrd"] {
        let program = packages.root(name).join("usr/bin").join(name);
        assert_eq!(
            fs::metadata(&program).unwrap().permissions().mode() & 0o777,
            0o755
        );
        // Bash itself says whether it understood the file.
        let completions = packages
            .root(name)
            .join("usr/share/bash-completion/completions");
        let path = program.parent().unwrap().display().to_string();
        let script = format!("source ./{name} && complete -p {name}");
        let completes = Command::new("bash")
            .args(["--norc", "-c", &script])
            .current_dir(completions)
            .env("PATH", format!("{path}:/usr/bin:/bin"))
            .output()
            .unwrap();
        assert!(completes.status.success(), "{}", said(&completes));
    }
    let unit = fs::read_to_string(root.join("usr/lib/systemd/system/okrd.service")).unwrap();
    assert!(unit.contains("\nExecStart=/usr/bin/okrd serve\n"), "{unit}");
}

#[test]
fn the_same_programs_give_the_same_packages() {
    let Some(packages) = Packages::get() else {
        return;
    };
    let again = tempfile::tempdir().unwrap();
    let output = build(again.path());
    assert!(output.status.success(), "{}", said(&output));
    for name in ["okr", "okrd"] {
        let first = packages.file(name);
        let second = again.path().join(first.file_name().unwrap());
        assert!(
            fs::read(&first).unwrap() == fs::read(&second).unwrap(),
            "{name} differs"
        );
    }
}

#[test]
fn the_scripts_are_sound_and_the_packages_please_lintian() {
    let Some(packages) = Packages::get() else {
        return;
    };
    for script in ["okrd.postinst", "okrd.prerm", "okrd.postrm"] {
        let read = Command::new("sh")
            .arg("-n")
            .arg(debian().join(script))
            .output()
            .unwrap();
        assert!(read.status.success(), "{}", said(&read));
    }
    if has("lintian") {
        let found = Command::new("lintian")
            .args(["--allow-root", "--fail-on", "error,warning"])
            // Reading every word in the programs takes longest and finds nothing of ours.
            .args(["--dont-check-part", "binaries/spelling"])
            // Nobody answers for these packages.
            .args([
                "--suppress-tags",
                "bogus-mail-host,bogus-mail-host-in-debian-changelog",
            ])
            .args([packages.file("okr"), packages.file("okrd")])
            .output()
            .unwrap();
        assert!(found.status.success(), "{}", said(&found));
    } else {
        skipped("lintian is not installed");
    }
}

#[test]
fn a_command_line_that_makes_no_sense_is_refused() {
    for (arguments, problem) in [
        (vec!["--color"], "there is no option --color"),
        (vec!["--to"], "--to needs a value"),
        (
            vec!["--okr", "/bin/true"],
            "one program is named and the other is not",
        ),
        (
            vec!["--okr", "/nowhere", "--okrd", "/nowhere"],
            "there is no program /nowhere",
        ),
    ] {
        if !has("dpkg-deb") || !has("dpkg-shlibdeps") || !has("strip") {
            return skipped("dpkg-dev or binutils is not installed");
        }
        let refused = Command::new(debian().join("build"))
            .args(&arguments)
            .output()
            .unwrap();
        let said = said(&refused);
        assert!(!refused.status.success(), "{arguments:?}");
        assert!(
            said.starts_with(&format!("Error: {problem}\nHint: ")),
            "{said}"
        );
    }
}
