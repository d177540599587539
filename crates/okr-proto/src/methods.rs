//! The calls that the protocol has, as its definition lists them.

use std::sync::LazyLock;

use prost::Message as _;
use prost_types::FileDescriptorSet;

/// Returns every call as `package.Service/Method`, in the order of the definition.
///
/// What comes over the wire is compared with these before it becomes a name in a log or a metric.
pub fn methods() -> &'static [String] {
    static METHODS: LazyLock<Vec<String>> = LazyLock::new(read);
    &METHODS
}

fn read() -> Vec<String> {
    let files = FileDescriptorSet::decode(crate::FILE_DESCRIPTOR_SET)
        .expect("the descriptors were made by this build");
    let mut methods = Vec::new();
    for file in &files.file {
        for service in &file.service {
            let service_name = format!("{}.{}", file.package(), service.name());
            let names = service.method.iter();
            methods.extend(names.map(|method| format!("{service_name}/{}", method.name())));
        }
    }
    methods
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calls_of_both_services_are_listed_once() {
        let methods = methods();
        for name in [
            "okr.v1.Sync/Push",
            "okr.v1.Sync/Pull",
            "okr.v1.Identity/Login",
        ] {
            let times = methods.iter().filter(|method| *method == name).count();
            assert_eq!(times, 1, "{name}: {methods:?}");
        }
        assert!(methods.iter().all(|method| method.starts_with("okr.v1.")));
    }
}
