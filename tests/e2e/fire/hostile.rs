//! Clients that mean harm, beside one that does not: the server's memory stays bounded, and the honest one is served.

use std::io::Write as _;
use std::net::TcpStream;

use okr_bench::Peer;
use okr_proto::v1;

use super::rude::Rude;
use super::site::Site;
use super::{figure, rounds};

#[test]
fn calls_that_are_begun_and_taken_back_do_no_harm() {
    let site = Site::new(&[]);
    let address = site.server.listen();
    let count = 20_000 * rounds(1);
    site.while_honest(&format!("{count} calls begun and reset at once"), || {
        let mut sent = 0;
        while sent < count {
            let mut rude = Rude::connect(&address).unwrap();
            // The server may end a connection that does this; then there is another.
            for number in 0..1000 {
                if rude.reset().is_err() {
                    break;
                }
                if number % 200 == 0 {
                    rude.listen();
                }
            }
            sent += 1000;
        }
    });
    site.end();
}

#[test]
fn headers_without_an_end_do_no_harm() {
    let site = Site::new(&[]);
    let address = site.server.listen();
    let connections = 20 * rounds(1);
    site.while_honest(
        &format!("{connections} connections with up to 16 MiB of header each"),
        || {
            let mut refused = 0;
            for _ in 0..connections {
                let mut rude = Rude::connect(&address).unwrap();
                refused += usize::from(rude.endless_header(1024).is_err());
            }
            assert_eq!(refused, connections, "nobody's header is read to its end");
        },
    );
    site.end();
}

#[test]
fn connections_that_say_nothing_are_closed() {
    let site = Site::new(&["--limits-handshake-time", "2s"]);
    let address = site.server.listen();
    let count = 500 * rounds(1);
    let before = site.server.descriptors().unwrap();
    site.while_honest(&format!("{count} connections that say nothing"), || {
        let mut crowd: Vec<TcpStream> = Vec::new();
        for number in 0..count {
            let mut stream = TcpStream::connect(&address).unwrap();
            if number % 2 == 0 {
                stream.write_all(b"PRI * HT").unwrap();
            }
            crowd.push(stream);
        }
        let took = site.until_free(before);
        figure(&format!("{count} connections: all closed after {took:.1?}"));
    });
    site.end();
}

#[test]
fn pushes_of_as_many_changes_as_may_be_do_no_harm() {
    let site = Site::new(&[]);
    let count = 16 * rounds(1);
    let changes = || site.load.check_ins(500).unwrap();
    push_at_once(&site, (count, "500 changes"), changes);
    site.end();
}

#[test]
fn pushes_as_large_as_may_be_do_no_harm() {
    let site = Site::new(&[]);
    let count = 16 * rounds(1);
    push_at_once(&site, (count, "1 MiB"), || site.large_push());
    site.end();
}

/// Pushes so many times at once, however much that is.
fn push_at_once(
    site: &Site,
    (count, bulk): (usize, &str),
    changes: impl Fn() -> Vec<v1::NewChange>,
) {
    site.while_honest(&format!("{count} pushes of {bulk} at once"), || {
        site.runtime.block_on(async {
            let mut pushes = Vec::new();
            for _ in 0..count {
                let changes = changes();
                let mut peer = Peer::new(site.server.url(), &site.login.token)
                    .await
                    .unwrap();
                pushes.push(tokio::spawn(
                    async move { peer.push(changes).await.is_ok() },
                ));
            }
            let mut taken = 0;
            for push in pushes {
                taken += usize::from(push.await.unwrap());
            }
            assert!(taken > 0, "what may be pushed is taken");
        });
    });
}
