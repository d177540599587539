//! Certificates of one's own: whom a workspace trusts, what it shows, and how both change while people stay logged in.

use std::path::{Path, PathBuf};
use std::process::Command;

use okr_e2e::{Home, Server};

use crate::access::refused;
use crate::programs;

/// A server with TLS, its administrator's machine, and where everything is.
struct World {
    directory: tempfile::TempDir,
    server: Option<Server>,
    ana: Home,
}

/// Makes an authority with certificates for a server and for a client.
fn certificates(folder: &Path) -> PathBuf {
    let output = Command::new(programs().okrd)
        .args(["cert", "new", "--client", "laptop"])
        .arg(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    folder.to_owned()
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

impl World {
    /// Starts a server with the certificate of one authority, and a workspace that trusts it.
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let line = ["--org", "Acme", "--time-zone", "Europe/Oslo"];
        let line = [&line[..], &["--admin", "ana"]].concat();
        let made = Server::init(&programs(), &directory.path().join("server"), &line).unwrap();
        let old = certificates(&directory.path().join("old"));
        let ana = Home::new(&programs(), &directory.path().join("ana")).unwrap();
        let mut world = Self {
            directory,
            server: None,
            ana,
        };
        world.serve(&old, &[]);
        let url = world.url();
        let code = made["code"].as_str().unwrap();
        let line = ["clone", &url, "acme", "--code", code, "--ca-cert"];
        world
            .ana
            .okr(&[&line[..], &[&path(&old, "ca.pem")]].concat())
            .unwrap();
        world
    }

    /// Starts the server anew, at the same address, with another certificate.
    fn serve(&mut self, folder: &Path, more: &[&str]) {
        let listen = match self.server.take() {
            None => "127.0.0.1:0".to_owned(),
            Some(server) => {
                let port = server.listen().rsplit(':').next().unwrap().to_owned();
                server.stop().unwrap();
                format!("127.0.0.1:{port}")
            }
        };
        let (certificate, key) = (path(folder, "cert.pem"), path(folder, "key.pem"));
        let line = ["--listen", &listen, "--tls-cert-file", &certificate];
        let line = [&line[..], &["--tls-key-file", &key], more].concat();
        let data = self.directory.path().join("server");
        self.server = Some(Server::start_with(&programs(), &data, &line).unwrap());
    }

    /// Returns the address under the name that certificates have.
    fn url(&self) -> String {
        let listen = self.server.as_ref().unwrap().listen();
        let port = listen.rsplit(':').next().unwrap();
        format!("https://localhost:{port}")
    }
}

#[test]
fn a_server_with_another_authority_is_trusted_without_a_new_login() {
    let mut world = World::new();
    let new = certificates(&world.directory.path().join("new"));
    world.serve(&new, &[]);
    let ana = world.ana.clone();
    let (code, said) = refused(&ana, &["sync"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("okr login --ca-cert FILE trusts"), "{said}");

    let authority = path(&new, "ca.pem");
    let trusted = ana.okr(&["login", "--ca-cert", &authority]).unwrap();
    assert!(trusted.contains("as @ana"), "{trusted}");
    ana.okr(&["sync"]).unwrap();
    let tokens = ana.json(&["token", "list"]).unwrap();
    assert_eq!(tokens["items"].as_array().unwrap().len(), 1, "{tokens}");

    // The token is for the server that gave it: elsewhere somebody has to say that it shall go there.
    let elsewhere = ["login", "https://localhost:1", "--ca-cert", &authority];
    let (code, said) = refused(&ana, &elsewhere);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("a one-time code or a token"), "{said}");
}

#[test]
fn an_authority_of_ones_own_is_trusted_beside_those_of_the_system_and_can_be_forgotten() {
    let mut world = World::new();
    let new = certificates(&world.directory.path().join("new"));
    world.serve(&new, &[]);
    // A machine whose system trusts the new authority.
    let machine = world
        .ana
        .clone()
        .with("SSL_CERT_FILE", &path(&new, "ca.pem"));
    machine.okr(&["sync"]).unwrap();
    let old = world.directory.path().join("old");
    world.serve(&old, &[]);
    machine.okr(&["sync"]).unwrap();
    // Nobody forgets the authority that they need.
    let (_, said) = refused(&machine, &["login", "--ca-cert", "system"]);
    assert!(said.contains("no trusted connection"), "{said}");
    machine.okr(&["sync"]).unwrap();
    world.serve(&new, &[]);
    machine.okr(&["login", "--ca-cert", "system"]).unwrap();
    machine.okr(&["sync"]).unwrap();
    world.serve(&old, &[]);
    let (_, said) = refused(&machine, &["sync"]);
    assert!(said.contains("no trusted connection"), "{said}");
}

#[test]
fn who_has_to_show_a_certificate_is_told_so_and_can() {
    let mut world = World::new();
    let old = world.directory.path().join("old");
    let clients = certificates(&world.directory.path().join("clients"));
    world.serve(&old, &["--tls-client-ca", &path(&clients, "ca.pem")]);
    let ana = world.ana.clone();
    let (code, said) = refused(&ana, &["sync"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("this one has shown none"), "{said}");
    let flags = "okr login --client-cert FILE --client-key FILE";
    assert!(said.contains(flags), "{said}");
    let shown = |folder: &Path| {
        let (certificate, key) = (path(folder, "client.pem"), path(folder, "client-key.pem"));
        let line = ["login", "--client-cert", &certificate, "--client-key", &key];
        ana.run(&line).unwrap()
    };
    let wrong = shown(&old);
    assert_eq!(wrong.code, Some(1), "{}", wrong.stderr);
    assert!(
        wrong
            .stderr
            .contains("does not know the one of this machine"),
        "{}",
        wrong.stderr
    );
    let right = shown(&clients);
    assert_eq!(right.code, Some(0), "{}", right.stderr);
    ana.okr(&["sync"]).unwrap();
}

#[test]
fn who_forgets_the_s_of_https_reads_the_address() {
    let world = World::new();
    let plain = world.url().replace("https://", "http://");
    let home = Home::new(&programs(), &world.directory.path().join("ben")).unwrap();
    let (code, said) = refused(&home, &["clone", &plain, "acme", "--code", "KFPB"]);
    assert_eq!(code, 1, "{said}");
    let hint = format!("the address is {}", world.url());
    assert!(said.contains(&hint), "{said}");
}
