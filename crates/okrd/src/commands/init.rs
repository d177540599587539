//! `okrd init`: makes a data directory with an organisation and its administrator.

use std::path::Path;

use okr_core::text::Name;
use okr_proto::Handle;
use serde_json::json;

use super::minute;
use crate::args::{InitArguments, OutputFormat};
use crate::clock::Clock;
use crate::config::Settings;
use crate::failure::{Exit, Failure};
use crate::init::{Administrator, InitError, Initialised, NewServer, Organisation};
use crate::output;
use crate::server::ServeError;

pub(super) fn run(arguments: &InitArguments) -> Result<(), Failure> {
    let organisation = match (&arguments.org, &arguments.time_zone, arguments.adopt) {
        (Some(name), Some(time_zone), None) => Organisation::New {
            name: name.clone(),
            time_zone: time_zone.clone(),
        },
        (None, None, Some(principal)) => Organisation::Adopted(principal),
        (..) => {
            let message = "an organisation is either new, with a name and a time zone, or adopted";
            return Err(Failure::new(Exit::Configuration, message));
        }
    };
    let administrator = Administrator {
        handle: arguments.admin.clone(),
        name: arguments.admin_name.clone(),
        email: arguments.admin_email.clone(),
    };
    let clock = Clock::system();
    let settings = arguments.data.settings()?;
    let data = settings.data()?;
    let server = NewServer::create(data, &arguments.server_name, clock)?;
    for initialised in server.finish(vec![(organisation, administrator)])? {
        let made = Made {
            data,
            org: arguments.org.as_ref(),
            admin: &arguments.admin,
            initialised: &initialised,
        };
        made.print(&settings, arguments.output)?;
    }
    Ok(())
}

/// An organisation that was made, and where.
pub(super) struct Made<'a> {
    pub(super) data: &'a Path,
    /// Its name; none when its first sync brings it.
    pub(super) org: Option<&'a Name>,
    pub(super) admin: &'a Handle,
    pub(super) initialised: &'a Initialised,
}

impl Made<'_> {
    /// Says what the administrator needs.
    pub(super) fn print(&self, settings: &Settings, form: OutputFormat) -> Result<(), Failure> {
        output::print(&match form {
            OutputFormat::Text => text(self, settings),
            OutputFormat::Json => json(self),
        })
    }
}

fn text(what: &Made<'_>, settings: &Settings) -> String {
    let made = what.initialised;
    let data = what.data.display();
    let scheme = settings.scheme();
    let listen = settings.server.listen.as_str();
    let organisation = match what.org {
        Some(name) => format!("{name} ({})", made.principal.org),
        None => format!("{}, brought by its first sync", made.principal.org),
    };
    let (handle, person) = (what.admin, made.principal.person);
    let (code, until) = (made.code.secret.reveal(), minute(made.code.expires_at));
    let key = &made.verifier_key;
    // Whoever has the organisation in a workspace logs that one in; everybody else makes a copy.
    let then = match what.org {
        Some(_) => format!("okr clone {scheme}://{listen} --code {code}"),
        None => format!("okr login {scheme}://{listen} --code {code}"),
    };
    format!(
        "Made {data}\n\
         \n\
         \x20 organisation   {organisation}\n\
         \x20 administrator  {handle} ({person})\n\
         \x20 login code     {code}\n\
         \x20                works once, until {until}\n\
         \x20 verifier key   {key}\n\
         \n\
         Next: okrd serve --data {data}\n\
         Then: {then}"
    )
}

fn json(what: &Made<'_>) -> String {
    let (made, data) = (what.initialised, what.data);
    let next = format!("okrd serve --data {}", data.display());
    json!({
        "schema": "okrd.v1.Init",
        "data": data,
        "org": made.principal.org.to_string(),
        "person": made.principal.person.to_string(),
        "handle": what.admin.as_str(),
        "code": made.code.secret.reveal(),
        "code_expires_at": made.code.expires_at.to_string(),
        "verifier_key": made.verifier_key,
        "origin": made.origin.as_str(),
        "next": next,
    })
    .to_string()
}

impl From<InitError> for Failure {
    fn from(error: InitError) -> Self {
        match error {
            InitError::Data(error) => error.into(),
            InitError::Log(error) => error.into(),
            InitError::Open(error) => error.into(),
            error @ (InitError::Name(_) | InitError::Present(_) | InitError::NameTaken(_)) => {
                Self::new(Exit::Configuration, error.to_string()).caused_by_source_of(&error)
            }
            InitError::Key(error) => ServeError::from(error).into(),
            error @ (InitError::Directory(_)
            | InitError::Issue(_)
            | InitError::Random(_)
            | InitError::FirstChange(_)) => {
                Self::new(Exit::Error, error.to_string()).caused_by_source_of(&error)
            }
        }
    }
}
