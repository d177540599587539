//! From flags to a measure, and from a measure and flags to the next one.

use okr_core::measure::{Hold, Measure, Metric, Milestone, MilestoneKey, Milestones, Zones};
use okr_core::text::{LongText, Title, Unit};
use okr_core::value::{Number, ValueError, Weight};

use super::super::init::bad_value;
use crate::args::MeasureFlags;
use crate::error::CliError;
use crate::value_text::parse_amount;

/// The four ways to measure, as flags.
const WAYS: &str = "--from N --to N --unit U, --at-most N, --at-least N, --milestones \"a; b; c\", or \
                    --zones \"commit; target; stretch\"";

/// Which way of measuring flags ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Metric,
    Hold,
    Milestones,
    Zones,
}

/// Makes the measure of a new key result.
///
/// # Errors
/// A usage error when the flags do not say how it is measured, or say it in two ways.
pub(super) fn new(flags: &MeasureFlags) -> Result<Measure, CliError> {
    match way(flags)? {
        Some(Way::Metric) => metric(flags, None),
        Some(Way::Hold) => hold(flags, None),
        Some(Way::Milestones) => milestones(flags, None),
        Some(Way::Zones) => zones(flags),
        None => {
            Err(CliError::usage("no-measure", "say how the key result is measured").with_hint(WAYS))
        }
    }
}

/// Makes the measure that a key result has after some flags: of another kind, it is a new one.
///
/// # Errors
/// As [`new`].
pub(in crate::commands) fn changed(
    now: &Measure,
    flags: &MeasureFlags,
) -> Result<Measure, CliError> {
    match (way(flags)?, now) {
        (Some(Way::Metric) | None, Measure::Metric(now)) => metric(flags, Some(now)),
        (Some(Way::Hold) | None, Measure::Hold(now)) => hold(flags, Some(now)),
        (Some(Way::Milestones), Measure::Milestones(now)) => milestones(flags, Some(now)),
        (None, Measure::Milestones(_) | Measure::Zones(_)) => Err(CliError::usage(
            "no-unit",
            format!("a key result measured by {} has no unit", now.word()),
        )),
        (Some(_), _) => new(flags),
    }
}

fn way(flags: &MeasureFlags) -> Result<Option<Way>, CliError> {
    let MeasureFlags {
        from,
        to,
        commit,
        stretch,
        at_most,
        at_least,
        unit,
        milestones,
        zones,
    } = flags;
    let given = [
        (
            Way::Metric,
            from.is_some() || to.is_some() || commit.is_some() || stretch.is_some(),
        ),
        (Way::Hold, at_most.is_some() || at_least.is_some()),
        (Way::Milestones, milestones.is_some()),
        (Way::Zones, zones.is_some()),
    ];
    let mut ways = given
        .iter()
        .filter(|(_, given)| *given)
        .map(|(way, _)| *way);
    let way = ways.next();
    let has_no_unit = matches!(way, Some(Way::Milestones | Way::Zones));
    if ways.next().is_some() || (has_no_unit && unit.is_some()) {
        return Err(
            CliError::usage("two-measures", "a key result is measured in one way only")
                .with_hint(WAYS),
        );
    }
    Ok(way)
}

/// A number that a flag gives.
struct Given {
    number: Number,
    percent: bool,
}

fn amount(flag: &str, text: &str) -> Result<Given, CliError> {
    let amount = parse_amount(text).map_err(|error| {
        CliError::usage("unreadable-value", format!("{flag}: {error}")).with_hint(error.hint())
    })?;
    Ok(Given {
        number: amount.number,
        percent: amount.percent,
    })
}

/// Reads numbers of flags, and notices percent signs.
#[derive(Default)]
struct Amounts {
    percent: Option<String>,
}

impl Amounts {
    fn read(&mut self, flag: &str, text: Option<&str>) -> Result<Option<Number>, CliError> {
        let Some(text) = text else {
            return Ok(None);
        };
        let given = amount(flag, text)?;
        if given.percent {
            self.percent = Some(text.to_owned());
        }
        Ok(Some(given.number))
    }

    /// Reads a number that the word none takes away.
    fn read_or_none(
        &mut self,
        flag: &str,
        text: Option<&str>,
        now: Option<Number>,
    ) -> Result<Option<Number>, CliError> {
        match text {
            None => Ok(now),
            Some("none") => Ok(None),
            Some(text) => self.read(flag, Some(text)),
        }
    }

