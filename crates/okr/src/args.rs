//! The command line as typed values. The doc comments are the help texts.
//!
//! Nothing here looks at a workspace: references, dates and values stay as they were typed until a
//! command resolves them.

mod access;
mod align;
mod chart;
mod check_in;
mod comment;
mod commitment;
mod cycle;
mod due;
mod ending;
mod erase;
mod export;
mod goal;
mod history;
mod import;
mod inbox;
mod key_result;
mod lint;
mod objective;
mod op;
mod org;
pub(crate) mod parse;
mod pending;
mod people;
mod pick;
mod plan;
mod present;
mod proof;
mod read;
mod report;
mod search;
mod settings;
mod shell;
mod start;
mod sync;
mod tutorial;
mod undo;
mod watch;
mod work;

use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand};

pub(crate) use access::{
    HolderArgs, MemberInvitationsArgs, MemberInviteArgs, MemberUninviteArgs, TokenArgs,
    TokenCommand, TokenCreateArgs, TokenListArgs, TokenRevokeArgs,
};
pub(crate) use align::{
    AlignArgs, AlignCheckArgs, AlignCommand, AlignGraphArgs, AlignRemoveArgs, GraphForm,
};
pub(crate) use chart::{ChartArgs, ChartForm, ForecastFrom};
pub(crate) use check_in::{
    AmendArgs, CheckInArgs, CheckInCommand, CheckInListArgs, RecordArgs, RetractArgs, WalkArgs,
};
pub(crate) use comment::{
    CommentAddArgs, CommentAmendArgs, CommentArgs, CommentCommand, CommentListArgs,
    CommentRetractArgs, TextArgs,
};
pub(crate) use commitment::{GoalpostsArgs, StatsArgs, StatsBy};
pub(crate) use cycle::{
    CycleAddArgs, CycleArgs, CycleCalendarArgs, CycleCloseArgs, CycleCommand, CycleReference,
    CycleSetArgs, CycleStepArgs, GradeHow,
};
pub(crate) use due::{DueArgs, StatusArgs, WhoseArgs};
pub(crate) use ending::{CarryArgs, CloseArgs, GradeArgs};
pub(crate) use erase::{EraseArgs, EraseCommand, ErasePersonArgs, EraseTextArgs};
pub(crate) use export::{ExportArgs, ExportKind};
pub(crate) use goal::{AbandonArgs, ArchiveArgs, Reason, StepArgs, TagArgs};
pub(crate) use history::{BlameArgs, DiffArgs};
pub(crate) use import::{ImportArgs, TableArgs};
pub(crate) use inbox::{FollowArgs, FollowCommand, InboxArgs, UnfollowArgs};
pub(crate) use key_result::{
    KeyResultAddArgs, KeyResultArgs, KeyResultCloseArgs, KeyResultCommand, KeyResultSetArgs,
    MeasureFlags,
};
pub(crate) use lint::{LintArgs, LintRule};
pub(crate) use objective::{
    ObjectiveAddArgs, ObjectiveArgs, ObjectiveCloseArgs, ObjectiveCommand, ObjectiveSetArgs,
};
pub(crate) use op::{OpArgs, OpCommand, OpLogArgs, OpShowArgs};
pub(crate) use org::{OrgArgs, OrgCommand, OrgSetArgs};
pub(crate) use parse::shield_negative;
pub(crate) use pending::{PendingArgs, PendingCommand, PendingDropArgs};
pub(crate) use people::{
    MemberAddArgs, MemberArgs, MemberCommand, MemberSetArgs, MemberStepArgs, TeamAddArgs, TeamArgs,
    TeamCommand, TeamLeadArgs, TeamLeadCommand, TeamMemberArgs, TeamMemberChange,
    TeamMemberCommand, TeamMoveArgs, TeamSetArgs, TeamStepArgs, TeamTreeArgs,
};
pub(crate) use pick::OrderArgs;
pub(crate) use plan::{
    PlanApplyArgs, PlanArgs, PlanCheckArgs, PlanCommand, PlanEditArgs, PlanPullArgs, PlanSide,
};
pub(crate) use present::PresentArgs;
pub(crate) use proof::{
    AnchorArgs, AuditArgs, AuditCommand, AuditExportArgs, AuditVerifyArgs, VerifyArgs,
};
pub(crate) use read::{
    FrameKind, LOG_LIMIT, Limit, ListArgs, ListKind, LogArgs, ReplayArgs, ReplayStep, ShowArgs,
    ShowOneArgs, TreeArgs,
};
pub(crate) use report::{ReportArgs, ReportCommand, ReportFlags};
pub(crate) use search::SearchArgs;
pub(crate) use settings::{
    AliasArgs, AliasCommand, AliasSetArgs, ConfigArgs, ConfigCommand, ConfigSetArgs,
    ConfigUnsetArgs,
};
pub(crate) use shell::{
    CompletionsArgs, DoctorArgs, ManArgs, SchemaArgs, ShellName, UtilArgs, UtilCommand,
};
pub(crate) use start::{
    CloneArgs, Credential, InitArgs, LoginArgs, WorkspaceArgs, WorkspaceCommand,
    WorkspaceRemoveArgs, WorkspaceRenameArgs, WorkspaceUseArgs,
};
pub(crate) use sync::{ConflictsArgs, ResolveArgs, SyncArgs, SyncCommand};
pub(crate) use tutorial::{TutorialArgs, TutorialCommand};
pub(crate) use undo::{RedoArgs, UndoArgs};
pub(crate) use watch::{OnFailure, WatchArgs};
pub(crate) use work::{
    BandFlags, InitiativeAddArgs, InitiativeArgs, InitiativeCommand, InitiativeListArgs,
    InitiativeSetArgs, MetricAddArgs, MetricArgs, MetricCommand, MetricListArgs, MetricRecordArgs,
    MetricRetractArgs, MetricSetArgs,
};

