//! The first words of TLS, written by hand: no library of today would say the old ones.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::secure::{Files, start};

const SSL_3_0: u16 = 0x0300;
const TLS_1_0: u16 = 0x0301;
const TLS_1_1: u16 = 0x0302;
const TLS_1_2: u16 = 0x0303;

/// The kinds of records (RFC 5246, section 6.2.1).
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
/// The level of an alert that ends the connection, and its names (RFC 5246, section 7.2; RFC 7301).
const FATAL: u8 = 2;
const PROTOCOL_VERSION: u8 = 70;
const NO_APPLICATION_PROTOCOL: u8 = 120;

/// Puts a length of two bytes before something.
fn sized(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap();
    [&length.to_be_bytes()[..], content].concat()
}

fn extension(number: u16, content: &[u8]) -> Vec<u8> {
    [&number.to_be_bytes()[..], &sized(content)].concat()
}

/// A hello whose newest version this is, and which would speak this protocol afterwards.
fn hello(version: u16, protocol: &str) -> Vec<u8> {
    let name = [
        &[u8::try_from(protocol.len()).unwrap()],
        protocol.as_bytes(),
    ]
    .concat();
    let extensions = [
        // P-256 and its points as they are, ECDSA with SHA-256 and SHA-1, the protocol.
        extension(10, &sized(&[0x00, 0x17])),
        extension(11, &[1, 0]),
        extension(13, &sized(&[0x04, 0x03, 0x02, 0x03])),
        extension(16, &sized(&name)),
    ];
    let mut body = version.to_be_bytes().to_vec();
    body.extend([7; 32]);
    // No session; ECDHE-ECDSA with AES-128-GCM, and with CBC as the old versions had it; no compression.
    body.push(0);
    body.extend(sized(&[0xc0, 0x2b, 0xc0, 0x09]));
    body.extend([1, 0]);
    body.extend(sized(&extensions.concat()));
    let length = u32::try_from(body.len()).unwrap();
    let message = [&[1], &length.to_be_bytes()[1..], &body].concat();
    [&[HANDSHAKE, 3, 1], &sized(&message)[..]].concat()
}

/// Says a hello, and returns kind and content of the first record that comes back.
async fn answer(address: (&str, u16), hello: &[u8]) -> (u8, Vec<u8>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(hello).await.unwrap();
    let mut head = [0; 5];
    stream.read_exact(&mut head).await.unwrap();
    let [kind, _, _, high, low] = head;
    let mut content = vec![0; usize::from(u16::from_be_bytes([high, low]))];
    stream.read_exact(&mut content).await.unwrap();
    (kind, content)
}

#[tokio::test]
async fn what_is_older_than_tls_1_2_is_refused_by_name() {
    let server = start(Files::new().tls()).await;
    for version in [SSL_3_0, TLS_1_0, TLS_1_1] {
        let refused = answer(server.address(), &hello(version, "h2")).await;
        assert_eq!(
            refused,
            (ALERT, vec![FATAL, PROTOCOL_VERSION]),
            "{version:#x}"
        );
    }
    let (kind, _) = answer(server.address(), &hello(TLS_1_2, "h2")).await;
    assert_eq!(kind, HANDSHAKE, "the same words in 1.2 are greeted");
}

#[tokio::test]
async fn who_would_speak_http_1_1_only_is_refused_by_name() {
    let server = start(Files::new().tls()).await;
    let refused = answer(server.address(), &hello(TLS_1_2, "http/1.1")).await;
    assert_eq!(refused, (ALERT, vec![FATAL, NO_APPLICATION_PROTOCOL]));
}
