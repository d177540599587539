//! The server's end of the socket: a thread that accepts, and one for each connection.

use std::collections::HashMap;
use std::fs;
use std::io::{self, BufReader};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use super::address::Address;
use super::wire::{
    Hello, LINE_BYTES, PROTOCOL, Reply, Request, read_line, write_answer, write_line,
};
use crate::failure::{Exit, Failure};

/// Connections at one time.
const CONNECTIONS: usize = 16;
/// Only the user who runs the server may connect.
const SOCKET_MODE: u32 = 0o600;

/// What answers a request.
pub(crate) type Answering = Arc<dyn Fn(Request) -> Result<Reply, Failure> + Send + Sync>;

/// A socket that is served until the value is dropped.
#[derive(Debug)]
pub(crate) struct AdminListener {
    path: PathBuf,
    open: Arc<Open>,
    accepting: Option<JoinHandle<()>>,
}

/// What is open.
#[derive(Debug, Default)]
struct Open {
    stopping: AtomicBool,
    connections: Mutex<HashMap<u64, (UnixStream, JoinHandle<()>)>>,
}

impl AdminListener {
    /// Makes the socket in place of one that a killed server left, and begins to answer.
    ///
    /// The caller holds the lock of the data directory, so nobody else serves that one.
    pub(crate) fn open(path: &Path, answering: Answering) -> io::Result<Self> {
        // Nobody can connect before the mode is right, because nobody knows this name.
        let new = path.with_extension("new");
        for left in [path, &new] {
            match fs::remove_file(left) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        let listener = UnixListener::bind(Address::of(&new)?.path())?;
        fs::set_permissions(&new, fs::Permissions::from_mode(SOCKET_MODE))?;
        fs::rename(&new, path)?;
        let open = Arc::new(Open::default());
        let accepted = Arc::clone(&open);
        let accepting = thread::Builder::new()
            .name("admin".to_owned())
            .spawn(move || accept_all(&listener, &accepted, &answering))?;
        Ok(Self {
            path: path.to_owned(),
            open,
            accepting: Some(accepting),
        })
    }
}

impl Drop for AdminListener {
    fn drop(&mut self) {
        self.open.stopping.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts. When that fails it is not waiting, or cannot be reached: then it stays.
        let address = Address::of(&self.path);
        let woken = address.and_then(|address| UnixStream::connect(address.path()));
        let woken = woken.is_ok();
        if let Some(accepting) = self.accepting.take().filter(|_| woken) {
            // It has no result, and a panic has been printed.
            drop(accepting.join());
        }
        let connections: Vec<_> = lock(&self.open.connections).drain().collect();
        for (_, (stream, thread)) in connections {
            // The thread may be waiting for its client, which may never say anything again.
            drop(stream.shutdown(Shutdown::Both));
            drop(thread.join());
        }
        // What cannot be removed is replaced at the next start.
        drop(fs::remove_file(&self.path));
    }
}

fn accept_all(listener: &UnixListener, open: &Arc<Open>, answering: &Answering) {
    for (number, stream) in (0..).zip(listener.incoming()) {
        if open.stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else {
            // Too many open files, perhaps; there is nobody to tell, and it must not spin.
            thread::sleep(std::time::Duration::from_millis(100));
            continue;
        };
        // A connection that gets no thread is closed, which its client notices.
        if let Err(error) = serve(number, stream, open, answering) {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "an administrator was turned away"
            );
        }
    }
}

fn serve(
    number: u64,
    stream: UnixStream,
    open: &Arc<Open>,
    answering: &Answering,
) -> io::Result<()> {
    let mut connections = lock(&open.connections);
    connections.retain(|_, (_, thread)| !thread.is_finished());
    if connections.len() >= CONNECTIONS {
        return Err(io::Error::other("there are too many connections"));
    }
    let kept = stream.try_clone()?;
    let answering = Arc::clone(answering);
    let thread = thread::Builder::new()
        .name("admin-call".to_owned())
        .spawn(move || {
            // A client that goes away in the middle is no error of ours.
            drop(converse(&stream, &answering));
            // The copy that is kept for stopping would hold the connection open.
            drop(stream.shutdown(Shutdown::Both));
        })?;
    connections.insert(number, (kept, thread));
    Ok(())
}

