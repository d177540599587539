//! TLS: who is greeted, with which certificate, and how that changes while the server runs.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use okr_core::event::{Event, PersonEvent};
use okr_core::value::Role;
use okr_proto::v1;
use okr_replica::{ClientCertificate, GrpcOptions, GrpcRemote, RemoteError};
use okr_testkit::sample::BEN;
use okrd::{DataError, ServeError, Server, TlsError, TlsFiles};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;
use tonic::Code;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Error, Identity};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::client::{TestClient, after_position, change, founding};
use crate::harness::{ANA, TestServer};

/// A certificate for localhost and its key, in files.
pub(crate) struct Files {
    root: TempDir,
    certificate: String,
}

/// An authority for client certificates.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

impl Files {
    pub(crate) fn new() -> Self {
        let mut files = Self {
            root: tempfile::tempdir().unwrap(),
            certificate: String::new(),
        };
        files.renew();
        files
    }

    /// Writes another certificate and its key over those that are there.
    fn renew(&mut self) {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        self.certificate = made.cert.pem();
        fs::write(self.path("cert.pem"), &self.certificate).unwrap();
        fs::write(self.path("key.pem"), made.signing_key.serialize_pem()).unwrap();
        self.permit("key.pem", 0o600);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn permit(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), Permissions::from_mode(mode)).unwrap();
    }

    pub(crate) fn tls(&self) -> TlsFiles {
        TlsFiles {
            certificate: self.path("cert.pem"),
            key: self.path("key.pem"),
            client_ca: None,
        }
    }

    /// Makes a client that trusts this certificate and no other.
    fn trusting(&self) -> ClientTlsConfig {
        ClientTlsConfig::new().ca_certificate(Certificate::from_pem(&self.certificate))
    }
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        Self {
            issuer,
            certificate,
        }
    }

    /// Makes a certificate for a client, and its key, as PEM.
    fn issue(&self) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["laptop".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    fn client(&self) -> Identity {
        let (certificate, key) = self.issue();
        Identity::from_pem(certificate, key)
    }
}

async fn connect(server: &TestServer, config: ClientTlsConfig) -> Result<Channel, Error> {
    let endpoint = Endpoint::from_shared(server.url()).unwrap();
    endpoint.tls_config(config).unwrap().connect().await
}

/// Asks for the health of the server; with TLS 1.3 a client learns only then that it was refused.
async fn is_served(server: &TestServer, config: ClientTlsConfig) -> bool {
    let Ok(channel) = connect(server, config).await else {
        return false;
    };
    let request = HealthCheckRequest {
        service: String::new(),
    };
    HealthClient::new(channel).check(request).await.is_ok()
}

pub(crate) async fn start(tls: TlsFiles) -> TestServer {
    let mut server = TestServer::stopped();
    server.tls = Some(tls);
    server.run().await;
    server
}

#[tokio::test]
async fn a_client_that_trusts_the_certificate_is_served_and_no_other() {
    let files = Files::new();
    let server = start(files.tls()).await;
    assert!(is_served(&server, files.trusting()).await);
    let stranger = Files::new();
    assert!(connect(&server, stranger.trusting()).await.is_err());
}

#[tokio::test]
async fn a_certificate_is_exchanged_under_live_streams() {
    let mut files = Files::new();
    let server = start(files.tls()).await;
    let made = server
        .made
        .iter()
        .find(|made| made.principal == ANA)
        .unwrap();
    let old = files.trusting();
    let mut ana = TestClient {
        channel: connect(&server, old.clone()).await.unwrap(),
        token: String::new(),
    };
    ana.token = ana.login(&made.code.secret.reveal()).await.unwrap().token;
    ana.push(&[founding(1)]).await.unwrap();
    let follow = v1::PullRequest {
        follow: true,
        ..after_position(0)
    };
    let mut follower = ana.pull(follow).await.unwrap();
    follower.round(&server.verifier(ANA)).await;

    files.renew();
    server.controls().set_tls(&files.tls()).unwrap();
    assert!(
        is_served(&server, files.trusting()).await,
        "new connections see the new one"
    );
    assert!(!is_served(&server, old).await);
    let added = Event::Person(BEN, PersonEvent::Added(Role::Member));
    ana.push(&[change(2, vec![added])]).await.unwrap();
    let round = follower.round(&server.verifier(ANA)).await;
    assert_eq!(round.records.len(), 1, "the old stream goes on");

    fs::write(files.path("cert.pem"), Files::new().certificate).unwrap();
    let refused = server.controls().set_tls(&files.tls());
    assert!(matches!(refused, Err(TlsError::Pair { .. })), "{refused:?}");
    assert!(
        is_served(&server, files.trusting()).await,
        "the one before stays"
    );
}

