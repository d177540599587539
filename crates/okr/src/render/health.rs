//! The health of a metric: a mark for a quick look, and always a word that says the same.

use okr_core::measure::Health;

use super::{Screen, Tone};

/// Returns the tone that goes with a health.
pub const fn health_tone(health: Health) -> Tone {
    match health {
        Health::Healthy => Tone::Good,
        Health::Outside => Tone::Bad,
        Health::Unknown => Tone::Dim,
    }
}

/// Returns mark and word on a terminal that can show them (`● healthy`), else the word.
pub fn health_words(health: Health, screen: &Screen) -> String {
    let mark = match health {
        Health::Healthy => "●",
        Health::Outside => "○",
        Health::Unknown => "?",
    };
    if screen.terminal && !screen.ascii {
        format!("{mark} {}", health.word())
    } else {
        health.word().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_always_there_and_the_mark_only_where_it_can_be_seen() {
        let terminal = Screen::terminal(80);
        assert_eq!(health_words(Health::Outside, &terminal), "○ outside");
        assert_eq!(health_words(Health::Outside, &Screen::piped()), "outside");
    }
}
