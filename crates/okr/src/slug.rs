//! Slugs from titles: the first meaningful words, in plain letters, short enough to type.

use std::collections::HashMap;

use okr_core::text::Slug;

/// The length that a slug made from a title has at most, in characters, but for a suffix.
const LENGTH_MAX: usize = 24;

/// Words that say little about a title.
const LITTLE_WORDS: &[&str] = &[
    "a", "an", "and", "are", "at", "be", "by", "for", "from", "in", "is", "of", "on", "or", "our",
    "per", "that", "the", "to", "we", "with", "av", "den", "det", "en", "er", "et", "for", "og",
    "om", "paa", "som", "til", "vi",
];

/// Makes a slug from a title; `fallback` where a title has no letters that can be written plainly.
///
/// `taken` says whether a slug is in use; a number at the end then makes it unique.
pub(crate) fn from_title(title: &str, fallback: &str, taken: impl Fn(&str) -> bool) -> Slug {
    Slugs::default().make(title, fallback, taken)
}

/// Makes many slugs: what was found taken once is not tried again.
#[derive(Debug, Default)]
pub(crate) struct Slugs {
    next: HashMap<String, u32>,
}

impl Slugs {
    /// As [`from_title`], of which no slug is given twice.
    pub(crate) fn make(
        &mut self,
        title: &str,
        fallback: &str,
        taken: impl Fn(&str) -> bool,
    ) -> Slug {
        let mut stem = stem(title);
        if stem.is_empty() {
            fallback.clone_into(&mut stem);
        }
        let first = self.next.get(&stem).copied().unwrap_or(1);
        let (number, unique) = (first..=u32::MAX)
            .map(|number| match number {
                1 => (1, stem.clone()),
                _ => (number, format!("{stem}-{number}")),
            })
            .find(|(_, slug)| !taken(slug))
            .expect("nobody has so many things of one name");
        self.next.insert(stem, number.saturating_add(1));
        Slug::new(unique).expect("it is made of letters, digits and single hyphens, and short")
    }
}

fn stem(title: &str) -> String {
    let plain = plain(title);
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let meaningful: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !LITTLE_WORDS.contains(word))
        .collect();
    let words = if meaningful.is_empty() {
        words
    } else {
        meaningful
    };
    let mut stem = String::new();
    for word in words {
        if stem.is_empty() {
            stem.extend(word.chars().take(LENGTH_MAX));
        } else if stem.len() + 1 + word.len() <= LENGTH_MAX {
            stem.push('-');
            stem.push_str(word);
        } else {
            break;
        }
    }
    stem
}

/// Writes a text in lower-case letters, digits, and hyphens for everything between words.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        match folded(character) {
            Some(letters) => plain.push_str(letters),
            None if character.is_ascii_alphanumeric() => plain.push(character),
            // An apostrophe joins: "people's" is one word.
            None if matches!(character, '\'' | '\u{2019}') => {}
            None => plain.push('-'),
        }
    }
    plain
}

/// Returns the plain letters for a letter of the Latin alphabets around us.
const fn folded(character: char) -> Option<&'static str> {
    Some(match character {
        'æ' | 'ä' => "ae",
        'ø' | 'ö' | 'œ' => "oe",
        'å' => "aa",
        'ü' => "ue",
        'ß' => "ss",
        'þ' => "th",
        'á' | 'à' | 'â' | 'ã' | 'ą' | 'ă' | 'ā' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ð' | 'ď' | 'đ' => "d",
        'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' | 'ē' => "e",
        'ğ' => "g",
        'í' | 'ì' | 'î' | 'ï' | 'ı' | 'ī' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ó' | 'ò' | 'ô' | 'õ' | 'ő' => "o",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ť' | 'ț' => "t",
        'ú' | 'ù' | 'û' | 'ů' | 'ű' | 'ū' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        '%' => "-pct",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slug(title: &str) -> String {
        from_title(title, "kr", |_| false).to_string()
    }

    #[test]
    fn the_first_meaningful_words_make_the_slug() {
        assert_eq!(slug("p99 latency of public API"), "p99-latency-public-api");
        assert_eq!(
            slug("Make self-serve the default way to buy"),
            "make-self-serve-default"
        );
        assert_eq!(slug("The"), "the");
        assert_eq!(slug("Customers' trust"), "customers-trust");
        assert_eq!(slug("Seven-day active users"), "seven-day-active-users");
        assert_eq!(
            slug("Incomprehensibilitiesandmoreofit"),
            "incomprehensibilitiesand"
        );
    }

    #[test]
    fn other_alphabets_fold_or_fall_back() {
        assert_eq!(slug("Målverdi på øre"), "maalverdi-oere");
        assert_eq!(slug("Ærlig tilbakemelding"), "aerlig-tilbakemelding");
        assert_eq!(slug("目標"), "kr");
        assert_eq!(slug("!!!"), "kr");
    }

    #[test]
    fn a_number_makes_it_unique() {
        let taken = ["nps", "nps-2"];
        let slug = from_title("NPS", "kr", |slug| taken.contains(&slug));
        assert_eq!(slug.as_str(), "nps-3");
    }

    #[test]
    fn many_of_one_name_are_counted_on() {
        let mut slugs = Slugs::default();
        let taken = |slug: &str| slug == "nps-2";
        let made: Vec<String> = (0..3)
            .map(|_| slugs.make("NPS", "kr", taken).to_string())
            .collect();
        assert_eq!(made, ["nps", "nps-3", "nps-4"]);
        assert_eq!(slugs.make("目標", "kr", taken).as_str(), "kr");
    }

    proptest! {
        #[test]
        fn any_title_gives_a_slug(title in "\\PC{1,250}") {
            let slug = from_title(&title, "kr", |_| false);
            prop_assert!(slug.as_str().len() <= LENGTH_MAX);
        }
    }
}
