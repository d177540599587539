//! The server: whether it answers, knows this login, and is the one that the copy belongs to.

use okr_replica::{GrpcRemote, ReplicaInfo};

use super::check::Check;
use crate::context::Context;
use crate::credentials;
use crate::exchange::{self, Limits};
use crate::failure;

/// Asks the server who this is, for a short time.
pub(super) fn reached(context: &mut Context, info: &ReplicaInfo) -> Check {
    let Some(remote) = &info.remote else {
        return Check::ok("server", "none: everything is on this machine");
    };
    if context.globals.offline {
        return Check::ok(
            "server",
            format!("{}, not asked because of --offline", remote.url),
        );
    }
    let asked = ask(context, &remote.url);
    match asked {
        Ok(None) => Check::warning(
            "server",
            format!("{}: you are not logged in", remote.url),
            "okr login --code CODE",
        ),
        Ok(Some(identity))
            if identity.origin != remote.origin || identity.verifier_key != remote.verifier_key =>
        {
            Check::problem(
                "server",
                format!("{} is not the server that the copy belongs to", remote.url),
                "ask who runs the server; do not log in to it anew before you know why",
            )
        }
        Ok(Some(_)) => Check::ok(
            "server",
            format!("{} answers and knows this login", remote.url),
        ),
        Err(error) => Check::of_error("server", &context.with_token_variable(error)),
    }
}

fn ask(
    context: &mut Context,
    url: &str,
) -> Result<Option<okr_replica::Identity>, crate::error::CliError> {
    let workspace = context.workspace()?.clone();
    let Some(token) = credentials::find(&context.environment, &workspace)? else {
        return Ok(None);
    };
    context.token_variable = credentials::variable(&context.environment);
    let options = exchange::options(context, Limits::LOOKED_AT)?;
    let failed = |error| failure::remote(&error, None);
    let mut server = GrpcRemote::connect(url, Some(token.secret()), &options).map_err(failed)?;
    server.who_am_i().map(Some).map_err(failed)
}
