//! Arguments of `okr initiative` and `okr metric`.

use clap::{Args, Subcommand};
use okr_core::text::{LongText, Name, Slug, Title, WebAddress};
use okr_core::value::InitiativeState;

use super::goal::{ArchiveArgs, Reason};
use super::parse;
use super::pick::OrderArgs;
use super::read::ShowOneArgs;
use crate::help;
use crate::parse::Honours;

/// Arguments of `okr initiative`.
#[derive(Args, Debug)]
pub(crate) struct InitiativeArgs {
    #[command(subcommand)]
    pub(crate) command: InitiativeCommand,
}

/// What can be done with initiatives.
#[derive(Debug, Subcommand)]
pub(crate) enum InitiativeCommand {
    /// Add an initiative that serves one or more key results
    Add(Box<InitiativeAddArgs>),
    /// List the initiatives of the cycle
    #[command(visible_alias = "ls")]
    List(InitiativeListArgs),
    /// Show an initiative in full
    Show(ShowOneArgs),
    /// Change fields of an initiative, its state among them
    Set(Box<InitiativeSetArgs>),
    /// Say that initiatives are done
    #[command(after_help = help::INITIATIVE_DONE)]
    Done(ArchiveArgs),
    /// Give initiatives up
    #[command(after_help = help::INITIATIVE_DROP)]
    Drop(ArchiveArgs),
    /// Put initiatives away
    #[command(after_help = help::INITIATIVE_ARCHIVE)]
    Archive(ArchiveArgs),
    /// Take archived initiatives out again
    #[command(after_help = help::INITIATIVE_ARCHIVE)]
    Restore(ArchiveArgs),
}

impl InitiativeCommand {
    /// Returns what the command can honour of the flags that every command takes.
    pub(super) const fn honours(&self) -> Honours {
        match self {
            Self::List(_) | Self::Show(_) => Honours::READS,
            Self::Add(_)
            | Self::Set(_)
            | Self::Done(_)
            | Self::Drop(_)
            | Self::Archive(_)
            | Self::Restore(_) => Honours::WRITES,
        }
    }
}

/// Arguments of `okr initiative add`.
#[derive(Args, Debug)]
#[command(after_help = help::INITIATIVE_ADD)]
pub(crate) struct InitiativeAddArgs {
    /// What will be done
    #[arg(value_parser = parse::title)]
    pub(crate) title: Title,

    /// A key result that it serves; may be given several times
    #[arg(long = "kr", value_name = "KR", required = true)]
    pub(crate) key_results: Vec<String>,

    /// Its everyday name on the command line; made from the title unless said otherwise
    #[arg(long, value_parser = parse::slug)]
    pub(crate) slug: Option<Slug>,

    /// Who does it; you unless said otherwise
    #[arg(long, value_name = "PERSON")]
    pub(crate) owner: Option<String>,

    /// The day by which it shall be done
    #[arg(long, value_name = "DATE")]
    pub(crate) due: Option<String>,

    /// Where the work is found: an address of http or https
    #[arg(long, value_name = "URL", value_parser = parse::web_address)]
    pub(crate) url: Option<WebAddress>,

    /// How far it is; todo unless said otherwise
    #[arg(long, value_name = "STATE", value_parser = parse::initiative_state())]
    pub(crate) state: Option<InitiativeState>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr initiative set`.
#[derive(Args, Debug)]
#[command(after_help = help::INITIATIVE_SET)]
pub(crate) struct InitiativeSetArgs {
    /// A slug, a short id or a full id
    #[arg(value_name = "REF")]
    pub(crate) reference: String,

    /// What will be done
    #[arg(long, value_parser = parse::title)]
    pub(crate) title: Option<Title>,

    /// The key results that it serves, in place of those of now; may be given several times
    #[arg(long = "kr", value_name = "KR", conflicts_with_all = ["add_kr", "remove_kr"])]
    pub(crate) key_results: Vec<String>,

    /// A key result that it serves, too; may be given several times
    #[arg(long, value_name = "KR")]
    pub(crate) add_kr: Vec<String>,

    /// A key result that it serves no more; may be given several times
    #[arg(long, value_name = "KR")]
    pub(crate) remove_kr: Vec<String>,

    /// Its everyday name on the command line
    #[arg(long, value_parser = parse::slug)]
    pub(crate) slug: Option<Slug>,

    /// Who does it
    #[arg(long, value_name = "PERSON")]
    pub(crate) owner: Option<String>,

    /// The day by which it shall be done, or none
    #[arg(long, value_name = "DATE")]
    pub(crate) due: Option<String>,

    /// Where the work is found, or none
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,

    /// How far it is
    #[arg(long, value_name = "STATE", value_parser = parse::initiative_state())]
    pub(crate) state: Option<InitiativeState>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr initiative list`.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = help::INITIATIVE_LIST)]
