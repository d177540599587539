//! Arguments of `okr present`.

use clap::Args;

use super::report::ReportLanguage;
use crate::{environment, help};

/// Arguments of `okr present`.
#[derive(Args, Clone, Debug)]
#[command(after_help = help::PRESENT)]
pub(crate) struct PresentArgs {
    /// The cycle; without it, the current one
    #[arg(value_name = "CYCLE")]
    pub(crate) presented: Option<String>,

    /// Present the goals that somebody owns: @me, or a handle
    #[arg(long, value_name = "PERSON", conflicts_with = "team")]
    pub(crate) who: Option<String>,

    /// Write it to this file, whatever is there; - is standard output; without it, to a new file
    /// here that is called after team and cycle
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<String>,

    /// The language of the slides
    #[arg(long, value_enum, value_name = "LANGUAGE", env = environment::LANGUAGE, hide_env_values = true, default_value_t = ReportLanguage::En)]
    pub(crate) lang: ReportLanguage,
}
