//! `okrd restore`: makes a data directory of backups.

use std::path::Path;

use serde_json::{Value, json};

use crate::args::{OutputFormat, RestoreArguments};
use crate::backup::{Chain, Cut, Restored, restore};
use crate::failure::Failure;
use crate::output;

pub(super) fn run(arguments: &RestoreArguments) -> Result<(), Failure> {
    let chain = Chain::open(&arguments.from)?;
    let positions = arguments.to_position.iter();
    let cut = Cut {
        positions: positions.map(|it| (it.org, it.position)).collect(),
        time: arguments.to_time,
    };
    let data = arguments.data.path()?;
    let restored = restore(&chain, &cut, &data)?;
    output::print(&match arguments.output {
        OutputFormat::Text => text(&data, &restored),
        OutputFormat::Json => json(&data, &restored),
    })
}

fn text(data: &Path, restored: &[Restored]) -> String {
    let data = data.display();
    let orgs = restored.iter().map(|restored| {
        let Restored {
            org,
            head,
            root,
            left_out,
        } = restored;
        let without = match left_out {
            0 => String::new(),
            left_out => format!(", {left_out} later left out"),
        };
        let changes = output::count(*head, "change");
        format!("\n  {org}  {changes}{without}\n    root {root}\n")
    });
    let orgs: String = orgs.collect();
    format!(
        "Restored {data}\n{orgs}\n\
         Next: okrd serve --data {data}\n\
         Then: everybody runs `okr sync`. Who has more than this backup is told so,\n\
         and brings it back with `okr sync --accept-restored`.\n\
         The next backup must be a full one, or continue the last of these."
    )
}

fn json(data: &Path, restored: &[Restored]) -> String {
    let orgs = restored.iter().map(|restored| {
        json!({
            "org": restored.org.to_string(),
            "changes": restored.head,
            "root": restored.root,
            "left_out": restored.left_out,
        })
    });
    json!({
        "schema": "okrd.v1.Restored",
        "data": data,
        "orgs": orgs.collect::<Vec<Value>>(),
        "next": format!("okrd serve --data {}", data.display()),
    })
    .to_string()
}
