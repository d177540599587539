//! Pushes on a stream: each is answered as a call of its own would be, until one fails as a whole.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use okr_core::change::Change;
use okr_core::event::{Event, OrgEdit, OrgEvent, PersonEvent};
use okr_core::text::LongText;
use okr_core::value::Role;
use okr_log::Step;
use okr_proto::{ApiError, PushOutcome, v1};
use okr_testkit::sample::{self, BEN, ORG};
use tonic::Code;
use tonic::transport::Endpoint;

use crate::client::{Pushing, TestClient, change, new_change, reason, refusal};
use crate::harness::TestServer;
use crate::limits::{hits, start};

/// Adds somebody; the number is that of the change and of the person.
fn added(number: u64) -> Change {
    let person = sample::person_id(u32::try_from(number).unwrap());
    change(
        number,
        vec![Event::Person(person, PersonEvent::Added(Role::Member))],
    )
}

/// Edits a name that nobody has.
fn refused(number: u64) -> Change {
    let edit = sample::edit(sample::name("Nobody"), sample::name("Apex"));
    let edited = Event::Org(ORG, OrgEvent::Edited(OrgEdit::Name(edit)));
    change(number, vec![edited])
}

fn positions(outcomes: &[PushOutcome]) -> Vec<Option<u64>> {
    let position = |outcome: &PushOutcome| match outcome {
        PushOutcome::Accepted { position, .. } => Some(position.get()),
        _ => None,
    };
    outcomes.iter().map(position).collect()
}

/// Reads why a stream ends.
async fn end(stream: &mut Pushing) -> ApiError {
    refusal(stream.answer().await)
}

#[tokio::test]
async fn every_push_is_answered_in_order_however_many_are_on_their_way() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let mut stream = ana.push_stream().await.unwrap();
    for number in 2..10 {
        stream.send(&[added(number)]).await;
    }
    for number in 2..10 {
        let outcomes = stream.answer().await.unwrap().unwrap();
        assert_eq!(positions(&outcomes), [Some(number)]);
    }
    let outcomes = stream.push(&[added(3), refused(10), added(11)]).await;
    let outcomes = outcomes.unwrap();
    assert!(matches!(outcomes[0], PushOutcome::Duplicate { position } if position.get() == 3));
    assert!(matches!(&outcomes[1], PushOutcome::Rejected(refusal) if refusal.code == "conflict"));
    assert_eq!(positions(&outcomes), [None, None, Some(10)]);
    assert_eq!(stream.push(&[]).await.unwrap(), []);
    stream.finish().await;
    assert_eq!(ana.pull_all(0).await.unwrap().0.len(), 10);
}

#[tokio::test]
async fn what_waits_when_the_client_ends_is_still_answered() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let mut stream = ana.push_stream().await.unwrap();
    stream.send(&[added(2)]).await;
    stream.send(&[added(3)]).await;
    for position in [2, 3] {
        let outcomes = stream.answer().await.unwrap().unwrap();
        assert_eq!(positions(&outcomes), [Some(position)]);
    }
    stream.finish().await;
}

/// Does what a disk does to what the log is synced with, from when it is told to.
fn disk(
    server: &mut TestServer,
    sync: impl Fn() -> io::Result<()> + Send + Sync + 'static,
) -> Arc<AtomicBool> {
    let begun = Arc::new(AtomicBool::new(false));
    let is_begun = Arc::clone(&begun);
    server.faults = Some(Arc::new(move |step| match step {
        Step::WriteJournal if is_begun.load(Ordering::SeqCst) => sync(),
        _ => Ok(()),
    }));
    begun
}

#[tokio::test]
async fn pushes_are_judged_while_those_before_become_durable() {
    let mut server = TestServer::stopped();
    let syncs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&syncs);
    let slow = disk(&mut server, move || {
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            std::thread::sleep(Duration::from_secs(1));
        }
        Ok(())
    });
    server.run().await;
    let ana = server.ana().await;
    let mut stream = ana.push_stream().await.unwrap();
    slow.store(true, Ordering::SeqCst);
    for number in 2..10 {
        stream.send(&[added(number)]).await;
    }
    for number in 2..10 {
        let outcomes = stream.answer().await.unwrap().unwrap();
        assert_eq!(positions(&outcomes), [Some(number)]);
    }
    let syncs = syncs.load(Ordering::SeqCst);
    assert!(syncs < 8, "{syncs} syncs of 8 pushes");
}