    /// Returns the unit: the one given, the one it has, or the percent sign of a number.
    fn unit(&self, given: Option<&str>, now: Option<&Unit>) -> Result<Option<Unit>, CliError> {
        let unit = match given {
            Some("none") => None,
            Some(text) => Some(Unit::new(text).map_err(|error| bad_value("--unit", &error))?),
            None => now.cloned(),
        };
        match (&self.percent, unit) {
            (None, unit) => Ok(unit),
            (Some(_), None) if given.is_none() => {
                Ok(Some(Unit::new("%").expect("a percent sign is a unit")))
            }
            (Some(_), Some(unit)) if unit.as_str() == "%" => Ok(Some(unit)),
            (Some(text), unit) => {
                let unit = unit.map_or_else(|| "no unit".to_owned(), |unit| unit.to_string());
                let message = format!("\"{text}\" is in %, and the key result is in {unit}");
                Err(CliError::usage("wrong-unit", message)
                    .with_hint("write the number only, or --unit %"))
            }
        }
    }
}

fn metric(flags: &MeasureFlags, now: Option<&Metric>) -> Result<Measure, CliError> {
    let mut amounts = Amounts::default();
    let baseline = amounts.read("--from", flags.from.as_deref())?;
    let target = amounts.read("--to (or --target)", flags.to.as_deref())?;
    let missing = |flag: &str| {
        CliError::usage("no-measure", format!("{flag} is missing")).with_hint(
            "--from is the value at the beginning, --to the one that is 100 %: --from 480 --to 200",
        )
    };
    let baseline = baseline.or(now.map(|now| now.baseline));
    let target = target.or(now.map(|now| now.target));
    let commit = now.and_then(|now| now.commit);
    let stretch = now.and_then(|now| now.stretch);
    let metric = Metric {
        baseline: baseline.ok_or_else(|| missing("--from"))?,
        target: target.ok_or_else(|| missing("--to"))?,
        commit: amounts.read_or_none("--commit", flags.commit.as_deref(), commit)?,
        stretch: amounts.read_or_none("--stretch", flags.stretch.as_deref(), stretch)?,
        unit: amounts.unit(flags.unit.as_deref(), now.and_then(|now| now.unit.as_ref()))?,
    };
    Ok(Measure::Metric(metric))
}

fn hold(flags: &MeasureFlags, now: Option<&Hold>) -> Result<Measure, CliError> {
    let mut amounts = Amounts::default();
    let low = now.and_then(Hold::low);
    let high = now.and_then(Hold::high);
    let low = amounts.read_or_none("--at-least", flags.at_least.as_deref(), low)?;
    let high = amounts.read_or_none("--at-most", flags.at_most.as_deref(), high)?;
    let unit = amounts.unit(flags.unit.as_deref(), now.and_then(Hold::unit))?;
    let hold = Hold::new(unit, low, high).map_err(|error| bad_value("the bounds", &error))?;
    Ok(Measure::Hold(hold))
}

/// Reads "Draft; Review; Launch=2". A milestone that is there already keeps its number.
fn milestones(flags: &MeasureFlags, now: Option<&Milestones>) -> Result<Measure, CliError> {
    let text = flags.milestones.as_deref().unwrap_or_default();
    let bad = |error: ValueError| bad_value("--milestones", &error);
    let known = now.map(Milestones::list).unwrap_or_default();
    let mut next = known.iter().map(|one| one.key.0).max().unwrap_or(0);
    let mut list: Vec<Milestone> = Vec::new();
    for part in text
        .split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let weighted = part.rsplit_once('=').and_then(|(title, weight)| {
            let weight: Number = weight.trim().parse().ok()?;
            Some((title.trim(), Weight::new(weight)))
        });
        let (title, weight) = match weighted {
            Some((title, weight)) => (title, weight.map_err(bad)?),
            None => (part, Weight::ONE),
        };
        let is_same = |one: &&Milestone| {
            one.title.as_str() == title && list.iter().all(|listed| listed.key != one.key)
        };
        let key = known.iter().find(is_same).map(|one| one.key);
        let key = key.unwrap_or_else(|| {
            next = next.saturating_add(1);
            MilestoneKey(next)
        });
        list.push(Milestone {
            key,
            title: Title::new(title).map_err(bad)?,
            weight,
        });
    }
    Milestones::new(list).map(Measure::Milestones).map_err(bad)
}

