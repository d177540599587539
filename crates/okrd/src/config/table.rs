//! The table of settings. One entry is all that a new setting needs: file, environment, flags, `okrd config`, the schema
//! and `deploy/CONFIGURATION.md` come from it.

use std::path::PathBuf;

use super::kind::{Address, Count, Kind, Size, Span, Value};
use super::layers::Chosen;
use super::network::Networks;
use super::url::Url;
use crate::proxies::ForwardedHeader;
use crate::telemetry::{LogFilter, LogFormat};

/// A setting, as all layers know it.
#[derive(Debug)]
pub(crate) struct Key {
    /// The table of the file that it stands in.
    pub(crate) section: &'static str,
    /// Its name there.
    pub(crate) name: &'static str,
    /// What it may be.
    pub(crate) kind: Kind,
    /// What it is when nobody says so; none: it is not set.
    pub(crate) default: Option<&'static str>,
    /// When a change of it takes effect.
    pub(crate) applies: Applies,
    /// What it does.
    pub(crate) about: &'static str,
    /// Reads a text and writes it as it would be printed.
    pub(crate) check: fn(&str) -> Result<String, String>,
}

/// When a change takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applies {
    /// At the next SIGHUP, without dropping a stream.
    Reload,
    /// At the next start.
    Restart,
}

/// A section of the file.
#[derive(Debug)]
pub(crate) struct Section {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it is about.
    pub(crate) about: &'static str,
    /// Its settings.
    pub(crate) keys: &'static [Key],
}

