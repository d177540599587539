//! The catalogue of phrases: what never changes, in every language side by side.

use okr_core::status::Status;
use okr_core::value::{AmendmentCategory, CycleState, ObjectiveKind, Zone};

use super::Language;

/// Lists phrases with their English and their bokmål.
macro_rules! phrases {
    ($($name:ident: $english:literal, $bokmal:literal;)+) => {
        /// A phrase of a report.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Phrase {
            $(#[doc = $english] $name,)+
        }

        impl Phrase {
            /// Every phrase.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            const fn pair(self) -> [&'static str; 2] {
                match self {
                    $(Self::$name => [$english, $bokmal],)+
                }
            }
        }
    };
}

phrases! {
    // The kinds of reports.
    WeeklyReport: "Weekly report", "Ukesrapport";
    MidReport: "Half-way review", "Halvveismøte";
    FinalReport: "Final report", "Sluttrapport";

    // Words for goals.
    Objective: "Objective", "Mål";
    Objectives: "Objectives", "Mål";
    KeyResult: "Key result", "Nøkkelresultat";
    KeyResults: "Key results", "Nøkkelresultater";
    Baseline: "Baseline", "Startverdi";
    Target: "Target", "Målverdi";
    Unit: "Unit", "Måleenhet";
    Weight: "Weight", "Vekt";
    Progress: "Progress", "Fremdrift";
    Pace: "Even pace", "Jevnt tempo";
    Confidence: "Confidence", "Tro på måloppnåelse";
    CheckIn: "Check-in", "Statusoppdatering";
    Cycle: "Cycle", "Periode";
    Owner: "Owner", "Eier";
    Team: "Team", "Team";
    Teams: "Teams", "Team";
    Status: "Status", "Status";
    Score: "Score", "Karakter";
    Week: "Week", "Uke";

    // Columns.
    LastWeek: "Last week", "Forrige uke";
    Now: "Now", "Nå";
    Change: "Change", "Endring";
    Silent: "Silent for", "Stille i";
    Latest: "Latest value", "Siste verdi";
    Actual: "Actual", "Faktisk";
    Projected: "Projected", "Prognose";
    Trend: "Trend", "Utvikling";
    Original: "Original target", "Opprinnelig målverdi";
    Current: "Current target", "Gjeldende målverdi";
    Suggested: "Suggested", "Foreslått";
    Given: "Given", "Satt";

    // Sections.
    Moved: "Moved", "Dette har beveget seg";
    DidNotMove: "Did not move", "Dette har ikke beveget seg";
    Decisions: "Decisions", "Beslutninger";
    Blockers: "Blockers", "Hindringer";
    Next: "Next", "Neste steg";
    Recognition: "Recognition", "Anerkjennelse";
    Overview: "Overview", "Oversikt";
    Health: "Health metrics", "Helsetall";
    ToDecide: "To drop or change", "Å stryke eller endre";
    KeepChangeDrop: "Keep, change, drop", "Behold, endre, stryk";
    Keep: "Keep", "Behold";
    Alter: "Change", "Endre";
    Drop: "Drop", "Stryk";
    Lineage: "Lineage", "Opphav";
    Reflection: "Reflection", "Refleksjon";
    Discipline: "Check-ins", "Statusoppdateringer";
    Scores: "Scores", "Karakterer";

    // Short answers.
    Nothing: "Nothing.", "Ingenting.";
    Unknown: "unknown", "ukjent";
    None: "none", "ingen";
    Held: "held", "holdt";
    WholeOrganisation: "the whole organisation", "hele organisasjonen";
    LateAddition: "late addition", "lagt til underveis";
    Imported: "imported", "importert";
    NoReason: "no reason given", "ingen begrunnelse";

    // Pages.
    Contents: "Contents", "Innhold";

    // The end of every report.
    Reproduce: "Make it again:", "Lag rapporten på nytt:";
}

impl Language {
    /// Returns a phrase.
    pub const fn phrase(self, phrase: Phrase) -> &'static str {
        let [english, bokmal] = phrase.pair();
        self.pick(english, bokmal)
    }

    /// Returns how a goal stands, in one or two words.
    pub const fn status(self, status: Status) -> &'static str {
        let (english, bokmal) = match status {
            Status::Draft => ("draft", "utkast"),
            Status::Achieved => ("achieved", "nådd"),
            Status::Missed => ("missed", "ikke nådd"),
            Status::Abandoned => ("abandoned", "oppgitt"),
            Status::Archived => ("archived", "arkivert"),
            Status::NoCheckIn => ("no check-in", "ingen oppdatering"),
            Status::Stale => ("stale", "utdatert"),
            Status::OffTrack => ("off track", "ute av rute"),
            Status::AtRisk => ("at risk", "i faresonen"),
            Status::OnTrack => ("on track", "i rute"),
        };
        self.pick(english, bokmal)
    }

    /// Returns what success means for an objective.
    pub const fn kind(self, kind: ObjectiveKind) -> &'static str {
        let (english, bokmal) = match kind {
            ObjectiveKind::Committed => ("committed", "forpliktende"),
            ObjectiveKind::Aspirational => ("aspirational", "ambisiøst"),
            ObjectiveKind::Learning => ("learning", "læringsmål"),
        };
        self.pick(english, bokmal)
    }

    /// Returns what a cycle is.
    pub const fn cycle_state(self, state: CycleState) -> &'static str {
        let (english, bokmal) = match state {
            CycleState::Planned => ("planned", "planlagt"),
            CycleState::Open => ("open", "åpen"),
            CycleState::Closed => ("closed", "avsluttet"),
        };
        self.pick(english, bokmal)
    }

    /// Returns why a definition was changed.
    pub const fn category(self, category: AmendmentCategory) -> &'static str {
        let (english, bokmal) = match category {
            AmendmentCategory::ExternalChange => ("external change", "ytre endring"),
            AmendmentCategory::BetterMeasure => ("better measure", "bedre måltall"),
            AmendmentCategory::PlaceholderFilled => ("placeholder filled", "plassholder fylt ut"),
            AmendmentCategory::Correction => ("correction", "retting"),
            AmendmentCategory::Other => ("other reason", "annen grunn"),
        };
        self.pick(english, bokmal)
    }

    /// Returns the level that an ordinal measure has reached.
    pub const fn zone(self, zone: Zone) -> &'static str {
        let (english, bokmal) = match zone {
            Zone::Fail => ("fail", "ikke nådd"),
            Zone::Commit => ("commit", "minstekrav"),
            Zone::Target => ("target", "mål"),
            Zone::Stretch => ("stretch", "strekkmål"),
        };
        self.pick(english, bokmal)
    }
}
