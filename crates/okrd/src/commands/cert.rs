//! `okrd cert new`: makes an authority and a certificate for development.

use std::path::Path;

use serde_json::json;

use crate::args::{CertCommand, NewCertArguments, OutputFormat};
use crate::certificate::{
    AUTHORITY, CERTIFICATE, CLIENT_CERTIFICATE, CLIENT_KEY, CertificateError, KEY, Request, make,
};
use crate::clock::Clock;
use crate::failure::{Exit, Failure};
use crate::output;

/// Between the flags of a long command line.
const BREAK: &str = " \\\n        ";

pub(super) fn run(command: &CertCommand) -> Result<(), Failure> {
    let CertCommand::New(arguments) = command;
    let request = Request {
        folder: &arguments.folder,
        names: &arguments.names,
        client: arguments.client.as_deref(),
        days: arguments.days,
    };
    let end = make(&request, Clock::system().now())?.to_string();
    output::print(&match arguments.output {
        OutputFormat::Text => text(arguments, &end),
        OutputFormat::Json => json(arguments, &end),
    })
}

fn text(arguments: &NewCertArguments, end: &str) -> String {
    let folder = arguments.folder.display();
    let names = arguments.names.join(", ");
    let mut lines = vec![
        format!("Made {folder}, valid until {end}, for {names}"),
        String::new(),
        format!("  {AUTHORITY:<14}  the authority, for clients to trust; its key is not kept"),
        format!("  {CERTIFICATE:<14}  the server's certificate"),
        format!("  {KEY:<14}  its key, which only its owner may read"),
    ];
    let mut flags = vec![
        format!("--tls-cert-file {folder}/{CERTIFICATE}"),
        format!("--tls-key-file {folder}/{KEY}"),
    ];
    if let Some(client) = &arguments.client {
        lines.push(format!(
            "  {CLIENT_CERTIFICATE:<14}  the certificate of the client {client}"
        ));
        lines.push(format!(
            "  {CLIENT_KEY:<14}  its key, which only its owner may read"
        ));
        flags.push(format!("--tls-client-ca {folder}/{AUTHORITY}"));
    }
    let flags = flags.join(BREAK);
    let first = arguments.names.first().map_or("localhost", String::as_str);
    lines.push(String::new());
    lines.push(format!("Next: okrd serve --data DIR{BREAK}{flags}"));
    let mut login = vec![
        format!("Then: okr login https://{first}:7420"),
        format!("--ca-cert {folder}/{AUTHORITY}"),
    ];
    if arguments.client.is_some() {
        login.push(format!("--client-cert {folder}/{CLIENT_CERTIFICATE}"));
        login.push(format!("--client-key {folder}/{CLIENT_KEY}"));
    }
    lines.push(login.join(BREAK));
    lines.join("\n")
}

fn json(arguments: &NewCertArguments, end: &str) -> String {
    let path = |name: &str| Path::new(&arguments.folder).join(name);
    let client = arguments.client.as_ref();
    json!({
        "schema": "okrd.v1.Certificate",
        "names": arguments.names,
        "valid_until": end,
        "authority": path(AUTHORITY),
        "certificate": path(CERTIFICATE),
        "key": path(KEY),
        "client": client,
        "client_certificate": client.map(|_| path(CLIENT_CERTIFICATE)),
        "client_key": client.map(|_| path(CLIENT_KEY)),
    })
    .to_string()
}

impl From<CertificateError> for Failure {
    fn from(error: CertificateError) -> Self {
        let failure = |hint: &str| {
            Self::new(Exit::Configuration, error.to_string())
                .caused_by_source_of(&error)
                .hint(hint)
        };
        match error {
            CertificateError::Exists(_) => {
                failure("nothing was made or changed; choose another folder")
            }
            CertificateError::Name(_) => {
                failure("a host name or an address is expected, such as okr.example.org")
            }
            CertificateError::Make(_) => failure("nothing was made or changed"),
            CertificateError::File(error) => error.into(),
        }
    }
}
