//! The examples at the end of the help of each report.

examples! {
    /// Of `okr report weekly`.
    REPORT_WEEKLY = "\
Examples:
  okr report weekly                      this week so far
  okr report weekly 2026-W47 -t platform
  okr report weekly \"last friday\" --who @me
  okr report weekly 2026-W47 --to week.html
  okr report weekly --lang nb -o md
  okr report weekly 2026-W47 -o json

A report of a week that is over shows what was known at its end; --at looks from
an earlier moment. A key result moved when its value or its confidence is
another than at the end of the week before, so that nothing is missed between
one report and the next. Everything else did not move: SAME FOR is how long the
value has been what it is, SILENT FOR how long nobody reported.

Recognition and feedback are the comments of the week of these kinds (okr
comment --help), about the goals, people and teams of the report; what is said
to a person as feedback is told in their own report only. Pages (-o html) also
draw how each key result went.

The last lines of every report say what it was made from and name the command
that makes it again: the same, to the byte, on every machine with that history.";
    /// Of `okr report mid`.
    REPORT_MID = "\
Examples:
  okr report mid                       the current cycle, now
  okr report mid 2026-Q3               a cycle that is over: at its half-way day
  okr report mid -t platform --to half-way.html
  okr report mid --who ana --at cycle:mid
  okr report mid -o json

PROJECTED is the value on the last day if the check-ins of the last 6 weeks go
on as they do, with the band in which half of them lie, and the progress that it
would be (okr chart draws the same).

Listed to drop or change, by the rule that is named: what nobody reported on by
half-way; what was off track (confidence of at most 3) and then silent for two
cadences; what leads to less than 0.3; what is further from its target than
where it began; and objectives that nothing measures.

Comments of the kind review stand beside the objective that they are about.";
    /// Of `okr report final`.
    REPORT_FINAL = "\
Examples:
  okr report final                       the current cycle, as if it ended now
  okr report final 2026-Q3
  okr report final 2026-Q3 -t platform --to q3.html
  okr report final 2026-Q3 --lang nb --to q3.md
  okr report final 2026-Q3 -o json

SUGGESTED is the progress that the numbers show, from 0 to 1, of an objective
with the scores that its key results were given (okr help scores); GIVEN is what
people decided when they closed the goal. AGAINST COMMITMENT is the progress
against the targets of the day on which the cycle was opened.

Kept is what a later cycle continues, changed what was amended on the way,
dropped what was abandoned or archived, each with the reason that was given and
the feedback about it. Thanks are those about goals of the cycle, and those to
people and teams in its days.";
    /// Of `okr present`.
    PRESENT = "\
Examples:
  okr present                            the current cycle, as if it ended now
  okr present 2026-Q3 -t platform
  okr present 2026-Q3 --lang nb --to avslutning.html
  okr present --who @me --at \"last friday\" --to slides.html
  okr present 2026-Q3 -o json            says where the file is

One HTML file that needs no network: a slide with all scores, one for each
objective (score against the target as it is and as it was committed to, key
results, progress day by day, reflection), what was added and changed on the
way, what goes on in a later cycle, and thanks, where there are some.

In the browser: arrows, space, Home and End move, f fills the screen, ? shows
the keys. The number of the slide stands in the address. Printed, each slide is
a page.";
}
