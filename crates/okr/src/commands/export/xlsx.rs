//! Workbooks for Excel and its like: a sheet for each kind, with days, numbers and texts as what they are.
//!
//! The same export gives the same file: nothing in it comes from a clock.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::TimeZone};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::sheet::{Fact, Sheet};
use crate::error::CliError;
use crate::render::text_width;

/// How many rows a sheet has at most, the names of its columns among them.
const MAX_ROWS: usize = 1_048_576;

/// How long a text in a cell is at most, in UTF-16 code units.
const MAX_TEXT_UNITS: usize = 32_767;

/// How many digits a number has at most that spreadsheets keep exactly: an `f64` holds any 15.
const MAX_EXACT_DIGITS: usize = 15;

/// How wide columns are, in characters; what is longer is cut on the screen only.
const WIDTHS: std::ops::RangeInclusive<usize> = 8..=48;

/// How days are shown; spreadsheets of every language take it.
const DAY: &str = "yyyy-mm-dd";

/// How moments are shown: spreadsheets know no time zones, so the name of theirs is beside them.
const TIME: &str = "yyyy-mm-dd hh:mm:ss \"UTC\"";

/// Writes a workbook of named tables.
///
/// # Errors
/// When a table is too long for a sheet, or a text for a cell.
pub(super) fn workbook(sheets: &[(&'static str, Sheet)]) -> Result<Vec<u8>, CliError> {
    for (name, sheet) in sheets {
        check(name, sheet)?;
    }
    fill(sheets)
        .map_err(|error| CliError::internal(format!("the workbook cannot be made: {error}")))
}

/// Refuses what a sheet cannot hold, before anything is written.
fn check(name: &str, sheet: &Sheet) -> Result<(), CliError> {
    let refuse = |message: String| {
        let hint = format!("CSV has no such limit: okr export --kind {name} --to {name}.csv");
        Err(CliError::user("too-large-for-xlsx", message).with_hint(hint))
    };
    let rows = sheet.rows.len() + 1;
    if rows > MAX_ROWS {
        return refuse(format!(
            "the sheet \"{name}\" would have {rows} rows; a workbook holds {MAX_ROWS}"
        ));
    }
    for (index, row) in sheet.rows.iter().enumerate() {
        for (column, fact) in sheet.columns.iter().zip(row) {
            let Fact::Text(text) = fact else { continue };
            let units = text.encode_utf16().count();
            if units > MAX_TEXT_UNITS {
                return refuse(format!(
                    "\"{column}\" in row {} of the sheet \"{name}\" is {units} characters long; a \
                     workbook holds {MAX_TEXT_UNITS}",
                    index + 2
                ));
            }
        }
    }
    Ok(())
}

fn fill(sheets: &[(&'static str, Sheet)]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(1980, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let formats = Formats::new();
    for (name, sheet) in sheets {
        let page = workbook.add_worksheet();
        page.set_name(*name)?;
        page.set_freeze_panes(1, 0)?;
        table(page, sheet, &formats)?;
    }
    workbook.save_to_buffer()
}

/// How cells look that are no plain text or number.
struct Formats {
    heading: Format,
    day: Format,
    time: Format,
}

impl Formats {
    fn new() -> Self {
        Self {
            heading: Format::new().set_bold(),
            day: Format::new().set_num_format(DAY),
            time: Format::new().set_num_format(TIME),
        }
    }
}

fn table(page: &mut Worksheet, sheet: &Sheet, formats: &Formats) -> Result<(), XlsxError> {
    for (column, name) in (0_u16..).zip(sheet.columns) {
        page.write_string_with_format(0, column, *name, &formats.heading)?;
        let facts = sheet.rows.iter().map(|row| &row[usize::from(column)]);
        let widest = facts.map(width).max().unwrap_or(0).max(name.len());
        let width = (widest + 1).clamp(*WIDTHS.start(), *WIDTHS.end());
        page.set_column_width(column, u32::try_from(width).expect("a width is small"))?;
    }
    for (row, facts) in (1_u32..).zip(&sheet.rows) {
        for (column, fact) in (0_u16..).zip(facts) {
            cell(page, (row, column), fact, formats)?;
        }
    }
    Ok(())
}

fn width(fact: &Fact) -> usize {
    match fact {
        Fact::Empty => 0,
        Fact::Flag(_) => "FALSE".len(),
        Fact::Text(text) => text.lines().next().map_or(0, text_width),
        Fact::Number(text) | Fact::Day(text) => text.len(),
        Fact::Time(_) => "2026-11-23 10:36:00 UTC".len(),
    }
}

fn cell(
    page: &mut Worksheet,
    (row, column): (u32, u16),
    fact: &Fact,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let written = match fact {
        Fact::Empty => return Ok(()),
        Fact::Flag(flag) => page.write_boolean(row, column, *flag),
        // Never as what guesses: it would take some texts for formulas or addresses.
        Fact::Text(text) => page.write_string(row, column, text),
        Fact::Number(text) => match exact(text) {
            Some(number) => page.write_number(row, column, number),
            None => page.write_string(row, column, text),
        },
        Fact::Day(text) => match text.parse::<Date>().ok().and_then(day) {
            Some(day) => page.write_datetime_with_format(row, column, &day, &formats.day),
            None => page.write_string(row, column, text),
        },
        Fact::Time(text) => match text.parse::<Timestamp>().ok().and_then(moment) {
            Some(time) => page.write_datetime_with_format(row, column, &time, &formats.time),
            None => page.write_string(row, column, text),
        },
    };
    written.map(drop)
}

/// Reads a decimal, unless a spreadsheet would round it.
fn exact(text: &str) -> Option<f64> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0').trim_end_matches('0');
    if digits.len() > MAX_EXACT_DIGITS {
        return None;
    }
    text.parse().ok()
}

/// Returns a day as a spreadsheet counts it, unless it does so wrongly: before 1 March 1900 it counts
/// a day that never was.
fn day(date: Date) -> Option<ExcelDateTime> {
    if date < jiff::civil::date(1900, 3, 1) {
        return None;
    }
    let year = u16::try_from(date.year()).ok()?;
    let month = u8::try_from(date.month()).ok()?;
    ExcelDateTime::from_ymd(year, month, u8::try_from(date.day()).ok()?).ok()
}

/// Returns a moment in UTC, to the millisecond: no spreadsheet counts finer.
fn moment(time: Timestamp) -> Option<ExcelDateTime> {
    let time: DateTime = TimeZone::UTC.to_datetime(time);
    let [hour, minute, second] = [time.hour(), time.minute(), time.second()];
    let milliseconds = u16::try_from(time.millisecond()).ok()?;
    day(time.date())?
        .and_hms_milli(
            u16::try_from(hour).ok()?,
            u8::try_from(minute).ok()?,
            u8::try_from(second).ok()?,
            milliseconds,
        )
        .ok()
}

#[cfg(test)]
mod tests;
