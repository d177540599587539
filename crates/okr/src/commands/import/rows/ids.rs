//! Ids that are derived from a table, so that the same row is the same thing again.

use okr_core::id::{ChangeId, OrgId};
use uuid::Uuid;

/// Makes ids for the rows of one source.
#[derive(Clone, Debug)]
pub(super) struct Ids {
    org: OrgId,
    source: String,
}

impl Ids {
    pub(super) fn new(org: OrgId, source: &str) -> Self {
        Self {
            org,
            source: source.to_owned(),
        }
    }

    /// Returns the id of a thing: the one that the row has, if it is one, or one that is made from it
    /// or, without any, from all that the row says.
    pub(super) fn thing(&self, kind: &str, own: Option<&str>, said: &str) -> Uuid {
        let own = own.map(str::trim);
        if let Some(uuid) = own.and_then(|own| Uuid::try_parse(own).ok()) {
            return uuid;
        }
        let key = own.unwrap_or(said);
        let name = format!("okr-table/1\n{}\n{kind}\n{key}\n", self.source);
        Uuid::new_v5(&self.org.uuid(), name.as_bytes())
    }

    /// Returns the id of the change that makes a thing as a row says.
    pub(super) fn change(thing: Uuid, said: &str) -> ChangeId {
        ChangeId::new(Uuid::new_v5(&thing, said.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_row_has_the_same_ids_and_another_source_has_others() {
        let org = OrgId::new(Uuid::from_u128(1));
        let ids = |source: &str| Ids::new(org, source);
        let made = ids("").thing("check-in", Some(" 7 "), "id=7\n");
        assert_eq!(
            made,
            ids("").thing("check-in", Some("7"), "id=7\nvalue=1\n")
        );
        assert_ne!(made, ids("jira").thing("check-in", Some("7"), "id=7\n"));
        assert_ne!(made, ids("").thing("objective", Some("7"), "id=7\n"));
        let own = Uuid::from_u128(0x1234_5678);
        assert_eq!(ids("").thing("check-in", Some(&own.to_string()), ""), own);
        assert_ne!(
            ids("").thing("check-in", None, "a"),
            ids("").thing("check-in", None, "b")
        );
        assert_ne!(Ids::change(made, "a"), Ids::change(made, "b"));
        // What IMPORT.md promises, byte for byte.
        let name = "okr-table/1\n\ncheck-in\n7\n";
        assert_eq!(made, Uuid::new_v5(&org.uuid(), name.as_bytes()));
    }
}
