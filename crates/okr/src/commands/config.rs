//! `okr config`: what is set, where, and what could be.

mod item;

use std::path::PathBuf;

use crate::args::{ConfigArgs, ConfigCommand, ConfigSetArgs, ConfigUnsetArgs};
use crate::context::Context;
use crate::editor;
use crate::error::CliError;
use crate::exit::Exit;
use crate::render::{Cell, Column, Screen, Table, Tone};
use crate::settings::{self, DIRECTORY_FILE, KEYS, Key, Settings};
use item::Origin;
pub(super) use item::{FileItem, SettingItem};

/// Runs `okr config`.
///
/// # Errors
/// When a file cannot be read, understood or written, or there is no such setting.
pub(crate) fn run(context: &mut Context, args: &ConfigArgs) -> Result<Exit, CliError> {
    match &args.command {
        ConfigCommand::List(args) => list(context, args.origin),
        ConfigCommand::Get(args) => get(context, &args.key),
        ConfigCommand::Set(args) => set(context, args),
        ConfigCommand::Unset(args) => unset(context, args),
        ConfigCommand::Edit(args) => edit(context, args.here),
        ConfigCommand::Path(args) => path(context, args.here),
        ConfigCommand::Explain(args) => explain(context, args.key.as_deref()),
    }
}

/// Reads the settings once more: those that the command started with may have been left out.
fn load(context: &Context) -> Result<Settings, CliError> {
    let directory = context.environment.directory();
    Settings::load(&context.places.config_file, directory)
}

fn items<'k>(
    context: &Context,
    settings: &Settings,
    keys: impl IntoIterator<Item = &'k Key>,
) -> Vec<SettingItem> {
    let item = |key| SettingItem::new(key, Origin::of(key, &context.environment, settings));
    keys.into_iter().map(item).collect()
}

fn list(context: &mut Context, with_origin: bool) -> Result<Exit, CliError> {
    let settings = load(context)?;
    let items = items(context, &settings, KEYS);
    let frame = context.plain_frame();
    context.ui.answer(&frame, &items, |screen| {
        let names = ["SETTING", "VALUE", "ORIGIN"].map(Column::left);
        let shown = if with_origin { 3 } else { 2 };
        let mut table = Table::new(&names[..shown]);
        for item in &items {
            let value = item.value.as_deref().unwrap_or("-");
            let cells = [
                Cell::from(item.key),
                Cell::from(value),
                Cell::toned(Tone::Dim, &item.origin.to_string()),
            ];
            table.row(&cells[..shown]);
        }
        table.render(screen)
    });
    Ok(Exit::Ok)
}

fn get(context: &mut Context, name: &str) -> Result<Exit, CliError> {
    let key = settings::find(name)?;
    let settings = load(context)?;
    let items = items(context, &settings, [key]);
    let Some(value) = items.iter().find_map(|item| item.value.clone()) else {
        let message = format!("{name} is not set");
        return Err(CliError::user("not-set", message)
            .with_exit(Exit::ConditionNotMet)
            .with_hint(format!("okr config set {name} VALUE")));
    };
    let frame = context.plain_frame();
    context.ui.answer(&frame, &items, |_| value);
    Ok(Exit::Ok)
}

/// Returns the settings file of the person or of this directory.
///
/// # Errors
/// A configuration error when the directory is gone.
pub(super) fn file(context: &Context, here: bool) -> Result<PathBuf, CliError> {
    if !here {
        return Ok(context.places.config_file.clone());
    }
    let directory = context.environment.directory().ok_or_else(|| {
        CliError::config("no-directory", "the directory that okr runs in is gone")
    })?;
    Ok(directory.join(DIRECTORY_FILE))
}

