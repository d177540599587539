//! Which command prints which things. The tests hold every document that they see against this.

use super::super::{
    alias, anchor, audit, checkin, comment, config, conflicts, doctor, erase, export, follow,
    import, init, login, member, metric, op, pending, plan, resolve, search, sync, team, token,
    tutorial, undo, util, verify, whoami, workspace,
};
use crate::output::{
    AlignedGoalItem, AlignmentFindingItem, AlignmentItem, AnswerItem, BlameItem, ChangeItem,
    CheckInItem, CommentItem, CycleDayItem, CycleItem, CycleTreeItem, DiffItem, DueItem, FinalItem,
    FollowedItem, FrameFileItem, FrameItem, GoalpostsItem, InboxItem, InitiativeItem,
    KeyResultItem, LintItem, LogStatItem, MetricItem, MidItem, ObjectiveItem, OrgItem, PatchItem,
    PersonItem, PresentationItem, SchemaItem, SeriesItem, ShownItem, StatsItem, StatusItem,
    TeamItem, TextItem, WeeklyItem,
};
use crate::ui::schema::Kind;
use crate::write::ChangedItem;

/// What a few commands answer.
pub(super) struct Answer {
    /// The words of the commands; none for `okr` alone.
    pub(super) commands: &'static [&'static str],
    /// What the items of a document are; none where `-o json` prints lines.
    pub(super) documents: &'static [Kind],
    lines: Option<&'static [Kind]>,
}

impl Answer {
    /// Returns what stands on the lines of `-o jsonl`.
    pub(super) const fn lines(&self) -> &'static [Kind] {
        match self.lines {
            Some(lines) => lines,
            None => self.documents,
        }
    }
}

macro_rules! answers {
    ($($($command:literal),+ => [$($item:ty),*] $(lines [$($line:ty),+])?;)+) => {
        /// Every command that answers something.
        pub(super) const ANSWERS: &[Answer] = &[$(Answer {
            commands: &[$($command),+],
            documents: &[$(Kind::of::<$item>()),*],
            lines: answers!(@lines $($($line),+)?),
        }),+];
    };
    (@lines) => { None };
    (@lines $($line:ty),+) => { Some(&[$(Kind::of::<$line>()),+]) };
}

answers! {
    "", "status" => [StatusItem];

    "alias delete", "alias list", "alias set" => [alias::AliasItem];
    "align check" => [AlignmentFindingItem];
    "align graph" => [AlignedGoalItem];
    "align list" => [AlignmentItem];
    "anchor" => [anchor::AnchorItem];
    "audit export", "audit verify" => [audit::BundleItem];
    "blame" => [BlameItem];
    "chart" => [SeriesItem];
    "checkin" => [checkin::RecordedItem];
    "checkin list" => [CheckInItem];
    "clone", "login" => [login::LoginItem];
    "comment" => [comment::AddedItem];
    "comment list" => [CommentItem];
    "completions", "help" => [TextItem];
    "config edit", "config path" => [config::FileItem];
    "config explain", "config get", "config list", "config set", "config unset"
        => [config::SettingItem];
    "conflicts" => [conflicts::ConflictItem, conflicts::DroppedItem];
    "cycle calendar" => [CycleDayItem];
    "cycle list", "cycle use" => [CycleItem];
    "diff" => [DiffItem];
    "doctor" => [doctor::Check];
    "due" => [DueItem];
    "erase person" => [erase::ErasedPersonItem];
    "erase text" => [erase::ErasedTextsItem];
    "export" => [export::Exported];
    "follow", "unfollow" => [follow::FollowingItem];
    "follow list" => [FollowedItem];
    "goalposts" => [GoalpostsItem];
    "import" => [import::ImportItem];
    "inbox" => [InboxItem];
    "init" => [init::NewWorkspaceItem];
    "initiative list" => [InitiativeItem];
    "kr list" => [KeyResultItem];
    "lint" => [LintItem];
    "list" => [
        ObjectiveItem, KeyResultItem, InitiativeItem, MetricItem, TeamItem, CycleItem, PersonItem,
        CheckInItem
    ];
    "log" => [ChangeItem, PatchItem, LogStatItem];
    "member invitations", "member uninvite" => [member::OpenInvitationItem];
    "member invite" => [member::InvitationItem];
    "member list" => [PersonItem];
    "member set" => [PersonItem, ChangedItem];
    "metric list" => [MetricItem];
    "metric record" => [metric::RecordedItem];
    "objective list" => [ObjectiveItem];
    "op log" => [op::OperationItem];
    "op show" => [op::ShownItem];
    "org show" => [OrgItem];
    "pending" => [pending::PendingItem];
    "pending drop" => [pending::DroppedItem];
    "plan apply", "plan edit" => [plan::ThingItem];
    "plan check" => [plan::CheckedItem];
    "plan pull" => [plan::PulledItem];
    "present" => [PresentationItem];
    "replay" => [FrameItem, FrameFileItem];
    "report final" => [FinalItem];
    "report mid" => [MidItem];
    "report weekly" => [WeeklyItem];
    "resolve" => [resolve::ResolvedItem];
    "schema" => [AnswerItem, SchemaItem];
    "search" => [search::HitItem];
    "stats" => [StatsItem];
    "sync" => [sync::SyncItem, sync::RestoredItem];
    "sync status" => [sync::StatusItem];
    "team list" => [TeamItem];
    "team member list" => [team::TeamMemberItem];
    "team tree" => [team::TeamInTreeItem];
    "token create" => [token::CreatedItem];
    "token list", "token revoke" => [token::TokenItem];
    "tree" => [CycleTreeItem] lines [ObjectiveItem];
    "tutorial", "tutorial back", "tutorial end", "tutorial next" => [tutorial::LessonItem];
    "undo", "redo" => [undo::UndoneItem];
    "util man" => [util::ManPageItem];
    "verify" => [verify::CheckItem];
    "watch" => [] lines [ChangeItem];
    "whoami" => [whoami::WhoamiItem];
    "workspace list", "workspace path", "workspace remove", "workspace rename", "workspace use"
        => [workspace::WorkspaceItem];
    "workspace show" => [workspace::StandingItem];

    "cycle show", "initiative show", "kr show", "member show", "metric show", "objective show",
    "show", "team show" => [ShownItem];

    "align", "align remove", "carry", "checkin amend", "checkin retract", "close",
    "comment amend", "comment retract", "cycle add", "cycle close", "cycle open", "cycle reopen",
    "cycle set", "grade", "initiative add", "initiative archive", "initiative done",
    "initiative drop", "initiative restore", "initiative set", "kr abandon", "kr add",
    "kr archive", "kr close", "kr reopen", "kr restore", "kr set", "kr tag", "kr untag",
    "member add", "member deactivate", "member reactivate", "metric add", "metric archive", "metric restore", "metric retract",
    "metric set", "objective abandon", "objective add", "objective archive", "objective close",
    "objective publish", "objective reopen", "objective restore", "objective set",
    "objective tag", "objective untag", "org set", "team add", "team archive", "team join",
    "team lead add", "team lead remove", "team leave", "team member add", "team member remove",
    "team move", "team restore", "team set" => [ChangedItem];
}
