//! `okrd backup`: writes a backup under its name only when it is whole; `okrd backup verify` checks some.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::minute;
use crate::args::{BackupArguments, BackupCommand, BackupVerifyArguments, OutputFormat};
use crate::backup::{Chain, Manifest, Source, Whole, Written, create};
use crate::clock::Clock;
use crate::failure::{Exit, Failure};
use crate::output;

/// A backup holds the key of the server.
const PRIVATE_FILE: u32 = 0o600;
const BUFFER_BYTES: usize = 256 * 1024;

pub(super) fn run(arguments: &BackupArguments) -> Result<(), Failure> {
    match (&arguments.command, &arguments.to) {
        (Some(BackupCommand::Verify(arguments)), _) => verify(arguments),
        (None, Some(to)) => make(arguments, &arguments.data.path()?, to),
        (None, None) => {
            let message = "--to says where the backup goes";
            Err(Failure::new(Exit::Configuration, message))
        }
    }
}

fn make(arguments: &BackupArguments, data: &Path, to: &Path) -> Result<(), Failure> {
    let since = arguments.since.as_deref().map(Whole::open).transpose()?;
    let now = Clock::system().now();
    if to == Path::new("-") {
        let out = io::stdout();
        if out.is_terminal() {
            let message = "a backup is not for the eyes";
            return Err(Failure::new(Exit::Configuration, message)
                .hint("send standard output to a file or a program, or give --to FILE"));
        }
        let mut source = Source::open(data)?;
        let out = BufWriter::with_capacity(BUFFER_BYTES, out.lock());
        let written = create(&mut source, since.as_ref(), (out, now))?;
        note(&mut source, &written);
        // Standard output has the backup.
        output::note(&answer(arguments, &written));
        return Ok(());
    }
    let new = NewFile::beside(to)?;
    let mut source = Source::open(data)?;
    let out = BufWriter::with_capacity(BUFFER_BYTES, &new.file);
    let written = create(&mut source, since.as_ref(), (out, now))?;
    new.finish(to)?;
    note(&mut source, &written);
    output::print(&answer(arguments, &written))
}

/// Notes for whoever watches that there is a backup. It is whole, whatever becomes of the note.
fn note(source: &mut Source, written: &Written) {
    if let Err(failure) = source.note_backup(written.manifest.taken_at.0) {
        output::warn(&format!(
            "the backup is whole, but okrd_backup_last_success_timestamp_seconds stays as it was\n{failure}"
        ));
    }
}

/// A file that has its name only when it is whole, and goes away otherwise.
struct NewFile {
    path: PathBuf,
    file: File,
    finished: bool,
}

impl NewFile {
    fn beside(to: &Path) -> Result<Self, Failure> {
        if to.exists() {
            let message = format!("{} exists already", to.display());
            return Err(Failure::new(Exit::Configuration, message)
                .hint("a backup is never overwritten: choose another name"));
        }
        let name = to.file_name().ok_or_else(|| {
            Failure::new(
                Exit::Configuration,
                format!("{} is no name of a file", to.display()),
            )
        })?;
        let mut part = std::ffi::OsString::from(".");
        part.push(name);
        part.push(format!(".{}.part", std::process::id()));
        let path = to.with_file_name(part);
        let mut options = OpenOptions::new();
        // A file of its own: the folder may be of somebody who laid a link there.
        options.write(true).create_new(true).mode(PRIVATE_FILE);
        let made = match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            // What a killed process left that had the same number.
            Ok(()) | Err(_) => options.open(&path),
        };
        let file = made.map_err(|error| {
            Failure::new(Exit::Error, format!("{} cannot be made", to.display())).caused_by(&error)
        })?;
        let finished = false;
        Ok(Self {
            path,
            file,
            finished,
        })
    }

    /// Makes the file durable, and then known by its name.
    fn finish(mut self, to: &Path) -> Result<(), Failure> {
        let directory = to.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new("."));
        // A hard link refuses a name that somebody took meanwhile; renaming would replace that file.
        let done = self
            .file
            .flush()
            .and_then(|()| self.file.sync_all())
            .and_then(|()| fs::hard_link(&self.path, to))
            .and_then(|()| fs::remove_file(&self.path))
            .and_then(|()| File::open(directory)?.sync_all());
        done.map_err(|error| {
            let message = format!("{} cannot be finished", to.display());
            Failure::new(Exit::Error, message).caused_by(&error)
        })?;
        self.finished = true;
        Ok(())
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.finished {
            // What cannot be removed has a name that shows what it is.
            drop(fs::remove_file(&self.path));
        }
    }
}

