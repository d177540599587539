//! Phrases with something in them: counts, days, and whole sentences.

use jiff::civil::DateTime;
use okr_core::Date;
use okr_core::measure::{Measure, Value};
use okr_core::rhythm::Share;
use okr_core::value::Score;

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

    /// Names a week of the year: `week 47`.
    pub fn week(self, number: i8) -> String {
        format!("{} {number}", self.pick("week", "uke"))
    }

    /// Says where in its cycle a week is: `week 8 of 14`.
    pub fn week_of(self, week: i32, of: i32) -> String {
        match self {
            Self::English => format!("week {week} of {of}"),
            Self::Bokmal => format!("uke {week} av {of}"),
        }
    }

    /// Says what an even pace would have reached.
    pub fn even_pace(self, percent: &str) -> String {
        match self {
            Self::English => format!("an even pace would be at {percent}"),
            Self::Bokmal => format!("jevnt tempo ville gitt {percent}"),
        }
    }

    /// Says how something stands against what was committed to.
    pub fn against_commitment(self, figure: &str) -> String {
        match self {
            Self::English => format!("{figure} against the original commitment"),
            Self::Bokmal => format!("{figure} målt mot det opprinnelige målet"),
        }
    }

    /// Says how much moved.
    pub fn moved_of(self, moved: usize, all: usize) -> String {
        match self {
            Self::English => format!("{moved} of {} moved", self.key_results(all)),
            Self::Bokmal => format!("{moved} av {} har beveget seg", self.key_results(all)),
        }
    }

    /// Counts decisions.
    pub fn decisions(self, number: usize) -> String {
        if number == 0 {
            return self.pick("no decision", "ingen beslutninger").to_owned();
        }
        self.count(
            number,
            ["decision", "decisions"],
            ["beslutning", "beslutninger"],
        )
    }

    /// Says how many check-ins came when the cadence asked for them.
    pub fn on_time(self, share: Share) -> String {
        let Share { part, whole } = share;
        match self {
            Self::English => format!("{part} of {} came on time", self.check_ins(whole)),
            Self::Bokmal => format!("{part} av {} kom i tide", self.check_ins(whole)),
        }
    }

    /// Says how many check-ins were written too late.
    pub fn back_filled(self, number: usize) -> String {
        match self {
            Self::English => format!("{number} written long after their day"),
            Self::Bokmal => format!("{number} skrevet lenge etter dagen de gjelder"),
        }
    }

    /// Says how far apart check-ins are.
    pub fn gaps(self, median: i32, most: i32) -> String {
        let (median, most) = (self.days(median), self.days(most));
        match self {
            Self::English => {
                format!(
                    "From one check-in to the next: {median} (median), {most} (90th percentile)"
                )
            }
            Self::Bokmal => format!(
                "Fra én statusoppdatering til den neste: {median} (median), {most} (90-persentil)"
            ),
        }
    }

    /// Says since when something stands: `since 11 Nov`.
    pub fn since(self, day: &str) -> String {
        format!("{} {day}", self.pick("since", "siden"))
    }

    /// Says by which day something shall be done: `due 30 Nov`.
    pub(crate) fn due(self, day: &str) -> String {
        format!("{} {day}", self.pick("due", "frist"))
    }

    /// Says by how much something is late.
    pub(crate) fn late_by(self, days: i32) -> String {
        let days = self.days(days);
        match self {
            Self::English => format!("{days} late"),
            Self::Bokmal => format!("{days} over fristen"),
        }
    }

    /// Says how many initiatives are not told one by one.
    pub(crate) fn more_work(self, number: usize) -> String {
        match self {
            Self::English => {
                let more = self.count(number, ["more initiative", "more initiatives"], ["", ""]);
                format!("{more}:")
            }
            Self::Bokmal => format!("{number} tiltak til:"),
        }
    }

    /// Says when a blocker was lifted: `lifted 20 Nov`.
    pub fn lifted(self, day: &str) -> String {
        format!("{} {day}", self.pick("lifted", "løst"))
    }

    /// Says what something was.
    pub fn was(self, what: &str) -> String {
        format!("{} {what}", self.pick("was", "var"))
    }

    /// Says when a cycle begins.
    pub fn begins(self, day: Date) -> String {
        match self {
            Self::English => format!("The cycle begins on {}.", self.day(day)),
            Self::Bokmal => format!("Perioden begynner {}.", self.day(day)),
        }
    }

    /// Says of how many key results it is known where they lead, and how many reach their target.
    pub fn projected(self, reaching: usize, projected: usize, all: usize) -> String {
        let all = self.key_results(all);
        match self {
            Self::English => format!(
                "Enough check-ins to say where it leads: {projected} of {all}; to its target: {reaching} of \
                 these."
            ),
            Self::Bokmal => format!(
                "Nok statusoppdateringer til en prognose: {projected} av {all}; {reaching} av disse når \
                 målverdien."
            ),
        }
    }

    /// Says how many objectives were concluded.
    pub fn graded_of(self, graded: usize, all: usize) -> String {
        match self {
            Self::English => {
                let all = self.count(all, ["objective", "objectives"], ["", ""]);
                format!("Concluded: {graded} of {all}")
            }
            Self::Bokmal => format!("Avsluttet: {graded} av {all} mål"),
        }
    }

    /// Counts objectives that were left open in a closed cycle.
    pub(crate) fn left_open(self, number: usize) -> String {
        match self {
            Self::English => {
                let objectives = self.count(number, ["objective", "objectives"], ["", ""]);
                format!("{objectives} ended without a grade.")
            }
            Self::Bokmal => format!("{number} mål fikk ingen karakter."),
        }
    }

    /// Numbers one of several slides about the same; follows a heading.
    pub(crate) fn part_of(self, number: usize, count: usize) -> String {
        let of = self.pick("of", "av");
        format!(" ({number} {of} {count})")
    }

    /// Says what the scores are on average.
    pub fn mean_score(self, mean: Score) -> String {
        let mean = self.score(mean);
        match self {
            Self::English => format!("mean score {mean}"),
            Self::Bokmal => format!("snittkarakter {mean}"),
        }
    }

    /// Says which score the numbers suggest.
    pub fn suggested(self, score: &str) -> String {
        match self {
            Self::English => format!("the numbers suggest {score}"),
            Self::Bokmal => format!("tallene tilsier {score}"),
        }
    }

    /// Says which score the scores of key results suggest for their objective.
    pub fn suggested_by_scores(self, score: &str) -> String {
        match self {
            Self::English => format!("the scores of its key results suggest {score}"),
            Self::Bokmal => format!("karakterene på nøkkelresultatene tilsier {score}"),
        }
    }

    /// Says how much of what people said is not told, before the command that tells all of it.
    pub(crate) fn said_in_full(self, left_out: usize) -> String {
        match (self, left_out) {
            (Self::English, 0) => "In full:".to_owned(),
            (Self::English, more) => format!("{more} more before that. All in full:"),
            (Self::Bokmal, 0) => "I sin helhet:".to_owned(),
            (Self::Bokmal, more) => format!("{more} til før dette. Alt i sin helhet:"),
        }
    }

    /// Says from where to where progress went, and how often it was reported.
    pub(crate) fn trail(
        self,
        number: usize,
        (first, begin): (&str, &str),
        (last, end): (&str, &str),
    ) -> String {
        let check_ins = self.check_ins(number);
        let progress = self.phrase(super::Phrase::Progress).to_lowercase();
        match (self, number) {
            (Self::English, 1) => format!("{check_ins} on {last}, {progress} {end}"),
            (Self::English, _) => {
                format!("{check_ins} from {first} to {last}, {progress} {begin} → {end}")
            }
            (Self::Bokmal, 1) => format!("{check_ins} {last}, {progress} {end}"),
            (Self::Bokmal, _) => {
                format!("{check_ins} fra {first} til {last}, {progress} {begin} → {end}")
            }
        }
    }

    /// Says that a goal was closed.
    pub fn closed_with(self, score: Score) -> String {
        let score = self.score(score);
        match self {
            Self::English => format!("closed with a score of {score}"),
            Self::Bokmal => format!("avsluttet med karakter {score}"),
        }
    }

    /// Says that the grade of a goal was put right.
    pub fn graded(self, score: Score) -> String {
        let score = self.score(score);
        match self {
            Self::English => format!("score put right: {score}"),
            Self::Bokmal => format!("karakter rettet: {score}"),
        }
    }

    /// Says what a report was made from: the moment, and the last change that counts.
    pub fn state_of(self, moment: &str, change: Option<&str>, position: Option<u64>) -> String {
        let mut state = match self {
            Self::English => format!("State of {moment}"),
            Self::Bokmal => format!("Slik det så ut {moment}"),
        };
        if let Some(change) = change {
            let word = self.pick("change", "endring");
            state = format!("{state}, {word} {change}");
        }
        if let Some(position) = position {
            let word = self.pick("position", "posisjon");
            state = format!("{state} ({word} {position})");
        }
        state
    }

    /// Says by which day pace and status are judged.
    pub fn judged(self, day: Date) -> String {
        let day = self.day(day);
        match self {
            Self::English => format!("seen on {day}"),
            Self::Bokmal => format!("vurdert {day}"),
        }
    }

    /// Says how much of what counts only this machine has.
    pub fn pending(self, number: usize) -> String {
        match self {
            Self::English => {
                let changes = self.count(number, ["change", "changes"], ["", ""]);
                format!("{changes} in it wait for the server: other machines do not have them yet")
            }
            Self::Bokmal => {
                let changes = self.count(number, ["", ""], ["endring", "endringer"]);
                format!("{changes} venter på serveren: andre maskiner har dem ikke ennå")
            }
        }
    }

    /// Writes a moment: `22 November 2026 24:00 Europe/Oslo`.
    pub fn moment(self, at: DateTime, zone: &str) -> String {
        let day = self.day(at.date());
        let time = at.time();
        let (hour, minute, second) = (time.hour(), time.minute(), time.second());
        // The last moment of a day is its end.
        let time = match (hour, minute, second, time.subsec_nanosecond()) {
            (23, 59, 59, 999_999_999) => "24:00".to_owned(),
            (_, _, 0, _) => format!("{hour:02}:{minute:02}"),
            (_, _, _, _) => format!("{hour:02}:{minute:02}:{second:02}"),
        };
        let at = self.pick("", "kl. ");
        format!("{day} {at}{time} {zone}")
    }

    /// Writes the step from one value to the next, the unit once: `340 → 312 ms`.
    pub fn value_change(self, from: &Value, to: &Value, measure: Option<&Measure>) -> String {
        let before = match from {
            Value::Number(number) => self.number(*number),
            Value::Milestones(done) => done.len().to_string(),
            Value::Zone(zone) => self.zone(*zone).to_owned(),
        };
        format!("{before} → {}", self.value(to, measure))
    }
}
