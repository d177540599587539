//! Health metrics: numbers that shall stay within a band, beside goals that shall move.

use okr_core::Date;
use okr_core::entity::HealthMetric;
use okr_core::measure::Health;
use okr_core::value::Number;

use super::facts::Name;
use super::shared::drop_empty;
use crate::document::{Block, Column, Mark, Section, Table, Text};
use crate::words::{Language, Phrase};

/// How a health metric stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vital {
    /// The metric.
    pub metric: HealthMetric,
    /// The team that it belongs to; none: the organisation as a whole.
    pub team: Option<Name>,
    /// Its value that counts, with the day that it is about.
    pub latest: Option<(Date, Number)>,
    /// What the band says of it.
    pub health: Health,
    /// The day since which it says so.
    pub since: Option<Date>,
}

/// Makes the section of health metrics, those outside their bands first; none without any.
pub(super) fn section(vitals: &[Vital], today: Date, language: Language) -> Option<Section> {
    if vitals.is_empty() {
        return None;
    }
    let outside = |one: &&Vital| one.health == Health::Outside;
    let others = vitals.iter().filter(|one| !outside(one));
    let all = vitals.iter().filter(outside).chain(others);
    let mut table = Table {
        caption: language.phrase(Phrase::HealthCaption).to_owned(),
        columns: vec![
            Column::start(language.phrase(Phrase::Metric)).breaking(),
            Column::start(language.phrase(Phrase::Team)).breaking(),
            Column::end(language.phrase(Phrase::Latest)),
            Column::start(language.phrase(Phrase::Day)),
            Column::start(language.phrase(Phrase::Healthy)),
            Column::start(language.phrase(Phrase::Status)),
            Column::start(language.phrase(Phrase::Since)),
        ],
        rows: all.map(|one| row(one, today, language)).collect(),
    };
    drop_empty(&mut table);
    Some(Section::new(language.phrase(Phrase::Health)).with(Block::Table(table)))
}

fn row(one: &Vital, today: Date, language: Language) -> Vec<Text> {
    let metric = &one.metric;
    let unit = metric.unit.as_ref().map(AsRef::as_ref);
    let day = |day: Date| language.day_beside(day, today);
    let value = one
        .latest
        .map(|(_, value)| Text::of(Mark::Theirs, language.quantity(value, unit)));
    let mark = match one.health {
        Health::Healthy => Mark::Plain,
        Health::Outside => Mark::Attention,
        Health::Unknown => Mark::Dim,
    };
    let team = one.team.as_ref();
    vec![
        Text::of(Mark::Reference, metric.slug.as_str())
            .and(Mark::Plain, " · ")
            .and(Mark::Theirs, metric.name.as_str()),
        team.map(|team| Text::of(Mark::Theirs, &*team.reference))
            .unwrap_or_default(),
        value.unwrap_or_default(),
        one.latest.map(|(of, _)| day(of)).unwrap_or_default().into(),
        Text::of(Mark::Theirs, language.band(metric.band, unit)),
        Text::of(mark, language.health(one.health)),
        one.since.map(day).unwrap_or_default().into(),
    ]
}

#[cfg(test)]
mod tests {
    use okr_core::event::{MetricEvent, NewMetric};
    use okr_testkit::sample::{TODAY, band, metric_id, new_metric, number};

    use super::*;
    use crate::document::Document;

    fn vital(text: &str, (low, high): (Option<&str>, Option<&str>), value: Option<&str>) -> Vital {
        let new = NewMetric {
            band: band(low, high),
            ..new_metric(text)
        };
        let metric = HealthMetric::evolve(None, metric_id(1), &MetricEvent::Created(new)).unwrap();
        let value = value.map(number);
        Vital {
            health: metric.band.health(value),
            latest: value.map(|value| (TODAY, value)),
            since: value.map(|_| TODAY.yesterday().unwrap()),
            team: None,
            metric,
        }
    }

    fn shown(vitals: &[Vital], language: Language) -> String {
        crate::markdown(&Document {
            language,
            title: "Acme".to_owned(),
            subtitle: Vec::new(),
            lead: Text::default(),
            sections: section(vitals, TODAY, language).into_iter().collect(),
            colophon: Vec::new(),
        })
    }

    #[test]
    fn what_is_outside_comes_first_and_every_state_has_a_word() {
        let vitals = [
            vital("errors", (None, Some("1")), Some("0.5")),
            vital("uptime", (Some("99.9"), None), None),
            vital("staff", (Some("8"), Some("12")), Some("14")),
        ];
        insta::assert_snapshot!(shown(&vitals, Language::English), @r"
        # Acme

        ## Health metrics

        | Metric | Latest value | Day | Healthy | Status | Since |
        | --- | ---: | --- | --- | --- | --- |
        | **staff** · staff | 14 | 23 Nov | 8–12 | **outside** | 22 Nov |
        | **errors** · errors | 0\.5 | 23 Nov | ≤ 1 | healthy | 22 Nov |
        | **uptime** · uptime |  |  | ≥ 99.9 | no value |  |
        ");
        let bokmal = shown(&vitals, Language::Bokmal);
        for words in [
            "Helseindikatorer",
            "utenfor",
            "innenfor",
            "ingen verdi",
            "≥ 99,9",
        ] {
            assert!(bokmal.contains(words), "{words}: {bokmal}");
        }
        assert_eq!(section(&[], TODAY, Language::English), None);
    }
}
