//! Tokens, for people and for programs.

use std::collections::HashMap;

use okr_core::authorize::Access;
use okr_core::id::{PersonId, TeamId};
use okr_replica::{Directory, Replica, TokenInfo};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{scope_in_words, who};
use crate::context::Context;
use crate::error::CliError;
use crate::failure;
use crate::render::{Cell, Column, Screen, Table, Tone, iso, local, moment};
use crate::short_id::{self, Alphabet, ShortIds};
use crate::ui::Item;
use crate::when::Clock;

/// A token, in machine output.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct TokenItem {
    id: Uuid,
    short_id: String,
    name: String,
    person: Uuid,
    handle: Option<String>,
    /// `full`, `check-ins` or `read-only`; null when only a newer program knows.
    access: Option<&'static str>,
    /// The team whose goals it is for.
    team: Option<Uuid>,
    issued_at: String,
    /// Who made it; null when a login code gave it.
    issued_by: Option<Uuid>,
    expires_at: String,
    expired: bool,
    /// To the minute.
    last_used_at: Option<String>,
    /// Whether it is the one that was asked with.
    current: bool,
}

impl Item for TokenItem {
    const TYPE: &'static str = "token";
    const SCHEMA: &'static str = "TokenList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

/// A token that was made, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct CreatedItem {
    #[serde(flatten)]
    pub(super) about: TokenItem,
    /// The secret; null when it was written into a file.
    pub(super) token: Option<String>,
    pub(super) file: Option<String>,
}

impl Item for CreatedItem {
    const TYPE: &'static str = "new_token";
    const SCHEMA: &'static str = "NewTokenList";

    fn id(&self) -> Option<Uuid> {
        self.about.id()
    }
}

impl CreatedItem {
    /// Writes the token alone, so that it can be piped; or where it is.
    pub(super) fn text(&self) -> String {
        match (&self.token, &self.file) {
            (Some(token), _) => format!("{token}\n"),
            (None, Some(file)) => format!("token kept in {file}, readable by you only\n"),
            (None, None) => String::new(),
        }
    }
}

/// What is needed to show tokens.
pub(super) struct Tables<'a> {
    directory: &'a Directory,
    teams: HashMap<TeamId, String>,
    clock: Clock,
}

impl<'a> Tables<'a> {
    pub(super) fn new(
        context: &Context,
        replica: &Replica,
        directory: &'a Directory,
    ) -> Result<Self, CliError> {
        let (reading, clock) = context.present(replica)?;
        let teams = reading.teams().map_err(failure::replica)?;
        let teams = teams
            .into_iter()
            .map(|team| (team.id, team.slug.to_string()));
        Ok(Self {
            directory,
            teams: teams.collect(),
            clock,
        })
    }

    pub(super) fn item(&self, token: &TokenInfo) -> TokenItem {
        let zone = &self.clock.zone;
        let entry = self.directory.entries.get(&token.person);
        TokenItem {
            id: token.id,
            short_id: short(token.id),
            name: token.name.clone(),
            person: token.person.uuid(),
            handle: entry.map(|entry| entry.handle.clone()),
            access: token.scope.map(|scope| Access::word(scope.access)),
            team: token.scope.and_then(|scope| scope.team).map(TeamId::uuid),
            issued_at: iso(token.issued_at, zone),
            issued_by: token.issued_by.map(PersonId::uuid),
            expires_at: iso(token.expires_at, zone),
            expired: token.expires_at <= self.clock.now,
            last_used_at: token.last_used_at.map(|used| iso(used, zone)),
            current: token.current,
        }
    }

    /// Lists tokens, whose they are if that is not clear.
    pub(super) fn tokens(&self, tokens: &[TokenInfo], with_holder: bool, screen: &Screen) -> Table {
        let ids = ShortIds::among(Alphabet::Change, tokens.iter().map(|token| token.id));
        let mut columns = vec![Column::left("ID"), Column::left("NAME").flexible()];
        if with_holder {
            columns.push(Column::left("WHO"));
        }
        columns.extend(["ALLOWS", "USED", "EXPIRES"].map(Column::left));
        let mut table = Table::new(columns);
        for token in tokens {
            // Before the name, because the end of a long one is cut on a narrow terminal.
            let name = if token.current {
                Cell::toned(Tone::Dim, "(this one) ").and(Tone::Plain, &token.name)
            } else {
                Cell::from(token.name.as_str())
            };
            let mut row = vec![Cell::toned(Tone::Id, &ids.shown(token.id)), name];
            if with_holder {
                row.push(who(self.directory, token.person).into());
            }
            row.push(self.allows(token).into());
            row.push(match token.last_used_at {
                Some(used) => moment(used, &self.clock, screen).into(),
                None => Cell::toned(Tone::Dim, "never"),
            });
            row.push(if token.expires_at <= self.clock.now {
                Cell::toned(Tone::Bad, "expired")
            } else {
                moment(token.expires_at, &self.clock, screen).into()
            });
            table.row(row);
        }
        table
    }

    /// Writes a token in one line.
    pub(super) fn in_words(&self, token: &TokenInfo) -> String {
        format!(
            "{} \"{}\" of {}, allows {}, until {}",
            short(token.id),
            token.name,
            who(self.directory, token.person),
            self.allows(token),
            local(token.expires_at, &self.clock)
        )
    }

    fn allows(&self, token: &TokenInfo) -> String {
        scope_in_words(token.scope, |team| {
            let slug = self.teams.get(&team).cloned();
            slug.unwrap_or_else(|| "a team that is not here".to_owned())
        })
    }
}

/// Writes the short id of a token or a code.
pub(in crate::commands) fn short(id: Uuid) -> String {
    short_id::shown(Alphabet::Change, id)
}
