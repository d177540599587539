//! What people write: titles, units, notes, reasons.

/// Titles of objectives.
pub(super) const AIMS: [&str; 7] = [
    "Fast enough to feel instant",
    "Customers renew without being asked",
    "Everybody knows what happens in production",
    "A new colleague ships in the first week",
    "Self-serve is the default way to buy",
    "The numbers of the month are there on the first day",
    "Nobody waits for the build",
];

/// Titles of key results and their units.
pub(super) const MEASURES: [(&str, &str); 8] = [
    ("p99 latency of the public API", "ms"),
    ("Customers on the new plan", "customers"),
    ("Share of releases without a rollback", "%"),
    ("Revenue from renewals", "kNOK"),
    ("Days from contract to first use", "days"),
    ("Services with a tested runbook", "services"),
    ("Answers within an hour", "%"),
    ("Seven-day active users", "k users"),
];

/// Notes of check-ins, of 44 characters in the median; none stands for no note.
pub(super) const NOTES: [Option<&str>; 12] = [
    None,
    None,
    Some("Waiting for the CDN contract"),
    Some("Flat again; holidays in two of five teams"),
    Some("Pooling is in, the planner comes next week"),
    Some("Shipped the importer, waiting for the review"),
    Some("Two big customers moved over, three to follow"),
    Some("Signed, and the first two regions have moved"),
    Some("The number is from the old report, new one Monday"),
    Some("We lost a week to the incident; back on it since Tuesday"),
    Some("Better than it looks: the backlog is gone and from now on each one counts at once"),
    Some("Nothing new"),
];

/// Why a target was moved.
pub(super) const REASONS: [&str; 4] = [
    "The hardware order moved to January",
    "The contract was signed for half of the volume",
    "Reached in week three; the bar was too low",
    "The number was counted twice, this is the right one",
];

/// What was learned.
pub(super) const REFLECTIONS: [&str; 3] = [
    "We began too late with the part that others wait for.",
    "The first half went into measuring; that pays off now.",
    "Done in week ten, and then nobody raised the bar.",
];

/// How many days apart check-ins are, each as often as the others: 11 in the median, 25 in the
/// ninth decile.
pub(super) const GAPS_DAYS: [usize; 11] = [4, 6, 7, 7, 8, 11, 13, 14, 18, 25, 33];
