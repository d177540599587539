//! The power is cut under the server, and under the replica of somebody who writes.

use std::fs::File;
use std::io::Write as _;
use std::thread;

use okr_e2e::Server;
use okr_testkit::{Random, each_round};
use rustix::process::{Pid, Signal, kill_process};

use super::disk::Disk;
use super::load::Campaign;
use super::writer::Writer;
use super::{figure, moment, skipped};
use crate::programs;

/// How much a disk holds, in MiB.
const DISK: u64 = 256;

fn disk(directory: &tempfile::TempDir) -> Option<Disk> {
    let disk = Disk::new(directory.path(), DISK);
    if disk.is_none() {
        skipped("no file system can be mounted through a loop device here");
    }
    disk
}

/// Otherwise the campaigns below would prove nothing.
#[test]
fn a_cut_loses_what_was_written_and_keeps_what_was_synced() {
    let directory = tempfile::tempdir().unwrap();
    let Some(mut disk) = disk(&directory) else {
        return;
    };
    let (synced, written) = (disk.path().join("synced"), disk.path().join("written"));
    let mut file = File::create(&synced).unwrap();
    file.write_all(b"kept").unwrap();
    file.sync_all().unwrap();
    File::open(disk.path()).unwrap().sync_all().unwrap();
    let mut other = File::create(&written).unwrap();
    other.write_all(b"lost").unwrap();
    drop((file, other));
    let cut = disk.cut();
    disk.power_on(cut);
    assert_eq!(std::fs::read(&synced).unwrap(), b"kept");
    assert_ne!(std::fs::read(&written).unwrap_or_default(), b"lost");
}

#[test]
fn nothing_acknowledged_is_lost_when_the_power_of_the_server_is_cut() {
    let directory = tempfile::tempdir().unwrap();
    let Some(mut disk) = disk(&directory) else {
        return;
    };
    let data = disk.path().join("data");
    let mut cuts = 0;
    let mut random = Random::new(1);
    let (mut campaign, mut server) = Campaign::found(&data);
    let mut kills = 0;
    for round in each_round(4) {
        let answers = answers(round, &mut random);
        let pause = moment(&mut random, 3_000);
        // What a server reads after a kill may be in memory only. Whether it believed that is seen at the next cut.
        let only_killed = round % 4 == 1;
        campaign.under_load(server, answers, |server| {
            thread::sleep(pause);
            if only_killed {
                server.kill().unwrap();
                return;
            }
            server.freeze().unwrap();
            let cut = disk.cut();
            server.kill().unwrap();
            disk.power_on(cut);
        });
        server = Server::start(&programs(), &data).unwrap();
        campaign.ask_again(&server);
        kills += usize::from(only_killed);
        cuts += usize::from(!only_killed);
    }
    figure(&format!(
        "{cuts} power cuts, {kills} kills before one: {}",
        campaign.judge(&server)
    ));
    server.kill().unwrap();
}

/// After how many answers the power is cut. Half of the log's journal holds 512 groups; then it is moved into the store.
fn answers(round: usize, random: &mut Random) -> usize {
    if round % 8 == 3 {
        500 + random.below(1_500)
    } else {
        3 + random.below(60)
    }
}

#[test]
fn nothing_written_is_lost_when_the_power_of_a_replica_is_cut() {
    let directory = tempfile::tempdir().unwrap();
    let Some(mut disk) = disk(&directory) else {
        return;
    };
    let (server, founder) = crate::sync::founded(directory.path());
    let mut cuts = 0;
    let mut random = Random::new(2);
    let mut writer = Writer::new(&disk.path().join("home"), (&server, &founder));
    let writer_offline = writer.home.clone().with("OKR_OFFLINE", "1");
    let online = std::mem::replace(&mut writer.home, writer_offline);
    for round in each_round(4) {
        cuts += 1;
        for _ in 0..random.below(4) {
            writer.add();
        }
        if round % 3 == 2 {
            online.okr(&["sync"]).unwrap();
        }
        let (name, mut child) = writer.start();
        thread::sleep(moment(&mut random, 60_000));
        let pid = Pid::from_child(&child);
        kill_process(pid, Signal::STOP).unwrap();
        let cut = disk.cut();
        kill_process(pid, Signal::KILL).unwrap();
        // Who had ended before the cut had been told that all is well.
        if child.wait().unwrap().success() {
            writer.acknowledged.push(name);
        }
        disk.power_on(cut);
        writer.judge();
    }
    online.okr(&["sync"]).unwrap();
    writer.judge();
    online.okr(&["verify"]).unwrap();
    let elsewhere = Writer {
        home: founder,
        acknowledged: std::mem::take(&mut writer.acknowledged),
        ..writer
    };
    elsewhere.home.okr(&["sync"]).unwrap();
    elsewhere.judge();
    let (made, kept) = (elsewhere.made, elsewhere.acknowledged.len());
    figure(&format!(
        "{cuts} power cuts of a replica: {kept} of {made} teams acknowledged, 0 lost, 0 doubled"
    ));
}
