//! Who the people are: handle, name and e-mail address, correctable and not part of any proof.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use okr_core::id::{OrgId, PersonId};
use okr_core::value::ValueError;
use okr_proto::{DirectoryEntry, DisplayName, Email, Handle};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use uuid::Uuid;

use crate::data::DataError;
use crate::store::{AsText, Stored};

/// People in one organisation.
const MAX_ENTRIES: usize = 20_000;
/// The newest version of `directory.json` that this program knows: 2 has erased people.
pub(crate) const VERSION: u32 = 2;
/// The version of a file in which nobody was erased, which older programs read as well.
pub(crate) const WITHOUT_ERASED: u32 = 1;

/// Why entries are not taken.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// Somebody else has the handle.
    #[error("handle {handle} is taken")]
    Taken {
        /// The handle.
        handle: Handle,
    },
    /// The entry of this person was erased, which is for good.
    #[error("the entry of person {person} was erased")]
    Erased {
        /// The person.
        person: PersonId,
    },
    /// There are too many people.
    #[error("more than {MAX_ENTRIES} people")]
    Full,
    /// The entries could not be kept.
    #[error(transparent)]
    Data(#[from] DataError),
}

/// The directories of a server.
#[derive(Debug)]
pub(crate) struct Directory(Stored<File>);

/// One version of all directories.
pub(crate) type DirectoryVersion = Arc<File>;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    version: u32,
    orgs: BTreeMap<AsText<Uuid>, Org>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Org {
    version: u64,
    people: BTreeMap<AsText<Uuid>, Person>,
    /// Whose entry was erased; nobody can put another one in its place.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    erased: BTreeSet<AsText<Uuid>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PersonTexts", into = "PersonTexts")]
struct Person {
    handle: Handle,
    name: DisplayName,
    email: Email,
}

/// A person as the file has them, unchecked.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonTexts {
    handle: String,
    name: String,
    email: String,
}

impl Directory {
    /// Writes an empty file.
    pub(crate) fn create(path: PathBuf) -> Result<Self, DataError> {
        let empty = File {
            version: WITHOUT_ERASED,
            orgs: BTreeMap::new(),
        };
        Stored::create(path, empty).map(Self)
    }

    /// Reads the file.
    pub(crate) fn open(path: PathBuf) -> Result<Self, DataError> {
        Stored::open(path, VERSION).map(Self)
    }

    /// Returns everybody in an organisation.
    pub(crate) fn people(&self, org: OrgId) -> okr_proto::Directory {
        self.0.get().people(org)
    }

    /// Returns the entry of a person.
    pub(crate) fn entry(&self, org: OrgId, person: PersonId) -> Option<DirectoryEntry> {
        let file = self.0.get();
        let found = file
            .orgs
            .get(&AsText(org.uuid()))?
            .people
            .get(&AsText(person.uuid()))?;
        Some(found.entry(person.uuid()))
    }

    /// Finds a person by handle.
    pub(crate) fn find(&self, org: OrgId, handle: &str) -> Option<DirectoryEntry> {
        let people = self.people(org).entries;
        people
            .into_iter()
            .find(|entry| entry.handle.as_str() == handle)
    }

    /// Adds or corrects entries, all or none, and returns the new version. Blocks on the disk.
    ///
    /// # Errors
    ///
    /// `Taken` when two people would have one handle, `Erased`, `Full`, and `Data` when the file cannot be written.
    pub(crate) fn update(
        &self,
        org: OrgId,
        entries: &[DirectoryEntry],
    ) -> Result<u64, DirectoryError> {
        self.0.update(|file| {
            let org = file.orgs.entry(AsText(org.uuid())).or_default();
            let before = org.people.clone();
            for entry in entries {
                let person = entry.person;
                if org.erased.contains(&AsText(person.uuid())) {
                    return Err(DirectoryError::Erased { person });
                }
                org.people
                    .insert(AsText(entry.person.uuid()), Person::of(entry));
            }
            if org.people.len() > MAX_ENTRIES {
                return Err(DirectoryError::Full);
            }
            let mut handles = BTreeMap::new();
            for (person, found) in &org.people {
                if handles.insert(&found.handle, person).is_some() {
                    let handle = found.handle.clone();
                    return Err(DirectoryError::Taken { handle });
                }
            }
            if org.people != before {
                org.version += 1;
            }
            Ok(org.version)
        })
    }

