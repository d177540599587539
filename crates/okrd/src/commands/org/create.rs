//! `okrd org create`: another organisation beside those that are there.

use super::CreateArguments;
use crate::clock::Clock;
use crate::commands::init::Made;
use crate::failure::{Exit, Failure};
use crate::init::{Administrator, NewServer, Organisation};

pub(super) fn run(arguments: &CreateArguments) -> Result<(), Failure> {
    let organisation = match (&arguments.name, &arguments.time_zone, arguments.adopt) {
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
    let settings = arguments.data.settings()?;
    let data = settings.data()?;
    let server = NewServer::reopen(data, Clock::system())?;
    let initialised = server.add_beside(organisation, administrator)?;
    let made = Made {
        data,
        org: arguments.name.as_ref(),
        admin: &arguments.admin,
        initialised: &initialised,
    };
    made.print(&settings, arguments.output)
}
