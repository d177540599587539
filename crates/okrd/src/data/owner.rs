//! Whose a data directory is. Root works on directories of root only, and is given the command to type for any other.
//!
//! What root makes in the directory of another user the server of that user cannot read, and whoever owns a directory says
//! by a link in it where root writes. What all other users may do, the operating system says.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::process::geteuid;

use super::{DataError, MANIFEST, io_error};

/// The user id of root.
const ROOT: u32 = 0;
/// Where users have their names.
const USERS: &str = "/etc/passwd";

/// The user that a file belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    user: u32,
    group: u32,
    name: Option<String>,
}

impl Owner {
    /// Reads whose a file is.
    pub(crate) fn of(file: &Metadata) -> Self {
        Self {
            user: file.uid(),
            group: file.gid(),
            name: name_of(file.uid()),
        }
    }

    /// Writes a command so that root can paste it into a shell and it runs as this user, with the same environment.
    pub(crate) fn running(&self, words: impl IntoIterator<Item = OsString>) -> String {
        let mut command = match &self.name {
            Some(name) => format!("runuser -u {name} --"),
            // Which takes users by their names only.
            None => format!(
                "setpriv --reuid {} --regid {} --clear-groups --",
                self.user, self.group
            ),
        };
        for word in words {
            command.push(' ');
            command.push_str(&quoted(&word));
        }
        command
    }

    /// Writes the user as a command takes it.
    fn word(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.user.to_string())
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => formatter.write_str(name),
            None => write!(formatter, "user {}", self.user),
        }
    }
}

/// Refuses to open or change a data directory of somebody else, if there is one.
///
/// # Errors
///
/// `Foreign` for root in the directory of another user, `Io`.
pub(crate) fn refuse_foreign(data: &Path) -> Result<(), DataError> {
    refuse_foreign_to(geteuid().as_raw(), data)
}

/// Says why this user may not do something with a file, and what to type.
pub(crate) fn why_denied(path: &Path) -> String {
    why_denied_to(geteuid().as_raw(), path)
}

fn why_denied_to(user: u32, path: &Path) -> String {
    // What is in a directory that may not be entered cannot be asked for.
    let mut seen = path
        .ancestors()
        .filter_map(|place| Some((place, fs::metadata(place).ok()?)));
    let Some((place, metadata)) = seen.next() else {
        return "not even whose it is can be seen by this user".to_owned();
    };
    let owner = Owner::of(&metadata);
    let this = Owner {
        user,
        name: name_of(user),
        ..owner.clone()
    };
    let around = place.parent().and_then(|around| fs::metadata(around).ok());
    let is_among_own = around.is_some_and(|around| around.uid() == user);
    let shown = quoted(place.as_os_str());
    if owner.user == user {
        let mode = metadata.mode() & 0o7777;
        return format!(
            "{shown} belongs to {owner}, which this is, but has mode {mode:o}: `chmod u+rwX {shown}`"
        );
    }
    let belongs = format!("{shown} belongs to {owner}, and this is {this}");
    match (is_among_own, owner.user) {
        (true, _) => format!("{belongs}: as root, type `chown {}: {shown}`", this.word()),
        (false, ROOT) => format!("{belongs}: whoever runs okrd must own it"),
        (false, _) => {
            let command = owner.running(std::env::args_os());
            format!("{belongs}: as root, type `{command}`")
        }
    }
}

fn refuse_foreign_to(user: u32, data: &Path) -> Result<(), DataError> {
    if user != ROOT {
        return Ok(());
    }
    // A volume may belong to root although a server without privileges has its files in it.
    let manifest = data.join(MANIFEST);
    let found = [
        (data, fs::metadata(data)),
        (&manifest, fs::symlink_metadata(&manifest)),
    ];
    for (path, found) in found {
        match found {
            Ok(metadata) if metadata.uid() == ROOT => {}
            Ok(metadata) => {
                return Err(DataError::Foreign {
                    path: data.to_owned(),
                    owner: Owner::of(&metadata),
                });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(io_error("read", path)(error)),
        }
    }
    Ok(())
}

fn name_of(user: u32) -> Option<String> {
    let users = fs::read_to_string(USERS).ok()?;
    let mut found = users.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let (name, id) = (fields.next()?, fields.nth(1)?);
        (id.parse() == Ok(user)).then(|| name.to_owned())
    });
    found.next()
}

/// Writes a word as a shell takes it for one.
fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, chown};

    use super::*;

    /// A user without privileges on every system; where the tests are not run by root, it is who runs them.
    fn somebody(directory: &Path) -> u32 {
        if geteuid().is_root() {
            chown(directory, Some(65_534), Some(65_534)).unwrap();
        }
        fs::metadata(directory).unwrap().uid()
    }

    #[test]
    fn root_is_refused_in_the_directory_of_another_user_and_nobody_else_is() {
        let root = tempfile::tempdir().unwrap();
        let user = somebody(root.path());
        let refused = refuse_foreign_to(ROOT, root.path()).unwrap_err();
        let of_the_user = |error: &DataError| matches!(error, DataError::Foreign { owner, .. } if owner.user == user);
        assert!(of_the_user(&refused), "{refused}");
        refuse_foreign_to(user, root.path()).unwrap();
        refuse_foreign_to(ROOT, &root.path().join("missing")).unwrap();
        assert!(refuse_foreign(Path::new("/")).is_ok(), "it is root's");
    }

    #[test]
    fn whoever_may_not_do_something_is_told_whose_it_is() {
        let root = tempfile::tempdir().unwrap();
        let user = somebody(root.path());
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let owner = Owner::of(&fs::metadata(root.path()).unwrap());
        let (place, file) = (root.path().display(), root.path().join("server.json"));
        let said = why_denied_to(user + 1, &file);
        let whose = format!("{place} belongs to {owner}, and this is ");
        assert!(said.starts_with(&whose), "{said}");
        let said = why_denied_to(user, &file);
        assert!(said.contains("which this is, but has mode 700"), "{said}");

        fs::write(&file, "").unwrap();
        let file = file.display();
        let said = why_denied_to(user, &root.path().join("server.json"));
        let expected = if geteuid().is_root() {
            // What a command of root left among the files of somebody else.
            format!("`chown {}: {file}`", owner.word())
        } else {
            format!("`chmod u+rwX {file}`")
        };
        assert!(said.ends_with(&expected), "{said}");
    }

    #[test]
    fn a_command_is_written_so_that_it_can_be_pasted() {
        let words = [
            "okrd",
            "org",
            "rename",
            "Acme's own",
            "--data",
            "/var/lib/okrd",
        ];
        let words = || words.map(OsString::from);
        let named = Owner {
            user: 997,
            group: 997,
            name: Some("okrd".to_owned()),
        };
        let command = "okrd org rename 'Acme'\\''s own' --data /var/lib/okrd";
        assert_eq!(
            named.running(words()),
            format!("runuser -u okrd -- {command}")
        );
        let nameless = Owner {
            name: None,
            ..named
        };
        assert_eq!(nameless.to_string(), "user 997");
        assert_eq!(
            nameless.running(words()),
            format!("setpriv --reuid 997 --regid 997 --clear-groups -- {command}")
        );
        assert_eq!(name_of(ROOT).as_deref(), Some("root"));
    }
}
