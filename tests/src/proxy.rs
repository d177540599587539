//! A network that fails on purpose: a TCP proxy between a client and a server on this machine.
//!
//! Each connection is treated as the fault says that was set when it came. Knows nothing of what it carries.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};

/// Bytes that are taken from a connection at a time.
const CHUNK_BYTES: usize = 16 * 1024;

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server.
    Up,
    /// From the server to the client.
    Down,
}

/// What happens to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    Pass,
    /// It is closed as soon as it was accepted.
    Refuse,
    /// It is accepted, and nobody ever says a word.
    Mute,
    /// Every piece waits so long, both ways.
    Delay(Duration),
    /// After so many bytes one way, both sides see the connection close.
    Cut(Direction, u64),
    /// After so many bytes one way, nothing arrives any more, either way, and nothing closes.
    Stall(Direction, u64),
    /// One way, so many bytes pass at a time, and then none for so long.
    Drip(Direction, usize, Duration),
}

/// A proxy on a free loopback port. Dropping it closes every connection.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    upstream: String,
    fault: Mutex<Fault>,
    open: Mutex<Vec<Arc<TcpStream>>>,
    ended: AtomicBool,
    struck: AtomicU64,
    carried: [AtomicU64; 2],
}

/// One way of a connection.
struct Pipe {
    from: Arc<TcpStream>,
    to: Arc<TcpStream>,
    direction: Direction,
    fault: Fault,
    /// Whether the connection has stalled, either way.
    stalled: Arc<AtomicBool>,
}

impl Proxy {
    /// Starts a proxy that passes everything on to the server at an address such as `http://127.0.0.1:1`.
    pub fn start(server: &str) -> Result<Self> {
        let upstream = server.rsplit('/').next().unwrap_or_default().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").context("no free port")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            upstream,
            fault: Mutex::new(Fault::Pass),
            open: Mutex::default(),
            ended: AtomicBool::new(false),
            struck: AtomicU64::new(0),
            carried: [AtomicU64::new(0), AtomicU64::new(0)],
        });
        let accepting = Arc::clone(&shared);
        let acceptor = std::thread::spawn(move || {
            for accepted in listener.incoming() {
                if accepting.ended.load(Ordering::SeqCst) {
                    return;
                }
                if let Ok(client) = accepted {
                    // A connection that cannot be passed on is closed, as by any network.
                    drop(accepting.carry(client));
                }
            }
        });
        Ok(Self {
            url: format!("http://{address}"),
            address,
            shared,
            acceptor: Some(acceptor),
        })
    }

    /// Returns the address that clients use.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Says what happens to connections from now on, and forgets what was counted.
    pub fn set(&self, fault: Fault) {
        *lock(&self.shared.fault) = fault;
        self.shared.struck.store(0, Ordering::SeqCst);
        for carried in &self.shared.carried {
            carried.store(0, Ordering::SeqCst);
        }
    }

    /// Returns how many connections the fault has struck.
    pub fn struck(&self) -> u64 {
        self.shared.struck.load(Ordering::SeqCst)
    }

    /// Returns how many bytes were passed on one way.
    pub fn carried(&self, direction: Direction) -> u64 {
        self.shared.carried[direction as usize].load(Ordering::SeqCst)
    }

    /// Closes every open connection.
    pub fn hang_up(&self) {
        for stream in lock(&self.shared.open).drain(..) {
            drop(stream.shutdown(Shutdown::Both));
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        // Wakes the acceptor.
        drop(TcpStream::connect(self.address));
        drop(self.acceptor.take().map(JoinHandle::join));
        self.hang_up();
    }
}