fn zones(flags: &MeasureFlags) -> Result<Measure, CliError> {
    let text = flags.zones.as_deref().unwrap_or_default();
    let bad = |error: ValueError| bad_value("--zones", &error);
    let parts: Vec<&str> = text.split(';').map(str::trim).collect();
    let [commit, target, stretch] = parts.as_slice() else {
        let message = format!("--zones takes three levels, this has {}", parts.len());
        return Err(CliError::usage("bad-value", message)
            .with_hint("--zones \"good enough; what we want; beyond\""));
    };
    Ok(Measure::Zones(Zones {
        commit: LongText::new(*commit).map_err(bad)?,
        target: LongText::new(*target).map_err(bad)?,
        stretch: LongText::new(*stretch).map_err(bad)?,
    }))
}

#[cfg(test)]
mod tests {
    use okr_core::field::Shown as _;

    use super::*;

    fn flags(given: &[(&str, &str)]) -> MeasureFlags {
        let mut flags = MeasureFlags::default();
        for (name, value) in given {
            let value = Some((*value).to_owned());
            match *name {
                "from" => flags.from = value,
                "to" => flags.to = value,
                "commit" => flags.commit = value,
                "stretch" => flags.stretch = value,
                "at-most" => flags.at_most = value,
                "at-least" => flags.at_least = value,
                "unit" => flags.unit = value,
                "milestones" => flags.milestones = value,
                "zones" => flags.zones = value,
                _ => panic!("no flag {name}"),
            }
        }
        flags
    }

    fn shown(given: &[(&str, &str)]) -> String {
        new(&flags(given)).unwrap().shown()
    }

    #[test]
    fn each_way_makes_its_measure() {
        assert_eq!(
            shown(&[("from", "480"), ("to", "200"), ("unit", "ms")]),
            "480 to 200 ms"
        );
        assert_eq!(shown(&[("at-most", "1.0")]), "at most 1");
        assert_eq!(
            shown(&[("at-least", "10"), ("at-most", "20"), ("unit", "C")]),
            "within 10 to 20 C"
        );
        assert_eq!(
            shown(&[("milestones", "Draft; Review ;Launch=2")]),
            "1. Draft; 2. Review; 3. Launch (weight 2)"
        );
        assert_eq!(
            shown(&[("zones", "a; b; c")]),
            "commit: a; target: b; stretch: c"
        );
    }

    #[test]
    fn a_percent_sign_is_a_unit() {
        assert_eq!(shown(&[("from", "62%"), ("to", "90%")]), "62 to 90 %");
        let wrong = new(&flags(&[("from", "62%"), ("to", "90"), ("unit", "ms")]));
        assert_eq!(wrong.unwrap_err().code(), "wrong-unit");
    }

    #[test]
    fn two_ways_or_none_are_refused() {
        let code = |given: &[(&str, &str)]| new(&flags(given)).unwrap_err().code().to_owned();
        assert_eq!(code(&[]), "no-measure");
        assert_eq!(code(&[("to", "5")]), "no-measure");
        assert_eq!(code(&[("to", "5"), ("at-most", "5")]), "two-measures");
        assert_eq!(code(&[("zones", "a;b;c"), ("unit", "ms")]), "two-measures");
        assert_eq!(code(&[("zones", "a;b")]), "bad-value");
        assert_eq!(code(&[("milestones", " ; ")]), "bad-value");
    }

    #[test]
    fn what_is_not_given_stays() {
        let now = new(&flags(&[
            ("from", "480"),
            ("to", "200"),
            ("unit", "ms"),
            ("commit", "300"),
        ]));
        let now = now.unwrap();
        let next = |given: &[(&str, &str)]| changed(&now, &flags(given)).unwrap().shown();
        assert_eq!(next(&[("to", "180")]), "480 to 180 ms, commit 300");
        assert_eq!(next(&[("commit", "none")]), "480 to 200 ms");
        assert_eq!(next(&[("unit", "none")]), "480 to 200, commit 300");
        assert_eq!(next(&[("at-most", "5")]), "at most 5");
    }

    #[test]
    fn milestones_keep_their_numbers() {
        let now = new(&flags(&[("milestones", "Draft; Review")])).unwrap();
        let next = changed(&now, &flags(&[("milestones", "Plan; Review; Draft=3")])).unwrap();
        assert_eq!(next.shown(), "3. Plan; 2. Review; 1. Draft (weight 3)");
    }
}
