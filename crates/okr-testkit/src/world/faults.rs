//! Faults that a test plants, to see that a world finds them. An honest world has none.

/// What is wrong, everywhere and all the time.
///
/// All of it lies between the code under test: in what the log says, what the network carries, what a device does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// The server does not look whether it has a change already.
    pub forget_duplicates: bool,
    /// A device loses the conflicts of each sync.
    pub drop_conflicts: bool,
    /// Each push goes out a second time, under new ids.
    pub push_under_new_ids: bool,
    /// A crash of the server loses the newest durable group.
    pub lose_durable_group: bool,
    /// A pull begins at the first record, whatever the client has.
    pub ignore_after: bool,
    /// The server takes an edit of a title whatever its author saw.
    pub ignore_from: bool,
    /// Recorded-at follows the server's clock when that is set back.
    pub let_time_go_back: bool,
    /// The author of a record is the person that the message names.
    pub believe_author: bool,
    /// What is not durable yet is pulled like everything else.
    pub show_early: bool,
    /// A device that crashes has lost its newest change.
    pub lose_newest_edit: bool,
}

impl Faults {
    /// The faults by name, each alone.
    pub const EACH: &'static [(&'static str, Self)] = &[
        (
            "forget-duplicates",
            Self {
                forget_duplicates: true,
                ..Self::NONE
            },
        ),
        (
            "drop-conflicts",
            Self {
                drop_conflicts: true,
                ..Self::NONE
            },
        ),
        (
            "push-under-new-ids",
            Self {
                push_under_new_ids: true,
                ..Self::NONE
            },
        ),
        (
            "lose-durable-group",
            Self {
                lose_durable_group: true,
                ..Self::NONE
            },
        ),
        (
            "ignore-after",
            Self {
                ignore_after: true,
                ..Self::NONE
            },
        ),
        (
            "ignore-from",
            Self {
                ignore_from: true,
                ..Self::NONE
            },
        ),
        (
            "let-time-go-back",
            Self {
                let_time_go_back: true,
                ..Self::NONE
            },
        ),
        (
            "believe-author",
            Self {
                believe_author: true,
                ..Self::NONE
            },
        ),
        (
            "show-early",
            Self {
                show_early: true,
                ..Self::NONE
            },
        ),
        (
            "lose-newest-edit",
            Self {
                lose_newest_edit: true,
                ..Self::NONE
            },
        ),
    ];

    /// Nothing is wrong.
    pub const NONE: Self = Self {
        forget_duplicates: false,
        drop_conflicts: false,
        push_under_new_ids: false,
        lose_durable_group: false,
        ignore_after: false,
        ignore_from: false,
        let_time_go_back: false,
        believe_author: false,
        show_early: false,
        lose_newest_edit: false,
    };

    /// Returns the fault of a name.
    pub fn named(name: &str) -> Option<Self> {
        let found = Self::EACH.iter().find(|(known, _)| *known == name)?;
        Some(found.1)
    }

    /// Returns the name of the one fault; none when there is none.
    pub fn name(self) -> Option<&'static str> {
        let found = Self::EACH.iter().find(|(_, faults)| *faults == self)?;
        Some(found.0)
    }
}
