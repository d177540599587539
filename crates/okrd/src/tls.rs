//! The certificate that the server shows and the ones that it asks for: TLS 1.2 or newer, HTTP/2 only. Both can be
//! exchanged while the server runs; connections that are open stay as they are.
//!
//! A client certificate says which machines may talk to the server at all. Who is calling is still said by the token.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use jiff::Timestamp;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig};
use x509_parser::parse_x509_certificate;

use crate::data::{DataError, io_error};

/// The permissions of everybody but owner and group.
const OTHERS: u32 = 0o007;
/// The only protocol that is spoken over TLS (RFC 7301, RFC 9113).
const HTTP2: &[u8] = b"h2";

/// Where certificate and key stand, as PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate chain.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
    /// The authorities of which every client must show a certificate; none: clients show none.
    pub client_ca: Option<PathBuf>,
}

/// Why the files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or everybody may read the key.
    #[error(transparent)]
    File(#[from] DataError),
    /// A file holds nothing of the kind.
    #[error("{} holds no {what} in PEM", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
    },
    /// A file holds something that is broken.
    #[error("{} holds a {what} that cannot be read", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
    },
    /// The certificate is not valid any more.
    #[error("the certificate in {} was valid until {end}", path.display())]
    Expired {
        /// The file.
        path: PathBuf,
        /// Its last second.
        end: Timestamp,
    },
    /// Certificate and key do not belong together, or are of a kind that is not spoken.
    #[error("the certificate in {} cannot be used with the key in {}", certificate.display(), key.display())]
    Pair {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// What TLS says of them.
        #[source]
        source: rustls::Error,
    },
    /// The authorities for clients cannot be used.
    #[error("the authorities in {} cannot be used", path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// What is wrong with them.
        #[source]
        source: VerifierBuilderError,
    },
}

/// Certificate and key, ready to be shown.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    config: Arc<ServerConfig>,
    /// The last second of the certificate; none for one that no calendar here reaches.
    valid_until: Option<Timestamp>,
}

/// What new connections are greeted with. Cloning shares it.
#[derive(Clone, Debug)]
pub(crate) struct TlsSlot(Arc<RwLock<Shown>>);

impl TlsFiles {
    /// Reads the files.
    ///
    /// # Errors
    ///
    /// Whatever would keep a client from being greeted.
    pub(crate) fn load(&self, now: Timestamp) -> Result<Shown, TlsError> {
        refuse_exposed(&self.key)?;
        let chain = certificates(&self.certificate)?;
        let valid_until = refuse_expired(&self.certificate, &chain[0], now)?;
        let key = private_key(&self.key)?;
        let provider = Arc::new(default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("the provider speaks TLS 1.2 and 1.3");
        let config = match &self.client_ca {
            None => config.with_no_client_auth(),
            Some(path) => {
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(authorities(path)?, provider);
                let verifier = verifier.build().map_err(|source| TlsError::Authorities {
                    path: path.clone(),
                    source,
                })?;
                config.with_client_cert_verifier(verifier)
            }
        };
        let mut config = config
            .with_single_cert(chain, key)
            .map_err(|source| TlsError::Pair {
                certificate: self.certificate.clone(),
                key: self.key.clone(),
                source,
            })?;
        config.alpn_protocols = vec![HTTP2.to_vec()];
        Ok(Shown {
            config: Arc::new(config),
            valid_until,
        })
    }
}

impl TlsSlot {
    pub(crate) fn new(shown: Shown) -> Self {
        Self(Arc::new(RwLock::new(shown)))
    }

    /// Returns what the next connection is greeted with.
    pub(crate) fn get(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.read().config)
    }

    /// Returns the last second of the certificate that is shown.
    pub(crate) fn valid_until(&self) -> Option<Timestamp> {
        self.read().valid_until
    }

    /// Greets the connections after this with something else.
    pub(crate) fn set(&self, shown: Shown) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = shown;
    }

    fn read(&self) -> RwLockReadGuard<'_, Shown> {
        // Whoever panicked did so before or after the one assignment.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let what = "certificate";
    let pem = fs::read(path).map_err(io_error("read", path))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let path = path.to_owned();
    match chain {
        Ok(chain) if chain.is_empty() => Err(TlsError::Empty { path, what }),
        Ok(chain) => Ok(chain),
        Err(_) => Err(TlsError::Broken { path, what }),
    }
}

/// Reads a key. What is wrong with it is not told in detail: nothing of the file may reach a log.
fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let what = "private key";
    let pem = fs::read(path).map_err(io_error("read", path))?;
    let path = path.to_owned();
    match PrivateKeyDer::from_pem_slice(&pem) {
        Ok(key) => Ok(key),
        Err(rustls::pki_types::pem::Error::NoItemsFound) => Err(TlsError::Empty { path, what }),
        Err(_) => Err(TlsError::Broken { path, what }),
    }
}

fn authorities(path: &Path) -> Result<Arc<RootCertStore>, TlsError> {
    let mut store = RootCertStore::empty();
    for certificate in certificates(path)? {
        store.add(certificate).map_err(|_| TlsError::Broken {
            path: path.to_owned(),
            what: "certificate",
        })?;
    }
    Ok(Arc::new(store))
}

/// Refuses a certificate that every client would refuse, and returns the last second of another. One that is not valid yet may only meet a clock that is late.
fn refuse_expired(
    path: &Path,
    certificate: &CertificateDer<'_>,
    now: Timestamp,
) -> Result<Option<Timestamp>, TlsError> {
    let path = path.to_owned();
    let Ok((_, certificate)) = parse_x509_certificate(certificate) else {
        return Err(TlsError::Broken {
            path,
            what: "certificate",
        });
    };
    let end = certificate.validity().not_after.timestamp();
    match Timestamp::from_second(end) {
        Ok(end) if end < now => Err(TlsError::Expired { path, end }),
        Ok(end) => Ok(Some(end)),
        // A year that no calendar here reaches is late enough.
        Err(_) => Ok(None),
    }
}

/// Refuses a secret that everybody may read; its group may, for keys that several services share.
pub(crate) fn refuse_exposed(path: &Path) -> Result<(), DataError> {
    let metadata = fs::metadata(path).map_err(io_error("read", path))?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & OTHERS == 0 {
        return Ok(());
    }
    Err(DataError::Exposed {
        path: path.to_owned(),
        mode,
    })
}
