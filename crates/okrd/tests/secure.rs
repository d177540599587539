//! TLS from files.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use okrd::{DataError, ServeError, Server, TlsFiles};
use tempfile::TempDir;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::harness::TestServer;

struct Files {
    root: TempDir,
    certificate: String,
}

impl Files {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let files = Self {
            root: tempfile::tempdir().unwrap(),
            certificate: made.cert.pem(),
        };
        fs::write(files.path("cert.pem"), &files.certificate).unwrap();
        fs::write(files.path("key.pem"), made.signing_key.serialize_pem()).unwrap();
        files.permit("key.pem", 0o600);
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn permit(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), Permissions::from_mode(mode)).unwrap();
    }

    fn tls(&self) -> TlsFiles {
        TlsFiles {
            certificate: self.path("cert.pem"),
            key: self.path("key.pem"),
        }
    }
}

#[tokio::test]
async fn a_client_that_trusts_the_certificate_is_served_and_no_other() {
    let files = Files::new();
    let mut server = TestServer::stopped();
    server.tls = Some(files.tls());
    server.run().await;
    let trusting = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(&files.certificate));
    let endpoint = Endpoint::from_shared(server.url()).unwrap();
    let channel = endpoint
        .clone()
        .tls_config(trusting)
        .unwrap()
        .connect()
        .await
        .unwrap();
    let request = HealthCheckRequest {
        service: String::new(),
    };
    assert!(HealthClient::new(channel).check(request).await.is_ok());

    let stranger = Files::new();
    let wary = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(&stranger.certificate));
    assert!(endpoint.tls_config(wary).unwrap().connect().await.is_err());
}

#[test]
fn a_key_that_everybody_may_read_is_refused() {
    let files = Files::new();
    files.permit("key.pem", 0o644);
    let mut server = TestServer::stopped();
    server.tls = Some(files.tls());
    let error = Server::open(&server.options()).err();
    assert!(matches!(
        error,
        Some(ServeError::Data(DataError::Exposed { mode: 0o644, .. }))
    ));
}
