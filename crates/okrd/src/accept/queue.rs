//! The listener, and how many connections the system keeps for it until they are accepted.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

/// Connections that wait to be accepted, unless `net.core.somaxconn` is less.
///
/// One more is dropped by Linux while its client already takes it for open, and learns of it only when it speaks. The
/// usual 1,024 are few where everybody comes back after a restart.
const CONNECTIONS: u32 = 4_096;

/// Listens on the first of some addresses that can be had.
///
/// # Errors
///
/// Why the last one cannot be had.
pub(crate) fn bind(addresses: &[SocketAddr]) -> io::Result<TcpListener> {
    let mut refused = io::Error::new(io::ErrorKind::InvalidInput, "the name has no address");
    for address in addresses {
        match bind_one(*address) {
            Ok(listener) => return Ok(listener),
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

fn bind_one(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // A server that starts again does not wait until the connections of the one before are forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(CONNECTIONS)
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;
    use std::time::Duration;

    use super::*;

    /// EMFILE.
    const TOO_MANY_FILES: i32 = 24;

    #[tokio::test]
    async fn more_connections_than_usual_may_wait() {
        let nowhere: SocketAddr = "192.0.2.1:0".parse().unwrap();
        assert!(bind(&[]).is_err() && bind(&[nowhere]).is_err());
        let listener = bind(&[nowhere, "127.0.0.1:0".parse().unwrap()]).unwrap();
        let address = listener.local_addr().unwrap();
        let allowed = std::fs::read_to_string("/proc/sys/net/core/somaxconn");
        let allowed: usize = allowed.unwrap().trim().parse().unwrap();
        let mut waiting = Vec::new();
        for number in 0..1_200.min(allowed) {
            match TcpStream::connect_timeout(&address, Duration::from_secs(1)) {
                Ok(stream) => waiting.push(stream),
                // Such a machine cannot try this.
                Err(error) if error.raw_os_error() == Some(TOO_MANY_FILES) => return,
                Err(error) => panic!("connection {number} does not fit in: {error}"),
            }
        }
    }
}
