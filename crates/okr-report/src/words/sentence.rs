//! Phrases with something in them: counts, days, and whole sentences.

use super::Language;

impl Language {
    /// Counts days: `12 days`, `12 dager`.
    pub fn days(self, number: i32) -> String {
        let number = usize::try_from(number).unwrap_or_default();
        self.count(number, ["day", "days"], ["dag", "dager"])
    }

    /// Counts key results.
    pub fn key_results(self, number: usize) -> String {
        self.count(
            number,
            ["key result", "key results"],
            ["nøkkelresultat", "nøkkelresultater"],
        )
    }

    /// Counts check-ins.
    pub fn check_ins(self, number: usize) -> String {
        self.count(
            number,
            ["check-in", "check-ins"],
            ["statusoppdatering", "statusoppdateringer"],
        )
    }
}
