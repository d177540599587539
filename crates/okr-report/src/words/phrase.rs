//! The catalogue of phrases: what never changes, in every language side by side.

use okr_core::measure::Health;
use okr_core::status::Status;
use okr_core::value::{
    AmendmentCategory, CycleState, GoalState, InitiativeState, ObjectiveKind, Zone,
};

use super::Language;
use crate::reports::Rule;

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
    Presentation: "Closing presentation", "Avslutning";

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

    LastWeekToNow: "Last week → now", "Forrige uke → nå";
    TargetAndNow: "Baseline → target", "Startverdi → målverdi";
    ConfidenceShort: "Confidence", "Tro";
    SameFor: "Same for", "Uendret i";
    Metric: "Metric", "Indikator";
    Day: "Day", "Dag";
    Healthy: "Healthy", "Sunt nivå";
    Since: "Since", "Siden";
    AgainstCommitment: "Against commitment", "Mot opprinnelig mål";

    // What tables show.
    MovedCaption: "Key results whose value or confidence changed since last week", "Nøkkelresultater der verdien eller troen er endret siden forrige uke";
    StillCaption: "Key results that are where they were last week", "Nøkkelresultater som står der de sto forrige uke";
    TeamsCaption: "How far the teams are", "Hvor langt teamene har kommet";
    ScoresCaption: "Objectives with their scores", "Mål med karakterer";

    // Sections.
    Moved: "Moved", "Dette har beveget seg";
    DidNotMove: "Did not move", "Dette har ikke beveget seg";
    Decisions: "Decisions", "Beslutninger";
    DecisionsSoFar: "Decisions so far", "Beslutninger så langt";
    Blockers: "Blockers", "Hindringer";
    Next: "Next", "Neste steg";
    Recognition: "Recognition", "Anerkjennelse";
    Feedback: "Feedback", "Tilbakemeldinger";
    ThankYou: "Thanks", "Takk";
    Overview: "Overview", "Oversikt";
    Health: "Health metrics", "Helseindikatorer";
    HealthCaption: "Health metrics with their last values", "Helseindikatorer med siste verdi";
    ToDecide: "To drop or change", "Kan strykes eller endres";
    KeepChangeDrop: "Keep, change, drop", "Behold, endre, stryk";
    Keep: "Keep", "Behold";
    Alter: "Change", "Endre";
    Drop: "Drop", "Stryk";
    Lineage: "Lineage", "Opphav";
    Reflection: "Reflection", "Refleksjon";
    Discipline: "Check-ins", "Statusoppdateringer";
    Scores: "Scores", "Karakterer";

    // What was done to a goal.
    Added: "added after the commitment", "lagt til etter at perioden startet";
    Abandoned: "abandoned", "gitt opp";
    Archived: "archived", "arkivert";
    Reopened: "taken up again", "tatt opp igjen";
    Restored: "taken out of the archive", "hentet fram fra arkivet";
    Published: "published", "publisert";
    Continues: "Continues", "Viderefører";
    ContinuedBy: "Continued by", "Videreføres av";
    NotGraded: "not given yet", "ikke satt ennå";

    // What somebody said, between who and about what.
    Thanks: "thanks", "takker";
    For: "for", "for";
    Everybody: "everybody", "alle";
    On: "on", "om";
    Reviews: "reviews", "vurderer";

    // Whole sentences.
    NoCycle: "There is no cycle then.", "Det finnes ingen periode på dette tidspunktet.";
    NoObjectives: "There are no objectives.", "Det finnes ingen mål.";
    NoKeyResults: "No key results.", "Ingen nøkkelresultater.";
    NothingMoved: "Nothing moved.", "Ingenting har beveget seg.";
    NothingDecided: "Nothing was decided.", "Ingenting ble besluttet.";
    NoCandidates: "No goal stands out.", "Ingen mål skiller seg ut.";
    StillOpen: "The cycle is still open: this is not its end.", "Perioden er fortsatt åpen, så dette er ikke det endelige resultatet.";
    NotOpened: "The cycle was not opened yet.", "Perioden er ikke åpnet ennå.";
    TrailsShow: "Small pictures: progress over the cycle as it was reported, the target as a dashed line, an even pace as a dotted one, today as an upright one.", "Små bilder: fremdriften gjennom perioden slik den ble rapportert, målverdien som stiplet linje, jevnt tempo som prikket linje, i dag som loddrett linje.";
    DueCheckIns: "Check-ins due:", "Statusoppdateringer som mangler:";
    NeverReportedOn: "Never reported on:", "Aldri rapportert på:";
    OnAuthoredAxis: ", by the dates that people wrote", ", etter datoene som folk oppga";
    OnEffectiveAxis: ", by what is known now about that day", ", etter det som nå er kjent om den dagen";

    // Short answers.
    Nothing: "Nothing.", "Ingenting.";
    Unknown: "unknown", "ukjent";
    None: "none", "ingen";
    Held: "held", "holdt";
    WholeOrganisation: "the whole organisation", "hele organisasjonen";
    LateAddition: "late addition", "lagt til underveis";
    Imported: "imported", "importert";
    NoReason: "no reason given", "ingen begrunnelse";

    // Charts.
    ChartValues: "values", "verdier";
    ChartProgress: "progress", "fremdrift";
    ChartCheckIn: "check-in", "statusoppdatering";
    ChartToday: "today", "i dag";
    ChartConfidence: "conf", "tro";
    ChartPace: "even pace", "jevnt tempo";
    ChartForecast: "forecast", "prognose";
    ChartEdges: "begin and end of the cycle", "periodens start og slutt";
    ChartTarget: "target", "målverdi";
    ChartAtLeast: "at least", "minst";
    ChartAtMost: "at most", "høyst";
    ChartCommitted: "committed", "opprinnelig";
    ChartCommit: "commit", "minstekrav";
    ChartStretch: "stretch", "strekkmål";
    ChartAllDone: "all done", "alt gjort";
    NoCheckIn: "No check-in yet.", "Ingen statusoppdatering ennå.";
    NoFit: "No check-in fits the way it is measured now.", "Ingen statusoppdatering passer med måten det måles på nå.";
    NothingCounts: "Nothing counts towards it yet.", "Ingenting teller med ennå.";

    // Pages.
    Contents: "Contents", "Innhold";
    AddedAndChanged: "Added and changed on the way", "Lagt til og endret underveis";
    CarriedOver: "What goes on", "Dette fører vi videre";
    NothingCarriedOver: "Nothing is carried over.", "Ingen mål føres videre.";
    Slides: "Slides", "Lysbilder";
    NextSlide: "Next slide", "Neste lysbilde";
    PreviousSlide: "Previous slide", "Forrige lysbilde";
    FirstSlide: "First slide", "Første lysbilde";
    LastSlide: "Last slide", "Siste lysbilde";
    FullScreen: "Full screen", "Fullskjerm";
    Keys: "Keys", "Hurtigtaster";
    SpaceBar: "Space", "Mellomrom";
    Close: "Close", "Lukk";

    // The end of every report.
    Reproduce: "Make it again:", "Lag den på nytt:";
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
            Status::Abandoned => ("abandoned", "gitt opp"),
            Status::Archived => ("archived", "arkivert"),
            Status::NoCheckIn => ("no check-in", "uten oppdatering"),
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

    /// Returns what became of a goal.
    pub const fn goal_state(self, state: GoalState) -> &'static str {
        let (english, bokmal) = match state {
            GoalState::Draft => ("draft", "utkast"),
            GoalState::Active => ("active", "aktivt"),
            GoalState::Closed => ("closed", "avsluttet"),
            GoalState::Abandoned => ("abandoned", "gitt opp"),
            GoalState::Archived => ("archived", "arkivert"),
        };
        self.pick(english, bokmal)
    }

    /// Says why a goal could be dropped or changed.
    pub const fn rule(self, rule: Rule) -> &'static str {
        let (english, bokmal) = match rule {
            Rule::NeverReported => (
                "half of the cycle is over and nobody reported on it",
                "halve perioden er gått, og ingen har rapportert",
            ),
            Rule::OffTrackAndSilent => (
                "off track by its last check-in, and silent for two cadences",
                "ute av rute ved siste oppdatering, og stille i to intervaller",
            ),
            Rule::ProjectedLow => (
                "leads to less than 0.3 at the end",
                "peker mot mindre enn 0,3 ved slutten",
            ),
            Rule::BelowBaseline => (
                "further from its target than where it began",
                "lenger fra målverdien enn ved starten",
            ),
            Rule::NoKeyResults => ("nothing measures it", "ingenting måler det"),
            Rule::OverdueWork => (
                "due two weeks ago or earlier, and not done",
                "skulle vært gjort for minst to uker siden",
            ),
            Rule::ServesNothing => (
                "none of its key results is pursued any more",
                "ingen av nøkkelresultatene følges opp lenger",
            ),
        };
        self.pick(english, bokmal)
    }

    /// Returns what a field of a goal is called; unknown words stay as they are.
    pub fn field(self, field: &'static str) -> &'static str {
        let bokmal = match field {
            "title" => "tittel",
            "description" => "beskrivelse",
            "owner" => "eier",
            "team" => "team",
            "cycle" => "periode",
            "kind" => "type",
            "weight" => "vekt",
            "objective" => "mål",
            "supports" => "støtter",
            "continues" => "viderefører",
            "baseline" => "startverdi",
            "target" => "målverdi",
            "commit" => "minstekrav",
            "stretch" => "strekkmål",
            "measure" => "måling",
            "start" => "start",
            "due" => "frist",
            "name" => "navn",
            "period" => "datoer",
            "slug" => "kortnavn",
            "order" => "rekkefølge",
            "reflection" => "refleksjon",
            "fed by" => "hentes fra",
            other => other,
        };
        self.pick(field, bokmal)
    }

    /// Returns how far an initiative is.
    pub const fn initiative_state(self, state: InitiativeState) -> &'static str {
        let (english, bokmal) = match state {
            InitiativeState::Todo => ("to do", "ikke begynt"),
            InitiativeState::Doing => ("doing", "i arbeid"),
            InitiativeState::Done => ("done", "ferdig"),
            InitiativeState::Dropped => ("dropped", "strøket"),
        };
        self.pick(english, bokmal)
    }

    /// Returns how a health metric stands.
    pub const fn health(self, health: Health) -> &'static str {
        let (english, bokmal) = match health {
            Health::Healthy => ("healthy", "innenfor"),
            Health::Outside => ("outside", "utenfor"),
            Health::Unknown => ("no value", "ingen verdi"),
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
