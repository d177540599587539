//! `okrd.toml`, mutated: every file is understood, or its mistakes are named with their place.
//!
//! Any number of inputs: `OKR_TEST_ROUNDS=1000000 cargo test -p okrd --lib fuzzing -- --nocapture`.

use std::path::Path;

use okr_testkit::fuzz::Fuzz;

use super::file::FileLayer;
use super::mistake::Origin;

const FILE: &str = "\
# The server of Acme.
[server]
data = \"/var/lib/okrd\"
listen = \"0.0.0.0:7420\"

[tls]
cert_file = '/etc/okrd/cert.pem'

[limits]
disk_reserve = \"512MiB\"
disk_reserve_percent = 5
connections = 0x800
heartbeat_interval = \"20s\"

[proxy]
trusted = [\"10.0.0.0/8\", \"::1\"]
header = \"forwarded\"

[log]
format = \"json\"
filter = \"info,okrd::audit=debug\"
";

#[test]
fn files_of_settings() {
    let whole = FileLayer::read(Path::new("okrd.toml"), FILE);
    assert_eq!((whole.mistakes.len(), whole.values.len()), (0, 11));
    let words = [
        "[", "]", "[[", "=", "\"\"\"", "'''", "limits.", "{", "1_000", "inf", "\\u", "MiB", "ms",
        "h", "::", "/33", "true",
    ];
    Fuzz::new("okrd.toml", [FILE]).words(words).text(|text| {
        let layer = FileLayer::read(Path::new("okrd.toml"), text);
        let lines = text.lines().count().max(1);
        for mistake in &layer.mistakes {
            let Origin::File(place) = &mistake.origin else {
                panic!("{mistake:?} is nowhere");
            };
            assert!((1..=lines + 1).contains(&place.line), "{mistake:?}");
        }
        for value in &layer.values {
            if let Ok(written) = (value.key.check)(&value.text) {
                assert_eq!(
                    (value.key.check)(&written),
                    Ok(written),
                    "it is written as it is read"
                );
            }
        }
    });
}
