//! Streams that stay open: what they bring, how they end, and a server that vanishes silently.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use okr_proto::v1::pull_response::What;

use super::*;
use crate::remote::{Follow as _, Followed};

/// Longer than any test takes.
const LONG: Duration = Duration::from_mins(1);

fn checkpoint() -> What {
    What::Checkpoint(v1::SignedCheckpoint {
        note: "note".to_owned(),
    })
}

#[test]
fn a_stream_gives_signs_of_life_and_says_that_it_ended() {
    let heartbeat = What::Heartbeat(v1::Heartbeat { head: 2 });
    let server = Stub::pulling(vec![checkpoint(), heartbeat]).start();
    let mut remote = connect(&server.url);
    let mut stream = remote.follow(Position::ZERO, 0).unwrap();
    let brought = Followed::Pulled(Pulled::Checkpoint("note".to_owned()));
    assert_eq!(stream.next(LONG), Ok(Some(brought)));
    assert_eq!(stream.next(LONG), Ok(Some(Followed::Alive)));
    let ended = stream.next(LONG).unwrap_err();
    assert!(matches!(ended, RemoteError::Unreachable { .. }), "{ended}");
    assert!(ended.is_passing());
}

#[test]
fn nothing_within_the_patience_is_no_failure() {
    let server = Stub::pulling(vec![checkpoint()]).staying().start();
    let mut remote = connect(&server.url);
    let mut stream = remote.follow(Position::ZERO, 0).unwrap();
    assert!(matches!(stream.next(LONG), Ok(Some(Followed::Pulled(_)))));
    assert_eq!(stream.next(Duration::from_millis(1)), Ok(None));
    assert_eq!(stream.next(Duration::ZERO), Ok(None));
}

#[test]
fn a_server_that_vanishes_without_a_word_is_noticed() {
    let server = Stub::pulling(vec![checkpoint()]).staying().start();
    let is_cut = Arc::new(AtomicBool::new(false));
    let options = GrpcOptions {
        keep_alive: Some(Duration::from_millis(100)),
        ..options()
    };
    let url = through(&server.url, &is_cut);
    let mut remote = GrpcRemote::connect(&url, Some("okr_secret"), &options).unwrap();
    let mut stream = remote.follow(Position::ZERO, 0).unwrap();
    assert!(matches!(stream.next(LONG), Ok(Some(Followed::Pulled(_)))));
    // Some time passes in which the server answers the questions whether it is there.
    assert_eq!(stream.next(Duration::from_millis(300)), Ok(None));
    is_cut.store(true, Ordering::SeqCst);
    let error = stream.next(LONG).unwrap_err();
    assert!(error.is_passing(), "{error:?}");
}

/// Passes bytes on to a server until it is cut, which neither side is told.
fn through(url: &str, is_cut: &Arc<AtomicBool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let behind = url.rsplit('/').next().unwrap().to_owned();
    let is_cut = Arc::clone(is_cut);
    std::thread::spawn(move || {
        let (near, _) = listener.accept().unwrap();
        let far = TcpStream::connect(behind).unwrap();
        pass(
            near.try_clone().unwrap(),
            far.try_clone().unwrap(),
            Arc::clone(&is_cut),
        );
        pass(far, near, is_cut);
    });
    format!("http://127.0.0.1:{port}")
}

fn pass(mut from: TcpStream, mut to: TcpStream, is_cut: Arc<AtomicBool>) {
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            if !is_cut.load(Ordering::SeqCst) && to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
    });
}
