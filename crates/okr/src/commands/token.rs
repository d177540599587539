//! `okr token`: the tokens of devices and scripts, on the server.

mod item;

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use okr_core::authorize::{Access, Scope};
use okr_core::id::{PersonId, TeamId};
use okr_replica::{Directory, GrpcRemote, Holder, Replica, TokenInfo, TokenWish};
use uuid::Uuid;

use crate::args::{
    HolderArgs, TokenArgs, TokenCommand, TokenCreateArgs, TokenListArgs, TokenRevokeArgs,
};
use crate::context::Context;
use crate::error::CliError;
use crate::exchange::{self, Limits};
use crate::exit::Exit;
use crate::failure;
use crate::names::nameless;
use crate::resolve::look;
use crate::short_id::{Alphabet, matches_prefix};
use item::Tables;
pub(super) use item::short;
pub(super) use item::{CreatedItem, TokenItem};

/// The shortest beginning of an id that is taken for one.
const SHORTEST_ID: usize = 4;

pub(crate) fn run(context: &mut Context, args: &TokenArgs) -> Result<Exit, CliError> {
    match &args.command {
        TokenCommand::Create(args) => create(context, args),
        TokenCommand::List(args) => list(context, args),
        TokenCommand::Revoke(args) => revoke(context, args),
    }
}

fn create(context: &mut Context, args: &TokenCreateArgs) -> Result<Exit, CliError> {
    let (replica, (person, team)) = look(context, |resolver, _| {
        let team = args.only_team.as_ref();
        let team = team.map(|team| resolver.team(team)).transpose()?;
        let person = resolver.person(&args.person)?;
        Ok(((person != resolver.me).then_some(person), team))
    })?;
    // A token that nobody can be told of must not be made.
    let file = args.to.as_deref().map(Place::claim).transpose()?;
    let wish = TokenWish {
        person,
        name: args.name.clone(),
        scope: Scope {
            access: access(args),
            team,
        },
        lifetime: args.expires,
    };
    let mut server = connect(context, &replica)?;
    let made = server
        .create_token(wish)
        .map_err(|error| failure::remote(&error, None))?;
    if let Some(file) = file {
        file.keep(&made.secret).inspect_err(|_| {
            // Nobody has it, so it shall not work. When that fails as well, it ends by itself.
            drop(server.revoke_token(made.about.id));
        })?;
    }
    let directory = replica.directory().map_err(failure::replica)?;
    let tables = Tables::new(context, &replica, &directory)?;
    let created = CreatedItem {
        about: tables.item(&made.about),
        token: args.to.is_none().then(|| made.secret.clone()),
        file: args.to.as_ref().map(|path| path.display().to_string()),
    };
    let frame = context.plain_frame();
    context
        .ui
        .answer(&frame, std::slice::from_ref(&created), |_| created.text());
    let words = tables.in_words(&made.about);
    context.ui.note(&match &args.to {
        Some(_) => words,
        None => format!("{words}; it is not shown again"),
    });
    context.ui.hint(&match &args.to {
        Some(path) => format!("OKR_TOKEN_FILE={} okr sync", path.display()),
        None => {
            "keep it in a file that only you can read, and set OKR_TOKEN_FILE to that".to_owned()
        }
    });
    Ok(Exit::Ok)
}

const fn access(args: &TokenCreateArgs) -> Access {
    match (args.read_only, args.check_ins) {
        (true, _) => Access::Reads,
        (false, true) => Access::Reports,
        (false, false) => Access::Full,
    }
}

/// A new file for a token, which is gone again unless the token is kept in it.
struct Place<'a> {
    path: &'a Path,
    file: fs::File,
    is_kept: bool,
}

impl<'a> Place<'a> {
    /// Makes the file, readable by its owner only; what is there already stays as it is.
    fn claim(path: &'a Path) -> Result<Self, CliError> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        match options.open(path) {
            Ok(file) => Ok(Self {
                path,
                file,
                is_kept: false,
            }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let message = format!("{} is there already", path.display());
                Err(CliError::user("file-exists", message)
                    .with_hint("a token is never written over something else: name another file"))
            }
            Err(error) => Err(not_kept(path, &error)),
        }
    }

    fn keep(mut self, secret: &str) -> Result<(), CliError> {
        let written = self.file.write_all(format!("{secret}\n").as_bytes());
        let written = written.and_then(|()| self.file.sync_all());
        written.map_err(|error| not_kept(self.path, &error))?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            // Without a token the file is of no use to anybody, and was made here.
            fs::remove_file(self.path).ok();
        }
    }
}

fn not_kept(path: &Path, error: &io::Error) -> CliError {
    let message = format!("the token cannot be kept in {}", path.display());
    CliError::config("bad-token-file", message).caused_by(error)
}

fn list(context: &mut Context, args: &TokenListArgs) -> Result<Exit, CliError> {
    let (replica, holder) = look(context, |resolver, _| {
        holder(&args.whose, |text| resolver.person(text))
    })?;
    let mut server = connect(context, &replica)?;
    let tokens = server
        .list_tokens(holder)
        .map_err(|error| failure::remote(&error, None))?;
    let directory = replica.directory().map_err(failure::replica)?;
    let tables = Tables::new(context, &replica, &directory)?;
    let items: Vec<TokenItem> = tokens.iter().map(|token| tables.item(token)).collect();
    let frame = context.plain_frame();
    let with_holder = holder != Holder::Me;
    context.ui.answer(&frame, &items, |screen| {
        tables.tokens(&tokens, with_holder, screen).render(screen)
    });
    if tokens.is_empty() {
        context.ui.note("no tokens");
    }
    Ok(Exit::Ok)
}

