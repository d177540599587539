//! The server is killed during pushes, and `okr` during writes and syncs, again and again.

use std::process::Stdio;
use std::thread;
use std::time::Instant;

use okr_e2e::Server;
use okr_testkit::{Random, each_round};

use super::load::Campaign;
use super::writer::Writer;
use super::{figure, moment};
use crate::programs;

#[test]
fn nothing_acknowledged_is_lost_or_doubled_when_the_server_is_killed() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let (mut campaign, mut server) = Campaign::found(&data);
    let mut kills = 0;
    for kill in each_round(20) {
        // Half of the log's journal holds 512 groups; then it is moved into the store.
        let more = if kill % 10 == 9 { 1_000 } else { 0 };
        let answers = 7 + kill % 20 * 5 + more;
        campaign.under_load(server, answers, |server| server.kill().unwrap());
        server = Server::start(&programs(), &data).unwrap();
        campaign.ask_again(&server);
        kills += 1;
        // What is wrong is found near to its cause.
        if kills % 100 == 0 {
            figure(&format!(
                "{kills} kills so far: {}",
                campaign.judge(&server)
            ));
        }
    }
    figure(&format!("{kills} kills: {}", campaign.judge(&server)));
}

#[test]
fn nothing_written_is_lost_or_doubled_when_okr_is_killed() {
    let directory = tempfile::tempdir().unwrap();
    let (mut server, founder) = crate::sync::founded(directory.path());
    let mut writer = Writer::new(&directory.path().join("home"), (&server, &founder));
    let mut kills = 0;
    let mut random = Random::new(3);
    let mut in_time = 0;
    writer.add();
    let begun = Instant::now();
    writer.add();
    let whole = usize::try_from(begun.elapsed().as_micros()).unwrap();
    for kill in each_round(12) {
        kills += 1;
        let sync = random.one_in(3);
        let (name, mut child) = if sync {
            let mut command = writer.home.command(&["sync"]);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            (None, command.spawn().unwrap())
        } else {
            let (name, child) = writer.start();
            (Some(name), child)
        };
        thread::sleep(moment(&mut random, whole));
        child.kill().unwrap();
        // Who had ended before had been told that all is well.
        if child.wait().unwrap().success() {
            writer.acknowledged.extend(name);
            in_time += 1;
        }
        if kill % 5 == 4 {
            let (data, listen) = (server.data().to_owned(), server.listen());
            server.kill().unwrap();
            server = Server::start_with(&programs(), &data, &["--listen", &listen]).unwrap();
        }
        writer.judge();
    }
    writer.home.okr(&["sync"]).unwrap();
    writer.judge();
    writer.home.okr(&["verify"]).unwrap();
    founder.okr(&["sync"]).unwrap();
    let here = writer.teams();
    let elsewhere = Writer {
        home: founder,
        ..writer
    };
    elsewhere.judge();
    assert_eq!(elsewhere.teams(), here, "both see the same");
    let (made, kept) = (elsewhere.made, elsewhere.acknowledged.len());
    figure(&format!(
        "{kills} commands of okr, {in_time} ended before the kill: {kept} of {made} teams acknowledged, 0 lost, 0 doubled"
    ));
}