#[tokio::test]
async fn a_write_that_fails_ends_a_stream_as_it_fails_a_call() {
    let mut server = TestServer::stopped();
    let fails = disk(&mut server, || Err(io::Error::other("no")));
    server.run().await;
    let ana = server.ana().await;
    let mut stream = ana.push_stream().await.unwrap();
    stream.push(&[added(2)]).await.unwrap();
    fails.store(true, Ordering::SeqCst);
    stream.send(&[added(3)]).await;
    stream.send(&[added(4)]).await;
    assert_eq!(end(&mut stream).await, ApiError::OutcomeUnknown);
    let mut stream = ana.push_stream().await.unwrap();
    stream.send(&[added(5)]).await;
    assert_eq!(end(&mut stream).await, ApiError::StorageRefusesWrites);
}

#[tokio::test]
async fn a_push_that_fails_as_a_whole_is_the_last_one() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let mut stream = ana.push_stream().await.unwrap();
    stream.send(&[added(2)]).await;
    stream.send_raw(99, Vec::new()).await;
    stream.send(&[added(3)]).await;
    let outcomes = stream.answer().await.unwrap().unwrap();
    assert_eq!(positions(&outcomes), [Some(2)], "it came before");
    let reason = end(&mut stream).await;
    assert!(
        matches!(reason, ApiError::PositionAhead { .. }),
        "{reason:?}"
    );
    let mut stream = ana.push_stream().await.unwrap();
    let broken = v1::NewChange {
        change: vec![255].into(),
        ..v1::NewChange::default()
    };
    stream.send_raw(0, vec![broken]).await;
    assert!(matches!(
        end(&mut stream).await,
        ApiError::InvalidChange { index: 0, .. }
    ));
    let (records, _) = ana.pull_all(0).await.unwrap();
    assert_eq!(records.len(), 2, "nothing after it was taken");
}

#[tokio::test]
async fn who_has_no_token_opens_none_and_who_is_let_go_pushes_no_more() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let stranger = ana.with_token("");
    let refused = refusal(stranger.push_stream().await);
    assert_eq!(refused, ApiError::Unauthenticated);

    let hired = change(2, vec![Event::Person(BEN, PersonEvent::Added(Role::Admin))]);
    ana.push(&[hired]).await.unwrap();
    let ben = ana.invite(BEN).await;
    let mut stream = ben.push_stream().await.unwrap();
    let outcomes = stream.push(&[added(3)]).await.unwrap();
    assert_eq!(positions(&outcomes), [Some(3)]);
    let gone = change(4, vec![Event::Person(BEN, PersonEvent::Deactivated)]);
    ana.push(&[gone]).await.unwrap();
    stream.send(&[added(5)]).await;
    let reason = end(&mut stream).await;
    assert!(
        matches!(
            reason,
            ApiError::Unauthenticated | ApiError::PermissionDenied { .. }
        ),
        "{reason:?}"
    );
    assert_eq!(ana.pull_all(0).await.unwrap().0.len(), 4);
}

#[tokio::test]
async fn a_token_that_is_revoked_or_ends_pushes_no_more() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let other = ana.invite(sample::ANA).await;
    let mut stream = other.push_stream().await.unwrap();
    stream.push(&[added(2)]).await.unwrap();
    let id = other.who_am_i().await.unwrap().token_id;
    let request = ana.request(v1::RevokeTokenRequest { id });
    ana.credentials().revoke_token(request).await.unwrap();
    stream.send(&[added(3)]).await;
    assert_eq!(end(&mut stream).await, ApiError::Unauthenticated);

    let mut stream = ana.push_stream().await.unwrap();
    stream.push(&[added(4)]).await.unwrap();
    server.advance_hours(24 * 91);
    stream.send(&[added(5)]).await;
    assert_eq!(end(&mut stream).await, ApiError::Unauthenticated);
}

