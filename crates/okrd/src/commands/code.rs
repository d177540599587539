//! `okrd code`: makes a login code while no server runs, for an administrator who has lost the last one.

use std::collections::BTreeSet;

use okr_core::id::OrgId;
use serde_json::json;

use super::minute;
use super::org::find_org;
use crate::access_log::{AccessLog, Act, Entry};
use crate::args::{CodeArguments, OutputFormat};
use crate::clock::Clock;
use crate::credentials::{CODE_LIFETIME, Credentials, IssueError, NewCode, Principal};
use crate::data::{DataDir, DataError};
use crate::directory::Directory;
use crate::failure::{Exit, Failure};
use crate::output;
use crate::server::read_orgs;

pub(super) fn run(arguments: &CodeArguments) -> Result<(), Failure> {
    let opened = DataDir::open(&arguments.data.path()?);
    let (data, manifest) = opened.map_err(|error| match error {
        error @ DataError::Locked { .. } => Failure::from(error).hint(format!(
            "the server is running: an administrator types `okr member invite {}` instead",
            arguments.person
        )),
        other => other.into(),
    })?;
    let directory = Directory::open(data.directory_file())?;
    let person = arguments.person.as_str();
    let orgs = match &arguments.org {
        Some(org) => BTreeSet::from([find_org(&arguments.data.path()?, &manifest, org)?]),
        None => read_orgs(&manifest)?,
    };
    let principal = find(&directory, &orgs, person)?;
    let credentials = Credentials::open(data.credentials_file())?;
    let wanted = NewCode {
        principal,
        issued_by: None,
        lifetime: CODE_LIFETIME,
    };
    let now = Clock::system().now();
    let (issued, id) = credentials.issue_code(wanted, now)?;
    let access = AccessLog::open(data.access_log_file())?;
    let entry = Entry::done(Act::IssueCode, now).of(principal.org);
    access.record(&entry.about(principal.person).subject(id));
    let (code, expires_at) = (issued.secret.reveal(), issued.expires_at);
    output::print(&match arguments.output {
        OutputFormat::Text => format!(
            "login code     {code}\n               works once, until {}",
            minute(expires_at)
        ),
        OutputFormat::Json => json!({
            "schema": "okrd.v1.Code",
            "org": principal.org.to_string(),
            "person": principal.person.to_string(),
            "handle": person,
            "code": code,
            "code_expires_at": expires_at.to_string(),
        })
        .to_string(),
    })
}

fn find(directory: &Directory, orgs: &BTreeSet<OrgId>, handle: &str) -> Result<Principal, Failure> {
    let found = orgs.iter().filter_map(|org| {
        let person = directory.find(*org, handle)?.person;
        Some(Principal { org: *org, person })
    });
    let found: Vec<Principal> = found.collect();
    match found.as_slice() {
        [principal] => Ok(*principal),
        [] => {
            let everybody = orgs.iter().flat_map(|org| directory.people(*org).entries);
            let handles: Vec<String> = everybody.map(|entry| entry.handle.to_string()).collect();
            let message = format!("there is nobody with the handle {handle}");
            let hint = format!("the handles are: {}", handles.join(", "));
            Err(Failure::new(Exit::NotFound, message).hint(hint))
        }
        [..] => {
            let message = format!("several organisations know the handle {handle}");
            Err(Failure::new(Exit::NotFound, message)
                .hint("say which one: --org, as okrd org list shows them"))
        }
    }
}

impl From<IssueError> for Failure {
    fn from(error: IssueError) -> Self {
        match error {
            IssueError::Data(error) => error.into(),
            error @ (IssueError::Name | IssueError::Random(_)) => {
                Self::new(Exit::Error, error.to_string())
            }
        }
    }
}
