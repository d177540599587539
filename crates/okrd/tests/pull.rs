//! Reading and following: order, proof, and what happens while a stream is open.

use std::num::NonZeroU64;
use std::time::Instant;

use okr_core::event::{CommentEvent, Event, PersonEvent, TeamEvent, Topic};
use okr_core::value::Role;
use okr_log::SignedCheckpoint;
use okr_proto::v1::pull_response::What;
use okr_proto::{ApiError, ConfirmedChange, v1};
use okr_testkit::sample::{self, BEN, ORG, comment_id};
use okrd::{TOKEN_LIFETIME, limits};

use crate::client::{Pulling, after_position, change, frontier, reason, refusal};
use crate::harness::{ANA, TestServer};

fn team(number: u32) -> Event {
    let mut team = sample::new_team(&format!("team-{number}"));
    team.name = sample::name(&"n".repeat(100));
    Event::Team(sample::team_id(number), TeamEvent::Created(team))
}

fn following(after: u64) -> v1::PullRequest {
    v1::PullRequest {
        follow: true,
        ..after_position(after)
    }
}

#[tokio::test]
async fn the_records_have_the_root_that_the_checkpoint_signs() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    // Far more than one message holds.
    for hundred in 0..20_u32 {
        let numbers = hundred * 100..hundred * 100 + 100;
        let changes = numbers.map(|number| change(100 + u64::from(number), vec![team(number)]));
        let outcomes = ana.push(&changes.collect::<Vec<_>>()).await.unwrap();
        assert_eq!(outcomes.len(), 100);
    }
    let mut messages = 0;
    let mut pulling = ana.pull(after_position(0)).await.unwrap();
    while let Some(what) = pulling.next().await.unwrap() {
        if let What::Records(records) = what {
            let bytes: usize = records.records.iter().map(bytes::Bytes::len).sum();
            assert!(bytes <= okrd::limits::RECORDS_MESSAGE_BYTES);
            messages += 1;
        }
    }
    assert!(messages > 2, "{messages}");
    let mut following = ana.pull(following(0)).await.unwrap();
    let mut followed = 0;
    while let Some(what) = following.next().await.unwrap() {
        match what {
            What::Records(records) => {
                let bytes: usize = records.records.iter().map(bytes::Bytes::len).sum();
                assert!(bytes <= okrd::limits::FOLLOWED_MESSAGE_BYTES);
                followed += 1;
            }
            What::Checkpoint(_) => break,
            What::Directory(_) | What::Heartbeat(_) => {}
        }
    }
    assert!(followed > messages, "{followed} smaller messages");

    let (records, note) = ana.pull_all(0).await.unwrap();
    let (key, origin) = server.verifier(ANA);
    let checkpoint = SignedCheckpoint::verify(&note, &key, &origin).unwrap();
    assert_eq!(checkpoint.size.get(), 2_001);
    let tree = frontier(&records);
    assert_eq!((tree.size(), tree.root()), (2_001, checkpoint.root));

    let (rest, again) = ana.pull_all(1_990).await.unwrap();
    assert_eq!(rest, records[1_990..]);
    assert_eq!(again, note);
    let (nothing, again) = ana.pull_all(2_001).await.unwrap();
    assert_eq!((nothing.len(), again), (0, note.clone()));
    let request = ana.request(v1::GetCheckpointRequest {});
    let response = ana.sync().get_checkpoint(request).await.unwrap();
    assert_eq!(response.into_inner().checkpoint.unwrap().note, note);
}