macro_rules! settings {
    ($(
        $(#[doc = $about:literal])+
        $section:ident: $visibility:vis $Section:ident {
            $( $(#[doc = $text:literal])+ $key:ident: $kind:ty $(= $default:literal)?, $applies:ident; )+
        }
    )+) => {
        $(
            $(#[doc = $about])+
            #[derive(Clone, Debug, PartialEq, Eq)]
            $visibility struct $Section {
                $( $(#[doc = $text])+ pub(crate) $key: $kind, )+
            }
        )+

        /// All settings.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) struct Settings {
            $( $(#[doc = $about])+ pub(crate) $section: $Section, )+
        }

        /// The sections, in the order of the documentation.
        pub(crate) static SECTIONS: &[Section] = &[$(
            Section {
                name: stringify!($section),
                about: concat!($($about),+),
                keys: &[$(
                    Key {
                        section: stringify!($section),
                        name: stringify!($key),
                        kind: <$kind as Value>::KIND,
                        default: settings!(@default $($default)?),
                        applies: Applies::$applies,
                        about: concat!($($text),+),
                        check: |text| <$kind as Value>::read(text).map(|value| value.write()),
                    },
                )+],
            },
        )+];

        impl Settings {
            /// Reads what the layers chose, which was checked.
            pub(super) fn read(chosen: &Chosen) -> Self {
                Self {$(
                    $section: $Section {$(
                        $key: chosen.value(stringify!($section), stringify!($key)),
                    )+},
                )+}
            }
        }
    };
    (@default) => { None };
    (@default $default:literal) => { Some($default) };
}

settings! {
    /// What is served, and where.
    server: pub(crate) ServerSettings {
        /// The data directory, as `okrd init` made it.
        data: Option<PathBuf>, Restart;
        /// The address to listen on; port 0 takes a free one.
        listen: Address = "127.0.0.1:7420", Restart;
        /// Describe the services to clients that ask (gRPC reflection).
        reflection: bool = "false", Restart;
        /// Serve plain text on an address that is not loopback. Whoever can listen to that network can
        /// then read every token; only for a network that encrypts by itself.
        insecure_plaintext: bool = "false", Restart;
    }
    /// The certificate that the server shows, and the ones that it asks for. Without a certificate it speaks plain text,
    /// on loopback addresses only.
    tls: pub(crate) TlsSettings {
        /// The certificate chain (PEM), the server's own first.
        cert_file: Option<PathBuf>, Reload;
        /// The private key of the certificate (PEM), a file that not everybody may read.
        key_file: Option<PathBuf>, Reload;
        /// The authorities (PEM) of which every client must show a certificate. It says which machines may talk to
        /// the server; who is calling is still said by the token.
        client_ca: Option<PathBuf>, Reload;
    }
    /// Reverse proxies in front of the server. Limits, the log and the access log are then about the address of the client
    /// that a proxy names, and not about its own.
    proxy: pub(crate) ProxySettings {
        /// The proxies whose word is taken for where a call came from: everybody else's is not. List no more than the
        /// proxies: whoever is listed can pretend to be anybody.
        trusted: Option<Networks>, Restart;
        /// The header in which they say it. They must set it themselves or add to it; the other one is not read, because
        /// a client may have sent it.
        header: ForwardedHeader = "x-forwarded-for", Restart;
    }
    /// The log on standard error.
    log: pub(crate) LogSettings {
        /// Which lines are written: a level (error, warn, info, debug, trace), or levels for parts of the program.
        filter: LogFilter = "info", Reload;
        /// The form of the lines: for people, or one JSON object each.
        format: LogFormat = "text", Restart;
    }
    /// What machines that watch the server may ask.
    metrics: pub(crate) MetricsSettings {
        /// Where `/metrics`, `/livez` and `/readyz` are answered over plain HTTP, such as 127.0.0.1:7421; nowhere if not set.
        listen: Option<Address>, Restart;
    }
    /// Spans of calls, for a collector of OpenTelemetry (OTLP over gRPC). Only in a program that was built with the feature
    /// `otlp`; any other refuses the address.
    telemetry: pub(crate) TelemetrySettings {
        /// The collector, such as `http://127.0.0.1:4317`; without it nothing is sent.
        otlp_endpoint: Option<Url>, Restart;
        /// The authorities (PEM) that its certificate is checked against; those of the system if not set.
        otlp_ca_file: Option<PathBuf>, Restart;
        /// Of a hundred calls whose client does not say whether they are traced, so many are.
        sample_percent: Count<0, 100> = "100", Restart;
    }
    /// What clients may use of the server.
    limits: pub Limits {
        /// Connections at one time; one more is closed at once.
        connections: Count<1, 1_000_000> = "10000", Reload;
        /// Connections at one time from one address (IPv6: from one /64 network); one more is closed at once.
        connections_per_address: Count<1, 1_000_000> = "10000", Reload;
        /// Time for the TLS handshake and until the first call; a connection that is silent for longer is closed.
        handshake_time: Span<100, 600_000> = "10s", Reload;
        /// Calls at one time on one connection. Clients are told and let further ones wait on their side, which nobody sees;
        /// one that does not wait has them refused.
        streams_per_connection: Count<1, 100_000> = "128", Restart;
        /// Calls of one connection that its client takes back before the server has looked at them; one more closes it.
        pending_resets: Count<1, 10_000> = "20", Restart;
        /// The metadata of a call. One with more is refused; four times as much closes the connection.
        header_size: Size<4_096, 1_048_576> = "16KiB", Restart;
        /// Room on the disk below which no more changes are taken, while reading goes on; 0 takes them until a write fails.
        disk_reserve: Size<0, 1_125_899_906_842_624> = "512MiB", Reload;
        /// The same in percent of the disk; the smaller of the two counts.
        disk_reserve_percent: Count<0, 90> = "5", Reload;
        /// The message of a call, uncompressed. Compressed ones are refused.
        request_size: Size<1_048_576, 67_108_864> = "1MiB", Restart;
        /// Messages of calls that are on their way, together; from one address (IPv6: from one /64 network) a quarter of it.
        /// What would be more is told when to come back.
        receiving_size: Size<4_194_304, 17_179_869_184> = "128MiB", Reload;
        /// Calls of one token, on average; twice as many at once. One more is told when to come back.
        calls_per_second: Count<1, 10_000_000> = "1000", Reload;
        /// Calls from one address (IPv6: from one /64 network), on average; twice as many at once.
        calls_per_second_per_address: Count<1, 10_000_000> = "5000", Reload;
        /// Logins with a wrong code from one address (IPv6: from one /64 network) in a minute.
        failed_logins_per_minute: Count<1, 10_000> = "10", Reload;
        /// Streams of one token at one time: pulls, following ones included, and streams of pushes.
        streams_per_token: Count<1, 1_000_000> = "64", Reload;
        /// Time for a call, or for a push of a stream; for a pull that does not follow, time in which its client takes the next message.
        call_time: Span<1_000, 600_000> = "30s", Reload;
        /// Time in which the client of a following pull takes the next message; its stream ends then.
        slow_reader_time: Span<100, 86_400_000> = "5min", Reload;
        /// Time between two signs of life to a client that follows while nothing happens: shorter than the time-out of every
        /// proxy on the way. Clients take a server for dead that is silent for 35 seconds.
        heartbeat_interval: Span<100, 30_000> = "20s", Reload;
        /// Time between two pings of an idle connection.
        keepalive_interval: Span<1_000, 3_600_000> = "20s", Restart;
        /// Time for the answer to a ping; a connection without one is closed, and so is one whose client takes no byte for the
        /// interval and this time together.
        keepalive_time: Span<1_000, 600_000> = "10s", Restart;
        /// Pushes that wait for the disk; one more is told when to come back.
        waiting_pushes: Count<1, 1_000_000> = "2048", Restart;
        /// Changes that wait for the disk; one more push is told when to come back.
        waiting_size: Size<1_048_576, 4_294_967_296> = "64MiB", Restart;
        /// Time for the calls that are under way when the server stops; those that are left are cut off.
        drain_time: Span<0, 600_000> = "10s", Reload;
    }
}

impl Key {
    /// Returns every setting.
    pub(crate) fn all() -> impl Iterator<Item = &'static Self> {
        SECTIONS.iter().flat_map(|section| section.keys)
    }

    /// Returns the name with its section, such as `server.listen`.
    pub(crate) fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// Returns its environment variable: `OKRD_`, section, name; the section `server` is left out.
    pub(crate) fn variable(&self) -> String {
        format!("OKRD_{}", self.joined('_').to_ascii_uppercase())
    }

    /// Returns its flag without the hyphens in front: section, name; the section `server` is left out.
    pub(crate) fn flag(&self) -> String {
        self.joined('_').replace('_', "-")
    }

    fn joined(&self, between: char) -> String {
        match self.section {
            "server" => self.name.to_owned(),
            section => format!("{section}{between}{}", self.name),
        }
    }

    /// Returns what it does.
    pub(crate) fn about(&self) -> &'static str {
        self.about.trim()
    }
}

impl Applies {
    /// Returns the word for it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Reload => "reload",
            Self::Restart => "restart",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_default_is_a_value_and_stands_as_it_is_printed() {
        for key in Key::all() {
            let Some(default) = key.default else { continue };
            assert_eq!(
                (key.check)(default).as_deref(),
                Ok(default),
                "{}",
                key.path()
            );
        }
    }

    #[test]
    fn names_are_unique_in_every_layer_and_no_orchestrator_sets_them() {
        let count = Key::all().count();
        let variables: BTreeSet<_> = Key::all().map(Key::variable).collect();
        let flags: BTreeSet<_> = Key::all().map(Key::flag).collect();
        assert_eq!((variables.len(), flags.len()), (count, count));
        // Kubernetes gives every container of the namespace such variables when a service is called okrd.
        for variable in variables {
            for taken in ["OKRD_PORT", "OKRD_SERVICE", "OKRD_CONFIG"] {
                assert!(!variable.starts_with(taken), "{variable}");
            }
        }
    }

    #[test]
    fn what_a_setting_does_is_one_sentence_or_more() {
        for key in Key::all() {
            assert!(key.about().ends_with('.'), "{}", key.path());
        }
    }
}
