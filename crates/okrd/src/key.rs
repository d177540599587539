//! The key that signs checkpoints, in `server.key`.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use okr_log::{KeyError, KeyName, SigningKey};
use serde::{Deserialize, Serialize};

use crate::data::{DataDir, DataError, Manifest, read_versioned, replace_json};
use crate::tls::refuse_exposed;

/// The version of `server.key` that this program writes.
pub(crate) const VERSION: u32 = 1;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file cannot be read or written, or everybody may read it.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The key cannot be made, or has a name that no key may have.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The file does not hold a key.
    #[error("the key file does not hold 32 bytes in base64")]
    Form,
    /// The key is of another server: whoever knows this one would take it for a stranger.
    #[error("it is {found}, and this server signs with {expected}")]
    Another {
        /// What verifies the key that is there, or its name.
        found: String,
        /// What verifies the key of this server, or its name.
        expected: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    version: u32,
    name: String,
    secret: String,
}

/// Makes a key and writes its file.
pub(crate) fn create(path: &Path, name: KeyName) -> Result<SigningKey, KeyFileError> {
    let key = SigningKey::generate(name)?;
    let file = KeyFile {
        version: VERSION,
        name: key.name().to_string(),
        secret: BASE64.encode(key.to_bytes()),
    };
    replace_json(path, &file)?;
    Ok(key)
}

/// Reads the key of a data directory.
///
/// # Errors
///
/// That of another server is refused, as far as the directory knows its own; what is wrong with the file.
pub(crate) fn of(data: &DataDir, manifest: &Manifest) -> Result<SigningKey, KeyFileError> {
    let key = open(&data.key_file())?;
    let (found, expected) = match &manifest.verifier_key {
        Some(expected) => (key.verifying_key().to_string(), expected),
        None => (key.name().to_string(), &manifest.server_name),
    };
    if found == *expected {
        return Ok(key);
    }
    Err(KeyFileError::Another {
        found,
        expected: expected.clone(),
    })
}

/// Reads the key from its file.
fn open(path: &Path) -> Result<SigningKey, KeyFileError> {
    // That it is missing is said by who reads it.
    let file = read_versioned(path, VERSION)?;
    refuse_exposed(path)?;
    from_file(file)
}

/// Reads the key from what stands in its file.
pub(crate) fn read(content: &[u8]) -> Result<SigningKey, KeyFileError> {
    from_file(serde_json::from_slice(content).map_err(|_| KeyFileError::Form)?)
}

fn from_file(file: KeyFile) -> Result<SigningKey, KeyFileError> {
    let secret = BASE64.decode(file.secret).ok();
    let secret: Option<[u8; 32]> = secret.and_then(|bytes| bytes.try_into().ok());
    let secret = secret.ok_or(KeyFileError::Form)?;
    Ok(SigningKey::from_bytes(KeyName::new(&file.name)?, &secret))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_survives_its_file_and_an_exposed_one_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("server.key");
        let key = create(&path, KeyName::new("okrd").unwrap()).unwrap();
        assert_eq!(open(&path).unwrap().to_bytes(), key.to_bytes());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(
            open(&path),
            Err(KeyFileError::Data(DataError::Exposed { mode: 0o644, .. }))
        ));
    }
}
