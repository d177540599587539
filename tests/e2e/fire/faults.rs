//! The machine under the server fails: writes, syncs, the clock, descriptors, memory, permissions.
//!
//! In each case nothing acknowledged is lost, what is wrong is said, and the server serves again
//! when the cause is gone, by itself or after the restart that it asks for.

use std::fs::Permissions;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use okr_e2e::Server;

use super::disk::Disk;
use super::faulty::{ReadOnly, Shim, limited, nobody};
use super::load::Campaign;
use super::{figure, rounds, skipped};
use crate::programs;

const EIO: i32 = 5;
const ENOSPC: i32 = 28;
/// How long a server may take to see that there is room again.
const PATIENCE: Duration = Duration::from_secs(30);

/// Every kind of call that makes a group durable or moves it into the store, and how it can fail.
const FAULTS: [(&str, i32, &str); 9] = [
    ("write", EIO, "log/journal"),
    ("write", ENOSPC, "log/journal"),
    ("sync", EIO, "log/journal"),
    ("write", EIO, "store/db"),
    ("write", ENOSPC, "store/db"),
    ("sync", EIO, "store/db"),
    ("write", ENOSPC, "log/witness"),
    ("write", EIO, "log/witness"),
    ("sync", EIO, "log/witness"),
];

/// Which one of its kind fails. The first few come while the server opens its log.
fn nth(round: usize, fault: (&str, &str)) -> usize {
    match fault {
        // Only when the journal, of 512 groups, is moved into the store.
        (_, "store/db") | ("sync", "log/journal") => 4 + round % 3,
        _ => 4 + round * 3,
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_a_write_or_a_sync_fails() {
    let directory = tempfile::tempdir().unwrap();
    let Some(shim) = Shim::build(directory.path()) else {
        return;
    };
    let data = directory.path().join("data");
    let (mut campaign, server) = Campaign::found(&data);
    server.kill().unwrap();
    let each = rounds(1);
    let (mut failed, mut at_start, mut unreadable) = (0, 0, 0);
    for round in 0..each {
        for (kind, error, file) in FAULTS {
            let fault = format!("{kind} {} {error} {file}", nth(round, (kind, file)));
            let faulty = shim.programs(("OKR_FAULT", &fault));
            match Server::start(&faulty, &data) {
                Ok(server) => {
                    campaign.until_refused(&server);
                    // sled refuses reads as well once a write of its own has failed.
                    if let Err(told) = campaign.read(&server) {
                        assert!(told.contains("storage refuses writes"), "{fault}: {told}");
                        unreadable += 1;
                    }
                    let told = campaign.takes(&server).unwrap_err();
                    assert!(told.contains("storage refuses writes"), "{fault}: {told}");
                    let (_, log) = server.stop().unwrap();
                    assert!(log.contains("an append failed"), "{fault}: {log}");
                    assert!(log.contains("restart"), "{fault}: {log}");
                    assert!(!log.contains("panicked"), "{fault}: {log}");
                    failed += 1;
                }
                Err(error) => {
                    let said = error.to_string();
                    assert!(said.contains("Error: "), "{fault}: {said}");
                    assert!(!said.contains("panicked"), "{fault}: {said}");
                    at_start += 1;
                }
            }
            let server = Server::start(&programs(), &data).unwrap();
            campaign.ask_again(&server);
            server.kill().unwrap();
        }
    }
    let server = Server::start(&programs(), &data).unwrap();
    let judged = campaign.judge(&server);
    figure(&format!(
        "{failed} writes and syncs failed under load, {at_start} at the start, \
         {unreadable} times nothing was read until the restart: {judged}"
    ));
    assert!(failed > 0, "faults came under load");
}

#[test]
fn positions_and_times_go_on_whatever_the_clock_does() {
    let directory = tempfile::tempdir().unwrap();
    let Some(shim) = Shim::build(directory.path()) else {
        return;
    };
    let clock = directory.path().join("clock");
    std::fs::write(&clock, "0").unwrap();
    let data = directory.path().join("data");
    let (mut campaign, server) = Campaign::found(&data);
    server.kill().unwrap();
    let moved = shim.programs(("OKR_CLOCK", clock.to_str().unwrap()));
    let jumps = ["3600", "-3600", "86400", "-15552000", "0"];
    let mut server = Server::start(&moved, &data).unwrap();
    for jump in jumps {
        std::fs::write(&clock, jump).unwrap();
        // Under the moved clock the server goes on; a start at any time goes on as well.
        campaign.under_load(server, 12, |server| {
            let (status, log) = server.stop().unwrap();
            assert!(status.success(), "{status}: {log}");
            assert!(!log.contains("panicked"), "{log}");
        });
        server = Server::start(&moved, &data).unwrap();
        campaign.ask_again(&server);
    }
    let judged = campaign.judge(&server);
    figure(&format!("{} jumps of the clock: {judged}", jumps.len()));
}

#[test]
fn a_server_without_descriptors_goes_on_when_connections_end() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let (mut campaign, server) = Campaign::found(&data);
    server.kill().unwrap();
    let few = limited(directory.path(), "--nofile=64");
    let server = Server::start(&few, &data).unwrap();
    let address = server.listen();
    let crowd: Vec<TcpStream> = (0..200)
        .filter_map(|_| TcpStream::connect(&address).ok())
        .collect();
    assert!(crowd.len() > 64, "the backlog takes more than the server");
    drop(crowd);
    let mut log = String::new();
    campaign.under_load(server, 10, |server| log = server.stop().unwrap().1);
    assert!(!log.contains("panicked"), "{log}");
    let server = Server::start(&programs(), &data).unwrap();
    campaign.ask_again(&server);
    figure(&format!(
        "200 connections for 64 descriptors: {}",
        campaign.judge(&server)
    ));
}

#[test]
fn a_server_without_memory_says_so_and_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let (mut campaign, server) = Campaign::found(&data);
    campaign.under_load(server, 30, |server| server.kill().unwrap());
    let mut ended = 0;
    for mebibytes in [40_u64, 120, 200] {
        let little = limited(directory.path(), &format!("--as={}", mebibytes << 20));
        match Server::start(&little, &data) {
            Ok(server) => server.kill().unwrap(),
            Err(error) => {
                let said = error.to_string();
                let words = ["memory", "map segment", "thread", "unavailable", "signal"];
                assert!(words.iter().any(|word| said.contains(word)), "{said}");
                ended += 1;
            }
        }
    }
    assert!(ended > 0, "40 MiB are too little");
    let server = Server::start(&programs(), &data).unwrap();
    campaign.ask_again(&server);
    figure(&format!(
        "{ended} starts without memory: {}",
        campaign.judge(&server)
    ));
}

