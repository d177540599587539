//! What a server says while a connection begins, asked for once more when one was cut without a word.
//!
//! Nothing of a person is sent here, no token either.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use tonic::transport::Uri;

use super::{GrpcOptions, failure};

/// How often it is read for what a server says of a certificate; its tickets come before.
const READS_MAX: usize = 16;

/// How many bytes of a plain answer are looked at.
const ANSWER_BYTES_MAX: usize = 512;

/// What a client of HTTP/2 says first (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How a TLS server begins the alert by which it answers what is no TLS (RFC 8446, section 5.1): the type
/// of the record, and the first half of a version that is the same in all of them.
const TLS_ALERT: [u8; 2] = [0x15, 0x03];

/// Returns what a server says of the certificate of this machine, if that is why it ends connections.
///
/// With TLS 1.3 it says so only after the greeting, and whoever writes meanwhile may lose the word with the
/// connection. So nothing is written here after the greeting.
pub(super) fn refused_certificate(
    uri: &Uri,
    options: &GrpcOptions,
    patience: Duration,
) -> Option<String> {
    let name = ServerName::try_from(host(uri).to_owned()).ok()?;
    let config = Arc::new(config(options)?);
    let mut client = ClientConnection::new(config, name).ok()?;
    let mut stream = reach(uri, 443, patience).ok()?;
    for _ in 0..READS_MAX {
        while client.wants_write() {
            client.write_tls(&mut stream).ok()?;
        }
        if client.read_tls(&mut stream).ok()? == 0 {
            return None;
        }
        match client.process_new_packets() {
            // Whoever is told something is let in.
            Ok(state) if state.plaintext_bytes_to_read() > 0 => return None,
            Ok(_) => {}
            Err(error) => return failure::refused_certificate(&error),
        }
    }
    None
}

/// Trusts and shows what the connections do.
fn config(options: &GrpcOptions) -> Option<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = &options.ca_cert {
        let own = CertificateDer::pem_file_iter(path).ok()?;
        roots.add_parsable_certificates(own.flatten());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(roots);
    let mut config = match &options.client_certificate {
        None => config.with_no_client_auth(),
        Some(shown) => {
            let chain = CertificateDer::pem_file_iter(&shown.certificate).ok()?;
            let key = PrivateKeyDer::from_pem_file(&shown.key).ok()?;
            config
                .with_client_auth_cert(chain.flatten().collect(), key)
                .ok()?
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    Some(config)
}

/// Says whether what answers at an address speaks TLS, or sends to where that is spoken.
pub(super) fn speaks_tls(uri: &Uri, patience: Duration) -> io::Result<bool> {
    let mut stream = reach(uri, 80, patience)?;
    stream.write_all(PREFACE)?;
    let mut heard = Vec::new();
    let mut part = [0; ANSWER_BYTES_MAX];
    while heard.len() < ANSWER_BYTES_MAX {
        let count = stream.read(&mut part)?;
        heard.extend_from_slice(&part[..count]);
        let begins_so = matches!(heard.first(), Some(0x15 | b'H'));
        if count == 0 || !begins_so || is_tls(&heard) {
            break;
        }
    }
    Ok(is_tls(&heard))
}

/// Says whether an answer to plain HTTP/2 is one of a TLS server: its alert, or the page that web servers
/// have for that.
fn is_tls(heard: &[u8]) -> bool {
    let is_page = heard.starts_with(b"HTTP/1.");
    heard.starts_with(&TLS_ALERT) || is_page && heard.windows(5).any(|word| word == b"HTTPS")
}

fn host(uri: &Uri) -> &str {
    let host = uri.host().unwrap_or_default();
    host.trim_start_matches('[').trim_end_matches(']')
}

fn reach(uri: &Uri, usual_port: u16, patience: Duration) -> io::Result<TcpStream> {
    let port = uri.port_u16().unwrap_or(usual_port);
    let mut failed = io::Error::from(io::ErrorKind::NotFound);
    for address in (host(uri), port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, patience) {
            Ok(stream) => {
                stream.set_read_timeout(Some(patience))?;
                stream.set_write_timeout(Some(patience))?;
                return Ok(stream);
            }
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_a_tls_server_is_told_from_others() {
        assert!(is_tls(&[0x15, 0x03, 0x03, 0, 2, 2, 10]));
        assert!(is_tls(
            b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
        ));
        for other in [
            &b""[..],
            b"\x00\x00\x12\x04\x00\x00\x00\x00\x00",
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            b"220 HTTPS mail",
        ] {
            assert!(!is_tls(other), "{other:?}");
        }
    }
}
