//! The certificate and key that the server shows.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tonic::transport::{Identity, ServerTlsConfig};

use crate::data::{DataError, io_error};

/// The permissions of everybody but owner and group.
const OTHERS: u32 = 0o007;

/// Where certificate and key stand, as PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate chain.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

impl TlsFiles {
    /// Reads both files.
    ///
    /// # Errors
    ///
    /// `Io` for a file that cannot be read, `Exposed` for a key that everybody may read.
    pub(crate) fn load(&self) -> Result<ServerTlsConfig, DataError> {
        refuse_exposed(&self.key)?;
        let certificate = fs::read(&self.certificate);
        let certificate = certificate.map_err(io_error("read", &self.certificate))?;
        let key = fs::read(&self.key).map_err(io_error("read", &self.key))?;
        Ok(ServerTlsConfig::new().identity(Identity::from_pem(certificate, key)))
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
