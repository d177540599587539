//! `okr login`, and what cloning shares with it: proving who somebody is to a server.

use std::io;

use okr_replica::{GrpcOptions, GrpcRemote, Identity, RemoteInfo, ReplicaInfo};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::token;
use crate::args::{Credential, LoginArgs};
use crate::context::Context;
use crate::credentials::{self, Token};
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::render::local;
use crate::ui::Item;
use crate::when::Clock;

/// A login in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct LoginItem {
    pub(super) person: Uuid,
    pub(super) org: Uuid,
    pub(super) handle: Option<String>,
    pub(super) role: Option<&'static str>,
    pub(super) server: String,
    pub(super) server_version: String,
    pub(super) token_file: Option<String>,
    pub(super) expires_at: String,
}

impl Item for LoginItem {
    const TYPE: &'static str = "login";
    const SCHEMA: &'static str = "LoginList";

    fn id(&self) -> Option<Uuid> {
        Some(self.person)
    }
}

impl LoginItem {
    pub(super) fn new(login: &Login, server: &str, token_file: Option<String>) -> Self {
        let identity = &login.identity;
        Self {
            person: identity.person.uuid(),
            org: identity.org.uuid(),
            handle: identity.entry.as_ref().map(|entry| entry.handle.clone()),
            role: identity.role.map(okr_core::value::Role::word),
            server: server.to_owned(),
            server_version: identity.server_version.clone(),
            token_file,
            expires_at: identity.expires_at.to_string(),
        }
    }

    /// Says who is logged in where, where the token is and, by the clock of here, until when it works.
    pub(super) fn text(&self, login: &Login, clock: &Clock) -> String {
        let who = self
            .handle
            .as_ref()
            .map_or_else(|| self.person.to_string(), |handle| format!("@{handle}"));
        let role = self
            .role
            .map_or_else(String::new, |role| format!(" ({role})"));
        let kept = match &self.token_file {
            Some(path) => format!("token kept in {path}, readable by you only"),
            None => "token taken from the environment and not kept".to_owned(),
        };
        format!(
            "logged in to {} as {who}{role}\n{kept}, until {}\n",
            failure::host(&self.server),
            local(login.identity.expires_at, clock)
        )
    }
}

/// Who logged in, with which token.
pub(super) struct Login {
    pub(super) identity: Identity,
    pub(super) token: Token,
    /// Whether the token shall be kept: not when the environment gives it each time.
    pub(super) keep: bool,
    /// The server that has just given the token for a code; none when it was there before.
    given_by: Option<GrpcRemote>,
}

impl Login {
    /// Returns what the replica pins of the server.
    pub(super) fn remote(&self, url: &str) -> RemoteInfo {
        RemoteInfo {
            url: url.to_owned(),
            origin: self.identity.origin.clone(),
            verifier_key: self.identity.verifier_key.clone(),
        }
    }

    /// Ends the token that a code gave, because nothing comes of the login, and says what became of
    /// both: nobody would have the token, and it could do everything for 90 days.
    pub(super) fn undone(self, error: CliError) -> CliError {
        let Some(mut server) = self.given_by else {
            return error;
        };
        match server.revoke_token(self.identity.token_id) {
            Ok(()) => error.with_hint(USED_UP),
            Err(why) => error.with_hint(format!(
                "{USED_UP}; the token that it gave, {}, could not be ended ({why}): okr token revoke there",
                token::short(self.identity.token_id)
            )),
        }
    }
}

/// What a login that was refused has cost. Only a login says whose the code is and which server answers.
const USED_UP: &str =
    "the code is used up: ask for another one, as okr member invite or okrd code makes it";

pub(crate) fn run(context: &mut Context, args: &LoginArgs) -> Result<Exit, CliError> {
    let mut replica = context.replica()?;
    let info = replica.info().map_err(failure::replica)?;
    let known = info.remote.as_ref().map(|remote| remote.url.clone());
    let url = args.url.clone().or(known.clone()).ok_or_else(|| {
        CliError::usage(
            "no-server",
            "this workspace has no server yet: say which one",
        )
        .with_hint("okr login URL --code CODE")
    })?;
    let workspace = context.workspace()?.clone();
    let mut settings = workspace.config()?;
    settings.take_certificates(&args.credential);
    let options = settings.grpc_options();
    let kept = match (&known, args.credential.names_certificates()) {
        // The token goes to the server that gave it and to no other.
        (Some(known), true) if is_same(known, &url) => credentials::kept(&workspace)?,
        _ => None,
    };
    let login = log_in(context, (&args.credential, kept), (&url, &options))?;
    let fits = fits(&login, &info, &url).and_then(|()| {
        replica
            .connect(&login.remote(&url))
            .map_err(failure::replica)?;
        workspace.save_config(&settings)?;
        keep(&workspace, &login)
    });
    let token_file = match fits {
        Ok(token_file) => token_file,
        Err(error) => return Err(login.undone(error)),
    };
    let items = [LoginItem::new(&login, &url, token_file)];
    let frame = context.plain_frame();
    let clock = context.present(&replica)?.1;
    context
        .ui
        .answer(&frame, &items, |_| items[0].text(&login, &clock));
    context.ui.hint("okr sync");
    Ok(Exit::Ok)
}

