//! What settings demand of each other, and of the machine, beyond each being a value.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::Path;

use super::layers::{Config, ConfigError};
use super::mistake::Mistake;
use super::table::{Key, Settings, TelemetrySettings};
use crate::proxies::TrustedProxies;
use crate::tls::TlsFiles;
use crate::traces::{self, TraceOptions};

impl Config {
    /// Returns itself when everything fits together.
    ///
    /// # Errors
    ///
    /// Those of `check`.
    pub(crate) fn checked(self) -> Result<Self, ConfigError> {
        self.check().map(|()| self)
    }

    /// Finds what does not fit together.
    ///
    /// # Errors
    ///
    /// `Mistakes`, each at the place of the setting that it is about.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let Settings {
            server,
            tls,
            telemetry,
            ..
        } = &self.settings;
        let mut mistakes = Vec::new();
        let mut refuse = |path: &str, problem: String| {
            let key = Key::all().find(|key| key.path() == path);
            let origin = key.map(|key| self.chosen.get(key).1);
            let origin = origin.expect("the table has the settings of the rules");
            mistakes.push(Mistake { origin, problem });
        };
        match (&tls.cert_file, &tls.key_file) {
            (Some(_), None) => refuse("tls.cert_file", needs("tls.cert_file", "tls.key_file")),
            (None, Some(_)) => refuse("tls.key_file", needs("tls.key_file", "tls.cert_file")),
            (Some(_), Some(_)) | (None, None) => {}
        }
        if tls.client_ca.is_some() && tls.cert_file.is_none() {
            refuse("tls.client_ca", needs("tls.client_ca", "tls.cert_file"));
        }
        check_telemetry(telemetry, &mut refuse);
        match self.settings.addresses() {
            Err(problem) => refuse("server.listen", problem),
            Ok(addresses) => {
                let loopback = addresses.iter().all(|address| address.ip().is_loopback());
                let plain = tls.cert_file.is_none() && tls.key_file.is_none();
                if plain && !loopback && !server.insecure_plaintext {
                    let listen = server.listen.as_str();
                    let problem = format!(
                        "server.listen: {listen} in plain text lets the network read every token; give \
                         tls.cert_file and tls.key_file, or listen on a loopback address behind a proxy"
                    );
                    refuse("server.listen", problem);
                }
                self.check_monitor(&addresses, &mut refuse);
            }
        }
        if mistakes.is_empty() {
            return Ok(());
        }
        Err(ConfigError::Mistakes(mistakes))
    }

    /// Refuses one address for both; port 0 is another one each time.
    fn check_monitor(&self, served: &[SocketAddr], refuse: &mut impl FnMut(&str, String)) {
        let Some(listen) = &self.settings.metrics.listen else {
            return;
        };
        let listen = listen.as_str();
        let monitored = listen.to_socket_addrs().map(Iterator::collect::<Vec<_>>);
        let monitored = monitored.unwrap_or_default();
        if monitored
            .iter()
            .any(|it| it.port() != 0 && served.contains(it))
        {
            let problem = format!("metrics.listen: {listen} is that of server.listen as well");
            refuse("metrics.listen", problem);
        }
    }
}

impl Settings {
    /// Returns the data directory.
    ///
    /// # Errors
    ///
    /// `NoData` when no layer names one.
    pub(crate) fn data(&self) -> Result<&Path, ConfigError> {
        self.server.data.as_deref().ok_or(ConfigError::NoData)
    }

    /// Returns what the addresses of this server begin with.
    pub(crate) fn scheme(&self) -> &'static str {
        match self.tls_files() {
            Some(_) => "https",
            None => "http",
        }
    }

    /// Returns certificate and key, if the server has them.
    pub(crate) fn tls_files(&self) -> Option<TlsFiles> {
        let (certificate, key) = self.tls.cert_file.clone().zip(self.tls.key_file.clone())?;
        let client_ca = self.tls.client_ca.clone();
        Some(TlsFiles {
            certificate,
            key,
            client_ca,
        })
    }

    /// Returns the proxies that are believed.
    pub(crate) fn proxies(&self) -> TrustedProxies {
        TrustedProxies::new(self.proxy.trusted.clone(), self.proxy.header)
    }

    /// Returns where spans go, if anywhere.
    pub(crate) fn traces(&self) -> Option<TraceOptions> {
        let telemetry = &self.telemetry;
        let endpoint = telemetry.otlp_endpoint.as_ref()?;
        Some(TraceOptions {
            endpoint: endpoint.as_str().to_owned(),
            authorities: telemetry.otlp_ca_file.clone(),
            sampled_percent: telemetry.sample_percent.to_u32(),
        })
    }

    /// Finds the addresses to listen on.
    pub(crate) fn addresses(&self) -> Result<Vec<SocketAddr>, String> {
        let listen = self.server.listen.as_str();
        match listen.to_socket_addrs() {
            Ok(addresses) => Ok(addresses.collect()),
            Err(error) => Err(format!("server.listen: {listen} is no address: {error}")),
        }
    }
}

fn check_telemetry(telemetry: &TelemetrySettings, refuse: &mut impl FnMut(&str, String)) {
    let (endpoint, authorities) = ("telemetry.otlp_endpoint", "telemetry.otlp_ca_file");
    if telemetry.otlp_endpoint.is_some() && !traces::BUILT {
        let problem = format!(
            "{endpoint}: this okrd was built without otlp; leave it out, or build one with \
             cargo build --release -p okrd --features otlp"
        );
        refuse(endpoint, problem);
    }
    if telemetry.otlp_ca_file.is_some() && telemetry.otlp_endpoint.is_none() {
        refuse(authorities, needs(authorities, endpoint));
    }
}

fn needs(given: &str, missing: &str) -> String {
    format!("{given} is set and {missing} is not, which it needs")
}
