//! What is kept beside a replica: small TOML files that are replaced as a whole.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use okr_replica::{ClientCertificate, GrpcOptions};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::args::Credential;
use crate::error::CliError;

/// What is named instead of a file by who trusts the authorities of the system and no others.
const OF_SYSTEM: &str = "system";

/// What a person decided for a workspace: `workspace.toml` beside the replica.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WorkspaceConfig {
    /// The id of the cycle that commands work in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cycle: Option<String>,
    /// The PEM file whose certificates are trusted beside those of the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ca_cert: Option<String>,
    /// The PEM file with the certificate that this machine shows to a server that asks for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_cert: Option<String>,
    /// The PEM file with its private key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_key: Option<String>,
}

impl WorkspaceConfig {
    /// Takes over the files that a login names; they are found from any directory later.
    pub(crate) fn take_certificates(&mut self, login: &Credential) {
        let found = |path: &Option<PathBuf>| {
            let path = path.as_ref()?;
            let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            Some(path.display().to_string())
        };
        if login.ca_cert.as_deref() == Some(Path::new(OF_SYSTEM)) {
            self.ca_cert = None;
        } else if let Some(path) = found(&login.ca_cert) {
            self.ca_cert = Some(path);
        }
        if let Some(pair) = found(&login.client_cert).zip(found(&login.client_key)) {
            (self.client_cert, self.client_key) = (Some(pair.0), Some(pair.1));
        }
    }

    /// Returns how a server is reached with these files.
    pub(crate) fn grpc_options(&self) -> GrpcOptions {
        let pair = self.client_cert.clone().zip(self.client_key.clone());
        GrpcOptions {
            ca_cert: self.ca_cert.clone().map(Into::into),
            client_certificate: pair.map(|(certificate, key)| ClientCertificate {
                certificate: certificate.into(),
                key: key.into(),
            }),
            ..GrpcOptions::default()
        }
    }
}

/// What the program remembers about a workspace: `state.toml` beside the replica. May be lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct WorkspaceState {
    /// The thing that was last written about, as kind and full id: what `@last` means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last: Option<String>,
    /// When the last exchange failed, RFC 3339: not tried again after a write for a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sync_failed_at: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sync_failure: Option<String>,
}

/// Reads a settings file; one that does not exist has every default.
///
/// # Errors
/// A configuration error that names the file, when it cannot be read or understood.
pub(crate) fn load<T: DeserializeOwned + Default>(path: &Path) -> Result<T, CliError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(T::default()),
        Err(error) => {
            let message = format!("the settings file {} cannot be read", path.display());
            return Err(CliError::config("bad-config", message).caused_by(&error));
        }
    };
    toml::from_str(&text).map_err(|error| {
        let message = format!("the settings file {} cannot be understood", path.display());
        CliError::config("bad-config", message).with_cause(error.to_string().trim_end())
    })
}

/// Writes a settings file: readers see the old one or the new one, never a part.
///
/// # Errors
/// A configuration error that names the file.
pub(crate) fn save<T: Serialize>(path: &Path, settings: &T) -> Result<(), CliError> {
    let text = toml::to_string(settings).expect("settings are strings, which TOML can hold");
    replace(path, text.as_bytes()).map_err(|error| {
        let message = format!("the settings file {} cannot be written", path.display());
        CliError::config("bad-config", message).caused_by(&error)
    })
}

/// Puts bytes in place of a file, which only its owner may read from then on.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = directory.join(format!(".{name}.{}", std::process::id()));
    let written = write_private(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The temporary file is of no use to anybody; the first failure is the one to report.
        fs::remove_file(&temporary).ok();
    }
    written
}

/// Puts bytes in place of a file that keeps its rights; a new one has the usual ones.
pub(crate) fn replace_alike(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = directory.join(format!(".{name}.{}", std::process::id()));
    let written = write_alike(&temporary, bytes, path).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The temporary file is of no use to anybody; the first failure is the one to report.
        fs::remove_file(&temporary).ok();
    }
    written
}

fn write_alike(path: &Path, bytes: &[u8], like: &Path) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    if let Ok(before) = fs::metadata(like) {
        file.set_permissions(before.permissions())?;
    }
    file.write_all(bytes)?;
    file.sync_all()
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_loaded() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("okr/config.toml");
        assert_eq!(
            load::<WorkspaceConfig>(&path),
            Ok(WorkspaceConfig::default())
        );
        let config = WorkspaceConfig {
            cycle: Some("2026-Q4".to_owned()),
            ..WorkspaceConfig::default()
        };
        save(&path, &config).unwrap();
        assert_eq!(load::<WorkspaceConfig>(&path), Ok(config));
    }

    #[test]
    fn the_certificates_of_a_login_are_found_from_any_directory_and_kept() {
        let mut config = WorkspaceConfig::default();
        config.take_certificates(&Credential {
            ca_cert: Some("/a/ca.pem".into()),
            client_cert: Some("here.pem".into()),
            client_key: Some("/a/key.pem".into()),
            ..Credential::default()
        });
        let options = config.grpc_options();
        assert_eq!(options.ca_cert, Some("/a/ca.pem".into()));
        let shown = options.client_certificate.unwrap();
        assert!(shown.certificate.is_absolute() && shown.certificate.ends_with("here.pem"));
        assert_eq!(shown.key, Path::new("/a/key.pem"));
        let before = config.clone();
        config.take_certificates(&Credential::default());
        assert_eq!(config, before, "a login that names none changes none");
        config.take_certificates(&Credential {
            ca_cert: Some("system".into()),
            ..Credential::default()
        });
        let without = WorkspaceConfig {
            ca_cert: None,
            ..before
        };
        assert_eq!(config, without, "it is forgotten, and nothing else");
    }

    #[test]
    fn a_broken_file_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        fs::write(&path, "cycle = [").unwrap();
        let error = load::<WorkspaceConfig>(&path).unwrap_err();
        assert!(error.message().contains("config.toml"), "{error}");
        fs::write(&path, "cylce = \"2026-Q4\"").unwrap();
        assert!(load::<WorkspaceConfig>(&path).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_a_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        fs::write(&path, "old").unwrap();
        replace(&path, b"secret").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"secret");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
