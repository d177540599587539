//! Choices as the numbers of the enums in /proto.

use okr_core::authorize::Access;
use okr_core::value::{
    AmendmentCategory, Calendar, CommentKind, EditPolicy, InitiativeState, ObjectiveKind, Role,
    Source, WeekStart, Zone,
};

use crate::fault::{Fault, Problem};
use crate::v1;

/// A choice that has a number in /proto.
pub(crate) trait Choice: Copy + Sized {
    /// Returns the number, from 1.
    fn number(self) -> i32;

    /// Reads a number; none when it is 0 or not known.
    fn from_number(number: i32) -> Option<Self>;
}

macro_rules! choices {
    ($($name:ident { $($variant:ident)+ })+) => {$(
        impl Choice for $name {
            fn number(self) -> i32 {
                let choice = match self {
                    $(Self::$variant => v1::$name::$variant,)+
                };
                i32::from(choice)
            }

            fn from_number(number: i32) -> Option<Self> {
                match v1::$name::try_from(number) {
                    $(Ok(v1::$name::$variant) => Some(Self::$variant),)+
                    Ok(v1::$name::Unspecified) | Err(_) => None,
                }
            }
        }
    )+};
}

choices! {
    Access { Full Reports Reads }
    AmendmentCategory { ExternalChange BetterMeasure PlaceholderFilled Correction Other }
    Calendar { Quarter Tertial HalfYear Year Custom }
    CommentKind { Comment Recognition Feedback Review }
    EditPolicy { Everyone Stewards }
    InitiativeState { Todo Doing Done Dropped }
    ObjectiveKind { Committed Aspirational Learning }
    Role { Viewer Member Admin }
    Source { Human Import Automation }
    WeekStart { Monday Sunday Saturday }
    Zone { Fail Commit Target Stretch }
}

/// Reads a choice that must be given. A number that is not known is a newer program's.
pub(crate) fn read_choice<T: Choice>(number: i32) -> Result<T, Fault> {
    read_optional_choice(number)?.ok_or_else(|| Problem::Missing.into())
}

/// Reads a choice; 0 is none. A number that is not known is a newer program's.
pub(crate) fn read_optional_choice<T: Choice>(number: i32) -> Result<Option<T>, Fault> {
    if number == 0 {
        return Ok(None);
    }
    T::from_number(number).map(Some).ok_or(Fault::Newer)
}

/// Returns the number of a role on the wire; 0 stands for none.
pub fn role_number(role: Option<Role>) -> i32 {
    role.map_or(0, Choice::number)
}

/// Reads the number of a role on the wire; none when it is 0 or not known.
pub fn role_from_number(number: i32) -> Option<Role> {
    Role::from_number(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_a_number_of_its_own() {
        for role in Role::ALL.iter().copied().map(Some) {
            assert_eq!(role_from_number(role_number(role)), role);
        }
        assert_eq!(role_number(None), 0);
        assert_eq!((role_from_number(0), role_from_number(4)), (None, None));
    }

    #[test]
    fn none_is_missing_and_an_unknown_number_is_newer() {
        assert!(matches!(read_choice::<Zone>(5), Err(Fault::Newer)));
        assert!(matches!(read_choice::<Zone>(-1), Err(Fault::Newer)));
        assert!(matches!(read_choice::<Zone>(0), Err(Fault::Wrong(_))));
        assert!(matches!(read_optional_choice::<Zone>(0), Ok(None)));
    }
}
