//! The gRPC remote against a real tonic server on loopback that says what it is told to say.

mod following;
mod stub;

use std::net::TcpListener;

use okr_proto::{ApiError, Refusal};

use self::stub::{Stub, expect, identity};
use super::*;

fn options() -> GrpcOptions {
    GrpcOptions::default()
}

fn connect(url: &str) -> GrpcRemote {
    GrpcRemote::connect(url, Some("okr_secret"), &options()).unwrap()
}

fn refused(url: &str, options: &GrpcOptions) -> RemoteError {
    GrpcRemote::connect(url, None, options).unwrap_err()
}

fn encoded() -> EncodedChange {
    EncodedChange {
        body: vec![1, 2, 3].into(),
        texts: Vec::new(),
    }
}

fn all_of(remote: &mut GrpcRemote) -> Result<Vec<Pulled>, RemoteError> {
    let mut all = Vec::new();
    remote.pull(Position::ZERO, 0, &mut |pulled| {
        all.push(pulled);
        ControlFlow::Continue(())
    })?;
    Ok(all)
}

#[test]
fn every_call_names_the_protocol_the_token_and_the_process() {
    let server = Stub::default().start();
    let mut remote = connect(&server.url);
    remote.who_am_i().unwrap();
    remote.update_directory(Vec::new()).unwrap();
    all_of(&mut remote).unwrap();
    let id = request_id();
    assert!(id.len() == 16 && id.chars().all(|c| c.is_ascii_hexdigit()));
    let expected = ["1", "Bearer okr_secret", id].map(str::to_owned);
    assert_eq!(server.seen(), vec![expected; 3]);
}

#[test]
fn a_login_needs_no_token_and_its_token_is_used_from_then_on() {
    let server = Stub::default().start();
    let mut remote = GrpcRemote::connect(&server.url, None, &options()).unwrap();
    let logged_in = remote.login("code", "laptop").unwrap();
    assert_eq!(logged_in.token, "okr_new");
    assert_eq!(logged_in.identity, remote.who_am_i().unwrap());
    assert_eq!(logged_in.identity.role, Some(Role::Admin));
    assert_eq!(server.seen()[0][1], "");
    assert_eq!(server.seen()[1][1], "Bearer okr_new");
    let shown = format!("{logged_in:?}");
    assert!(!shown.contains("okr_new"), "{shown}");
    assert!(!format!("{remote:?}").contains("okr_new"));
}

#[test]
fn outcomes_of_a_push_come_back_in_order() {
    use v1::push_result::Outcome;
    let rejected = v1::Rejected {
        code: "conflict".to_owned(),
        message: "the title is now \"b\"".to_owned(),
        subject: vec![9; 16].into(),
        facts: [("field".to_owned(), "title".to_owned())].into(),
    };
    let outcomes = [
        Outcome::Accepted(v1::Accepted {
            position: 7,
            recorded_at_us: 1_000_000,
        }),
        Outcome::Duplicate(v1::Duplicate { position: 3 }),
        Outcome::AlreadySo(v1::AlreadySo {}),
        Outcome::Rejected(rejected),
    ];
    let server = Stub::pushing(Ok(outcomes.to_vec())).start();
    let pushed = connect(&server.url).push(Position::ZERO, vec![encoded(); 4]);
    let refusal = Refusal {
        code: "conflict".to_owned(),
        message: "the title is now \"b\"".to_owned(),
        subject: Some(uuid::Uuid::from_bytes([9; 16])),
        facts: [("field".to_owned(), "title".to_owned())].into(),
    };
    assert_eq!(
        pushed.unwrap(),
        [
            PushOutcome::Accepted {
                position: Position::new(7),
                recorded_at: Timestamp::from_second(1).unwrap(),
            },
            PushOutcome::Duplicate {
                position: Position::new(3),
            },
            PushOutcome::AlreadySo,
            PushOutcome::Rejected(refusal),
        ]
    );
}

#[test]
fn an_answer_to_fewer_changes_than_were_pushed_is_nonsense() {
    let server = Stub::pushing(Ok(Vec::new())).start();
    let error = connect(&server.url).push(Position::ZERO, vec![encoded()]);
    assert!(matches!(error, Err(RemoteError::Nonsense { .. })));
}

#[test]
fn a_pull_gives_what_was_sent_and_passes_over_heartbeats() {
    use v1::pull_response::What;
    let server = Stub::pulling(vec![
        What::Directory(v1::Directory {
            version: 4,
            entries: Vec::new(),
            erased: vec![bytes::Bytes::from_static(&[5; 16])],
        }),
        What::Records(v1::Records {
            records: vec![vec![1].into(), vec![2].into()],
        }),
        What::Heartbeat(v1::Heartbeat { head: 2 }),
        What::Checkpoint(v1::SignedCheckpoint {
            note: "note".to_owned(),
        }),
    ])
    .start();
    let mut remote = connect(&server.url);
    let all = all_of(&mut remote).unwrap();
    let Pulled::Directory(directory) = &all[0] else {
        panic!("{all:?}");
    };
    assert_eq!(directory.version, 4);
    assert!(directory.erased.contains(&PersonId::from_bytes([5; 16])));
    assert_eq!(
        all[1],
        Pulled::Records(vec![vec![1].into(), vec![2].into()])
    );
    assert_eq!(all[2..], [Pulled::Checkpoint("note".to_owned())]);

    let mut count = 0;
    let stopped = remote.pull(Position::ZERO, 0, &mut |_| {
        count += 1;
        ControlFlow::Break(())
    });
    assert_eq!((stopped, count), (Ok(()), 1));
}

