//! Who may write: one pure function, default deny. Everybody in the organisation reads everything.
//!
//! A person may what their role and the policy of the organisation allow. A credential may carry a scope, which
//! narrows that and never widens it.

use crate::entity::Person;
use crate::id::TeamId;
use crate::value::{EditPolicy, Role};

/// What somebody wants to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The organisation, its people and their roles.
    ManageOrganisation,
    /// Cycles: planning, opening, closing.
    ManageCycles,
    /// A team, objective, key result, initiative or health metric.
    EditGoals,
    /// What was reached: a check-in, or the value of a health metric.
    Report,
    /// A comment on anything.
    Comment,
    /// Who may log in: other people's names, login codes and tokens.
    ManageAccess,
    /// One's own name, login codes and tokens.
    OwnAccess,
}

/// What a credential allows of all that its holder may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// What may be written.
    pub access: Access,
    /// The team whose goals it is about, with the teams below it; none: everything.
    pub team: Option<TeamId>,
}

/// What may be written with a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Whatever the holder may write.
    Full,
    /// Check-ins and values of health metrics.
    Reports,
    /// Nothing.
    Reads,
}

/// What is asked, and all that the answer depends on.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Who asks; none when the organisation does not know them.
    pub author: Option<&'a Person>,
    /// What their credential allows.
    pub scope: Scope,
    /// Who may edit goals.
    pub policy: EditPolicy,
    /// What they want to do.
    pub action: Action,
    /// Whether they own the goal or its objective, or lead the team concerned; only
    /// [`EditPolicy::Stewards`] asks.
    pub steward: bool,
    /// Whether it is about the team of the scope; only a scope of one team asks.
    pub in_team: bool,
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
    /// The credential is for reading.
    ScopeReads,
    /// The credential is for check-ins and values.
    ScopeReports,
    /// The credential is for the goals of one team.
    ScopeTeam,
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
            Self::ScopeReads => "the token is for reading only",
            Self::ScopeReports => "the token is for check-ins and values of metrics only",
            Self::ScopeTeam => "the token is for the goals of one team only",
        }
    }

    /// Returns the stable word for programs, in kebab case.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownAuthor => "unknown-author",
            Self::InactiveAuthor => "inactive-author",
            Self::Viewer => "viewer",
            Self::NeedsAdmin => "needs-admin",
            Self::NeedsSteward => "needs-steward",
            Self::OwnStanding => "own-standing",
            Self::OnBehalfOfByHand => "on-behalf-of-by-hand",
            Self::OthersWords => "others-words",
            Self::NotTheAuthor => "not-the-author",
            Self::OnBehalfOfNeedsAdmin => "on-behalf-of-needs-admin",
            Self::ScopeReads => "scope-reads",
            Self::ScopeReports => "scope-reports",
            Self::ScopeTeam => "scope-team",
        }
    }
}

impl Scope {
    /// Whatever the holder may do.
    pub const FULL: Self = Self {
        access: Access::Full,
        team: None,
    };

    /// Says whether the scope takes anything away.
    pub fn is_full(self) -> bool {
        self == Self::FULL
    }

    /// Says whether the scope leaves an action, whoever the holder is.
    ///
    /// # Errors
    /// The [`Refusal`] that names the scope.
    pub const fn allows(self, action: Action, in_team: bool) -> Result<(), Refusal> {
        match (self.access, action) {
            (Access::Full, _) | (Access::Reports, Action::Report) => {}
            (
                Access::Reports,
                Action::ManageOrganisation
                | Action::ManageCycles
                | Action::EditGoals
                | Action::Comment
                | Action::ManageAccess
                | Action::OwnAccess,
            ) => return Err(Refusal::ScopeReports),
            (Access::Reads, _) => return Err(Refusal::ScopeReads),
        }
        match (self.team, action) {
            (None, _) => Ok(()),
            (Some(_), Action::EditGoals | Action::Report | Action::Comment) if in_team => Ok(()),
            (
                Some(_),
                Action::ManageOrganisation
                | Action::ManageCycles
                | Action::EditGoals
                | Action::Report
                | Action::Comment
                | Action::ManageAccess
                | Action::OwnAccess,
            ) => Err(Refusal::ScopeTeam),
        }
    }
}

impl Access {
    /// Everything, the widest first.
    pub const ALL: [Self; 3] = [Self::Full, Self::Reports, Self::Reads];

    /// Returns the word that people and programs see.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Reports => "check-ins",
            Self::Reads => "read-only",
        }
    }
}

/// Says whether somebody may do something.
///
/// # Errors
/// The first [`Refusal`] that holds.
pub fn authorize(request: &Request<'_>) -> Result<(), Refusal> {
    let author = request.author.ok_or(Refusal::UnknownAuthor)?;
    if !author.active {
        return Err(Refusal::InactiveAuthor);
    }
    request.scope.allows(request.action, request.in_team)?;
    match (author.role, request.action, request.policy) {
        // Stewards guard the goals; what is said about them is everybody's who may write at all.
        (Role::Admin, _, _)
        | (Role::Member | Role::Viewer, Action::OwnAccess, _)
        | (Role::Member, Action::Comment, _)
        | (
            Role::Member,
            Action::ManageCycles | Action::EditGoals | Action::Report,
            EditPolicy::Everyone,
        ) => Ok(()),
        (Role::Viewer, _, _) => Err(Refusal::Viewer),
        (Role::Member, Action::EditGoals | Action::Report, EditPolicy::Stewards) => {
            if request.steward {
                Ok(())
            } else {
                Err(Refusal::NeedsSteward)
            }
        }
        (Role::Member, Action::ManageOrganisation | Action::ManageAccess, _)
        | (Role::Member, Action::ManageCycles, EditPolicy::Stewards) => Err(Refusal::NeedsAdmin),
    }
}
