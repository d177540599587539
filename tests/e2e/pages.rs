//! The pages that `okr` writes, in a real browser: nothing is complained of, nothing is fetched, headings, tables and
//! contrasts are right in light and dark, on a phone and on a wall. Needs Chromium, and says so where there is none.
//!
//! With `OKR_TEST_SHOTS` set to a directory, pictures of what was looked at are left there.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use okr_e2e::{Browser, Home, View};
use serde_json::json;

use crate::programs;

/// Finds what is wrong with the page that is looked at.
const JUDGE: &str = include_str!("pages/judge.js");

/// The windows through which pages must be fine: a phone, a desk, and a projector.
const WINDOWS: [(u32, u32); 3] = [(360, 740), (1280, 800), (1920, 1080)];

/// Starts the browser; none, after a line that says why, when there is none.
fn browser(directory: &Path) -> Option<Browser> {
    let browser = Browser::start(&directory.join("profile")).unwrap();
    if browser.is_none() {
        // Not by a macro: the test harness would keep the line to itself.
        let line = "skipped: Chromium is not installed (OKR_TEST_BROWSER can name it), so no page was looked at\n";
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    browser
}

/// Looks at a page in every way that people do, and demands that it is right.
fn fine(browser: &mut Browser, page: &Path) {
    for (width, height) in WINDOWS {
        for is_dark in [false, true] {
            let view = View {
                is_dark,
                ..View::of(width, height)
            };
            browser.open(page, "", view).unwrap();
            let at = format!("{} at {width}, dark: {is_dark}", page.display());
            let faults = browser.evaluate(JUDGE).unwrap();
            assert_eq!(faults, json!([]), "{at}");
            let complaints = browser.complaints();
            assert!(complaints.is_empty(), "{at}: {complaints:?}");
            // The page itself, and nothing else.
            let requests = browser.requests();
            assert_eq!(requests.len(), 1, "{at}: {requests:?}");
            shoot(
                browser,
                page,
                &format!("{width}-{}", if is_dark { "dark" } else { "light" }),
            );
        }
    }
}

fn shoot(browser: &mut Browser, page: &Path, what: &str) {
    let Some(shots) = env::var_os("OKR_TEST_SHOTS").map(PathBuf::from) else {
        return;
    };
    let name = page.file_stem().unwrap().to_string_lossy();
    let picture = browser.screenshot(true).unwrap();
    fs::create_dir_all(&shots).unwrap();
    fs::write(shots.join(format!("{name}-{what}.png")), picture).unwrap();
}

/// Somebody with the history of Chrome's target.
fn imported(directory: &Path) -> Home {
    let home = Home::new(&programs(), &directory.join("ana")).unwrap();
    let home = home.with("OKR_NOW", "2026-11-23T18:00:00Z");
    home.okr(&["init", "acme", "--handle", "ana"]).unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/okr/examples/chrome.yaml");
    home.okr(&["import", &example.display().to_string()])
        .unwrap();
    home
}

#[test]
fn a_chart_is_a_page_that_anybody_can_read() {
    let directory = tempfile::tempdir().unwrap();
    let Some(mut browser) = browser(directory.path()) else {
        return;
    };
    let home = imported(directory.path());
    let page = directory.path().join("chart.html");
    home.okr(&["chart", "active-users", "--to", page.to_str().unwrap()])
        .unwrap();
    fine(&mut browser, &page);
}
