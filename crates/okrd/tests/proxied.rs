//! Behind a reverse proxy: whose address counts, and that nobody gets another one by writing a header.

use okr_proto::{ApiError, v1};
use okrd::TrustedProxies;
use serde_json::Value;
use tonic::Status;
use tonic::transport::Endpoint;

use crate::client::{TestClient, refusal};
use crate::harness::TestServer;

/// A server that lets one login fail a minute from each address, and believes these proxies.
async fn start(trusted: Option<&str>) -> TestServer {
    let mut server = TestServer::stopped();
    server.limits = &[("failed_logins_per_minute", "1")];
    if let Some(networks) = trusted {
        server.proxies = TrustedProxies::at(networks).unwrap();
    }
    server.run().await;
    server
}

/// Tries a wrong code, with what a proxy (or whoever pretends to be one) says of the client.
async fn guess(client: &TestClient, forwarded: &[&str]) -> ApiError {
    let mut request = client.request(v1::LoginRequest {
        code: "guess".to_owned(),
        device: "test".to_owned(),
    });
    for line in forwarded {
        request
            .metadata_mut()
            .append("x-forwarded-for", line.parse().unwrap());
    }
    let answer: Result<_, Status> = client.identity().login(request).await;
    refusal(answer.map(|_| ()))
}

/// Says from where the refused logins came, by the access log.
fn origins(server: &TestServer) -> Vec<String> {
    let text = std::fs::read_to_string(server.data().join("access.log")).unwrap();
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .filter(|line| line["act"] == "login")
        .map(|line| line["from"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn each_client_of_a_trusted_proxy_has_limits_of_its_own() {
    let server = start(Some("127.0.0.1, ::1")).await;
    let proxy = server.stranger().await;
    assert_eq!(guess(&proxy, &["203.0.113.7"]).await, ApiError::CodeRefused);
    assert_eq!(guess(&proxy, &["203.0.113.8"]).await, ApiError::CodeRefused);
    // What the client itself sent stands before what the proxy added.
    for forged in [
        &["198.51.100.1, 203.0.113.7"][..],
        &["198.51.100.2", "203.0.113.7"],
    ] {
        let refused = guess(&proxy, forged).await;
        assert!(
            matches!(refused, ApiError::Overloaded { .. }),
            "{refused:?}"
        );
    }
    assert_eq!(origins(&server), ["203.0.113.7", "203.0.113.8"]);
}

#[tokio::test]
async fn a_header_of_somebody_who_is_no_proxy_changes_nothing() {
    for trusted in [None, Some("192.0.2.1")] {
        let server = start(trusted).await;
        let stranger = server.stranger().await;
        assert_eq!(
            guess(&stranger, &["203.0.113.7"]).await,
            ApiError::CodeRefused
        );
        let refused = guess(&stranger, &["203.0.113.8"]).await;
        assert!(
            matches!(refused, ApiError::Overloaded { .. }),
            "{refused:?}"
        );
        let [origin] = &origins(&server)[..] else {
            panic!("one login was tried: {:?}", origins(&server));
        };
        assert!(
            origin.contains(':') && !origin.contains("203.0.113"),
            "{origin}"
        );
    }
}

#[tokio::test]
async fn a_proxy_may_have_more_connections_than_a_client() {
    for (trusted, both) in [(Some("127.0.0.1, ::1"), true), (None, false)] {
        let mut server = TestServer::stopped();
        server.limits = &[("connections_per_address", "1")];
        if let Some(networks) = trusted {
            server.proxies = TrustedProxies::at(networks).unwrap();
        }
        server.run().await;
        let first = server.stranger().await;
        refusal(first.login("guess").await);
        let second = Endpoint::from_shared(server.url()).unwrap();
        if let Ok(channel) = second.connect().await {
            let token = String::new();
            // Either the server says no to the code, or it has hung up.
            assert!(TestClient { channel, token }.login("guess").await.is_err());
        }
        let controls = server.controls();
        let mut hits = controls.limit_hits();
        let none_was_closed = hits.any(|hit| hit == ("connections_per_address", 0));
        assert_eq!(none_was_closed, both, "{trusted:?}");
    }
}
