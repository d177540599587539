//! Every setting through every layer, and the mistakes of all layers at once.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::kind::Kind;
use super::layers::{ConfigError, FILE_VARIABLE, Sources};
use super::mistake::Origin;
use super::print::{to_json, to_toml};
use super::schema::schema;
use super::table::{Key, SECTIONS, Settings};

/// A file of settings in a folder of its own.
struct File {
    folder: TempDir,
}

impl File {
    fn new(text: &str) -> Self {
        let file = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        file.write(text);
        file
    }

    fn write(&self, text: &str) {
        fs::write(self.path(), text).unwrap();
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("okrd.toml")
    }

    fn sources(&self) -> Sources {
        Sources {
            file: Some(self.path()),
            ..Sources::default()
        }
    }

    fn mistakes(&self) -> Vec<String> {
        mistakes(&self.sources())
    }
}

fn mistakes(sources: &Sources) -> Vec<String> {
    match sources.load() {
        Err(ConfigError::Mistakes(mistakes)) => mistakes.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

/// Three values of a setting that differ from each other and from its default, as they are printed.
fn samples(key: &Key) -> [String; 3] {
    let candidates: Vec<String> = match key.kind {
        Kind::Path => ["/a", "/b", "/c"].map(str::to_owned).to_vec(),
        Kind::Address => ["localhost:1", "localhost:2", "localhost:3"]
            .map(str::to_owned)
            .to_vec(),
        Kind::Url => [
            "http://localhost:1",
            "http://localhost:2",
            "http://localhost:3",
        ]
        .map(str::to_owned)
        .to_vec(),
        Kind::Flag => ["true", "false", "true"].map(str::to_owned).to_vec(),
        Kind::Count { least, .. } => (least..least + 4).map(|n| n.to_string()).collect(),
        Kind::Size { least, .. } => (least..least + 4).map(|n| format!("{n}B")).collect(),
        Kind::Span { least, .. } => (least..least + 4).map(|n| format!("{n}ms")).collect(),
        Kind::Word(words) => words
            .iter()
            .cycle()
            .take(3)
            .map(|word| (*word).to_owned())
            .collect(),
        Kind::Filter => ["warn", "error", "trace"].map(str::to_owned).to_vec(),
        Kind::Networks => ["10.0.0.0/8", "::1", "192.0.2.7, ::1"]
            .map(str::to_owned)
            .to_vec(),
    };
    let printed = candidates.iter().map(|text| (key.check)(text).unwrap());
    let mut printed: Vec<String> = printed
        .filter(|text| Some(text.as_str()) != key.default || is_narrow(key))
        .collect();
    printed.truncate(3);
    printed.try_into().unwrap()
}

/// Whether there are too few values for three that differ.
fn is_narrow(key: &Key) -> bool {
    matches!(key.kind, Kind::Flag | Kind::Word(_))
}

#[test]
fn every_setting_is_taken_from_the_strongest_layer_that_has_it() {
    for key in Key::all() {
        let [in_file, in_variable, in_flag] = samples(key);
        let quoted = if key.kind.is_bare() {
            in_file.clone()
        } else {
            format!("{in_file:?}")
        };
        let file = File::new(&format!("[{}]\n{} = {quoted}\n", key.section, key.name));
        let nothing = Sources {
            file: Some(PathBuf::from("/dev/null")),
            ..Sources::default()
        };
        let with_file = file.sources();
        let variables = vec![(key.variable(), in_variable.clone())];
        let with_variable = Sources {
            variables,
            ..file.sources()
        };
        let flags = vec![(key, in_flag.clone())];
        let with_flag = Sources {
            flags,
            ..with_variable.clone()
        };
        let place = format!("{}:2:{}", file.path().display(), key.name.len() + 4);
        for (sources, value, origin) in [
            (nothing, key.default, "default"),
            (with_file, Some(in_file.as_str()), &place),
            (with_variable, Some(in_variable.as_str()), &key.variable()),
            (
                with_flag,
                Some(in_flag.as_str()),
                &format!("--{}", key.flag()),
            ),
        ] {
            let config = sources.load().unwrap();
            let (found, from) = config.chosen.get(key);
            assert_eq!(
                (found, from.to_string().as_str()),
                (value, origin),
                "{}",
                key.path()
            );
        }
    }
}

#[test]
fn the_typed_settings_are_what_the_layers_chose() {
    let file =
        File::new("[server]\nlisten = \"[::1]:9\"\ndata = \"there\"\n[log]\nformat = \"json\"\n");
    let Settings {
        server, log, tls, ..
    } = file.sources().load().unwrap().settings;
    assert_eq!(server.listen.as_str(), "[::1]:9");
    assert_eq!(
        server.data,
        Some(file.folder.path().join("there")),
        "beside the file"
    );
    assert_eq!(log.format, crate::telemetry::LogFormat::Json);
    assert_eq!((tls.cert_file, server.reflection), (None, false));
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let file = File::new(
        "listen = \"127.0.0.1:1\"\n[servr]\n[server]\nlistn = 1\nlisten = 7420\nreflection = \"yes\"\nformat = \"json\"\n\
         [log]\nformat = \"xml\"\n",
    );
    let variable = ("OKRD_LISTEN".to_owned(), "nowhere".to_owned());
    let key = Key::all().find(|key| key.path() == "log.filter").unwrap();
    let sources = Sources {
        variables: vec![variable],
        flags: vec![(key, "loud".to_owned())],
        ..file.sources()
    };
    let path = file.path();
    let at = |place: &str, problem: &str| format!("{}:{place}: {problem}", path.display());
    let address = "expected host and port, such as 127.0.0.1:7420 or [::1]:7420";
    assert_eq!(
        mistakes(&sources),
        [
            at("1:1", "\"listen\" stands outside of its section: write it below [server]"),
            at("2:2", "there is no section \"servr\"; did you mean [server]?"),
            at("4:1", "[server] has no key \"listn\"; did you mean \"listen\"?"),
            at("5:10", &format!("server.listen: {address}, found an integer")),
            at("6:14", "server.reflection: expected true or false, found a string"),
            at("7:1", "[server] has no key \"format\"; it is one of [log]"),
            at("9:10", "log.format: \"xml\" is not usable; expected text or json"),
            format!("OKRD_LISTEN: server.listen: \"nowhere\" is not usable; {address}"),
            "--log-filter: log.filter: \"loud\" is not usable; expected levels such as \"info\" or \
             \"warn,okrd=debug\""
                .to_owned(),
        ]
    );
}

#[test]
fn what_is_no_toml_is_told_with_its_place() {
    let file = File::new("[server]\nlisten = \n[log\n");
    let mistakes = file.mistakes();
    assert!(mistakes[0].contains("okrd.toml:2:"), "{mistakes:?}");
    assert!(
        mistakes.iter().all(|mistake| mistake.contains("not TOML")),
        "{mistakes:?}"
    );
    file.write("[server]\nlisten = \"a:1\"\nlisten = \"a:2\"\n");
    assert!(
        file.mistakes()[0].contains("okrd.toml:3:1: not TOML: duplicate key"),
        "{:?}",
        file.mistakes()
    );
}

#[test]
fn a_file_is_named_by_flag_or_variable_and_must_be_there() {
    let file = File::new("[server]\nreflection = true\n");
    let named = |path: &str| vec![(FILE_VARIABLE.to_owned(), path.to_owned())];
    let by_variable = Sources {
        variables: named(&file.path().to_string_lossy()),
        ..Sources::default()
    };
    assert!(by_variable.load().unwrap().settings.server.reflection);
    let by_flag = Sources {
        file: Some("/dev/null".into()),
        ..by_variable
    };
    assert!(
        !by_flag.load().unwrap().settings.server.reflection,
        "the flag is stronger"
    );
    let missing = Sources {
        variables: named("/nowhere/okrd.toml"),
        ..Sources::default()
    };
    assert!(matches!(missing.load(), Err(ConfigError::File { .. })));
}

#[test]
fn variables_that_are_no_settings_are_pointed_out_and_empty_ones_are_nothing() {
    let variables = [
        ("OKRD_LISTN", "a:1"),
        ("OKRD_PORT", "tcp://10.0.0.1:7420"),
        ("OKRD_LOG_FORMAT", ""),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let sources = Sources {
        file: Some("/dev/null".into()),
        variables: variables.into(),
        flags: Vec::new(),
    };
    let config = sources.load().unwrap();
    let unknown: Vec<String> = config.unknown.iter().map(ToString::to_string).collect();
    assert_eq!(
        unknown[0],
        "OKRD_LISTN: is no setting; did you mean OKRD_LISTEN?"
    );
    assert!(
        unknown[1].starts_with("OKRD_PORT: is no setting"),
        "{unknown:?}"
    );
    assert_eq!(unknown.len(), 2);
}

#[test]
fn settings_that_do_not_fit_together_are_refused_where_they_stand() {
    let file = File::new("[server]\nlisten = \"0.0.0.0:7420\"\n[tls]\nkey_file = \"k\"\n");
    let refused = |file: &File| match file.sources().load().unwrap().checked() {
        Err(ConfigError::Mistakes(mistakes)) => {
            mistakes.iter().map(ToString::to_string).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let [key] = &refused(&file)[..] else {
        panic!("{:?}", refused(&file))
    };
    assert!(
        key.ends_with(":4:12: tls.key_file is set and tls.cert_file is not, which it needs"),
        "{key}"
    );
    file.write("[server]\nlisten = \"0.0.0.0:7420\"\n");
    let plain = refused(&file);
    assert!(
        plain[0].contains(":2:10: server.listen: 0.0.0.0:7420 in plain text"),
        "{plain:?}"
    );
    file.write("[telemetry]\notlp_ca_file = \"ca.pem\"\n");
    let alone = refused(&file);
    assert!(
        alone[0].ends_with(
            ":2:16: telemetry.otlp_ca_file is set and telemetry.otlp_endpoint is not, which it needs"
        ),
        "{alone:?}"
    );
    for usable in [
        "[server]\nlisten = \"127.0.0.1:7420\"\n",
        "[server]\nlisten = \"0.0.0.0:7420\"\ninsecure_plaintext = true\n",
        "[server]\nlisten = \"0.0.0.0:7420\"\n[tls]\nkey_file = \"k\"\ncert_file = \"c\"\n",
    ] {
        file.write(usable);
        file.sources().load().unwrap().checked().unwrap();
    }
}

#[test]
fn a_collector_is_refused_where_it_stands_by_a_program_without_otlp() {
    let file = File::new("[telemetry]\notlp_endpoint = \"http://127.0.0.1:4317\"\n");
    let checked = file.sources().load().unwrap().checked();
    if crate::traces::BUILT {
        assert!(checked.unwrap().settings.traces().is_some());
        return;
    }
    let Err(ConfigError::Mistakes(mistakes)) = checked else {
        panic!("{checked:?}");
    };
    let told = mistakes[0].to_string();
    assert!(
        told.contains(":2:17: telemetry.otlp_endpoint: this okrd was built without otlp"),
        "{told}"
    );
}

#[test]
fn what_is_printed_can_be_read_again_and_says_where_it_comes_from() {
    let file =
        File::new("[server]\nlisten = \"localhost:1\"\n[tls]\ncert_file = \"/c \\\"x\\\"\"\n");
    let config = file.sources().load().unwrap();
    for with_origin in [false, true] {
        let again = File::new(&to_toml(&config, with_origin));
        assert_eq!(again.sources().load().unwrap().settings, config.settings);
    }
    let text = to_toml(&config, true);
    let line = |start: &str| {
        text.lines()
            .find(|line| line.starts_with(start))
            .unwrap()
            .to_owned()
    };
    assert!(
        line("listen = \"localhost:1\" ").ends_with("okrd.toml:2:10"),
        "{text}"
    );
    assert!(line("filter = \"info\" ").ends_with("# default"), "{text}");
    assert!(line("# key_file =").ends_with("# not set"), "{text}");
    let json = to_json(&config);
    let settings = json["settings"].as_array().unwrap();
    assert_eq!(settings.len(), Key::all().count());
    let reflection = settings
        .iter()
        .find(|setting| setting["key"] == "server.reflection")
        .unwrap();
    assert_eq!(
        (&reflection["value"], &reflection["variable"]),
        (&false.into(), &"OKRD_REFLECTION".into())
    );
}

#[test]
fn the_schema_has_every_setting_and_nothing_else() {
    let schema = schema();
    for section in SECTIONS {
        let of_section = &schema["properties"][section.name];
        assert_eq!(of_section["additionalProperties"], false);
        let names: Vec<&String> = of_section["properties"]
            .as_object()
            .unwrap()
            .keys()
            .collect();
        assert_eq!(names.len(), section.keys.len(), "{names:?}");
        for key in section.keys {
            assert!(
                of_section["properties"][key.name]["description"].is_string(),
                "{}",
                key.path()
            );
        }
    }
    let default = &schema["properties"]["server"]["properties"]["reflection"]["default"];
    assert_eq!(default, &serde_json::Value::Bool(false));
}

#[test]
fn an_origin_is_a_place_a_name_or_the_default() {
    assert_eq!(Origin::Default.to_string(), "default");
    assert_eq!(Origin::Flag("listen".to_owned()).to_string(), "--listen");
}