use crate::help;
use crate::parse::Honours;
use crate::ui::UiFlags;

/// OKRs that a team edits offline, syncs, and can replay
#[derive(Debug, Parser)]
#[command(
    name = "okr",
    version,
    disable_help_subcommand = true,
    help_template = help::TEMPLATE,
    after_help = help::FOOTER,
    before_long_help = help::EXAMPLES,
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) globals: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// The flags that every command takes, before or after its name.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct GlobalArgs {
    #[arg(
        help = "Use this workspace instead of the default one [env: OKR_WORKSPACE]",
        short,
        long,
        global = true,
        value_name = "NAME",
        help_heading = "Scope"
    )]
    pub(crate) workspace: Option<String>,

    #[arg(
        help = "Work in this team: slugs are looked up there first, new objectives go there [env: OKR_TEAM]",
        short,
        long,
        global = true,
        value_name = "TEAM",
        help_heading = "Scope"
    )]
    pub(crate) team: Option<String>,

    #[arg(
        help = "Work in this cycle instead of the current one [env: OKR_CYCLE]",
        short,
        long,
        global = true,
        value_name = "CYCLE",
        help_heading = "Scope"
    )]
    pub(crate) cycle: Option<String>,

    /// Answer as of this moment: a date (its end), a time, a position or a change (okr help dates)
    #[arg(long, global = true, value_name = "WHEN", help_heading = "Scope")]
    pub(crate) at: Option<String>,

    /// Say what --at means: when it was recorded here, authored by people, or effective in the
    /// world
    #[arg(
        long,
        global = true,
        value_name = "AXIS",
        value_parser = ["recorded", "authored", "effective"],
        help_heading = "Scope"
    )]
    pub(crate) axis: Option<String>,

    /// Say what would be written, and write nothing
    #[arg(short = 'n', long, global = true, help_heading = "Behaviour")]
    pub(crate) dry_run: bool,

    /// Answer yes to every question
    #[arg(short, long, global = true, help_heading = "Behaviour")]
    pub(crate) yes: bool,

    /// Never ask; a question that needs an answer is an error
    #[arg(long, global = true, env = "OKR_NO_INPUT", hide_env_values = true, value_parser = FalseyValueParser::new(), help_heading = "Behaviour")]
    pub(crate) no_input: bool,

    /// Do not exchange anything with the server
    #[arg(long, global = true, env = "OKR_OFFLINE", hide_env_values = true, value_parser = FalseyValueParser::new(), help_heading = "Behaviour")]
    pub(crate) offline: bool,

    /// Take this for the present, for tests and reproducible reports
    #[arg(long, global = true, value_name = "TIME", env = "OKR_NOW", hide = true)]
    pub(crate) now: Option<String>,

    #[command(flatten)]
    pub(crate) ui: UiFlags,
}

