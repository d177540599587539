//! The directory: who the people are. Correctable and erasable, and no part of the history.

use std::collections::{BTreeMap, BTreeSet};

use okr_core::id::PersonId;
use okr_core::value::ValueError;
use okr_proto::{DisplayName, Email, Handle};

/// Who a person is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// The person's id in the history.
    pub person: PersonId,
    /// The short name on the command line; unique.
    pub handle: String,
    /// The name to show; may be empty.
    pub name: String,
    /// The e-mail address; may be empty.
    pub email: String,
}

impl DirectoryEntry {
    /// Checks handle, name and address as the server will.
    ///
    /// # Errors
    /// The first of them that the server would refuse.
    pub fn check(&self) -> Result<(), ValueError> {
        Handle::new(self.handle.as_str())?;
        DisplayName::new(self.name.as_str())?;
        Email::new(self.email.as_str())?;
        Ok(())
    }
}

/// Everybody that the server knows, together with what still has to be pushed to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// The server's version of it; grows with each correction, 0 is none.
    pub version: u64,
    /// Who is who.
    pub entries: BTreeMap<PersonId, DirectoryEntry>,
    /// Whose entry was erased, for good.
    pub erased: BTreeSet<PersonId>,
}

impl Directory {
    /// Finds somebody by their handle.
    pub fn by_handle(&self, handle: &str) -> Option<&DirectoryEntry> {
        self.entries.values().find(|entry| entry.handle == handle)
    }

    /// Puts an entry in place of the one of the same person, if any.
    pub fn set(&mut self, entry: DirectoryEntry) {
        self.entries.insert(entry.person, entry);
    }
}

#[cfg(test)]
mod tests {
    use okr_core::id::PersonId;

    use super::*;

    fn entry(person: u8, handle: &str) -> DirectoryEntry {
        DirectoryEntry {
            person: PersonId::from_bytes([person; 16]),
            handle: handle.to_owned(),
            name: String::new(),
            email: String::new(),
        }
    }

    #[test]
    fn a_person_has_one_entry_and_is_found_by_the_handle_of_now() {
        let mut directory = Directory::default();
        directory.set(entry(1, "ana"));
        directory.set(entry(2, "ben"));
        directory.set(entry(1, "anna"));
        assert_eq!(directory.by_handle("anna"), Some(&entry(1, "anna")));
        assert_eq!(directory.by_handle("ana"), None);
        assert_eq!(directory.entries.len(), 2);
    }

    #[test]
    fn what_the_server_would_refuse_is_known_before() {
        assert_eq!(entry(1, "ana").check(), Ok(()));
        assert!(entry(1, "Ana B").check().is_err());
        let wrong = DirectoryEntry {
            email: "no address".to_owned(),
            ..entry(1, "ana")
        };
        assert!(wrong.check().is_err());
    }
}
