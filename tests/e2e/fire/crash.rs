//! The server is killed during pushes, again and again.

use okr_e2e::Server;

use super::load::Campaign;
use super::{figure, rounds};
use crate::programs;

#[test]
fn nothing_acknowledged_is_lost_or_doubled_when_the_server_is_killed() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let kills = rounds(20);
    let (mut campaign, mut server) = Campaign::found(&data);
    for kill in 0..kills {
        campaign.under_load(server, 7 + kill % 20 * 5, |server| server.kill().unwrap());
        server = Server::start(&programs(), &data).unwrap();
        campaign.ask_again(&server);
    }
    figure(&format!("{kills} kills: {}", campaign.judge(&server)));
}
