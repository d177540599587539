//! One line of the access log: what happened, to whom, by whom, from where, and how it ended.

use jiff::Timestamp;
use okr_core::id::{OrgId, PersonId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::credentials::Principal;
use crate::peer::Peer;
use crate::store::AsText;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) at: AsText<Timestamp>,
    pub(crate) act: Act,
    pub(crate) outcome: Outcome,
    /// Why it was refused, or what exactly was done: a word or two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) org: Option<AsText<Uuid>>,
    /// Who did it; none when that is not known, or when it was done on the server's machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<AsText<Uuid>>,
    /// The public id of the token that it was done with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<AsText<Uuid>>,
    /// Whom it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) person: Option<AsText<Uuid>>,
    /// The public id of the token or code that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<AsText<Uuid>>,
    /// The address that the call came from; none on the server's machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<AsText<Peer>>,
    /// Names the call in the server's and the client's own logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Act {
    /// A login code was exchanged for a token
    Login,
    /// A call was made with a token
    Call,
    /// A login code was made
    IssueCode,
    /// A login code was taken back
    RevokeCode,
    /// A token was made for a program
    CreateToken,
    /// A token was ended
    RevokeToken,
    /// Tokens and codes of somebody who left were ended
    EndSessions,
    /// Names, handles or e-mail addresses were changed
    UpdateDirectory,
    /// Name, handle and e-mail address of somebody were erased, with their tokens and codes
    ErasePerson,
    /// Texts of the history were erased
    EraseTexts,
    /// Somebody was added, given another role, let go or taken back
    ChangePeople,
    /// Name, time zone or policy of the organisation were changed
    ChangeOrganisation,
    /// A data directory or an organisation was made, changed or deleted on the server's machine
    Operate,
    /// More was refused than one line each is written for
    LeftOut,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// It was done
    Done,
    /// It was refused
    Refused,
}

/// Where a call came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) peer: Option<Peer>,
    pub(crate) request_id: Option<String>,
}

impl Act {
    /// Returns the word that stands in the file.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Call => "call",
            Self::IssueCode => "issue-code",
            Self::RevokeCode => "revoke-code",
            Self::CreateToken => "create-token",
            Self::RevokeToken => "revoke-token",
            Self::EndSessions => "end-sessions",
            Self::UpdateDirectory => "update-directory",
            Self::ErasePerson => "erase-person",
            Self::EraseTexts => "erase-texts",
            Self::ChangePeople => "change-people",
            Self::ChangeOrganisation => "change-organisation",
            Self::Operate => "operate",
            Self::LeftOut => "left-out",
        }
    }
}

impl Entry {
    /// Says that something was done.
    pub(crate) fn done(act: Act, at: Timestamp) -> Self {
        Self::new(act, Outcome::Done, at)
    }

    /// Says that something was refused, and why.
    pub(crate) fn refused(act: Act, at: Timestamp, why: impl Into<String>) -> Self {
        Self::new(act, Outcome::Refused, at).saying(why)
    }

    /// Says how many refusals have no line of their own.
    pub(super) fn left_out(at: Timestamp, count: u32) -> Self {
        Self::refused(Act::LeftOut, at, format!("{count} more in a minute"))
    }

    fn new(act: Act, outcome: Outcome, at: Timestamp) -> Self {
        Self {
            at: AsText(at),
            act,
            outcome,
            detail: None,
            org: None,
            by: None,
            token: None,
            person: None,
            subject: None,
            from: None,
            request_id: None,
        }
    }

    /// Says it in the operator's log as well, on target `audit`.
    pub(super) fn announce(&self) {
        let ids = [self.org, self.by, self.token, self.person, self.subject];
        let [org, by, token, person, subject] =
            ids.map(|id| id.map(|AsText(id)| tracing::field::display(id)));
        let (act, detail) = (self.act.word(), self.detail.as_deref());
        let (from, request_id) = (
            self.from.map(|AsText(from)| tracing::field::display(from)),
            self.request_id.as_deref(),
        );
        match self.outcome {
            Outcome::Done => tracing::info!(
                target: "audit", act, detail, org, by, token, person, subject, from, request_id,
                "done"
            ),
            Outcome::Refused => tracing::warn!(
                target: "audit", act, detail, org, by, token, person, subject, from, request_id,
                "refused"
            ),
        }
    }

    /// Adds a word or two.
    pub(crate) fn saying(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds the organisation.
    pub(crate) fn of(mut self, org: OrgId) -> Self {
        self.org = Some(AsText(org.uuid()));
        self
    }

    /// Adds who did it, with which token.
    pub(crate) fn by(mut self, principal: Principal, token: Uuid) -> Self {
        self.by = Some(AsText(principal.person.uuid()));
        self.token = Some(AsText(token));
        self.of(principal.org)
    }

    /// Adds whom it is about.
    pub(crate) fn about(mut self, person: PersonId) -> Self {
        self.person = Some(AsText(person.uuid()));
        self
    }

    /// Adds the token or code that it is about.
    pub(crate) fn subject(mut self, id: Uuid) -> Self {
        self.subject = Some(AsText(id));
        self
    }

    /// Adds where the call came from.
    pub(crate) fn called_from(mut self, source: &Source) -> Self {
        self.from = source.peer.map(AsText);
        self.request_id.clone_from(&source.request_id);
        self
    }
}
