//! The manual page of the file of settings, from their table.

use clap_mangen::roff::{Roff, bold, italic, roman};

use super::page::source;
use crate::config::{Applies, DEFAULT_FILE, FILE_VARIABLE, Key, SECTIONS, Section};

/// How the file is used; one paragraph each.
const DESCRIPTION: [&str; 3] = [
    "The settings of okrd, as TOML. Each can also stand in an environment variable or be given as a flag of okrd \
     serve: a flag is stronger than a variable, a variable stronger than the file, the file stronger than the default.",
    "An unknown section or key, and a value that cannot be, keep the server from starting. okrd config check finds \
     every mistake with its line, and okrd config print --origin says which layer a value comes from.",
    "A path is relative to the folder of the file. A time has its unit (ms, s, min, h, d), a size may have one (B, \
     KiB, MiB, GiB).",
];

const EXAMPLE: &str = "\
[server]
data = \"/var/lib/okrd\"
listen = \"0.0.0.0:7420\"

[tls]
cert_file = \"tls/cert.pem\"
key_file = \"tls/key.pem\"";

/// Writes the page.
pub(super) fn page() -> String {
    let mut page = Roff::new();
    page.control("TH", ["OKRD.TOML", "5", "", &source(), "okrd"]);
    page.control("SH", ["NAME"]);
    page.text([roman("okrd.toml - settings of okrd, the OKR sync server")]);
    page.control("SH", ["SYNOPSIS"]);
    page.text([roman(format!("{DEFAULT_FILE}, or the file that "))]);
    page.text([bold(FILE_VARIABLE), roman(" or "), bold("--config")]);
    page.text([roman("names")]);
    page.control("SH", ["DESCRIPTION"]);
    for paragraph in DESCRIPTION {
        page.control("PP", []);
        page.text([roman(paragraph)]);
    }
    for section in SECTIONS {
        add_section(&mut page, section);
    }
    page.control("SH", ["EXAMPLE"]);
    page.control("nf", []);
    for line in EXAMPLE.lines() {
        page.text([roman(line)]);
    }
    page.control("fi", []);
    page.control("SH", ["SEE ALSO"]);
    page.text([roman("okrd(8), okrd-config(8), okrd-serve(8)")]);
    page.render()
}

fn add_section(page: &mut Roff, section: &Section) {
    let heading = format!("[{}]", section.name);
    page.control("SH", [heading.as_str()]);
    page.text([roman(section.about.trim())]);
    for key in section.keys {
        add_key(page, key);
    }
}

fn add_key(page: &mut Roff, key: &Key) {
    page.control("TP", []);
    page.text([bold(key.name)]);
    page.text([roman(key.about())]);
    let default = key.default.map(|default| format!(" Default: {default}."));
    let default = default.unwrap_or_default();
    page.text([roman(format!("Expected: {}.{default}", key.kind))]);
    let applies = match key.applies {
        Applies::Reload => "Takes effect at SIGHUP.",
        Applies::Restart => "Takes effect at the next start.",
    };
    page.text([roman(applies)]);
    page.control("br", []);
    let (variable, flag) = (key.variable(), format!("--{}", key.flag()));
    page.text([italic(variable), roman(", "), italic(flag)]);
}
