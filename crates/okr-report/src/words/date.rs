//! Days and times in each language.

use okr_core::Date;

use super::Language;

const MONTHS: [[&str; 2]; 12] = [
    ["January", "januar"],
    ["February", "februar"],
    ["March", "mars"],
    ["April", "april"],
    ["May", "mai"],
    ["June", "juni"],
    ["July", "juli"],
    ["August", "august"],
    ["September", "september"],
    ["October", "oktober"],
    ["November", "november"],
    ["December", "desember"],
];
const SHORT_MONTHS: [[&str; 2]; 12] = [
    ["Jan", "jan."],
    ["Feb", "feb."],
    ["Mar", "mars"],
    ["Apr", "apr."],
    ["May", "mai"],
    ["Jun", "juni"],
    ["Jul", "juli"],
    ["Aug", "aug."],
    ["Sep", "sep."],
    ["Oct", "okt."],
    ["Nov", "nov."],
    ["Dec", "des."],
];

impl Language {
    /// Writes a day: `23 November 2026`, `23. november 2026`.
    pub fn day(self, day: Date) -> String {
        let month = self.month(&MONTHS, day);
        format!("{}{month} {}", self.ordinal(day), day.year())
    }

    /// Writes a day in little room, without its year: `23 Nov`, `23. nov.`.
    pub fn short_day(self, day: Date) -> String {
        format!("{}{}", self.ordinal(day), self.month(&SHORT_MONTHS, day))
    }

    /// Writes the days from one to another: `16–22 November 2026`.
    pub fn days_between(self, first: Date, last: Date) -> String {
        let end = self.day(last);
        if first == last {
            return end;
        }
        if first.year() != last.year() {
            return format!("{} – {end}", self.day(first));
        }
        if first.month() != last.month() {
            let month = self.month(&MONTHS, first);
            return format!("{}{month} – {end}", self.ordinal(first));
        }
        match self {
            Self::English => format!("{}–{end}", first.day()),
            Self::Bokmal => format!("{}.–{end}", first.day()),
        }
    }

    fn month(self, months: &[[&'static str; 2]; 12], day: Date) -> &'static str {
        let index = usize::try_from(day.month() - 1).expect("months count from 1");
        let [english, bokmal] = months[index];
        self.pick(english, bokmal)
    }

    /// Writes the day of the month with what follows it.
    fn ordinal(self, day: Date) -> String {
        match self {
            Self::English => format!("{} ", day.day()),
            Self::Bokmal => format!("{}. ", day.day()),
        }
    }
}
