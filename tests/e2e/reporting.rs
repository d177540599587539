//! Reports of two copies: whoever types the command that a report ends with gets the same bytes.

use crate::sync::{founded, joined, plan};

/// Takes the command out of the last lines of a report, as a reader would.
fn again(report: &str) -> Vec<String> {
    let (_, command) = report
        .rsplit_once("okr report ")
        .unwrap_or_else(|| panic!("no command: {report}"));
    let words = command.split_whitespace().map(str::to_owned);
    std::iter::once("report".to_owned()).chain(words).collect()
}

#[test]
fn a_report_is_made_again_on_another_copy_from_what_it_says_of_itself() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    plan(&ana);
    let check_in = ["checkin", "api-p99", "400", "-C", "6", "-m", "pooling"];
    ana.okr(&check_in).unwrap();
    let ben = joined(&server, &ana, directory.path(), "ben");
    ana.okr(&["sync"]).unwrap();
    for report in [&["weekly"][..], &["mid", "now"], &["final", "now"]] {
        let asked = [&["report"], report].concat();
        let made = ana.okr(&asked).unwrap();
        // What happens later, and is known there only, changes nothing.
        ben.okr(&["checkin", "api-p99", "-1", "--offline"]).unwrap();
        let command = again(&made);
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        assert!(command.contains(&"--at"), "{command:?}");
        assert_eq!(ben.okr(&command).unwrap(), made, "{command:?}");
        for form in ["md", "html", "json"] {
            let of = |home: &okr_e2e::Home| home.okr(&[&command[..], &["-o", form]].concat());
            let (first, second) = (of(&ana).unwrap(), of(&ben).unwrap());
            if form == "json" {
                // The envelope also says how the copy stands to its server.
                let items = |text: &str| {
                    let read: serde_json::Value = serde_json::from_str(text).unwrap();
                    read["items"].clone()
                };
                assert_eq!(items(&first), items(&second));
            } else {
                assert_eq!(first, second, "{command:?} {form}");
            }
        }
    }
}