#[tokio::test]
async fn a_server_that_stops_says_so() {
    let mut server = TestServer::start().await;
    let ana = server.ana().await;
    let mut idle = ana.push_stream().await.unwrap();
    let mut used = ana.push_stream().await.unwrap();
    used.push(&[added(2)]).await.unwrap();
    let stopped = server.begin_stop();
    for stream in [&mut idle, &mut used] {
        let end = stream.answer().await.unwrap_err();
        assert_eq!(end.code(), Code::Unavailable);
        assert_eq!(reason(&end), ApiError::ShuttingDown);
    }
    stopped.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_stream_lives_as_long_as_pushes_come() {
    let server = start(&[("call_time", "3s")]).await;
    let ana = server.ana().await;
    let mut idle = ana.push_stream().await.unwrap();
    let mut used = ana.push_stream().await.unwrap();
    for number in 2..8 {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let outcomes = used.push(&[added(number)]).await.unwrap();
        assert_eq!(positions(&outcomes), [Some(number)]);
    }
    for stream in [&mut idle, &mut used] {
        let end = stream.answer().await.unwrap_err();
        assert_eq!(end.code(), Code::DeadlineExceeded, "{end:?}");
    }
    assert_eq!(hits(&server, "call_time"), 2);
}

#[tokio::test]
async fn who_takes_no_answers_is_read_no_further_and_is_let_go() {
    let server = start(&[("call_time", "1s")]).await;
    let ana = server.ana().await;
    // Room for two answers or three, until somebody looks at them.
    let narrow = Endpoint::from_shared(server.url()).unwrap();
    let narrow = narrow.initial_stream_window_size(64);
    let deaf = TestClient {
        channel: narrow.connect().await.unwrap(),
        token: ana.token.clone(),
    };
    let mut stream = deaf.push_stream().await.unwrap();
    // Many more than there is room for on the way back.
    for number in 2..66 {
        stream.send(&[added(number)]).await;
    }
    while hits(&server, "call_time") == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut taken = 0;
    let end = loop {
        match stream.answer().await {
            Ok(answer) => taken += answer.unwrap().len(),
            Err(status) => break status,
        }
    };
    assert_eq!(end.code(), Code::DeadlineExceeded, "{end:?}");
    let (records, _) = ana.pull_all(0).await.unwrap();
    // The one that could not be sent, and those to pushes that waited for the disk meanwhile.
    let given_up = records.len() - 1 - taken;
    assert!((1..=8).contains(&given_up), "{given_up} of {taken}");
    assert!(taken + given_up < 64, "the rest was not read");
}

#[tokio::test]
async fn a_push_is_bounded_and_all_of_them_together_are_not() {
    // One address has a quarter of what may be on its way.
    let server = start(&[("receiving_size", "4MiB")]).await;
    let ana = server.ana().await;
    let mut stream = ana.push_stream().await.unwrap();
    let mut large = added(2);
    for number in 2..5 {
        let mut wordy = Vec::new();
        for step in 0..60 {
            let mut change = added(number);
            change.id = added(number * 100 + step + 1000).id;
            change.reason = Some(LongText::new(format!("{}not", "why ".repeat(1_900))).unwrap());
            wordy.push(change);
        }
        let outcomes = stream.push(&wordy).await.unwrap();
        assert_eq!(outcomes.len(), 60);
        large = wordy.remove(0);
    }
    let too_large = vec![new_change(&large); 150];
    stream.send_raw(0, too_large).await;
    let reason = end(&mut stream).await;
    assert!(
        matches!(
            reason,
            ApiError::TooLarge {
                limit: 1_048_576,
                ..
            }
        ),
        "{reason:?}"
    );
    assert_eq!(hits(&server, "request_size"), 1);
}

#[tokio::test]
async fn who_pushes_too_often_is_read_later() {
    let server = start(&[("calls_per_second", "2")]).await;
    let ana = server.ana().await;
    let mut stream = loop {
        // The calls until here may have been as many as there may be at once.
        match ana.push_stream().await {
            Ok(stream) => break stream,
            Err(status) => assert_eq!(status.code(), Code::ResourceExhausted),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    for number in 2..8 {
        stream.send(&[added(number)]).await;
    }
    for number in 2..8 {
        let outcomes = stream.answer().await.unwrap().unwrap();
        assert_eq!(positions(&outcomes), [Some(number)]);
    }
    assert!(hits(&server, "calls_per_second") > 0);
}

#[tokio::test]
async fn a_token_has_so_many_streams_of_pushes() {
    let server = start(&[("streams_per_token", "1")]).await;
    let ana = server.ana().await;
    let first = ana.push_stream().await.unwrap();
    let refused = refusal(ana.push_stream().await);
    assert!(
        matches!(refused, ApiError::TooLarge { limit: 1, .. }),
        "{refused:?}"
    );
    first.finish().await;
    // The place is free when the server has let go of the stream, a moment after its end was sent.
    while ana.push_stream().await.is_err() {
        tokio::task::yield_now().await;
    }
}