#[tokio::test]
async fn with_an_authority_for_clients_only_its_machines_are_served_and_the_token_still_decides() {
    let (files, authority) = (Files::new(), Authority::new());
    fs::write(files.path("clients.pem"), &authority.certificate).unwrap();
    let client_ca = Some(files.path("clients.pem"));
    let server = start(TlsFiles {
        client_ca,
        ..files.tls()
    })
    .await;
    let known = files.trusting().identity(authority.client());
    assert!(is_served(&server, known.clone()).await);
    assert!(
        !is_served(&server, files.trusting()).await,
        "no certificate"
    );
    let foreign = files.trusting().identity(Authority::new().client());
    assert!(!is_served(&server, foreign).await);

    let channel = connect(&server, known).await.unwrap();
    let client = TestClient {
        channel,
        token: String::new(),
    };
    assert_eq!(
        client.who_am_i().await.unwrap_err().code(),
        Code::Unauthenticated
    );
}

#[tokio::test]
async fn the_replica_shows_its_certificate() {
    let (files, authority) = (Files::new(), Authority::new());
    fs::write(files.path("clients.pem"), &authority.certificate).unwrap();
    let (certificate, key) = authority.issue();
    fs::write(files.path("laptop.pem"), certificate).unwrap();
    fs::write(files.path("laptop-key.pem"), key).unwrap();
    let client_ca = Some(files.path("clients.pem"));
    let server = start(TlsFiles {
        client_ca,
        ..files.tls()
    })
    .await;
    let without = GrpcOptions {
        ca_cert: Some(files.path("cert.pem")),
        ..GrpcOptions::default()
    };
    let with = GrpcOptions {
        client_certificate: Some(ClientCertificate {
            certificate: files.path("laptop.pem"),
            key: files.path("laptop-key.pem"),
        }),
        ..without.clone()
    };
    let ask = async |options: GrpcOptions| {
        let url = server.url();
        let asked = tokio::task::spawn_blocking(move || {
            GrpcRemote::connect(&url, Some("okr_x"), &options)
                .and_then(|mut remote| remote.who_am_i())
        });
        asked.await.unwrap().unwrap_err()
    };
    let (certificate, key) = Authority::new().issue();
    fs::write(files.path("other.pem"), certificate).unwrap();
    fs::write(files.path("other-key.pem"), key).unwrap();
    let other = GrpcOptions {
        client_certificate: Some(ClientCertificate {
            certificate: files.path("other.pem"),
            key: files.path("other-key.pem"),
        }),
        ..without.clone()
    };
    // The machine may come in; who is calling is another question.
    assert_eq!(ask(with).await, RemoteError::LoginNeeded);
    // Whether the refusal is heard at once is a matter of luck: several times it must be.
    for _ in 0..10 {
        for (options, shown) in [(without.clone(), false), (other.clone(), true)] {
            match ask(options).await {
                RemoteError::ClientCertificate { was_shown, .. } => assert_eq!(was_shown, shown),
                refused => panic!("{refused:?}"),
            }
        }
    }
}

#[tokio::test]
async fn who_asks_a_tls_server_without_tls_is_told_so() {
    let files = Files::new();
    let server = start(files.tls()).await;
    let url = server.url().replace("https://", "http://");
    let asked = tokio::task::spawn_blocking(move || {
        GrpcRemote::connect(&url, Some("okr_x"), &GrpcOptions::default())
            .and_then(|mut remote| remote.who_am_i())
    });
    let refused = asked.await.unwrap().unwrap_err();
    assert!(
        matches!(refused, RemoteError::Encrypted { .. }),
        "{refused:?}"
    );
}

#[test]
fn files_that_no_client_could_be_greeted_with_are_refused() {
    let files = Files::new();
    let mut server = TestServer::stopped();
    server.tls = Some(files.tls());
    let refusal = |server: &TestServer| match Server::open(&server.options()).err() {
        Some(ServeError::Tls(error)) => error,
        other => panic!("{other:?}"),
    };
    files.permit("key.pem", 0o644);
    let exposed = refusal(&server);
    assert!(matches!(
        exposed,
        TlsError::File(DataError::Exposed { mode: 0o644, .. })
    ));
    files.permit("key.pem", 0o600);
    fs::write(files.path("key.pem"), "a secret nobody may see").unwrap();
    let empty = refusal(&server);
    assert!(
        matches!(
            empty,
            TlsError::Empty {
                what: "private key",
                ..
            }
        ),
        "{empty:?}"
    );
    assert!(!empty.to_string().contains("nobody"), "{empty}");
    fs::write(
        files.path("cert.pem"),
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    )
    .unwrap();
    let broken = refusal(&server);
    assert!(
        matches!(
            broken,
            TlsError::Broken {
                what: "certificate",
                ..
            }
        ),
        "{broken:?}"
    );
}