    /// Erases the entry of a person for good, and returns the version without it. Blocks on the disk.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub(crate) fn erase(&self, org: OrgId, person: PersonId) -> Result<u64, DataError> {
        self.0.update(|file| {
            file.version = VERSION;
            let org = file.orgs.entry(AsText(org.uuid())).or_default();
            let person = AsText(person.uuid());
            org.people.remove(&person);
            if org.erased.insert(person) {
                org.version += 1;
            }
            Ok(org.version)
        })
    }

    /// Says whether the entry of a person was erased.
    pub(crate) fn is_erased(&self, org: OrgId, person: PersonId) -> bool {
        let file = self.0.get();
        let org = file.orgs.get(&AsText(org.uuid()));
        org.is_some_and(|org| org.erased.contains(&AsText(person.uuid())))
    }

    /// Forgets everybody of an organisation. Blocks on the disk.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub(crate) fn forget(&self, org: OrgId) -> Result<(), DataError> {
        self.0.update(|file| {
            file.orgs.remove(&AsText(org.uuid()));
            Ok(())
        })
    }

    /// Returns everybody of all organisations.
    pub(crate) fn everybody(&self) -> Vec<DirectoryEntry> {
        let file = self.0.get();
        let people = file.orgs.values().flat_map(|org| &org.people);
        people.map(|(id, person)| person.entry(id.0)).collect()
    }

    /// Follows the versions of the file.
    pub(crate) fn subscribe(&self) -> watch::Receiver<DirectoryVersion> {
        self.0.subscribe()
    }
}

impl File {
    /// Returns everybody in an organisation.
    pub(crate) fn people(&self, org: OrgId) -> okr_proto::Directory {
        let Some(org) = self.orgs.get(&AsText(org.uuid())) else {
            return okr_proto::Directory::default();
        };
        let entries = org
            .people
            .iter()
            .map(|(person, found)| found.entry(person.0));
        okr_proto::Directory {
            version: org.version,
            entries: entries.collect(),
            erased: org.erased.iter().map(|id| PersonId::new(id.0)).collect(),
        }
    }

    /// Returns the version of one organisation's directory.
    pub(crate) fn version(&self, org: OrgId) -> u64 {
        self.orgs
            .get(&AsText(org.uuid()))
            .map_or(0, |org| org.version)
    }
}

impl Person {
    fn of(entry: &DirectoryEntry) -> Self {
        Self {
            handle: entry.handle.clone(),
            name: entry.name.clone(),
            email: entry.email.clone(),
        }
    }

    fn entry(&self, person: Uuid) -> DirectoryEntry {
        DirectoryEntry {
            person: PersonId::new(person),
            handle: self.handle.clone(),
            name: self.name.clone(),
            email: self.email.clone(),
        }
    }
}

impl TryFrom<PersonTexts> for Person {
    type Error = ValueError;

    fn try_from(texts: PersonTexts) -> Result<Self, ValueError> {
        Ok(Self {
            handle: Handle::new(texts.handle)?,
            name: DisplayName::new(texts.name)?,
            email: Email::new(texts.email)?,
        })
    }
}