/// The sizes that the checkpoints of a pull speak of, each verified against what came before it.
async fn rounds((server, token): (&TestServer, &str), after: u64) -> Vec<u64> {
    let ana = server.stranger().await.with_token(token);
    let (key, origin) = server.verifier(ANA);
    let (mut records, _) = ana.pull_all(0).await.unwrap();
    records.truncate(usize::try_from(after).unwrap());
    let mut pulling = ana.pull(after_position(after)).await.unwrap();
    let mut sizes = Vec::new();
    while let Some(what) = pulling.next().await.unwrap() {
        match what {
            What::Records(more) => records.extend(
                more.records
                    .iter()
                    .map(|record| ConfirmedChange::read(record).unwrap()),
            ),
            What::Checkpoint(signed) => {
                let stated = SignedCheckpoint::verify(&signed.note, &key, &origin).unwrap();
                let tree = frontier(&records);
                assert_eq!((tree.size(), tree.root()), (stated.size.get(), stated.root));
                sizes.push(tree.size());
            }
            What::Directory(_) | What::Heartbeat(_) => {}
        }
    }
    sizes
}

#[tokio::test]
async fn a_long_pull_comes_in_rounds_also_after_a_restart() {
    let mut server = TestServer::stopped();
    server.round = NonZeroU64::new(10);
    server.run().await;
    let ana = server.ana().await;
    for number in 0..24_u32 {
        let pushed = change(100 + u64::from(number), vec![team(number)]);
        ana.push(&[pushed]).await.unwrap();
    }
    for _ in 0..2 {
        assert_eq!(rounds((&server, &ana.token), 0).await, [10, 20, 25]);
        assert_eq!(rounds((&server, &ana.token), 9).await, [10, 20, 25]);
        assert_eq!(rounds((&server, &ana.token), 10).await, [20, 25]);
        assert_eq!(rounds((&server, &ana.token), 20).await, [25]);
        assert_eq!(rounds((&server, &ana.token), 25).await, [25]);
        server.restart().await;
    }
    let many: Vec<_> = (24..29_u32)
        .map(|number| change(100 + u64::from(number), vec![team(number)]))
        .collect();
    let again = server.stranger().await.with_token(&ana.token);
    again.push(&many).await.unwrap();
    assert_eq!(rounds((&server, &ana.token), 21).await, [30]);
}

#[tokio::test]
async fn nothing_follows_a_position_that_does_not_exist() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let status = ana.pull(after_position(2)).await.err().unwrap();
    assert_eq!(status.code(), tonic::Code::OutOfRange);
    assert_eq!(reason(&status), ApiError::PositionAhead { head: 1 });
}

#[tokio::test]
async fn a_follower_gets_what_becomes_durable_with_its_proof() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let verifier = server.verifier(ANA);
    let mut following = ana.pull(following(0)).await.unwrap();
    let mut seen = Vec::new();
    let round = following.round(&verifier).await;
    assert_eq!(round.size, 1);
    seen.extend(round.records);
    for number in 0..5_u32 {
        let pushed = change(100 + u64::from(number), vec![team(number)]);
        ana.push(&[pushed]).await.unwrap();
        let round = following.round(&verifier).await;
        seen.extend(round.records);
        let tree = frontier(&seen);
        assert_eq!((tree.size(), tree.root()), (round.size, round.root));
    }
    assert_eq!(seen.len(), 6);
}

#[tokio::test]
async fn a_follower_of_many_changes_gets_them_together() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let verifier = server.verifier(ANA);
    let mut following = ana.pull(following(0)).await.unwrap();
    following.round(&verifier).await;
    let began = Instant::now();
    let pushes = ana.push_stream().await.unwrap();
    for number in 0..200_u32 {
        pushes
            .send(&[change(100 + u64::from(number), vec![team(number)])])
            .await;
    }
    let (mut seen, mut rounds) = (0, 0);
    while seen < 200 {
        seen += following.round(&verifier).await.records.len();
        rounds += 1;
    }
    // The first at once, then one in each pause.
    let pauses = began.elapsed().as_millis() / limits::FOLLOWED_ROUND_PAUSE.as_millis();
    assert!(rounds <= 1 + pauses, "{rounds} in {pauses} pauses");
}

