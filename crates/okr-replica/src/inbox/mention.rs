//! Whether a text mentions somebody: `@ana`, as people write it in the middle of a sentence.

/// Says whether a text mentions the person with a handle, whatever the letters' case.
///
/// What is part of a longer handle or of an e-mail address is no mention: neither `@ana-lena` nor
/// `post@ana` mentions `ana`.
pub(super) fn mentions(text: &str, handle: &str) -> bool {
    text.match_indices('@').any(|(at, _)| {
        let is_begun = !text[..at].ends_with(|before: char| before.is_alphanumeric());
        let rest = &text[at + 1..];
        let (Some(name), Some(after)) = (rest.get(..handle.len()), rest.get(handle.len()..)) else {
            return false;
        };
        is_begun && name.eq_ignore_ascii_case(handle) && !goes_on(after)
    })
}

/// Says whether a handle goes on with what follows; a hyphen alone, as a dash, ends it.
fn goes_on(after: &str) -> bool {
    let mut next = after.chars();
    match next.next() {
        Some('-') => next.next().is_some_and(char::is_alphanumeric),
        Some(character) => character.is_alphanumeric() || character == '_',
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_handle_is_found_where_people_write_it() {
        for text in [
            "@ana",
            "@ana: is it?",
            "Well, @ana.",
            "(@Ana)",
            "ask @ana- or ben",
            "@ana’s",
            "å @ana",
            "@ben @ana",
            "@anabel and @ana",
        ] {
            assert!(mentions(text, "ana"), "{text}");
        }
    }

    #[test]
    fn longer_handles_and_addresses_are_no_mention() {
        for text in [
            "",
            "ana",
            "@",
            "@an",
            "@anabel",
            "@ana-lena",
            "@ana_1",
            "@anå",
            "post@ana.example",
            "@@",
            "å@ana",
            "@\u{e5}na",
        ] {
            assert!(!mentions(text, "ana"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_looked_through(text in any::<String>(), handle in "[a-z0-9-]{1,8}") {
            let with = format!("{text} @{handle} {text}");
            prop_assert!(mentions(&with, &handle));
            let _never_panics = mentions(&text, &handle);
        }
    }
}
