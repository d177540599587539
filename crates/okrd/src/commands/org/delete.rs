//! `okrd org delete`: an organisation goes for good.

use serde_json::json;

use super::{DeleteArguments, find};
use crate::access_log::{AccessLog, Act, Entry};
use crate::args::OutputFormat;
use crate::clock::Clock;
use crate::data::DataDir;
use crate::failure::{Exit, Failure};
use crate::{deletion, organisations, output};

pub(super) fn run(arguments: &DeleteArguments) -> Result<(), Failure> {
    let path = &arguments.one.data.path()?;
    let (data, mut manifest) = DataDir::open(path)?;
    let org = find::find(path, &manifest, &arguments.one.org)?;
    let name = find::name(&organisations::read(path, &manifest)?, org);
    if arguments.confirm != name {
        let message = format!("--confirm does not say what would be deleted: {name}");
        let hint = format!("type --confirm {name:?} when that is meant; it cannot be undone");
        return Err(Failure::new(Exit::Configuration, message).hint(hint));
    }
    deletion::delete(&data, &mut manifest, org)?;
    let entry = Entry::done(Act::Operate, Clock::system().now()).of(org);
    AccessLog::open(data.access_log_file())?.record(&entry.saying("org delete"));
    output::print(&match arguments.one.output {
        OutputFormat::Text => format!("deleted {org}; nothing of it is left here"),
        OutputFormat::Json => json!({
            "schema": "okrd.v1.Deleted",
            "org": org.to_string(),
        })
        .to_string(),
    })
}
