//! Backups of small servers: whole, continued, cut, damaged.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use okr_core::text::{Name, TimeZoneName};
use okr_log::KeyName;
use okr_proto::{DisplayName, Email, Handle};
use tempfile::TempDir;

use super::*;
use crate::clock::Clock;
use crate::data::CARRIED_FILES;
use crate::failure::{Exit, Failure};
use crate::init::{Administrator, NewServer, Organisation};

const TAKEN: &str = "2026-11-28T12:00:00Z";

struct World(TempDir);

impl World {
    /// Makes a stopped server of organisations with one change each.
    fn with(names: &[&str]) -> Self {
        let world = Self(tempfile::tempdir().unwrap());
        let noon: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        let name = KeyName::new("okrd").unwrap();
        let new = NewServer::create(&world.data(), &name, Clock::from_fn(move || noon)).unwrap();
        let organisations = names.iter().map(|name| {
            let organisation = Organisation::New {
                name: Name::new(*name).unwrap(),
                time_zone: TimeZoneName::new("Europe/Oslo").unwrap(),
            };
            let administrator = Administrator {
                handle: Handle::new("ana").unwrap(),
                name: DisplayName::new("Ana").unwrap(),
                email: Email::new("").unwrap(),
            };
            (organisation, administrator)
        });
        new.finish(organisations.collect()).unwrap();
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Makes a backup and returns where it is.
    fn back_up(&self, name: &str, since: Option<&Path>) -> Result<PathBuf, Failure> {
        self.back_up_at(TAKEN, name, since)
    }

    /// Makes a backup at a moment, as the clock of the server says.
    fn back_up_at(&self, now: &str, name: &str, since: Option<&Path>) -> Result<PathBuf, Failure> {
        let since = since.map(|path| Whole::open(path).unwrap());
        let mut source = Source::open(&self.data())?;
        let mut bytes = Vec::new();
        let now = now.parse().unwrap();
        create(&mut source, since.as_ref(), (&mut bytes, now))?;
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        Ok(path)
    }
}

/// Checks backups as `okrd backup verify` does.
fn verify(paths: &[PathBuf]) -> Result<Chain, Failure> {
    let chain = Chain::open(paths)?;
    chain.walk(&mut |_, _, _| Ok(()))?;
    Ok(chain)
}

fn failure<T: std::fmt::Debug>(done: Result<T, Failure>, exit: Exit) -> String {
    let failure = done.unwrap_err();
    assert_eq!(failure.exit(), exit, "{failure}");
    failure.to_string()
}

fn end(chain: &Chain, index: usize) -> OrgEnd {
    chain.last().manifest.orgs[index].end.clone()
}

#[test]
fn a_backup_is_verified_and_restored_to_the_same_server() {
    let world = World::with(&["Acme", "Other"]);
    let full = world.back_up("full", None).unwrap();
    let chain = verify(&[full]).unwrap();
    let manifest = &chain.last().manifest;
    assert_eq!((manifest.changes(), manifest.orgs.len()), (2, 2));
    let to = world.path("restored");
    let restored = restore(&chain, &Cut::default(), &to).unwrap();
    assert_eq!(restored.len(), 2);
    for (index, restored) in restored.iter().enumerate() {
        let end = end(&chain, index);
        assert_eq!((restored.head, &restored.root), (end.head, &end.root));
        assert_eq!(restored.left_out, 0);
    }
    for name in CARRIED_FILES {
        let read = |data: &Path| fs::read(data.join(name)).unwrap();
        assert_eq!(read(&to), read(&world.data()), "{name}");
    }
    // What is restored gives the same backup, but for nothing.
    let mut source = Source::open(&to).unwrap();
    let again = source.snapshot(manifest.taken_at.0).unwrap();
    drop(source);
    let mut source = Source::open(&world.data()).unwrap();
    assert_eq!(again, source.snapshot(manifest.taken_at.0).unwrap());
}

#[test]
fn every_changed_or_missing_byte_of_a_backup_is_an_error() {
    let world = World::with(&["Acme"]);
    let full = world.back_up("full", None).unwrap();
    let bytes = fs::read(&full).unwrap();
    let path = world.path("changed");
    for index in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[index] ^= 0x10;
        fs::write(&path, &changed).unwrap();
        let failure = verify(std::slice::from_ref(&path)).unwrap_err();
        let exits = [Exit::Integrity, Exit::Configuration, Exit::Incompatible];
        assert!(exits.contains(&failure.exit()), "byte {index}: {failure}");
        fs::write(&path, &bytes[..index]).unwrap();
        assert!(
            verify(std::slice::from_ref(&path)).is_err(),
            "{index} bytes"
        );
    }
    for (content, exit, word) in [
        (
            &b"holiday pictures"[..],
            Exit::Configuration,
            "is not a backup",
        ),
        (b"", Exit::Configuration, "is not a backup"),
        (b"okr-backup 2\n...", Exit::Incompatible, "format 2"),
        (&bytes[..bytes.len() - 1], Exit::Integrity, "cut off"),
    ] {
        fs::write(&path, content).unwrap();
        let said = failure(verify(std::slice::from_ref(&path)), exit);
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn backups_that_continue_one_another_are_put_in_order_or_refused() {
    let world = World::with(&["Acme"]);
    let full = world.back_up("full", None).unwrap();
    let second = world.back_up("second", Some(&full)).unwrap();
    let third = world.back_up("third", Some(&second)).unwrap();
    let all = [third.clone(), full.clone(), second.clone()];
    let chain = verify(&all).unwrap();
    let order: Vec<_> = chain.files.iter().map(|file| file.path.clone()).collect();
    assert_eq!(order, [full.clone(), second.clone(), third.clone()]);
    assert_eq!(chain.last().manifest.changes(), 0);

    let said = failure(verify(&[full.clone(), third.clone()]), Exit::Configuration);
    assert!(said.contains("third does not continue"), "{said}");
    let id = &chain.files[1].id[..16];
    assert!(said.contains(id), "{said}");
    failure(verify(std::slice::from_ref(&third)), Exit::Configuration);
    let twin = world.back_up("twin", Some(&full)).unwrap();
    let fork = [twin, full.clone(), second.clone()];
    let said = failure(verify(&fork), Exit::Configuration);
    assert!(said.contains("full, and so does"), "{said}");
    let twice = failure(verify(&[full.clone(), full.clone()]), Exit::Configuration);
    assert!(twice.contains("and so is another"), "{twice}");

    let other = World::with(&["Acme"]);
    let said = failure(other.back_up("no", Some(&full)), Exit::Configuration);
    assert!(said.contains("of another server"), "{said}");
}

#[test]
fn a_restore_refuses_what_is_there_and_what_never_was() {
    let world = World::with(&["Acme"]);
    let full = world.back_up("full", None).unwrap();
    let chain = verify(&[full]).unwrap();
    let org = end(&chain, 0).org.0;
    let whole = Cut::default();
    let said = failure(restore(&chain, &whole, &world.data()), Exit::Configuration);
    assert!(said.contains("is not empty"), "{said}");
    let to = world.path("to");
    fs::create_dir(&to).unwrap();
    fs::write(to.join("holiday.jpg"), b"x").unwrap();
    failure(restore(&chain, &whole, &to), Exit::Configuration);
    assert_eq!(fs::read_dir(&to).unwrap().count(), 1, "nothing was touched");
    fs::remove_file(to.join("holiday.jpg")).unwrap();

    let position = |org, position| Cut {
        positions: [(org, position)].into(),
        time: None,
    };
    let time = |time: &str| Cut {
        time: Some(time.parse().unwrap()),
        ..Cut::default()
    };
    for (cut, word) in [
        (position(org, 2), "they end at 1"),
        (
            position(uuid::Uuid::from_u128(9), 1),
            "there is no organisation",
        ),
        (time("2026-11-28T12:00:01Z"), "the newest was taken at"),
        (time("2026-11-27T11:59:59Z"), "nothing in these backups"),
    ] {
        let said = failure(restore(&chain, &cut, &to), Exit::NotFound);
        assert!(said.contains(word), "{said}");
        assert_eq!(fs::read_dir(&to).unwrap().count(), 0, "nothing was made");
    }
    restore(&chain, &position(org, 1), &to).unwrap();
}

/// A clock that was set back between two backups takes no moment out of them.
#[test]
fn the_newest_moment_is_not_always_that_of_the_last_backup() {
    let world = World::with(&["Acme"]);
    let full = world.back_up("full", None).unwrap();
    let day_before = "2026-11-27T12:00:00Z";
    let next = world.back_up_at(day_before, "next", Some(&full)).unwrap();
    let chain = verify(&[full, next]).unwrap();
    let cut = Cut {
        time: Some(TAKEN.parse().unwrap()),
        ..Cut::default()
    };
    let restored = restore(&chain, &cut, &world.path("to")).unwrap();
    assert_eq!((restored[0].head, restored[0].left_out), (1, 0));
}

#[test]
fn a_server_that_was_set_back_is_not_continued() {
    let world = World::with(&["Acme"]);
    let full = world.back_up("full", None).unwrap();
    let org = end(&verify(std::slice::from_ref(&full)).unwrap(), 0).org.0;
    // The same key and organisation, and nothing in its log: the most that a restore can lose.
    let name = KeyName::new("okrd").unwrap();
    let back = World(tempfile::tempdir().unwrap());
    let new = NewServer::create(&back.data(), &name, Clock::system()).unwrap();
    let administrator = Administrator {
        handle: Handle::new("ana").unwrap(),
        name: DisplayName::new("").unwrap(),
        email: Email::new("").unwrap(),
    };
    let adopted = crate::credentials::Principal {
        org: okr_core::id::OrgId::new(org),
        person: okr_core::id::PersonId::new(uuid::Uuid::from_u128(1)),
    };
    new.finish(vec![(Organisation::Adopted(adopted), administrator)])
        .unwrap();
    for name in ["server.key", "server.json"] {
        fs::copy(world.data().join(name), back.data().join(name)).unwrap();
    }
    let said = failure(back.back_up("next", Some(&full)), Exit::Integrity);
    assert!(said.contains("ends at position 0"), "{said}");
    assert!(said.contains("make a full backup"), "{said}");
}
