//! Which of two files is stronger, what is refused with its line, and what stays when one is changed.

use std::fs;

use super::*;

fn files(user: &str, directory: &str) -> (tempfile::TempDir, Result<Settings, CliError>) {
    let root = tempfile::tempdir().unwrap();
    let below = root.path().join("a/b");
    fs::create_dir_all(&below).unwrap();
    fs::write(root.path().join("config.toml"), user).unwrap();
    fs::write(root.path().join("a").join(DIRECTORY_FILE), directory).unwrap();
    let settings = Settings::load(&root.path().join("config.toml"), Some(&below));
    (root, settings)
}

#[test]
fn a_directory_is_stronger_than_a_person() {
    let user = "workspace = \"acme\"\n\n[ui]\ncolor = \"never\"\nascii = true\n";
    let (_root, settings) = files(user, "# ours\nworkspace = \"beta\"\nteam = 'platform'\n");
    let settings = settings.unwrap();
    let (value, place) = settings.get("workspace").unwrap();
    assert_eq!((value, place.line), ("beta", 2));
    assert!(place.to_string().ends_with("a/.okr.toml:2"), "{place}");
    assert_eq!(
        settings.get("ui.ascii").map(|(value, _)| value),
        Some("true")
    );
    assert_eq!(settings.for_variable("OKR_COLOR"), Some("never"));
    assert_eq!(settings.for_variable("OKR_TEAM"), Some("platform"));
    assert_eq!(settings.for_variable("OKR_CYCLE"), None);
}

/// What stands in the own file, in that of the directory, what is said, and what to do.
const WRONG: &[(&str, &str, &str, &str)] = &[
    ("a = 1\nb", "", "cannot be understood", "okr config edit"),
    (
        "\nwrokspace = \"acme\"",
        "",
        "config.toml:2: there is no setting \"wrokspace\"",
        "Did you mean workspace?",
    ),
    (
        "[ui]\ncolour = \"never\"",
        "",
        "config.toml:2: there is no setting \"ui.colour\"",
        "Did you mean ui.color?",
    ),
    (
        "[uo]\ncolor = \"never\"",
        "",
        "there is no setting \"uo\"",
        "okr config edit",
    ),
    (
        "ui.color = \"red\"",
        "",
        "config.toml:1: ui.color cannot be \"red\"",
        "auto, always, never",
    ),
    (
        "workspace = 3",
        "",
        "workspace must be a text in quotes",
        "okr config edit",
    ),
    (
        "cycle = \"2026-Q4\"",
        "",
        "cycle belongs to a directory",
        "okr cycle use",
    ),
    (
        "",
        "[ui]\neditor = \"rm -rf\"",
        ".okr.toml:2: ui.editor cannot be set for a directory",
        "for yourself",
    ),
    (
        "",
        "alias.x = \"sync\"",
        "alias.x cannot be set for a directory",
        "okr alias set x COMMAND sets it for yourself",
    ),
    (
        "",
        "token = \"okr_1\"",
        ".okr.toml:1: there is no setting \"token\"",
        "okr config edit --here",
    ),
];

#[test]
fn what_is_wrong_is_named_with_its_line() {
    for &(user, directory, message, hint) in WRONG {
        let (_root, settings) = files(user, directory);
        let error = settings.unwrap_err();
        assert_eq!(error.code(), "bad-config");
        assert!(
            error.message().contains(message),
            "{error}: {user}{directory}"
        );
        assert!(
            error.hints().iter().any(|one| one.contains(hint)),
            "{:?}",
            error.hints()
        );
    }
}

#[test]
fn one_value_is_changed_and_all_else_stays() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("okr/config.toml");
    set(&path, find("ui.color").unwrap(), "never").unwrap();
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "[ui]\ncolor = \"never\"\n"
    );
    let before =
        "# mine\nworkspace = \"acme\" # the usual one\n\n[ui] # looks\ncolor = 'never'\n# end\n";
    fs::write(&path, before).unwrap();
    set(&path, find("workspace").unwrap(), "beta").unwrap();
    set(&path, find("ui.ascii").unwrap(), "true").unwrap();
    set_alias(&path, "mine", "list krs --owner @me").unwrap();
    insta::assert_snapshot!(fs::read_to_string(&path).unwrap(), @r#"
    # mine
    workspace = "beta" # the usual one

    [ui] # looks
    color = 'never'
    ascii = true

    [alias]
    mine = "list krs --owner @me"
    # end
    "#);
    unset(&path, find("ui.ascii").unwrap()).unwrap();
    unset(&path, find("team").unwrap()).unwrap();
    unset(&path, find("sync.auto").unwrap()).unwrap();
    unset_alias(&path, "mine").unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains("ascii") && !text.contains("mine =") && text.contains("# looks"));
    let error = set(&path, find("ui.color").unwrap(), "red").unwrap_err();
    assert_eq!(error.code(), "bad-setting");
    assert_eq!(
        find("ui.editr").unwrap_err().hints(),
        ["Did you mean ui.editor?"]
    );
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_rights_stay_as_they_were() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let root = tempfile::tempdir().unwrap();
    let (real, link) = (
        root.path().join("real.toml"),
        root.path().join("config.toml"),
    );
    fs::write(&real, "").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, &link).unwrap();
    set(&link, find("team").unwrap(), "platform").unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(
        fs::metadata(&real).unwrap().permissions().mode() & 0o777,
        0o640
    );
    assert_eq!(fs::read_to_string(&real).unwrap(), "team = \"platform\"\n");
}
