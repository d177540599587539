//! The scope of a credential, to and from its message.

use okr_core::authorize::{Access, Scope};

use crate::choice::Choice as _;
use crate::fault::{At as _, DecodeError, Fault, Problem, certain};
use crate::field::{read_optional_id, write_optional_id};
use crate::v1;

impl From<Scope> for v1::Scope {
    fn from(scope: Scope) -> Self {
        Self {
            access: scope.access.number(),
            team: write_optional_id(scope.team),
        }
    }
}

impl TryFrom<v1::Scope> for Scope {
    type Error = DecodeError;

    /// Reads a scope.
    ///
    /// # Errors
    /// The first field that this program does not understand: what it takes away would be given.
    fn try_from(scope: v1::Scope) -> Result<Self, DecodeError> {
        certain(read(&scope))
    }
}

fn read(scope: &v1::Scope) -> Result<Scope, Fault> {
    // Never "newer": what is not understood would take something away.
    let unknown = || {
        Fault::from(Problem::OutOfRange {
            found: scope.access.into(),
        })
    };
    let access = Access::from_number(scope.access).ok_or_else(unknown);
    Ok(Scope {
        access: access.at("access")?,
        team: read_optional_id(&scope.team).at("team")?,
    })
}

#[cfg(test)]
mod tests {
    use okr_core::id::TeamId;

    use super::*;

    #[test]
    fn every_scope_is_the_same_there_and_back() {
        for access in Access::ALL {
            for team in [None, Some(TeamId::from_bytes([7; 16]))] {
                let scope = Scope { access, team };
                assert_eq!(Scope::try_from(v1::Scope::from(scope)), Ok(scope));
            }
        }
    }

    #[test]
    fn what_is_not_understood_is_never_taken_for_everything() {
        for access in [0, 4, -1] {
            let message = v1::Scope {
                access,
                team: bytes::Bytes::new(),
            };
            let error = Scope::try_from(message).unwrap_err();
            assert_eq!(error.path, "access", "{error}");
        }
        let message = v1::Scope {
            access: 1,
            team: bytes::Bytes::from_static(b"short"),
        };
        assert_eq!(Scope::try_from(message).unwrap_err().path, "team");
    }
}