fn converse(mut stream: &UnixStream, answering: &Answering) -> io::Result<()> {
    let hello = Hello {
        okrd: env!("CARGO_PKG_VERSION").to_owned(),
        protocol: PROTOCOL,
    };
    write_line(&mut stream, &hello)?;
    let mut input = BufReader::new(stream);
    while let Some(line) = read_line(&mut input, LINE_BYTES)? {
        let answer = match serde_json::from_slice(&line) {
            Ok(request) => answering(request),
            Err(error) => Err(unknown(&error)),
        };
        write_answer(&mut stream, answer)?;
    }
    Ok(())
}

fn unknown(error: &serde_json::Error) -> Failure {
    let version = env!("CARGO_PKG_VERSION");
    let message = format!("the running server (okrd {version}) does not understand the request");
    Failure::new(Exit::Incompatible, message)
        .caused_by(error)
        .hint("it is from another version than this command: restart it with the same one")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Entries are put in and taken out whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use serde_json::{Value, json};

    use super::super::wire::read_answer;
    use super::*;

    fn listening(path: &Path) -> AdminListener {
        let answering: Answering = Arc::new(|request| match request {
            Request::Snapshot {} => Reply::of(&json!("seen")),
            Request::Records { after, .. } => Err(Failure::new(Exit::NotFound, after.to_string())),
            Request::BackedUp { .. } => Ok(Reply::default()),
        });
        AdminListener::open(path, answering).unwrap()
    }

    fn connect(path: &Path) -> BufReader<UnixStream> {
        let mut stream =
            BufReader::new(UnixStream::connect(Address::of(path).unwrap().path()).unwrap());
        let hello = read_line(&mut stream, LINE_BYTES).unwrap().unwrap();
        let hello: Value = serde_json::from_slice(&hello).unwrap();
        assert_eq!(hello["protocol"], 1);
        stream
    }

    fn ask(stream: &mut BufReader<UnixStream>, line: &str) -> Result<Value, Failure> {
        stream.get_mut().write_all(line.as_bytes()).unwrap();
        read_answer(stream).unwrap().map(|reply| reply.value)
    }

    #[test]
    fn requests_are_answered_one_after_the_other_also_after_an_error() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("admin.sock");
        let _listener = listening(&path);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, SOCKET_MODE);
        let mut stream = connect(&path);
        let newer = ask(&mut stream, "{\"do\":\"dance\"}\n").unwrap_err();
        assert_eq!(newer.exit(), Exit::Incompatible);
        assert!(newer.to_string().contains("dance"), "{newer}");
        let member = ask(&mut stream, "{\"do\":\"snapshot\",\"softly\":1}\n").unwrap_err();
        assert_eq!(member.exit(), Exit::Incompatible);
        let asked = "{\"do\":\"records\",\"org\":\"01920304-0506-7708-890a-0b0c0d0e0f10\",\
                     \"after\":7,\"bytes\":1}\n";
        assert_eq!(ask(&mut stream, asked).unwrap_err().exit(), Exit::NotFound);
        assert_eq!(ask(&mut stream, "{\"do\":\"snapshot\"}\n").unwrap(), "seen");
    }

    /// The system itself takes a path of a hundred bytes or so.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_directory_may_have_a_long_name() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("x".repeat(200));
        fs::create_dir(&folder).unwrap();
        let path = folder.join("admin.sock");
        assert!(UnixStream::connect(&path).is_err());
        let listener = listening(&path);
        let mut stream = connect(&path);
        assert_eq!(ask(&mut stream, "{\"do\":\"snapshot\"}\n").unwrap(), "seen");
        drop(listener);
        assert!(!path.exists());
    }

    #[test]
    fn a_socket_that_a_killed_server_left_is_replaced_and_none_is_left() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("admin.sock");
        drop(UnixListener::bind(&path).unwrap());
        let listener = listening(&path);
        let mut idle = connect(&path);
        // It ends although a client is connected and says nothing.
        drop(listener);
        assert!(!path.exists());
        assert_eq!(read_line(&mut idle, LINE_BYTES).unwrap(), None);
    }

    #[test]
    fn connections_are_bounded_and_places_are_given_again() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("admin.sock");
        let _listener = listening(&path);
        let open: Vec<_> = (0..CONNECTIONS).map(|_| connect(&path)).collect();
        let mut turned_away = BufReader::new(UnixStream::connect(&path).unwrap());
        assert_eq!(read_line(&mut turned_away, LINE_BYTES).unwrap(), None);
        drop(open);
        let free = (0..1_000).any(|_| {
            let mut stream = BufReader::new(UnixStream::connect(&path).unwrap());
            let hello = read_line(&mut stream, LINE_BYTES);
            hello.is_ok_and(|hello| hello.is_some())
        });
        assert!(free, "a place is free again");
    }
}
