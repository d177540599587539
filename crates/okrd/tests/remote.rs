//! The contract of a remote, which the replica states, kept by this server over gRPC.

#[path = "../../okr-replica/tests/contract.rs"]
mod contract;

use okr_core::id::{OrgId, PersonId};
use okr_replica::{Follow, GrpcOptions, GrpcRemote, RemoteInfo};
use tokio::runtime::Runtime;

use crate::harness::{ANA, TestServer};
use contract::Host;

/// A server on threads of its own, because the replica's side is synchronous.
struct RealServer {
    server: TestServer,
    token: Option<String>,
    _runtime: Runtime,
}

impl RealServer {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        Self {
            server: runtime.block_on(TestServer::start()),
            token: None,
            _runtime: runtime,
        }
    }
}

impl Host for RealServer {
    fn connect(&mut self) -> Box<dyn Follow> {
        let options = GrpcOptions::default();
        let url = self.server.url();
        let mut remote = GrpcRemote::connect(&url, self.token.as_deref(), &options).unwrap();
        if self.token.is_none() {
            let made = self.server.made.iter().find(|made| made.principal == ANA);
            let code = made.unwrap().code.secret.reveal();
            let logged_in = remote.login(&code, "laptop").unwrap();
            assert_eq!(logged_in.identity, remote.who_am_i().unwrap());
            self.token = Some(logged_in.token);
        }
        Box::new(remote)
    }

    fn info(&self) -> RemoteInfo {
        let (key, origin) = self.server.verifier(ANA);
        RemoteInfo {
            url: self.server.url(),
            origin: origin.to_string(),
            verifier_key: key.to_string(),
        }
    }

    fn org(&self) -> OrgId {
        ANA.org
    }

    fn administrator(&self) -> PersonId {
        ANA.person
    }
}

#[test]
fn this_server_keeps_the_contract_of_a_remote() {
    contract::check(|| Box::new(RealServer::start()));
}