pub(crate) struct InitiativeListArgs {
    /// Only what serves this key result, of whatever cycle; may be given several times
    #[arg(long = "kr", value_name = "KR")]
    pub(crate) key_results: Vec<String>,

    /// Only yours
    #[arg(long, conflicts_with = "owner")]
    pub(crate) mine: bool,

    /// Only what this person does
    #[arg(long, value_name = "PERSON")]
    pub(crate) owner: Option<String>,

    /// Only what is so far: todo, doing, done, dropped; open is todo or doing; overdue
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<String>,

    /// Also what was put away
    #[arg(long)]
    pub(crate) archived: bool,

    #[command(flatten)]
    pub(crate) order: OrderArgs,

    /// List at most this many
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
}

/// Arguments of `okr metric`.
#[derive(Args, Debug)]
pub(crate) struct MetricArgs {
    #[command(subcommand)]
    pub(crate) command: MetricCommand,
}

/// What can be done with health metrics.
#[derive(Debug, Subcommand)]
pub(crate) enum MetricCommand {
    /// Add a health metric with its healthy band
    Add(Box<MetricAddArgs>),
    /// List health metrics with how they stand
    #[command(visible_alias = "ls")]
    List(MetricListArgs),
    /// Show a health metric in full, with its values
    Show(ShowOneArgs),
    /// Change fields of a health metric
    Set(Box<MetricSetArgs>),
    /// Record a value, and report it on the key results that the metric feeds
    Record(MetricRecordArgs),
    /// Take a value back
    Retract(MetricRetractArgs),
    /// Put health metrics away
    #[command(after_help = help::METRIC_ARCHIVE)]
    Archive(ArchiveArgs),
    /// Take archived health metrics out again
    #[command(after_help = help::METRIC_ARCHIVE)]
    Restore(ArchiveArgs),
}

impl MetricCommand {
    /// Returns what the command can honour of the flags that every command takes.
    pub(super) const fn honours(&self) -> Honours {
        match self {
            Self::List(_) | Self::Show(_) => Honours::READS,
            Self::Add(_)
            | Self::Set(_)
            | Self::Record(_)
            | Self::Retract(_)
            | Self::Archive(_)
            | Self::Restore(_) => Honours::WRITES,
        }
    }
}

/// The values that are healthy: at most, at least, or within.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Healthy band")]
pub(crate) struct BandFlags {
    /// The least healthy value
    #[arg(long, value_name = "N", value_parser = parse::value_text, allow_negative_numbers = true)]
    pub(crate) at_least: Option<String>,

    /// The greatest healthy value
    #[arg(long, value_name = "N", value_parser = parse::value_text, allow_negative_numbers = true)]
    pub(crate) at_most: Option<String>,
}

/// Arguments of `okr metric add`.
#[derive(Args, Debug)]
#[command(after_help = help::METRIC_ADD)]
pub(crate) struct MetricAddArgs {
    /// Its name
    #[arg(value_parser = parse::name)]
    pub(crate) name: Name,

    #[command(flatten)]
    pub(crate) band: BandFlags,

    /// What is counted, such as ms, % or NOK
    #[arg(long, value_name = "UNIT")]
    pub(crate) unit: Option<String>,