/// Returns whose tokens or codes are meant.
pub(super) fn holder(
    args: &HolderArgs,
    find: impl FnOnce(&str) -> Result<PersonId, CliError>,
) -> Result<Holder, CliError> {
    match &args.person {
        _ if args.all => Ok(Holder::Everybody),
        Some(person) => find(person).map(Holder::Person),
        None => Ok(Holder::Me),
    }
}

fn revoke(context: &mut Context, args: &TokenRevokeArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let directory = replica.directory().map_err(failure::replica)?;
    let mut server = connect(context, &replica)?;
    let known = visible(|holder| server.list_tokens(holder))?;
    let mut chosen: Vec<&TokenInfo> = Vec::new();
    for text in &args.tokens {
        let token = find(&known, text)?;
        if chosen.iter().all(|other| other.id != token.id) {
            chosen.push(token);
        }
    }
    // The one in use comes last: after it nothing more can be asked for.
    chosen.sort_by_key(|token| token.current);
    for token in &chosen {
        server
            .revoke_token(token.id)
            .map_err(|error| failure::remote(&error, None))?;
    }
    let tables = Tables::new(context, &replica, &directory)?;
    let items: Vec<TokenItem> = chosen.iter().map(|token| tables.item(token)).collect();
    let frame = context.plain_frame();
    context.ui.answer(&frame, &items, |_| {
        let ended = chosen
            .iter()
            .map(|token| format!("ended: {}\n", tables.in_words(token)));
        ended.collect()
    });
    if chosen.iter().any(|token| token.current) {
        context
            .ui
            .hint("that was the token of this workspace: okr login --code CODE");
    }
    Ok(Exit::Ok)
}

/// Lists everybody's where one may see that, and one's own elsewhere.
pub(super) fn visible<T>(
    mut list: impl FnMut(Holder) -> Result<Vec<T>, okr_replica::RemoteError>,
) -> Result<Vec<T>, CliError> {
    match list(Holder::Everybody) {
        Err(okr_replica::RemoteError::NotPermitted { refusal, .. })
            if !refusal.starts_with("scope") =>
        {
            list(Holder::Me).map_err(|error| failure::remote(&error, None))
        }
        listed => listed.map_err(|error| failure::remote(&error, None)),
    }
}

/// Finds the one token that a text means.
fn find<'a>(known: &'a [TokenInfo], text: &str) -> Result<&'a TokenInfo, CliError> {
    let by_id = |token: &&TokenInfo| is_id(token.id, text);
    let by_name = |token: &&TokenInfo| token.name == text;
    let found: Vec<&TokenInfo> = known.iter().filter(by_id).collect();
    let found = if found.is_empty() {
        known.iter().filter(by_name).collect()
    } else {
        found
    };
    match found.as_slice() {
        [token] => Ok(token),
        [] => Err(
            CliError::user("unknown-token", format!("there is no token \"{text}\""))
                .with_exit(Exit::NotFound)
                .with_hint("okr token list shows yours"),
        ),
        several => {
            let ids = several.iter().map(|token| short(token.id));
            let ids: Vec<String> = ids.collect();
            let message = format!("\"{text}\" could be {} tokens", several.len());
            Err(CliError::user("ambiguous-token", message)
                .with_exit(Exit::NotFound)
                .with_hint(format!("one of {}", ids.join(", "))))
        }
    }
}

/// Says whether a text means an id: in full, or its short form or a beginning of that.
pub(super) fn is_id(id: Uuid, text: &str) -> bool {
    let whole = Uuid::parse_str(text).is_ok_and(|whole| whole == id);
    whole || (text.len() >= SHORTEST_ID && matches_prefix(Alphabet::Change, id, text))
}

/// Connects to the server of the workspace.
pub(super) fn connect(context: &mut Context, replica: &Replica) -> Result<GrpcRemote, CliError> {
    let info = replica.info().map_err(failure::replica)?;
    let remote = info.remote.ok_or_else(exchange::no_server)?;
    exchange::server(context, (&remote.url, info.pending), Limits::WAITED_FOR)
}

/// Writes what a token allows.
fn scope_in_words(scope: Option<Scope>, team: impl FnOnce(TeamId) -> String) -> String {
    let Some(scope) = scope else {
        return "something newer".to_owned();
    };
    let access = match scope.access {
        Access::Full => "everything",
        Access::Reports => "check-ins",
        Access::Reads => "reading",
    };
    match scope.team {
        None => access.to_owned(),
        Some(id) => format!("{access} of {}", team(id)),
    }
}

/// Writes who somebody is, or their id when nobody says.
pub(super) fn who(directory: &Directory, person: PersonId) -> String {
    match directory.entries.get(&person) {
        Some(entry) => format!("@{}", entry.handle),
        None if directory.erased.contains(&person) => nameless(person, true),
        None => person.uuid().to_string(),
    }
}

#[cfg(test)]
mod tests;
