//! The examples at the end of each command's help. A test parses every one of them.

macro_rules! examples {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {
        $(
            $(#[$doc])*
            pub(crate) const $name: &str = $text;
        )+

        /// Every text, for the test that parses the examples.
        #[cfg(test)]
        pub(super) const ALL: &[&str] = &[$($name),+];
    };
}

examples! {
    /// Of `okr workspace list`.
    WORKSPACE_LIST = "\
Examples:
  okr workspace list";
    /// Of `okr workspace use`.
    WORKSPACE_USE = "\
Examples:
  okr workspace use acme

For one command: -w acme. For one shell: export OKR_WORKSPACE=acme";
    /// Of `okr workspace path`.
    WORKSPACE_PATH = "\
Examples:
  okr workspace path
  okr workspace path -w acme";
    /// Of `okr help`.
    HELP = "\
Examples:
  okr help dates
  okr help workspace use";
}