#[test]
fn a_directory_that_cannot_be_written_is_named_and_used_again_when_it_can() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let (mut campaign, server) = Campaign::found(&data);
    campaign.under_load(server, 5, |server| server.kill().unwrap());
    let Some(mount) = ReadOnly::mount(&data) else {
        skipped("nothing can be mounted read-only here");
        return;
    };
    let said = Server::start(&programs(), &data).unwrap_err().to_string();
    assert!(said.contains("Error: "), "{said}");
    assert!(said.contains("Read-only file system"), "{said}");
    drop(mount);
    let server = Server::start(&programs(), &data).unwrap();
    campaign.ask_again(&server);
    campaign.judge(&server);
}

#[test]
fn a_server_that_may_not_read_its_log_any_more_names_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let (mut campaign, server) = Campaign::found(&data);
    campaign.under_load(server, 5, |server| server.kill().unwrap());
    std::fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
    let Some(nobody) = nobody(directory.path(), &data) else {
        skipped("only root starts a server as somebody else");
        return;
    };
    drop(Server::start(&nobody, &data).unwrap());
    for place in [
        "log/store/db",
        "log/journal",
        "log/witness",
        "server.key",
        "log",
    ] {
        let path = data.join(place);
        let before = path.metadata().unwrap().permissions();
        std::fs::set_permissions(&path, Permissions::from_mode(0o000)).unwrap();
        let said = Server::start(&nobody, &data).unwrap_err().to_string();
        std::fs::set_permissions(&path, before).unwrap();
        assert!(said.contains("Error: "), "{place}: {said}");
        assert!(said.contains("ermission denied"), "{place}: {said}");
        assert!(
            !said.contains("backup"),
            "{place}: nothing is damaged: {said}"
        );
        let directory = path.parent().unwrap().to_str().unwrap();
        assert!(said.contains(directory), "{place}: {said}");
    }
    let server = Server::start(&nobody, &data).unwrap();
    campaign.ask_again(&server);
    campaign.judge(&server);
}

#[test]
fn a_server_goes_on_by_itself_when_there_is_room_again() {
    let directory = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::new(directory.path(), 256) else {
        skipped("no file system can be mounted through a loop device here");
        return;
    };
    let data = disk.path().join("data");
    let (mut campaign, server) = Campaign::found(&data);
    let filler = disk.path().join("filler");
    let mut file = std::fs::File::create(&filler).unwrap();
    let filling = vec![1; 1 << 16];
    while std::io::Write::write_all(&mut file, &filling).is_ok() {}
    drop(file);
    let refusals = campaign.until_refused(&server);
    for refusal in refusals {
        assert!(refusal.contains("disk"), "{refusal}");
    }
    campaign.read(&server).expect("reading goes on");
    std::fs::remove_file(&filler).unwrap();
    let begun = Instant::now();
    while let Err(refusal) = campaign.takes(&server) {
        assert!(begun.elapsed() < PATIENCE, "{refusal}");
        std::thread::sleep(Duration::from_millis(200));
    }
    campaign.ask_again(&server);
    let judged = campaign.judge(&server);
    let (status, log) = server.stop().unwrap();
    assert!(status.success(), "{status}: {log}");
    figure(&format!("a full disk: {judged}"));
}