impl From<Person> for PersonTexts {
    fn from(person: Person) -> Self {
        Self {
            handle: person.handle.to_string(),
            name: person.name.to_string(),
            email: person.email.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    const ORG: OrgId = OrgId::new(Uuid::from_u128(1));
    const OTHER: OrgId = OrgId::new(Uuid::from_u128(2));

    fn entry(person: u128, handle: &str) -> DirectoryEntry {
        DirectoryEntry {
            person: PersonId::new(Uuid::from_u128(person)),
            handle: Handle::new(handle).unwrap(),
            name: DisplayName::new("Ana Å").unwrap(),
            email: Email::new("ana@example.org").unwrap(),
        }
    }

    fn directory() -> (TempDir, Directory) {
        let root = tempfile::tempdir().unwrap();
        let directory = Directory::create(root.path().join("directory.json")).unwrap();
        (root, directory)
    }

    #[test]
    fn entries_survive_and_every_correction_has_a_version() {
        let (root, directory) = directory();
        assert_eq!(directory.people(ORG), okr_proto::Directory::default());
        assert_eq!(directory.update(ORG, &[entry(1, "ana")]).unwrap(), 1);
        assert_eq!(directory.update(ORG, &[entry(1, "ana")]).unwrap(), 1);
        let both = [entry(2, "ana"), entry(1, "anna")];
        assert_eq!(directory.update(ORG, &both).unwrap(), 2);
        let reopened = Directory::open(root.path().join("directory.json")).unwrap();
        assert_eq!(reopened.people(ORG).version, 2);
        assert_eq!(
            reopened.people(ORG).entries,
            [entry(1, "anna"), entry(2, "ana")]
        );
        assert_eq!(reopened.find(ORG, "ana"), Some(entry(2, "ana")));
        assert_eq!(reopened.find(OTHER, "ana"), None);
        assert_eq!(reopened.entry(OTHER, entry(2, "ana").person), None);
    }

    #[test]
    fn a_handle_belongs_to_one_person_of_an_organisation() {
        let (_root, directory) = directory();
        directory.update(ORG, &[entry(1, "ana")]).unwrap();
        directory.update(OTHER, &[entry(2, "ana")]).unwrap();
        let taken = directory.update(ORG, &[entry(3, "bo"), entry(2, "ana")]);
        assert!(matches!(taken, Err(DirectoryError::Taken { handle }) if handle.as_str() == "ana"));
        assert_eq!(directory.people(ORG).entries, [entry(1, "ana")]);
    }

    #[test]
    fn an_erased_entry_is_in_no_file_and_comes_back_by_no_update() {
        let (root, directory) = directory();
        directory
            .update(ORG, &[entry(1, "ana"), entry(2, "ben")])
            .unwrap();
        directory.update(ORG, &[entry(2, "benedict")]).unwrap();
        let ben = entry(2, "ben").person;
        assert_eq!(directory.erase(ORG, ben).unwrap(), 3);
        assert_eq!(directory.erase(ORG, ben).unwrap(), 3, "once is enough");
        let refused = directory.update(ORG, &[entry(3, "cai"), entry(2, "ben")]);
        assert!(matches!(refused, Err(DirectoryError::Erased { person }) if person == ben));
        assert_eq!(directory.update(OTHER, &[entry(2, "ben")]).unwrap(), 1);
        directory.forget(OTHER).unwrap();

        for file in std::fs::read_dir(root.path()).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            assert!(!text.contains("ben"), "{text}");
        }
        let reopened = Directory::open(root.path().join("directory.json")).unwrap();
        let people = reopened.people(ORG);
        assert_eq!((people.version, people.erased), (3, vec![ben]));
        assert_eq!(people.entries, [entry(1, "ana")]);
        assert!(reopened.is_erased(ORG, ben) && !reopened.is_erased(OTHER, ben));
    }

    #[test]
    fn a_file_in_which_nobody_was_erased_is_one_that_older_programs_read() {
        let (root, directory) = directory();
        directory.update(ORG, &[entry(1, "ana")]).unwrap();
        let text = std::fs::read_to_string(root.path().join("directory.json")).unwrap();
        assert!(!text.contains("erased"), "{text}");
        assert!(
            text.contains("\"version\":1") || text.contains("\"version\": 1"),
            "{text}"
        );
    }

    #[test]
    fn a_file_with_a_foreign_text_is_refused() {
        let (root, directory) = directory();
        directory.update(ORG, &[entry(1, "ana")]).unwrap();
        let path = root.path().join("directory.json");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("ana@", "ana @")).unwrap();
        assert!(matches!(
            Directory::open(path),
            Err(DataError::Malformed { .. })
        ));
    }
}
