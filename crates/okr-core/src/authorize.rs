//! Who may write: one pure function, default deny. Everybody in the organisation reads everything.

use crate::entity::Person;
use crate::value::{EditPolicy, Role};

/// What somebody wants to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The organisation, its people and their roles.
    ManageOrganisation,
    /// Cycles: planning, opening, closing.
    ManageCycles,
    /// A team, objective, key result or check-in.
    EditGoals,
    /// A comment on anything.
    Comment,
}

/// Why somebody may not write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The author is not a person of the organisation.
    UnknownAuthor,
    /// The author has left.
    InactiveAuthor,
    /// Viewers read only.
    Viewer,
    /// Only administrators may do it.
    NeedsAdmin,
    /// Only an owner, a lead of the team or an administrator may do it.
    NeedsSteward,
    /// Nobody changes their own role, and nobody deactivates or reactivates themselves.
    OwnStanding,
    /// Only imports and automations record what somebody else did.
    OnBehalfOfByHand,
    /// Nobody comments in another person's name.
    OthersWords,
    /// Only who said it, or an administrator, changes a comment.
    NotTheAuthor,
    /// Only administrators import what somebody else did.
    OnBehalfOfNeedsAdmin,
}

impl Refusal {
    /// Returns the reason as a fragment that follows "not permitted: ".
    pub const fn words(self) -> &'static str {
        match self {
            Self::UnknownAuthor => "the author is not in the organisation",
            Self::InactiveAuthor => "the author has left the organisation",
            Self::Viewer => "viewers read only",
            Self::NeedsAdmin => "this takes an administrator",
            Self::NeedsSteward => "this takes an owner, a lead of the team or an administrator",
            Self::OwnStanding => "nobody changes their own role, leaves or returns by themselves",
            Self::OnBehalfOfByHand => {
                "only an import or an automation records what somebody else did"
            }
            Self::OthersWords => "a comment is made in one's own name",
            Self::NotTheAuthor => "this takes the author of the comment or an administrator",
            Self::OnBehalfOfNeedsAdmin => "importing what somebody else did takes an administrator",
        }
    }
}

/// Says whether a person may write.
///
/// `steward` says whether the person owns the goal or its objective, or leads the team concerned;
/// only [`EditPolicy::Stewards`] asks.
///
/// # Errors
/// The first [`Refusal`] that holds.
pub fn authorize(
    author: Option<&Person>,
    policy: EditPolicy,
    action: Action,
    steward: bool,
) -> Result<(), Refusal> {
    let author = author.ok_or(Refusal::UnknownAuthor)?;
    if !author.active {
        return Err(Refusal::InactiveAuthor);
    }
    match (author.role, action, policy) {
        // Stewards guard the goals; what is said about them is everybody's who may write at all.
        (Role::Admin, _, _)
        | (Role::Member, Action::Comment, _)
        | (Role::Member, Action::ManageCycles | Action::EditGoals, EditPolicy::Everyone) => Ok(()),
        (Role::Viewer, _, _) => Err(Refusal::Viewer),
        (Role::Member, Action::EditGoals, EditPolicy::Stewards) => {
            if steward {
                Ok(())
            } else {
                Err(Refusal::NeedsSteward)
            }
        }
        (Role::Member, Action::ManageOrganisation, _)
        | (Role::Member, Action::ManageCycles, EditPolicy::Stewards) => Err(Refusal::NeedsAdmin),
    }
}
