//! The limits that the protocol fixes, by the names under which it is counted that they turned somebody away; those that
//! are set count for themselves.

use okr_proto::ApiError;

/// What somebody wanted too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Changes in one push.
    ChangesPerPush,
    /// Entries in one update of the directory.
    EntriesPerUpdate,
    /// Tokens that are not valid in a minute, of one kind from one address.
    WrongTokens,
}

impl Limit {
    /// All of them, so that each has a number before it is hit.
    pub(crate) const ALL: [Self; 3] = [
        Self::ChangesPerPush,
        Self::EntriesPerUpdate,
        Self::WrongTokens,
    ];

    /// Returns its name in metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ChangesPerPush => "changes_per_push",
            Self::EntriesPerUpdate => "entries_per_update",
            Self::WrongTokens => "wrong_tokens",
        }
    }

    /// Finds the limit behind a refusal of a call, if there is one.
    pub(super) fn of(error: &ApiError) -> Option<Self> {
        match error {
            ApiError::TooLarge { what, .. } if what == "changes" => Some(Self::ChangesPerPush),
            ApiError::TooLarge { what, .. } if what == "entries" => Some(Self::EntriesPerUpdate),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_limit_behind_it() {
        let large = |what: &str| ApiError::TooLarge {
            what: what.to_owned(),
            limit: 1,
            actual: 2,
        };
        for (error, limit) in [
            (large("changes"), Some(Limit::ChangesPerPush)),
            (large("entries"), Some(Limit::EntriesPerUpdate)),
            (large("request in bytes"), None),
            (ApiError::Frozen, None),
        ] {
            assert_eq!(Limit::of(&error), limit, "{error:?}");
        }
    }
}
