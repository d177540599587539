//! The files of deploy/container and deploy/kubernetes: well formed, private, and about a server as it is.
//!
//! No container and no cluster runs here. What they would be told is read as they would read it, and the settings in it are
//! given to the program.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy")
}

fn read(name: &str) -> String {
    fs::read_to_string(deploy().join(name)).unwrap()
}

/// The objects of the manifests, by kind and name.
fn objects() -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for file in ["kubernetes/init.yaml", "kubernetes/okrd.yaml"] {
        let text = read(file);
        let documents: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
        for document in documents {
            let (kind, name) = (&document["kind"], &document["metadata"]["name"]);
            let name = format!("{}/{}", kind.as_str().unwrap(), name.as_str().unwrap());
            assert!(document["apiVersion"].is_string(), "{name}");
            assert!(
                found.insert(name.clone(), document).is_none(),
                "{name} twice"
            );
        }
    }
    found
}

/// The pods that are made, by the name of what makes them.
fn pods() -> BTreeMap<String, Value> {
    let pods = objects().into_iter().filter_map(|(name, object)| {
        let spec = &object["spec"]["template"]["spec"];
        spec.is_object().then(|| (name, spec.clone()))
    });
    let pods: BTreeMap<_, _> = pods.collect();
    assert_eq!(pods.len(), 2, "{pods:?}");
    pods
}

/// Has okrd check settings that stand in a file.
fn assert_usable(settings: &str, variables: &[(&str, &str)]) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("okrd.toml");
    // A certificate for these checks stands where the secret would.
    let made = Command::new(env!("CARGO_BIN_EXE_okrd"))
        .args(["cert", "new"])
        .arg(directory.path())
        .output()
        .unwrap();
    assert!(made.status.success());
    let place = directory.path().display();
    let settings = settings
        .replace("/tls/tls.crt", &format!("{place}/cert.pem"))
        .replace("/tls/tls.key", &format!("{place}/key.pem"));
    fs::write(&file, settings).unwrap();
    let checked = Command::new(env!("CARGO_BIN_EXE_okrd"))
        .args(["config", "check", "--config"])
        .arg(&file)
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{said}");
    // As a rule this machine has no such directory.
    let absent = |line: &str| line.starts_with("there is no data directory at /data");
    let pointed_out: Vec<_> = said.lines().filter(|line| !absent(line)).collect();
    assert!(
        pointed_out.is_empty(),
        "nothing is only pointed out either: {said}"
    );
}

/// The variables that the image sets.
fn variables_of_the_image() -> Vec<(String, String)> {
    let text = read("container/Containerfile");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("ENV "))
        .unwrap();
    let pairs = line.split(' ').map(|pair| pair.split_once('=').unwrap());
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn pods_may_do_nothing_that_okrd_does_not_need() {
    for (name, pod) in pods() {
        let all = &pod["securityContext"];
        assert_eq!(all["runAsNonRoot"], true, "{name}");
        assert_eq!(all["runAsUser"], 65532, "{name}");
        assert_eq!(all["fsGroupChangePolicy"], "OnRootMismatch", "{name}");
        assert_eq!(all["seccompProfile"]["type"], "RuntimeDefault", "{name}");
        assert_eq!(pod["automountServiceAccountToken"], false, "{name}");
        assert_eq!(pod["enableServiceLinks"], false, "{name}");
        let containers = pod["containers"].as_array().unwrap();
        assert_eq!(containers.len(), 1, "{name}");
        let own = &containers[0]["securityContext"];
        assert_eq!(own["readOnlyRootFilesystem"], true, "{name}");
        assert_eq!(own["allowPrivilegeEscalation"], false, "{name}");
        assert_eq!(own["capabilities"]["drop"], json!(["ALL"]), "{name}");
        assert!(
            containers[0]["resources"]["limits"]["memory"].is_string(),
            "{name}"
        );
    }
}

