//! Which call is made, by names that are known beforehand: what a stranger writes into a path reaches no log and no
//! metric.

use std::collections::HashMap;

use tonic::Code;

/// Calls that are served beside those of the protocol.
const OTHERS: [&str; 3] = [
    "grpc.health.v1.Health/Check",
    "grpc.health.v1.Health/Watch",
    "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
];
/// What everything else is called.
const UNKNOWN: &str = "unknown";

/// The name of a call: service and method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Method {
    pub(crate) service: &'static str,
    pub(crate) name: &'static str,
}

/// The calls that there are.
#[derive(Debug)]
pub(crate) struct Methods {
    by_path: HashMap<String, Method>,
    unknown: Method,
}

impl Default for Methods {
    fn default() -> Self {
        let names = okr_proto::methods().iter().map(String::as_str);
        let by_path = names
            .chain(OTHERS)
            .map(|name| (format!("/{name}"), Method::named(name)));
        Self {
            by_path: by_path.collect(),
            unknown: Method::named(UNKNOWN),
        }
    }
}

impl Methods {
    /// Finds the call that a request path asks for.
    pub(crate) fn of_path(&self, path: &str) -> Method {
        self.by_path.get(path).copied().unwrap_or(self.unknown)
    }

    /// Lists all of them, with the one that stands for those that there are not.
    pub(crate) fn all(&self) -> impl Iterator<Item = Method> {
        self.by_path.values().copied().chain([self.unknown])
    }
}

impl Method {
    fn named(path: &'static str) -> Self {
        let (service, name) = path.split_once('/').unwrap_or((path, path));
        Self { service, name }
    }

    /// Says whether machines ask it every few seconds, which is worth no line.
    pub(super) fn is_probe(self) -> bool {
        self.service.starts_with("grpc.health.")
    }
}

impl std::fmt::Display for Method {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { service, name } = self;
        if service == name {
            return formatter.write_str(name);
        }
        write!(formatter, "{service}/{name}")
    }
}

/// Names how a call ended, as other tools around gRPC do.
pub(crate) const fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "Canceled",
        Code::Unknown => "Unknown",
        Code::InvalidArgument => "InvalidArgument",
        Code::DeadlineExceeded => "DeadlineExceeded",
        Code::NotFound => "NotFound",
        Code::AlreadyExists => "AlreadyExists",
        Code::PermissionDenied => "PermissionDenied",
        Code::ResourceExhausted => "ResourceExhausted",
        Code::FailedPrecondition => "FailedPrecondition",
        Code::Aborted => "Aborted",
        Code::OutOfRange => "OutOfRange",
        Code::Unimplemented => "Unimplemented",
        Code::Internal => "Internal",
        Code::Unavailable => "Unavailable",
        Code::DataLoss => "DataLoss",
        Code::Unauthenticated => "Unauthenticated",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_are_known_are_told_apart() {
        let methods = Methods::default();
        let name = |path: &str| methods.of_path(path).to_string();
        assert_eq!(name("/okr.v1.Sync/Push"), "okr.v1.Sync/Push");
        assert!(methods.of_path("/grpc.health.v1.Health/Check").is_probe());
        for stranger in [
            "/okr.v1.Sync/Rob",
            "/",
            "",
            "/x\nINFO forged",
            "okr.v1.Sync/Push",
        ] {
            assert_eq!(name(stranger), "unknown", "{stranger}");
        }
    }
}
