//! Clients that follow and do nothing, that read nothing, or a byte a second: what each costs, and how it ends.

use std::thread;
use std::time::Duration;

use okr_bench::Peer;
use okr_proto::v1;
use okr_proto::v1::sync_client::SyncClient;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Streaming};

use super::rude::Rude;
use super::site::Site;
use super::{figure, rounds};

/// Every limit that would turn away a crowd from one address with one token.
const CROWD: [&str; 10] = [
    "--limits-connections",
    "100000",
    "--limits-connections-per-address",
    "100000",
    "--limits-streams-per-token",
    "100000",
    "--limits-calls-per-second",
    "100000",
    "--limits-calls-per-second-per-address",
    "100000",
];

async fn connect(site: &Site) -> Channel {
    let endpoint = Endpoint::from_shared(site.server.url().to_owned()).unwrap();
    endpoint.connect().await.unwrap()
}

/// Opens a stream that nobody reads.
async fn follow(site: &Site, channel: &Channel) -> Streaming<v1::PullResponse> {
    let mut request = Request::new(v1::PullRequest {
        after: 0,
        follow: true,
        directory_version: 0,
    });
    let metadata = request.metadata_mut();
    let version = okr_proto::PROTOCOL_VERSION.to_string();
    metadata.insert(okr_proto::PROTOCOL_METADATA_KEY, version.parse().unwrap());
    let credential = format!("Bearer {}", site.login.token);
    metadata.insert(
        okr_proto::AUTHORIZATION_METADATA_KEY,
        credential.parse().unwrap(),
    );
    let mut client = SyncClient::new(channel.clone());
    client.pull(request).await.unwrap().into_inner()
}

/// Lets so many follow, so many on each connection, and returns what each takes in KiB.
fn crowd(count: usize, each_connection: usize) -> u64 {
    let site = Site::new(&CROWD);
    let before = site.server.resident_kib().unwrap();
    let mut kept: Vec<Streaming<v1::PullResponse>> = Vec::new();
    let what = format!("{count} followers that read nothing, {each_connection} on a connection");
    site.while_honest(&what, || {
        site.runtime.block_on(async {
            let mut channel = None;
            for number in 0..count {
                if number % each_connection == 0 {
                    channel = Some(connect(&site).await);
                }
                kept.push(follow(&site, channel.as_ref().unwrap()).await);
            }
        });
    });
    let after = site.server.resident_kib().unwrap();
    drop(kept);
    site.end();
    after.saturating_sub(before) / count as u64
}

#[test]
fn followers_that_read_nothing_cost_little() {
    let count = 100 * rounds(1);
    for (each_connection, limit) in [(100, 100), (1, 200)] {
        let each = crowd(count, each_connection);
        figure(&format!(
            "{count} followers, {each_connection} on a connection: {each} KiB each"
        ));
        assert!(each < limit, "{each} KiB for a follower");
    }
}

#[test]
fn readers_of_a_byte_a_second_cost_little_and_are_sent_away() {
    let keepalive = [
        "--limits-keepalive-interval",
        "2s",
        "--limits-keepalive-time",
        "2s",
    ];
    let site = Site::new(&[CROWD.as_slice(), &keepalive].concat());
    // Far more than the system keeps for a connection: 8 MiB.
    site.runtime.block_on(async {
        let mut peer = Peer::new(site.server.url(), &site.login.token)
            .await
            .unwrap();
        for _ in 0..8 {
            peer.push_all(site.large_push()).await.unwrap();
        }
    });
    let count = 50 * rounds(1);
    let descriptors = site.server.descriptors().unwrap();
    let before = site.server.resident_kib().unwrap();
    let mut readers: Vec<Rude> = Vec::new();
    site.while_honest(&format!("{count} readers of a byte a second"), || {
        for _ in 0..count {
            let mut reader = Rude::connect(&site.server.listen()).unwrap();
            reader.pull(&site.login.token).unwrap();
            readers.push(reader);
        }
        // Until the second ping was not answered.
        thread::sleep(Duration::from_secs(1));
        let during = site.server.resident_kib().unwrap();
        let each = during.saturating_sub(before) / count as u64;
        figure(&format!(
            "{count} readers of a byte a second: {each} KiB each"
        ));
        assert!(each < 1024, "{each} KiB for a slow reader");
        let mut sips = 0;
        while site.server.descriptors().unwrap() > descriptors + count / 2 && sips < 10 {
            for reader in &mut readers {
                reader.sip();
            }
            sips += 1;
            thread::sleep(Duration::from_secs(1));
        }
        let took = site.until_free(descriptors);
        figure(&format!(
            "{count} readers: gone after {sips} bytes and {took:.1?}"
        ));
    });
    site.end();
}