#[tokio::test]
async fn a_follower_that_does_not_read_for_long_misses_nothing() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let mut slow = ana.pull(following(0)).await.unwrap();
    // Far more than the connection and the server hold for it.
    for hundred in 0..20_u32 {
        let numbers = hundred * 100..hundred * 100 + 100;
        let changes = numbers.map(|number| change(100 + u64::from(number), vec![team(number)]));
        ana.push(&changes.collect::<Vec<_>>()).await.unwrap();
    }
    let verifier = server.verifier(ANA);
    let mut seen = Vec::new();
    while seen.len() < 2_001 {
        let round = slow.round(&verifier).await;
        seen.extend(round.records);
        let tree = frontier(&seen);
        assert_eq!((tree.size(), tree.root()), (round.size, round.root));
    }
}

#[tokio::test]
async fn a_follower_gets_the_directory_when_it_changes() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let mut following = ana.pull(following(0)).await.unwrap();
    following.round(&server.verifier(ANA)).await;
    ana.update_directory(&[(BEN, "ben")]).await.unwrap();
    let next = following.next().await.unwrap();
    assert!(
        matches!(&next, Some(What::Directory(directory)) if directory.entries.len() == 2),
        "{next:?}"
    );
}

#[tokio::test]
async fn a_follower_ends_when_its_token_does() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    server.advance_hours(TOKEN_LIFETIME.as_hours() - 1);
    let mut following = ana.pull(following(0)).await.unwrap();
    following.round(&server.verifier(ANA)).await;
    let ben = Event::Person(BEN, PersonEvent::Added(Role::Member));
    ana.push(&[change(2, vec![ben])]).await.unwrap();
    following.round(&server.verifier(ANA)).await;
    let late = ana.issue_code(None).await.unwrap();
    server.advance_hours(1);
    // Any event wakes the follower; here it is somebody's login.
    ana.login(&late).await.unwrap();
    let end = following.next().await.unwrap_err();
    assert_eq!(reason(&end), ApiError::Unauthenticated);
    assert_eq!(refusal(ana.pull_all(0).await), ApiError::Unauthenticated);
}

/// Reads a stream to its end; returns how many records came, and why it ended early.
async fn rest_of(mut stream: Pulling) -> (usize, Option<ApiError>) {
    let mut records = 0;
    loop {
        match stream.next().await {
            Ok(Some(What::Records(more))) => records += more.records.len(),
            Ok(Some(_)) => {}
            Ok(None) => return (records, None),
            Err(status) => return (records, Some(reason(&status))),
        }
    }
}

#[tokio::test]
async fn a_stream_that_is_far_behind_ends_with_its_token_or_person_as_well() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let ben = Event::Person(BEN, PersonEvent::Added(Role::Member));
    ana.push(&[change(2, vec![ben])]).await.unwrap();
    // Far more than the connection and the server hold for a client that does not read: 2 MiB for a
    // stream by the client's own default.
    let said = "x".repeat(8_000);
    for ten in 0..80_u32 {
        let changes = (ten * 10..ten * 10 + 10).map(|number| {
            let comment = sample::new_comment(sample::ANA, Topic::Org(ORG), &said);
            let added = Event::Comment(comment_id(number), CommentEvent::Added(comment));
            change(100 + u64::from(number), vec![added])
        });
        ana.push(&changes.collect::<Vec<_>>()).await.unwrap();
    }
    let (script, about) = ana.narrowed(v1::Access::Reads).await;
    let theirs = server
        .stranger()
        .await
        .with_token(&ana.invite(BEN).await.token);
    let mut streams = Vec::new();
    for client in [&script, &theirs] {
        for request in [following(0), after_position(0)] {
            let mut stream = client.pull(request).await.unwrap();
            stream.next().await.unwrap();
            streams.push(stream);
        }
    }
    ana.revoke(&about.id).await.unwrap();
    let left = Event::Person(BEN, PersonEvent::Deactivated);
    ana.push(&[change(3, vec![left])]).await.unwrap();
    for stream in streams {
        let (records, end) = rest_of(stream).await;
        assert!(records < 800, "{records}");
        assert!(
            matches!(
                end,
                Some(ApiError::Unauthenticated | ApiError::PermissionDenied { .. })
            ),
            "{end:?}"
        );
    }
}
