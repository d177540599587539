//! Forms that are read, forms that are refused, and exactness.

use proptest::prelude::*;

use super::*;

fn number(text: &str) -> Number {
    text.parse().unwrap()
}

fn absolute(text: &str) -> ValueText {
    ValueText::Absolute(Amount {
        number: number(text),
        percent: false,
        time: None,
    })
}

fn relative(text: &str) -> ValueText {
    ValueText::Relative(Amount {
        number: number(text),
        percent: false,
        time: None,
    })
}

fn time(text: &str, unit: TimeUnit) -> Amount {
    Amount {
        number: number(text),
        percent: false,
        time: Some(unit),
    }
}

#[test]
fn times_and_counts() {
    let half = ValueText::Absolute(time("1.5", TimeUnit::Hour));
    assert_eq!(parse_value("1.5h"), Ok(half));
    let step = ValueText::Relative(time("-30", TimeUnit::Minute));
    assert_eq!(parse_value("-30 min"), Ok(step));
    let exact = ValueText::Absolute(time("-250", TimeUnit::Millisecond));
    assert_eq!(parse_value("=-250ms"), Ok(exact));
    let of = |done, all| ValueText::Of {
        done: number(done),
        all: number(all),
    };
    assert_eq!(parse_value("3/5"), Ok(of("3", "5")));
    assert_eq!(parse_value(" 2.5 / 1_000 "), Ok(of("2.5", "1000")));
    for text in [
        "/", "3/", "/5", "+3/5", "3/-5", "3/5/7", "3/5%", "1k/2k", "3//5",
    ] {
        assert!(
            matches!(parse_value(text), Err(ValueTextError::Unknown { .. })),
            "{text}: {:?}",
            parse_value(text)
        );
    }
}

#[test]
fn numbers_are_exact_and_a_sign_means_a_step() {
    for (text, expected) in [
        ("42", absolute("42")),
        ("4.50", absolute("4.5")),
        (".5", absolute("0.5")),
        ("007", absolute("7")),
        ("1_000", absolute("1000")),
        ("1.2k", absolute("1200")),
        ("0.0005k", absolute("0.5")),
        ("1.2345678M", absolute("1234567.8")),
        ("0.0000000001M", absolute("0.0001")),
        ("+5", relative("5")),
        ("-3", relative("-3")),
        ("-1.5k", relative("-1500")),
        ("=-3", absolute("-3")),
        (" =7 ", absolute("7")),
    ] {
        assert_eq!(parse_value(text), Ok(expected), "{text}");
    }
    assert_eq!(parse_amount("-3").unwrap().number, number("-3"));
}

#[test]
fn percent_is_kept_apart_from_the_number() {
    let amount = Amount {
        number: number("45"),
        percent: true,
        time: None,
    };
    assert_eq!(parse_value("45%"), Ok(ValueText::Absolute(amount)));
    assert_eq!(parse_value("45 %"), Ok(ValueText::Absolute(amount)));
    assert_eq!(parse_value("+45%"), Ok(ValueText::Relative(amount)));
}

#[test]
fn words_and_milestones() {
    assert_eq!(parse_value("Done"), Ok(ValueText::Done));
    assert_eq!(parse_value("stretch"), Ok(ValueText::Zone(Zone::Stretch)));
    assert_eq!(parse_value("1,3"), Ok(ValueText::Keys(vec![1, 3])));
    assert_eq!(parse_value("3, 1, 12"), Ok(ValueText::Keys(vec![3, 1, 12])));
    assert_eq!(parse_value("none"), Ok(ValueText::Keys(vec![])));
}

#[test]
fn what_has_several_meanings_is_refused_with_the_way_out() {
    let message = |text: &str| {
        let error = parse_value(text).unwrap_err();
        format!("{error}; {}", error.hint())
    };
    insta::assert_snapshot!(message("3m"), @r#""m" in "3m" can mean minutes, metres or million; write min for minutes, the whole number, or k for thousand and M for million"#);
    insta::assert_snapshot!(message("0,5"), @r#"the comma in "0,5" can mean a decimal point or thousands; write 1.5 for one and a half and 1_000 for a thousand"#);
    insta::assert_snapshot!(message("312 km"), @r#""312 km" has a unit, which is known without it; write 312 if that is the unit it is measured in, else convert it"#);
    insta::assert_snapshot!(message("+30USD"), @r#""+30USD" has a unit, which is known without it; write +30 if that is the unit it is measured in, else convert it"#);
    for text in ["1,000", "1,1", "1.000,50", "1,", ",", "1,05"] {
        assert!(
            matches!(parse_value(text), Err(ValueTextError::Comma { .. })),
            "{text}"
        );
    }
    assert!(matches!(
        parse_amount("1,3"),
        Err(ValueTextError::Comma { .. })
    ));
    // A baseline or target has the unit that stands beside it.
    let target = parse_amount("312 ms").unwrap_err();
    assert_eq!(
        target.hint(),
        "write 312 if that is the unit it is measured in, else convert it"
    );
}

#[test]
fn garbage_is_refused() {
    for text in [
        "x", "1e5", "5.", "1__0", "_1", "1_", "1.2.3", "--5", "+-5", "+", "-", "=", "==5", "%",
        "k", "5k%", "1 000", "½", "0x10", "5e", "NaN", "∞", "1k5",
    ] {
        let result = parse_value(text);
        assert!(
            matches!(
                result,
                Err(ValueTextError::Unknown { .. } | ValueTextError::Empty)
            ),
            "{text}: {result:?}"
        );
    }
    assert_eq!(parse_value("  "), Err(ValueTextError::Empty));
    for text in [
        "9300000000000M",
        "0.0000000001",
        "99999999999999999999999999999999999999",
    ] {
        assert!(
            matches!(parse_value(text), Err(ValueTextError::Range { .. })),
            "{text}"
        );
    }
}

proptest! {
    #[test]
    fn every_number_reads_back(units in any::<i64>(), scale in 0u32..=9) {
        let number = Number::new(units, scale).unwrap();
        prop_assert_eq!(parse_amount(&number.to_string()).map(|amount| amount.number), Ok(number));
    }

    #[test]
    fn a_multiplier_is_exact(units in -1_000_000_000i64..1_000_000_000, scale in 0u32..=9) {
        let text = Number::new(units, scale).unwrap().to_string();
        let thousands = parse_amount(&format!("{text}k")).unwrap().number;
        prop_assert_eq!(thousands, Number::new(units * 1000, scale).unwrap());
    }

    #[test]
    fn a_time_and_a_count_read_back(units in 0..=i64::MAX, scale in 0u32..=9, unit in 0usize..5) {
        let (number, unit) = (Number::new(units, scale).unwrap(), TimeUnit::ALL[unit]);
        let expected = Amount { number, percent: false, time: Some(unit) };
        let text = format!("{number}{}", unit.word());
        prop_assert_eq!(parse_value(&text), Ok(ValueText::Absolute(expected)));
        let expected = ValueText::Of { done: number, all: Number::from(7) };
        prop_assert_eq!(parse_value(&format!("{number}/7")), Ok(expected));
    }

    #[test]
    fn any_text_of_the_letters_of_values_is_read_or_refused(text in "[-+=0-9.,_/ %kMmsindh]{0,12}") {
        prop_assert!(parse_value(&text).is_ok() || !parse_value(&text).unwrap_err().hint().is_empty());
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        prop_assert!(parse_value(&text).is_ok() || !parse_value(&text).unwrap_err().hint().is_empty());
    }
}