/// Refuses a login for another organisation or person than those of the workspace.
fn fits(login: &Login, info: &ReplicaInfo, url: &str) -> Result<(), CliError> {
    if login.identity.org != info.org {
        return Err(CliError::user(
            "wrong-organisation",
            "this login is for another organisation than the workspace",
        )
        .with_exit(Exit::NotPermitted)
        .with_cause(format!(
            "the workspace holds {}, the login is for {}",
            info.org, login.identity.org
        ))
        .with_hint(format!(
            "okr clone {url} NAME --code CODE   makes a workspace of the other one"
        )));
    }
    if login.identity.person != info.me {
        return Err(CliError::user(
            "wrong-person",
            "this login is for another person than the workspace",
        )
        .with_exit(Exit::NotPermitted)
        .with_hint(format!(
            "okr clone {url} NAME --code CODE   makes a workspace of theirs"
        )));
    }
    Ok(())
}

/// Keeps the token of a login beside the replica, and says where.
pub(super) fn keep(
    workspace: &crate::workspace::Workspace,
    login: &Login,
) -> Result<Option<String>, CliError> {
    if !login.keep {
        return Ok(None);
    }
    credentials::keep(workspace, &login.token)?;
    Ok(Some(token_file(workspace)))
}

/// Writes where the token of a workspace is kept.
pub(super) fn token_file(workspace: &crate::workspace::Workspace) -> String {
    workspace.token_file().display().to_string()
}

/// Says whether two addresses are one, as somebody may type them.
fn is_same(known: &str, url: &str) -> bool {
    let in_full = |url: &str| {
        let url = url.trim().trim_end_matches('/').to_ascii_lowercase();
        if url.contains("://") {
            url
        } else {
            format!("https://{url}")
        }
    };
    in_full(known) == in_full(url)
}

/// Proves who somebody is with a one-time code or a token; without either with the one that was kept.
///
/// # Errors
/// When there is neither, or the server does not accept it.
pub(super) fn log_in(
    context: &mut Context,
    (credential, kept): (&Credential, Option<Token>),
    (url, options): (&str, &GrpcOptions),
) -> Result<Login, CliError> {
    let given = given(context, credential, kept)?;
    let remote = |error: &okr_replica::RemoteError| failure::remote(error, None);
    match given {
        Given::Code(code) => {
            let device = device(context, credential);
            let mut server =
                GrpcRemote::connect(url, None, options).map_err(|error| remote(&error))?;
            let login = server
                .login(&code, &device)
                .map_err(|error| remote(&error))?;
            Ok(Login {
                token: Token::new(&login.token)?,
                identity: login.identity,
                keep: true,
                given_by: Some(server),
            })
        }
        Given::Token { token, keep } => {
            let mut server = GrpcRemote::connect(url, Some(token.secret()), options)
                .map_err(|error| remote(&error))?;
            let identity = server.who_am_i().map_err(|error| remote(&error))?;
            Ok(Login {
                identity,
                token,
                keep,
                given_by: None,
            })
        }
    }
}

enum Given {
    Code(String),
    Token { token: Token, keep: bool },
}

fn given(
    context: &mut Context,
    credential: &Credential,
    kept: Option<Token>,
) -> Result<Given, CliError> {
    let from_stdin = |what: &str| {
        credentials::read(io::stdin().lock()).map_err(|error| {
            CliError::config("no-input", format!("no {what} on standard input")).caused_by(&error)
        })
    };
    if let Some(code) = &credential.code {
        return code_of(code);
    }
    if credential.code_stdin {
        return code_of(&from_stdin("code")?);
    }
    if credential.token_stdin {
        let token = Token::new(&from_stdin("token")?)?;
        return Ok(Given::Token { token, keep: true });
    }
    if let Some(path) = &credential.token_file {
        let token = credentials::read_file(path)?;
        return Ok(Given::Token { token, keep: true });
    }
    if let Some(token) = credentials::of_environment(&context.environment)? {
        context.token_variable = credentials::variable(&context.environment);
        return Ok(Given::Token { token, keep: false });
    }
    if let Some(token) = kept {
        return Ok(Given::Token { token, keep: true });
    }
    if context.may_ask() {
        let code = context.ask("One-time code: ")?;
        return code_of(&code);
    }
    Err(
        CliError::user("login-needed", "a one-time code or a token is needed")
            .with_exit(Exit::LoginNeeded)
            .with_hint("--code CODE, --code-stdin, --token-stdin, --token-file FILE, or OKR_TOKEN"),
    )
}

fn code_of(text: &str) -> Result<Given, CliError> {
    let code = text.trim();
    if code.is_empty() {
        return Err(CliError::user("login-needed", "the one-time code is empty")
            .with_exit(Exit::LoginNeeded));
    }
    Ok(Given::Code(code.to_owned()))
}

fn device(context: &Context, credential: &Credential) -> String {
    let host = || {
        let host = context.environment.get("HOSTNAME").map(str::to_owned);
        host.or_else(|| std::fs::read_to_string("/etc/hostname").ok())
            .map(|host| host.trim().to_owned())
            .filter(|host| !host.is_empty())
    };
    let device = credential.device.clone().or_else(host);
    device.unwrap_or_else(|| "okr".to_owned())
}
