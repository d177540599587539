//! Examples of the commands that prove the history.

examples! {
    /// Of `okr verify`.
    VERIFY = "\
Examples:
  okr verify
  okr verify --offline --quick
  okr verify --anchor anchors.txt   against checkpoints that were kept elsewhere

Reads and hashes every change, compares with what the server signed, makes
everything derived from it again and compares that, and asks the server. Changes
nothing. Exit code 9: something does not hold.";
    /// Of `okr anchor`.
    ANCHOR = "\
Examples:
  okr anchor
  okr anchor --to anchors.txt             into a file, best on another machine
  okr anchor --at 8000                    the line of an earlier position

Two people with the same last line were shown the same history. See okr help
proof.";
    /// Of `okr audit export`.
    AUDIT_EXPORT = "\
Examples:
  okr audit export --to acme-audit
  okr audit export --about fast --since 2026-10-01 --to fast-audit

Anybody can check the directory with python3 verify.py, or with okr audit
verify. It holds names and texts: treat it as you would treat the history.";
    /// Of `okr audit verify`.
    AUDIT_VERIFY = "\
Examples:
  okr audit verify acme-audit
  okr audit verify acme-audit --key okr.acme.dev+1a2b3c4d+AbCdEf0123456789

Without --key it shows which key signed the bundle: compare it with one that you
got elsewhere.";
}