#[test]
fn there_is_one_pod_with_one_volume_which_the_first_job_has_filled() {
    let objects = objects();
    let set = &objects["StatefulSet/okrd"]["spec"];
    assert_eq!(set["replicas"], 1);
    let claim = set["volumeClaimTemplates"][0]["metadata"]["name"]
        .as_str()
        .unwrap();
    let made_before = format!("PersistentVolumeClaim/{claim}-okrd-0");
    let before = &objects[&made_before]["spec"];
    assert_eq!(before, &set["volumeClaimTemplates"][0]["spec"]);
    let job = &objects["Job/okrd-init"]["spec"]["template"]["spec"];
    let claimed = &job["volumes"][0]["persistentVolumeClaim"]["claimName"];
    assert_eq!(
        format!("PersistentVolumeClaim/{}", claimed.as_str().unwrap()),
        made_before
    );
    assert!(objects.contains_key(&format!("Service/{}", set["serviceName"].as_str().unwrap())));
    let labels = &set["template"]["metadata"]["labels"];
    assert_eq!(&set["selector"]["matchLabels"], labels);
    for service in ["Service/okrd", "Service/okrd-pod"] {
        assert_eq!(&objects[service]["spec"]["selector"], labels, "{service}");
    }
    let image = &set["template"]["spec"]["containers"][0]["image"];
    assert_eq!(image, &job["containers"][0]["image"]);
    assert_eq!(image, &format!("okrd:{}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn probes_and_services_name_ports_that_are_listened_on() {
    let objects = objects();
    let container = &pods()["StatefulSet/okrd"]["containers"][0];
    let ports = container["ports"].as_array().unwrap().iter();
    let ports: BTreeMap<&str, u64> = ports
        .map(|port| {
            (
                port["name"].as_str().unwrap(),
                port["containerPort"].as_u64().unwrap(),
            )
        })
        .collect();
    let settings = objects["ConfigMap/okrd"]["data"]["okrd.toml"]
        .as_str()
        .unwrap();
    for (name, key) in [("grpc", "[server]"), ("metrics", "[metrics]")] {
        let section = settings.split(key).nth(1).unwrap();
        let listen = section
            .lines()
            .find(|line| line.starts_with("listen = "))
            .unwrap();
        assert!(
            listen.ends_with(&format!(":{}\"", ports[name])),
            "{name}: {listen}"
        );
    }
    for (probe, path) in [
        ("startupProbe", "/livez"),
        ("livenessProbe", "/livez"),
        ("readinessProbe", "/readyz"),
    ] {
        assert_eq!(
            container[probe]["httpGet"],
            json!({"path": path, "port": "metrics"})
        );
    }
    for service in ["Service/okrd", "Service/okrd-pod"] {
        let port = &objects[service]["spec"]["ports"][0];
        let target = port["targetPort"].as_str().unwrap();
        assert_eq!(port["port"], ports[target], "{service}");
    }
    let policy = &objects["NetworkPolicy/okrd"]["spec"];
    assert_eq!(policy["policyTypes"], json!(["Ingress", "Egress"]));
    assert_eq!(policy["egress"], json!([]));
    for rule in policy["ingress"].as_array().unwrap() {
        let port = &rule["ports"][0]["port"];
        // Whoever may call okrd may do so from everywhere; its numbers are for one namespace.
        assert_eq!(rule["from"].is_null(), port == "grpc", "{rule}");
    }
}

#[test]
fn okrd_takes_the_settings_that_the_manifests_give_it() {
    let objects = objects();
    let settings = objects["ConfigMap/okrd"]["data"]["okrd.toml"]
        .as_str()
        .unwrap();
    let container = &pods()["StatefulSet/okrd"]["containers"][0];
    let variables = container["env"].as_array().unwrap().iter();
    let variables: BTreeMap<&str, &str> = variables
        .map(|variable| {
            (
                variable["name"].as_str().unwrap(),
                variable["value"].as_str().unwrap(),
            )
        })
        .collect();
    let mounts = container["volumeMounts"].as_array().unwrap();
    let mount = mounts
        .iter()
        .find(|mount| mount["name"] == "settings")
        .unwrap();
    let file = format!("{}/okrd.toml", mount["mountPath"].as_str().unwrap());
    assert_eq!(variables["OKRD_CONFIG"], file);
    // What the image sets for a container alone is taken back, so that the file decides.
    for (name, _) in variables_of_the_image() {
        assert_eq!(variables[name.as_str()], "", "{name}");
    }
    let job = &pods()["Job/okrd-init"]["containers"][0]["env"][0];
    assert!(
        settings.contains(&format!("data = {}", job["value"])),
        "{job}"
    );
    let variables: Vec<(&str, &str)> = variables
        .into_iter()
        .filter(|(name, _)| *name != "OKRD_CONFIG")
        .collect();
    assert_usable(settings, &variables);
}

#[test]
fn the_image_runs_as_nobody_and_is_asked_for_its_health() {
    let text = read("container/Containerfile");
    let last = text.split("\nFROM ").last().unwrap();
    for line in [
        "USER 65532:65532",
        "VOLUME /data",
        "ENTRYPOINT [\"/usr/bin/okrd\"]",
        "CMD [\"serve\"]",
    ] {
        assert!(last.lines().any(|found| found == line), "{line}");
    }
    assert!(
        last.contains(" CMD [\"/usr/bin/okrd\", \"healthcheck\"]\n"),
        "{last}"
    );
    assert!(
        !last.contains("\nRUN "),
        "there is no shell that could run it"
    );
    let toolchain = format!("library/rust:{}-", env!("CARGO_PKG_RUST_VERSION"));
    assert!(text.contains(&toolchain), "{toolchain}");
    let variables = variables_of_the_image();
    let open = Command::new(env!("CARGO_BIN_EXE_okrd"))
        .args(["config", "check"])
        .env_clear()
        .envs(variables)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&open.stderr);
    assert_eq!(
        open.status.code(),
        Some(78),
        "plain text for everybody is not a default: {said}"
    );
}

#[test]
fn compose_runs_the_image_behind_a_proxy_that_it_trusts() {
    let compose: Value = serde_saphyr::from_str(&read("container/compose.yaml")).unwrap();
    let okrd = &compose["services"]["okrd"];
    assert_eq!(okrd["image"], format!("okrd:{}", env!("CARGO_PKG_VERSION")));
    assert_eq!(okrd["read_only"], true);
    assert_eq!(okrd["cap_drop"], json!(["ALL"]));
    assert_eq!(okrd["user"], "65532:65532");
    assert_eq!(
        okrd["healthcheck"]["test"],
        json!(["CMD", "/usr/bin/okrd", "healthcheck"])
    );
    assert!(
        okrd["ports"].is_null(),
        "only the proxy is reached from outside"
    );
    assert_eq!(okrd["networks"], json!(["inside"]));
    let inside = &compose["networks"]["inside"];
    assert_eq!(inside["internal"], true);
    let environment = okrd["environment"].as_object().unwrap();
    assert_eq!(
        environment["OKRD_PROXY_TRUSTED"],
        inside["ipam"]["config"][0]["subnet"]
    );
    let build = &okrd["build"];
    let context = deploy()
        .join("container")
        .join(build["context"].as_str().unwrap());
    assert!(
        context
            .join(build["dockerfile"].as_str().unwrap())
            .is_file()
    );
    let mut variables = variables_of_the_image();
    for (name, value) in environment {
        variables.push((name.clone(), value.as_str().unwrap().to_owned()));
    }
    let variables: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_usable("", &variables);
    let proxy = &compose["services"]["caddy"];
    let upstream = proxy["environment"]["OKRD_UPSTREAM"].as_str().unwrap();
    assert_eq!(upstream, "okrd:7420");
    let caddyfile = read("proxy/Caddyfile");
    for name in proxy["environment"].as_object().unwrap().keys() {
        assert!(caddyfile.contains(&format!("{{${name}:")), "{name}");
    }
}
