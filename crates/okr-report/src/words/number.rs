//! Numbers, percentages, values and measures in each language.

use okr_core::Decimal;
use okr_core::measure::{Band, Hold, Measure, Value};
use okr_core::progress::Progress;
use okr_core::value::{Number, Score};

use super::Language;
use crate::figure;

impl Language {
    /// Writes a number as it is, in groups of three: `97 500.5`, `97 500,5`.
    pub fn number(self, number: Number) -> String {
        self.decimal(number.decimal())
    }

    /// Writes a decimal number as it is.
    pub fn decimal(self, number: Decimal) -> String {
        self.pointed(figure::exact(number))
    }

    /// Writes a decimal number rounded to about a hundredth of the span that is looked at.
    pub fn rounded(self, number: Decimal, span: Decimal) -> String {
        self.pointed(figure::rounded(number, span))
    }

    /// Puts the decimal sign of the language into a figure of ours.
    pub(crate) fn pointed(self, figure: String) -> String {
        match self {
            Self::English => figure,
            Self::Bokmal => figure.replace('.', ","),
        }
    }

    /// Writes progress in whole percent, or a dash: `47%`, `47 %`.
    pub fn percent(self, progress: Option<Progress>) -> String {
        let Some(progress) = progress else {
            return "-".to_owned();
        };
        let percent = progress.percent();
        self.percented(percent.trim_end_matches('%'))
    }

    /// Puts the sign for percent behind a figure.
    pub(crate) fn percented(self, figure: &str) -> String {
        match self {
            Self::English => format!("{figure}%"),
            // A blank at which no line is broken.
            Self::Bokmal => format!("{figure}\u{a0}%"),
        }
    }

    /// Writes a score: `0.7`, `0,7`.
    pub fn score(self, score: Score) -> String {
        let score = score.number().decimal();
        let rounded = score.round_dp(2).normalize();
        self.decimal(rounded)
    }

    /// Writes a number with its unit.
    pub fn quantity(self, number: Number, unit: Option<&str>) -> String {
        figure::with_unit(self.number(number), unit)
    }

    /// Writes a value in the unit of its measure: `312 ms`, `2 of 5`, `target`.
    pub fn value(self, value: &Value, measure: Option<&Measure>) -> String {
        match value {
            Value::Number(number) => {
                let unit = measure.and_then(Measure::unit).map(AsRef::as_ref);
                self.quantity(*number, unit)
            }
            Value::Milestones(done) => match measure {
                Some(Measure::Milestones(milestones)) => {
                    let of = self.pick("of", "av");
                    format!("{} {of} {}", done.len(), milestones.list().len())
                }
                Some(Measure::Metric(_) | Measure::Hold(_) | Measure::Zones(_)) | None => {
                    format!("{} {}", done.len(), self.pick("done", "gjort"))
                }
            },
            Value::Zone(zone) => self.zone(*zone).to_owned(),
        }
    }

    /// Writes where a measure shall end: `200 ms`, `≤ 1 %`, `5 of 5`.
    pub fn target(self, measure: &Measure) -> String {
        match measure {
            Measure::Metric(metric) => {
                let unit = metric.unit.as_ref().map(AsRef::as_ref);
                self.quantity(metric.target, unit)
            }
            Measure::Hold(hold) => self.hold(hold),
            Measure::Milestones(milestones) => {
                let count = milestones.list().len();
                self.count(count, ["step", "steps"], ["steg", "steg"])
            }
            Measure::Zones(_) => self.pick("3 levels", "3 nivåer").to_owned(),
        }
    }

    /// Writes where a measure begins and where it shall end: `480 → 200 ms`.
    pub fn bounds(self, measure: &Measure) -> String {
        match measure {
            Measure::Metric(metric) => {
                format!(
                    "{} → {}",
                    self.number(metric.baseline),
                    self.target(measure)
                )
            }
            Measure::Hold(_) | Measure::Milestones(_) | Measure::Zones(_) => self.target(measure),
        }
    }

    fn hold(self, hold: &Hold) -> String {
        let unit = hold.unit().map(AsRef::as_ref);
        self.within((hold.low(), hold.high()), unit)
    }

    /// Writes the values that are healthy: `≤ 1 %`.
    pub fn band(self, band: Band, unit: Option<&str>) -> String {
        self.within((band.low(), band.high()), unit)
    }

    fn within(self, bounds: (Option<Number>, Option<Number>), unit: Option<&str>) -> String {
        match bounds {
            (Some(low), Some(high)) => {
                format!("{}–{}", self.number(low), self.quantity(high, unit))
            }
            (Some(low), None) => format!("≥ {}", self.quantity(low, unit)),
            (None, Some(high)) => format!("≤ {}", self.quantity(high, unit)),
            (None, None) => self.pick("unbounded", "uten grense").to_owned(),
        }
    }
}
