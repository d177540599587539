//! Arguments of `okr chart`.

use clap::{Args, ValueEnum};

use crate::help;

/// Arguments of `okr chart`.
#[derive(Args, Clone, Debug)]
#[command(after_help = help::CHART)]
pub(crate) struct ChartArgs {
    /// Key results or objectives, at most 8; several are drawn in one chart
    #[arg(required = true, value_name = "REF")]
    pub(crate) references: Vec<String>,

    /// Say where it leads: as in the last 6 weeks, or nothing
    #[arg(long, value_enum, default_value_t = ForecastFrom::Recent, value_name = "FROM")]
    pub(crate) forecast: ForecastFrom,

    /// Begin at this day
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,

    /// End at this day; it may be in the future
    #[arg(long, value_name = "WHEN")]
    pub(crate) until: Option<String>,

    /// Make the plot so many lines high
    #[arg(long, value_name = "LINES", value_parser = clap::value_parser!(u16).range(4..=200))]
    pub(crate) height: Option<u16>,

    /// Write it to this file, as its suffix says: .svg, .html or .csv; - is standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<String>,

    /// Write the file in this form, whatever its suffix
    #[arg(long = "as", value_enum, value_name = "FORM", requires = "to")]
    pub(crate) form: Option<ChartForm>,
}

/// What a forecast is made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ForecastFrom {
    /// Nothing: no forecast
    None,
    /// The check-ins of the last 6 weeks
    #[default]
    Recent,
}

/// The form of a chart in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChartForm {
    /// A picture
    Svg,
    /// A page with the picture and a table
    Html,
    /// A table
    Csv,
}
