//! Progress, exact and in whole percent.

use okr_core::progress::Progress;
use schemars::JsonSchema;
use serde::Serialize;

/// Progress; 0 at the baseline and 1 at the target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ProgressItem {
    /// The exact fraction, below 0 and above 1 where the value is.
    pub(crate) fraction: String,
    /// The fraction in whole percent, halves away from zero; none beyond 64 bits.
    pub(crate) percent: Option<i64>,
}

impl From<Progress> for ProgressItem {
    fn from(progress: Progress) -> Self {
        Self {
            fraction: progress.raw().to_string(),
            percent: progress.percent().trim_end_matches('%').parse().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use okr_testkit::sample::number;

    use super::*;

    #[test]
    fn a_fraction_is_exact_and_a_percentage_is_not() {
        let item = ProgressItem::from(Progress::new(number("0.125").decimal()));
        assert_eq!((item.fraction.as_str(), item.percent), ("0.125", Some(13)));
        let item = ProgressItem::from(Progress::new(number("-2.3").decimal()));
        assert_eq!((item.fraction.as_str(), item.percent), ("-2.3", Some(-230)));
    }
}