fn answer(arguments: &BackupArguments, written: &Written) -> String {
    let manifest = &written.manifest;
    match arguments.output {
        OutputFormat::Json => {
            let mut value = described(manifest);
            value["schema"] = "okrd.v1.Backup".into();
            value["file"] = json!(arguments.to);
            value["id"] = written.id.as_str().into();
            value["bytes"] = written.bytes.into();
            value.to_string()
        }
        OutputFormat::Text => {
            let to = arguments.to.as_deref().unwrap_or(Path::new("-")).display();
            let kind = match &manifest.continues {
                Some(before) => format!("since {}", minute(before.taken_at.0)),
                None => "full".to_owned(),
            };
            let mut text = format!(
                "Backed up to {to}\n\n\
                 \x20 kind      {kind}\n\
                 \x20 changes   {}\n\
                 \x20 size      {}\n\
                 \x20 id        {}\n",
                manifest.changes(),
                output::size(written.bytes),
                written.id,
            );
            text += &organisations(manifest);
            text += "\nIt holds the key that this server signs with, and everybody's names: keep it\n\
                     as you keep the server.";
            text
        }
    }
}

fn organisations(manifest: &Manifest) -> String {
    let lines = manifest.orgs.iter().map(|part| {
        let end = &part.end;
        format!(
            "\n  {}  up to {}\n    root {}\n",
            end.org.0, end.head, end.root
        )
    });
    lines.collect()
}

fn described(manifest: &Manifest) -> Value {
    let orgs = manifest.orgs.iter().map(|part| {
        json!({
            "org": part.end.org.0.to_string(),
            "after": part.after,
            "head": part.end.head,
            "root": part.end.root,
            "recorded_at": part.end.recorded_at.map(|moment| moment.0.to_string()),
        })
    });
    json!({
        "okrd": manifest.okrd,
        "taken_at": manifest.taken_at.0.to_string(),
        "continues": manifest.continues.as_ref().map(|before| &before.id),
        "changes": manifest.changes(),
        "orgs": orgs.collect::<Vec<Value>>(),
    })
}

fn verify(arguments: &BackupVerifyArguments) -> Result<(), Failure> {
    let chain = Chain::open(&arguments.files)?;
    chain.walk(&mut |_, walk, record| {
        walk.change(record).map(drop).map_err(|error| {
            Failure::new(Exit::Integrity, "a change cannot be read").caused_by(&error)
        })
    })?;
    output::print(&match arguments.output {
        OutputFormat::Json => {
            let files = chain.files.iter().map(|file| {
                let mut value = described(&file.manifest);
                value["file"] = json!(file.path);
                value["id"] = file.id.as_str().into();
                value["bytes"] = file.bytes.into();
                value
            });
            let files: Vec<Value> = files.collect();
            json!({"schema": "okrd.v1.BackupVerified", "files": files}).to_string()
        }
        OutputFormat::Text => {
            let lines = chain.files.iter().map(|file| {
                let kind = match &file.manifest.continues {
                    Some(_) => "continues the one above",
                    None => "full",
                };
                format!(
                    "{}\n  {kind}, taken {}, {}, {}  ok\n",
                    file.path.display(),
                    minute(file.manifest.taken_at.0),
                    output::count(file.manifest.changes(), "change"),
                    output::size(file.bytes),
                )
            });
            let lines: String = lines.collect();
            lines + organisations(&chain.last().manifest).trim_end()
        }
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_backup_is_written_through_no_link_and_over_nothing() {
        let root = tempfile::tempdir().unwrap();
        let (to, victim) = (root.path().join("full"), root.path().join("victim"));
        fs::write(&victim, "mine").unwrap();
        let part = root
            .path()
            .join(format!(".full.{}.part", std::process::id()));
        symlink(&victim, &part).unwrap();
        let mut new = NewFile::beside(&to).unwrap();
        new.file.write_all(b"backup").unwrap();
        new.finish(&to).unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"mine");
        assert_eq!(fs::read(&to).unwrap(), b"backup");
        assert!(!part.exists());
        assert!(NewFile::beside(&to).is_err());
    }
}