    /// More about it, such as where the number comes from
    #[arg(long, value_name = "TEXT", value_parser = parse::long_text)]
    pub(crate) description: Option<LongText>,

    /// Its everyday name on the command line; made from the name unless said otherwise
    #[arg(long, value_parser = parse::slug)]
    pub(crate) slug: Option<Slug>,

    /// Who answers for it; you unless said otherwise
    #[arg(long, value_name = "PERSON")]
    pub(crate) owner: Option<String>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr metric set`.
#[derive(Args, Debug)]
#[command(after_help = help::METRIC_SET)]
pub(crate) struct MetricSetArgs {
    /// A slug, a short id or a full id
    #[arg(value_name = "REF")]
    pub(crate) reference: String,

    /// Its name
    #[arg(long, value_parser = parse::name)]
    pub(crate) name: Option<Name>,

    /// The least healthy value, or none
    #[arg(long, value_name = "N", value_parser = parse::value_text, allow_negative_numbers = true)]
    pub(crate) at_least: Option<String>,

    /// The greatest healthy value, or none
    #[arg(long, value_name = "N", value_parser = parse::value_text, allow_negative_numbers = true)]
    pub(crate) at_most: Option<String>,

    /// What is counted, or none
    #[arg(long, value_name = "UNIT")]
    pub(crate) unit: Option<String>,

    /// More about it, or none
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,

    /// Its everyday name on the command line
    #[arg(long, value_parser = parse::slug)]
    pub(crate) slug: Option<Slug>,

    /// Who answers for it
    #[arg(long, value_name = "PERSON")]
    pub(crate) owner: Option<String>,

    /// The team that it belongs to, or none for the organisation as a whole
    #[arg(long, value_name = "TEAM")]
    pub(crate) to_team: Option<String>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr metric list`.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = help::METRIC_LIST)]
pub(crate) struct MetricListArgs {
    /// Only yours
    #[arg(long, conflicts_with = "owner")]
    pub(crate) mine: bool,

    /// Only what this person answers for
    #[arg(long, value_name = "PERSON")]
    pub(crate) owner: Option<String>,

    /// Only what stands so: healthy, outside, unknown
    #[arg(long, value_name = "HEALTH")]
    pub(crate) health: Option<String>,

    /// Also what was put away
    #[arg(long)]
    pub(crate) archived: bool,

    #[command(flatten)]
    pub(crate) order: OrderArgs,

    /// List at most this many
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
}

/// Arguments of `okr metric record`.
#[derive(Args, Debug)]
#[command(after_help = help::METRIC_RECORD)]
pub(crate) struct MetricRecordArgs {
    /// A slug, a short id or a full id
    #[arg(value_name = "METRIC")]
    pub(crate) reference: String,

    /// 42, 4.5, 45%, 1.2k; +5 and -3 step from the latest value, =-3 is exactly -3
    #[arg(value_parser = parse::value_text, allow_negative_numbers = true)]
    pub(crate) value: String,

    /// What is behind the number
    #[arg(short = 'm', long, value_name = "TEXT", value_parser = parse::long_text, allow_hyphen_values = true)]
    pub(crate) note: Option<LongText>,

    /// The day on which it was true; today unless said otherwise
    #[arg(long, value_name = "DAY")]
    pub(crate) on: Option<String>,

    /// Do not report it on the key results that the metric feeds
    #[arg(long)]
    pub(crate) no_feed: bool,
}

/// Arguments of `okr metric retract`.
#[derive(Args, Debug)]
#[command(after_help = help::METRIC_RETRACT)]
pub(crate) struct MetricRetractArgs {
    /// The id of a value, or a metric for its latest one
    #[arg(value_name = "REF")]
    pub(crate) reference: String,

    /// Why; kept in history for ever
    #[arg(short = 'm', long, value_name = "TEXT", value_parser = parse::long_text, allow_hyphen_values = true)]
    pub(crate) reason: LongText,
}