/// What can be asked for.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Create a local workspace; no server needed
    Init(InitArgs),
    /// Create a workspace as a replica of a server
    Clone(CloneArgs),
    /// Log in to a server
    Login(LoginArgs),
    /// Exchange changes with the server
    Sync(SyncArgs),
    /// Show who you are, in which workspace and on which server
    #[command(after_help = help::WHOAMI)]
    Whoami,
    /// Manage workspaces
    Workspace(WorkspaceArgs),
    /// Learn okr in ten lessons, in a workspace that is thrown away
    Tutorial(TutorialArgs),
    /// Show and set the organisation: time, policies, calendar
    Org(OrgArgs),
    /// Manage people
    Member(MemberArgs),
    /// Manage the tokens of devices and scripts; needs the server
    Token(TokenArgs),
    /// Erase for good what the law demands to be forgotten; needs the server
    Erase(EraseArgs),
    /// Manage teams
    Team(TeamArgs),
    /// Manage cycles
    Cycle(CycleArgs),
    /// Manage objectives
    #[command(visible_alias = "obj")]
    Objective(ObjectiveArgs),
    /// Manage key results
    Kr(KeyResultArgs),
    /// Say which objective supports which goal; list, check and draw that
    Align(AlignArgs),
    /// End an objective or key result with a score
    Close(CloseArgs),
    /// Give an objective or key result a score, or put its score right
    Grade(GradeArgs),
    /// Let objectives go on in a later cycle
    Carry(CarryArgs),
    /// Manage the work that shall move key results
    Initiative(InitiativeArgs),
    /// Manage health metrics, and record their values
    Metric(MetricArgs),
    /// Record the value of a key result
    #[command(visible_alias = "ci")]
    Checkin(CheckInArgs),
    /// Say something about a thing, or answer what was said
    Comment(CommentArgs),
    /// List the changes that wait to be pushed, and drop some
    Pending(PendingArgs),
    /// List the changes that met others' changes and wait for a decision
    Conflicts(ConflictsArgs),
    /// Decide a conflict
    Resolve(ResolveArgs),
    /// Take back what your last command wrote, or any change
    Undo(UndoArgs),
    /// Take back the last undo
    Redo(RedoArgs),
    /// Show the commands that wrote on this machine, and what they did
    Op(OpArgs),
    /// Take in goals with their history, or a whole history
    Import(ImportArgs),
    /// Edit goals as text: pull, check, apply, edit
    Plan(PlanArgs),
    /// Write everything into open formats: JSON, YAML, CSV, Markdown, or the whole history
    Export(ExportArgs),
    /// Check that nothing was altered, here and on the server
    Verify(VerifyArgs),
    /// Print a signed checkpoint to keep elsewhere
    Anchor(AnchorArgs),
    /// Write the history with its proof for others, or check it
    Audit(AuditArgs),
    /// Show your goals, what is due, and what waits for the server
    #[command(visible_alias = "st")]
    Status(StatusArgs),
    /// List the key results that wait for a check-in
    Due(DueArgs),
    /// Show what happened to what is yours or followed since you looked
    Inbox(InboxArgs),
    /// Hear of what happens to goals, teams or cycles in your inbox
    Follow(FollowArgs),
    /// Follow something no more
    Unfollow(UnfollowArgs),
    /// Show the goals of a cycle as a tree
    Tree(TreeArgs),
    /// List things
    #[command(visible_alias = "ls")]
    List(ListArgs),
    /// Show things in full, with their history
    Show(ShowArgs),
    /// Search titles, descriptions, notes and reasons
    Search(SearchArgs),
    /// Show who changed what, when, from what to what, and why
    Log(LogArgs),
    /// Find weak goals and cycles: why, and what mends them
    Lint(LintArgs),
    /// Draw how goals went, with targets, pace and forecast
    Chart(ChartArgs),
    /// Compare two moments: what changed, from what to what, and who did it
    Diff(DiffArgs),
    /// Show who set each field, when and why, and what it was before
    Blame(BlameArgs),
    /// Show what moved after a cycle was opened, and what that did to its progress
    Goalposts(GoalpostsArgs),
    /// Count check-ins, silences and moved targets
    Stats(StatsArgs),
    /// Report on a week, half-way, or on the end of a cycle, as text, Markdown, HTML or JSON
    Report(ReportArgs),
    /// Write the closing presentation of a cycle, as one file for a browser
    Present(PresentArgs),
    /// Play history frame by frame
    Replay(ReplayArgs),
    /// Follow changes as they are made
    Watch(WatchArgs),
    /// Check what could keep okr from working here
    Doctor(DoctorArgs),
    /// Show and change settings
    Config(ConfigArgs),
    /// Give command lines names of your own
    Alias(AliasArgs),
    /// Print what sets completion up in a shell
    Completions(CompletionsArgs),
    /// Print the JSON Schema of what a command answers for programs
    Schema(SchemaArgs),
    /// Write what a package of okr needs: man pages
    Util(UtilArgs),
    /// Explain a command or a topic
    Help(HelpArgs),
}