/// Refuses to put a setting where it would not be read.
fn check_place(key: &Key, here: bool) -> Result<(), CliError> {
    let name = key.name;
    if here && !key.in_directory {
        return Err(settings::foreign(name, |message| {
            CliError::usage("not-here", message)
        }));
    }
    if !here && !key.in_person {
        let message = format!("{name} belongs to a directory or a workspace");
        return Err(CliError::usage("not-here", message)
            .with_hint(format!("okr config set {name} VALUE --here"))
            .with_hint("okr cycle use REF sets it for the workspace"));
    }
    Ok(())
}

fn set(context: &mut Context, args: &ConfigSetArgs) -> Result<Exit, CliError> {
    let key = settings::find(&args.key)?;
    check_place(key, args.here)?;
    let file = file(context, args.here)?;
    settings::set(&file, key, &args.value)?;
    tell(context, key)
}

fn unset(context: &mut Context, args: &ConfigUnsetArgs) -> Result<Exit, CliError> {
    let key = settings::find(&args.key)?;
    let file = file(context, args.here)?;
    settings::unset(&file, key)?;
    tell(context, key)
}

/// Says what a setting was and is now; something stronger may hold still.
fn tell(context: &mut Context, key: &Key) -> Result<Exit, CliError> {
    let before = context.environment.settings().cloned().unwrap_or_default();
    let before = items(context, &before, [key]);
    let settings = load(context)?;
    let items = items(context, &settings, [key]);
    let frame = context.plain_frame();
    context.ui.answer(&frame, &items, |screen| {
        let value = |items: &[SettingItem]| {
            let value = items.iter().find_map(|item| item.value.clone());
            value.unwrap_or_else(|| "not set".to_owned())
        };
        let (old, new) = (value(&before), value(&items));
        let origin = items
            .first()
            .map_or_else(String::new, |item| item.origin.to_string());
        if old == new {
            format!("{}: {new}  ({origin})", key.name)
        } else {
            format!("{}: {old} {} {new}  ({origin})", key.name, screen.arrow())
        }
    });
    Ok(Exit::Ok)
}

fn edit(context: &mut Context, here: bool) -> Result<Exit, CliError> {
    let file = file(context, here)?;
    editor::open(context, &file)?;
    load(context)?;
    let items = [FileItem::new(&file)];
    let frame = context.plain_frame();
    context.ui.answer(&frame, &items, |_| {
        format!("{} is in order", file.display())
    });
    Ok(Exit::Ok)
}

fn path(context: &mut Context, here: bool) -> Result<Exit, CliError> {
    let file = file(context, here)?;
    let items = [FileItem::new(&file)];
    let frame = context.plain_frame();
    context
        .ui
        .answer(&frame, &items, |_| file.display().to_string());
    Ok(Exit::Ok)
}

fn explain(context: &mut Context, name: Option<&str>) -> Result<Exit, CliError> {
    let keys = match name {
        Some(name) => std::slice::from_ref(settings::find(name)?),
        None => KEYS,
    };
    let settings = load(context)?;
    let items = items(context, &settings, keys);
    let frame = context.plain_frame();
    context.ui.answer(&frame, &items, |screen| {
        let texts: Vec<String> = keys.iter().map(|key| explained(key, screen)).collect();
        texts.join("\n")
    });
    Ok(Exit::Ok)
}

fn explained(key: &Key, screen: &Screen) -> String {
    let mut text = format!(
        "{}\n  {}\n",
        screen.paint(Tone::Strong, key.name),
        key.meaning
    );
    let places = match (key.in_person, key.in_directory) {
        (true, true) => "okr config set, also --here for a directory",
        (true, false) => "okr config set",
        (false, _) => "okr config set --here, for a directory",
    };
    let variable = key.variable.unwrap_or("-");
    for (label, value) in [
        ("takes", key.takes_words()),
        ("default", key.default.unwrap_or("-").to_owned()),
        ("variable", variable.to_owned()),
        ("set by", places.to_owned()),
    ] {
        let line = format!("  {label:<9} {value}\n");
        text.push_str(&line);
    }
    text
}