#[test]
fn what_the_server_refuses_is_told_apart() {
    let refusals = [
        (ApiError::Unauthenticated, RemoteError::LoginNeeded),
        (ApiError::CodeRefused, RemoteError::CodeRefused),
        (ApiError::OutcomeUnknown, RemoteError::OutcomeUnknown),
        (
            ApiError::PositionAhead { head: 5 },
            RemoteError::Ahead {
                head: Position::new(5),
            },
        ),
        (
            ApiError::ProtocolVersion {
                client: "1".to_owned(),
                oldest: 2,
                newest: 3,
            },
            RemoteError::Incompatible {
                ours: 1,
                theirs: "versions 2 to 3".to_owned(),
            },
        ),
        (
            ApiError::InvalidChange {
                index: 2,
                problem: "broken".to_owned(),
            },
            RemoteError::InvalidChange {
                index: 2,
                problem: "broken".to_owned(),
            },
        ),
    ];
    for (sent, expected) in refusals {
        let server = Stub::pushing(Err(sent)).start();
        let error = connect(&server.url).push(Position::ZERO, vec![encoded()]);
        assert_eq!(error, Err(expected));
    }
    for passing in [ApiError::ShuttingDown, ApiError::StorageRefusesWrites] {
        let server = Stub::pushing(Err(passing)).start();
        let error = connect(&server.url).push(Position::ZERO, vec![encoded()]);
        assert!(error.unwrap_err().is_passing());
    }
}

#[test]
fn an_address_that_is_none_is_refused_before_anything_is_sent() {
    for bad in [
        "",
        "https://",
        "ftp://a",
        "https://a/path",
        "https://u@a",
        "a b",
    ] {
        let error = refused(bad, &options());
        assert!(
            matches!(error, RemoteError::Address { .. }),
            "{bad}: {error}"
        );
    }
}

#[test]
fn unencrypted_is_for_this_machine_only() {
    let elsewhere = refused("http://192.0.2.1:1", &options());
    assert!(matches!(elsewhere, RemoteError::NotEncrypted { .. }));
    let closed = closed_port();
    for here in ["127.0.0.1", "localhost", "[::1]"] {
        let error = refused(&format!("http://{here}:{closed}"), &options());
        assert!(matches!(error, RemoteError::Unreachable { .. }), "{error}");
    }
}

#[test]
fn a_server_that_never_answers_runs_into_the_limit() {
    // The listener's queue takes the connection, and nobody ever reads from it.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let limit = Duration::from_millis(50);
    let options = GrpcOptions {
        total_timeout: Some(limit),
        ..options()
    };
    let error = GrpcRemote::connect(&url, Some("okr_x"), &options)
        .and_then(|mut remote| remote.who_am_i())
        .unwrap_err();
    assert_eq!(error, RemoteError::TimedOut { url, limit });
}

#[test]
fn a_certificate_is_trusted_by_its_authority_only() {
    let server = Stub::default().start_with_tls();
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let with = |path: PathBuf| GrpcOptions {
        ca_cert: Some(path),
        ..options()
    };
    let trusted = with(file("ca.pem", server.certificate()));
    let mut remote = GrpcRemote::connect(&server.url, Some("okr_x"), &trusted).unwrap();
    assert_eq!(remote.who_am_i().unwrap().device, "laptop");

    let stranger = Stub::default().start_with_tls();
    let other = with(file("other.pem", stranger.certificate()));
    let error = refused(&server.url, &other);
    assert!(matches!(error, RemoteError::Tls { .. }), "{error}");

    for wrong in [file("empty.pem", ""), dir.path().join("missing.pem")] {
        let error = refused(&server.url, &with(wrong));
        assert!(
            matches!(error, RemoteError::CertificateFile { .. }),
            "{error}"
        );
    }

    let plain = Stub::default().start();
    let error = refused(&plain.url.replace("http:", "https:"), &trusted);
    assert!(matches!(error, RemoteError::Tls { .. }), "{error}");
}

#[test]
fn ids_and_times_that_are_none_are_nonsense() {
    let mut wrong = identity();
    wrong.org = vec![1; 15].into();
    expect(&wrong, "org is not an id: 15 bytes");
    let mut wrong = identity();
    wrong.expires_at_us = i64::MAX;
    expect(&wrong, "9223372036854775807 is not a time");
}

fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