/// Arguments of `okr help`.
#[derive(Args, Debug)]
#[command(after_help = help::HELP)]
pub(crate) struct HelpArgs {
    /// A topic or a command; without it, the list of both
    pub(crate) topic: Vec<String>,
}

impl Command {
    /// Returns the word that the command is called by.
    #[expect(
        clippy::too_many_lines,
        reason = "one line a command: a reader looks for theirs, and nothing else happens here"
    )]
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Init(_) => "init",
            Self::Clone(_) => "clone",
            Self::Login(_) => "login",
            Self::Sync(_) => "sync",
            Self::Whoami => "whoami",
            Self::Workspace(_) => "workspace",
            Self::Tutorial(_) => "tutorial",
            Self::Org(_) => "org",
            Self::Member(_) => "member",
            Self::Token(_) => "token",
            Self::Erase(_) => "erase",
            Self::Team(_) => "team",
            Self::Cycle(_) => "cycle",
            Self::Objective(_) => "objective",
            Self::Kr(_) => "kr",
            Self::Align(_) => "align",
            Self::Close(_) => "close",
            Self::Grade(_) => "grade",
            Self::Carry(_) => "carry",
            Self::Initiative(_) => "initiative",
            Self::Metric(_) => "metric",
            Self::Checkin(_) => "checkin",
            Self::Comment(_) => "comment",
            Self::Pending(_) => "pending",
            Self::Conflicts(_) => "conflicts",
            Self::Resolve(_) => "resolve",
            Self::Undo(_) => "undo",
            Self::Redo(_) => "redo",
            Self::Op(_) => "op",
            Self::Import(_) => "import",
            Self::Plan(_) => "plan",
            Self::Export(_) => "export",
            Self::Verify(_) => "verify",
            Self::Anchor(_) => "anchor",
            Self::Audit(_) => "audit",
            Self::Status(_) => "status",
            Self::Due(_) => "due",
            Self::Inbox(_) => "inbox",
            Self::Follow(_) => "follow",
            Self::Unfollow(_) => "unfollow",
            Self::Tree(_) => "tree",
            Self::List(_) => "list",
            Self::Show(_) => "show",
            Self::Search(_) => "search",
            Self::Log(_) => "log",
            Self::Lint(_) => "lint",
            Self::Chart(_) => "chart",
            Self::Diff(_) => "diff",
            Self::Blame(_) => "blame",
            Self::Goalposts(_) => "goalposts",
            Self::Stats(_) => "stats",
            Self::Report(_) => "report",
            Self::Present(_) => "present",
            Self::Replay(_) => "replay",
            Self::Watch(_) => "watch",
            Self::Doctor(_) => "doctor",
            Self::Config(_) => "config",
            Self::Alias(_) => "alias",
            Self::Completions(_) => "completions",
            Self::Schema(_) => "schema",
            Self::Util(_) => "util",
            Self::Help(_) => "help",
        }
    }

    /// Says whether the command works without the settings, because they can be mended with it.
    pub(crate) const fn mends_settings(&self) -> bool {
        matches!(
            self,
            Self::Config(_) | Self::Doctor(_) | Self::Help(_) | Self::Completions(_)
        )
    }

    /// Returns what the command can honour of the flags that every command takes.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm for each command: the table is easier to check in one piece"
    )]
    pub(crate) fn honours(&self) -> Honours {
        match self {
            Self::Init(_) => Honours {
                workspace: false,
                ..Honours::MANAGES
            },
            Self::Clone(_) => Honours {
                workspace: false,
                ..Honours::TALKS
            },
            Self::Login(_) | Self::Token(_) => Honours::TALKS,
            Self::Erase(args) => args.command.honours(),
            Self::Sync(args) => match args.command {
                Some(SyncCommand::Status) => Honours::MANAGES,
                None => Honours::TALKS,
            },
            Self::Anchor(_) => Honours {
                past: true,
                ..Honours::MANAGES
            },
            Self::Audit(args) => args.honours(),
            Self::Watch(_) => Honours {
                scope: true,
                ..Honours::TALKS
            },
            Self::Status(_)
            | Self::Due(_)
            | Self::Tree(_)
            | Self::List(_)
            | Self::Show(_)
            | Self::Search(_)
            | Self::Log(_)
            | Self::Lint(_)
            | Self::Chart(_)
            | Self::Diff(_)
            | Self::Blame(_)
            | Self::Goalposts(_)
            | Self::Stats(_)
            | Self::Present(_)
            | Self::Replay(_) => Honours::READS,
            Self::Report(_) => Honours::REPORTS,
            Self::Inbox(_) => Honours {
                dry_run: true,
                ..Honours::READS
            },
            Self::Follow(args) => args.honours(),
            Self::Export(_) => Honours::EXPORTS,
            Self::Completions(_)
            | Self::Schema(_)
            | Self::Util(_)
            | Self::Config(_)
            | Self::Alias(_) => Honours::NOTHING,
            Self::Workspace(_)
            | Self::Tutorial(_)
            | Self::Help(_)
            | Self::Doctor(_)
            | Self::Whoami
            | Self::Verify(_)
            | Self::Conflicts(_)
            | Self::Op(_) => Honours::MANAGES,
            Self::Org(args) => args.command.honours(),
            Self::Member(args) => args.command.honours(),
            Self::Team(args) => args.command.honours(),
            Self::Cycle(args) => args.command.honours(),
            Self::Align(args) => args.honours(),
            Self::Unfollow(_) | Self::Close(_) | Self::Grade(_) | Self::Carry(_) => Honours::WRITES,
            Self::Comment(args) => match args.command {
                Some(CommentCommand::List(_)) => Honours {
                    scope: false,
                    ..Honours::READS
                },
                Some(CommentCommand::Amend(_) | CommentCommand::Retract(_)) | None => {
                    Honours::WRITES
                }
            },
            Self::Checkin(args) => match args.command {
                Some(CheckInCommand::List(_)) => Honours::READS,
                Some(CheckInCommand::Amend(_) | CheckInCommand::Retract(_)) | None => {
                    Honours::WRITES
                }
            },
            // Only a table looks goals up.
            Self::Import(args) => Honours {
                scope: crate::commands::is_table(args),
                ..Honours::WRITES
            },
            Self::Undo(_) | Self::Redo(_) => Honours {
                scope: false,
                ..Honours::WRITES
            },
            Self::Objective(args) => args.command.honours(),
            Self::Kr(args) => args.command.honours(),
            Self::Initiative(args) => args.command.honours(),
            Self::Metric(args) => args.command.honours(),
            Self::Pending(args) => args.honours(),
            Self::Plan(args) => args.honours(),
            Self::Resolve(_) => Honours::DECIDES,
        }
    }
}
