//! The small files of a data directory as they travel: understood before anybody relies on them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use okr_core::id::OrgId;
use serde::de::DeserializeOwned;

use super::snapshot::CarriedFile;
use crate::data::{self, CARRIED_FILES, CARRIED_IF_THERE, MANIFEST};
use crate::failure::{Exit, Failure};
use crate::{credentials, directory, key, organisations};

/// What the small files say.
#[derive(Clone, Debug)]
pub(crate) struct SmallFiles {
    /// `server.json`.
    pub server: data::Manifest,
    directory: directory::File,
}

impl SmallFiles {
    /// Understands the small files, as a server will have to.
    ///
    /// # Errors
    ///
    /// `Integrity`, naming the file and `place`, where they are from, when one is missing, unknown or damaged, or when
    /// the key is another one than `verifier_key`; `Incompatible` for a newer layout.
    pub(crate) fn read(
        files: &[CarriedFile],
        verifier_key: &str,
        place: &str,
    ) -> Result<Self, Failure> {
        if let Some(unknown) = files.iter().find(|file| !is_known(&file.name)) {
            let message = format!(
                "{place} holds a file that this okrd does not know: {:?}",
                unknown.name
            );
            return Err(Failure::new(Exit::Incompatible, message).hint("upgrade okrd"));
        }
        let carried = Carried { files, place };
        let server: data::Manifest = carried.parse(MANIFEST)?;
        if server.version > data::LAYOUT_VERSION {
            let message = format!("{place} has layout version {}", server.version);
            return Err(Failure::new(Exit::Incompatible, message).hint("upgrade okrd"));
        }
        carried.parse::<credentials::File>("credentials.json")?;
        if server.is_always_settled() {
            carried.parse::<organisations::File>("organisations.json")?;
        }
        let directory = carried.parse("directory.json")?;
        let key = key::read(&carried.content("server.key")?).map_err(|error| {
            let message = format!("server.key in {place} cannot be used");
            Failure::new(Exit::Integrity, message).caused_by(&error)
        })?;
        let is_signer = |expected: &str| key.verifying_key().to_string() == expected;
        if !is_signer(verifier_key) || !server.verifier_key.as_deref().is_none_or(is_signer) {
            let message =
                format!("server.key in {place} is not the key that signed its checkpoints");
            return Err(Failure::new(Exit::Integrity, message));
        }
        Ok(Self { server, directory })
    }

    /// Returns how many people the directory of an organisation has.
    pub(crate) fn people(&self, org: OrgId) -> usize {
        self.directory.people(org).entries.len()
    }
}

fn is_known(name: &str) -> bool {
    CARRIED_FILES.contains(&name) || CARRIED_IF_THERE.contains(&name)
}

struct Carried<'a> {
    files: &'a [CarriedFile],
    place: &'a str,
}

impl Carried<'_> {
    fn content(&self, name: &str) -> Result<Vec<u8>, Failure> {
        let found = self.files.iter().find(|file| file.name == name);
        let content = found.and_then(|file| BASE64.decode(&file.content).ok());
        content.ok_or_else(|| {
            let message = format!("{name} is missing in {}", self.place);
            Failure::new(Exit::Integrity, message)
        })
    }

    fn parse<T: DeserializeOwned>(&self, name: &str) -> Result<T, Failure> {
        serde_json::from_slice(&self.content(name)?).map_err(|error| {
            let message = format!("{name} in {} cannot be understood", self.place);
            Failure::new(Exit::Integrity, message).caused_by(&error)
        })
    }
}