impl Shared {
    /// Starts to carry a connection.
    fn carry(self: &Arc<Self>, client: TcpStream) -> io::Result<()> {
        let fault = *lock(&self.fault);
        if fault == Fault::Refuse {
            self.strike();
            return Ok(());
        }
        let client = Arc::new(client);
        lock(&self.open).push(Arc::clone(&client));
        if fault == Fault::Mute {
            self.strike();
            return Ok(());
        }
        let server = Arc::new(TcpStream::connect(&self.upstream)?);
        for stream in [&client, &server] {
            stream.set_nodelay(true)?;
        }
        lock(&self.open).push(Arc::clone(&server));
        let stalled = Arc::new(AtomicBool::new(false));
        for (direction, from, to) in [
            (Direction::Up, &client, &server),
            (Direction::Down, &server, &client),
        ] {
            let pipe = Pipe {
                from: Arc::clone(from),
                to: Arc::clone(to),
                direction,
                fault,
                stalled: Arc::clone(&stalled),
            };
            let shared = Arc::clone(self);
            std::thread::spawn(move || {
                // A connection that breaks is the business of its two ends.
                drop(pipe.run(&shared));
                pipe.close();
            });
        }
        Ok(())
    }

    fn strike(&self) {
        self.struck.fetch_add(1, Ordering::SeqCst);
    }
}

impl Pipe {
    /// Passes on what comes, until either end closes or the fault says so.
    fn run(&self, shared: &Shared) -> io::Result<()> {
        let mut buffer = vec![0; CHUNK_BYTES];
        let mut passed = 0;
        loop {
            let count = (&*self.from).read(&mut buffer)?;
            if count == 0 {
                return Ok(());
            }
            // What arrives after a stall is swallowed, so that the sender notices nothing.
            if self.stalled.load(Ordering::SeqCst) {
                continue;
            }
            let left = self.left(passed);
            let whole = u64::try_from(count).unwrap_or(u64::MAX);
            let allowed = whole.min(left);
            self.write(shared, &buffer[..usize::try_from(allowed).unwrap_or(count)])?;
            passed += allowed;
            if allowed == left {
                shared.strike();
                if !matches!(self.fault, Fault::Stall(..)) {
                    return Ok(());
                }
                self.stalled.store(true, Ordering::SeqCst);
            }
        }
    }

    /// Lets both ends see the end; after a stall the client sees nothing, not even that.
    fn close(&self) {
        let (client, server) = match self.direction {
            Direction::Up => (&self.from, &self.to),
            Direction::Down => (&self.to, &self.from),
        };
        drop(server.shutdown(Shutdown::Both));
        if self.direction == Direction::Up || !self.stalled.load(Ordering::SeqCst) {
            drop(client.shutdown(Shutdown::Both));
        }
    }

    /// Returns how many more bytes pass this way.
    fn left(&self, passed: u64) -> u64 {
        match self.fault {
            Fault::Cut(direction, after) | Fault::Stall(direction, after)
                if direction == self.direction =>
            {
                after.saturating_sub(passed)
            }
            Fault::Cut(..)
            | Fault::Stall(..)
            | Fault::Pass
            | Fault::Refuse
            | Fault::Mute
            | Fault::Delay(_)
            | Fault::Drip(..) => u64::MAX,
        }
    }

    fn write(&self, shared: &Shared, bytes: &[u8]) -> io::Result<()> {
        let (size, pause) = match self.fault {
            Fault::Delay(pause) => (CHUNK_BYTES, pause),
            Fault::Drip(direction, size, pause) if direction == self.direction => (size, pause),
            Fault::Drip(..)
            | Fault::Pass
            | Fault::Refuse
            | Fault::Mute
            | Fault::Cut(..)
            | Fault::Stall(..) => (CHUNK_BYTES, Duration::ZERO),
        };
        for piece in bytes.chunks(size.max(1)) {
            std::thread::sleep(pause);
            (&*self.to).write_all(piece)?;
            let count = u64::try_from(piece.len()).unwrap_or(u64::MAX);
            shared.carried[self.direction as usize].fetch_add(count, Ordering::SeqCst);
        }
        Ok(())
    }
}

/// Locks what no panic can leave half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
