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
use crate::session::planned;

/// Finds what is wrong with the page that is looked at.
const JUDGE: &str = include_str!("pages/judge.js");

/// A phone, a desk, and a projector.
const PHONE: View = View::of(360, 740);
const DESK: View = View::USUAL;
const WALL: View = View::of(1920, 1080);
/// The windows through which pages must be fine.
const WINDOWS: [View; 6] = [PHONE, DESK, WALL, PHONE.dark(), DESK.dark(), WALL.dark()];
/// Some of them, for pages that look like others.
const FEW: [View; 2] = [PHONE.dark(), DESK];

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

/// Looks at a page through windows, and demands that it is right.
fn fine(browser: &mut Browser, page: &Path, windows: &[View]) {
    for view in windows {
        browser.open(page, "", *view).unwrap();
        let shade = if view.is_dark { "dark" } else { "light" };
        let at = format!("{} at {}, {shade}", page.display(), view.width);
        let faults = browser.evaluate(JUDGE).unwrap();
        assert_eq!(faults, json!([]), "{at}");
        let complaints = browser.complaints();
        assert!(complaints.is_empty(), "{at}: {complaints:?}");
        // The page itself, and nothing else.
        let requests = browser.requests();
        assert_eq!(requests.len(), 1, "{at}: {requests:?}");
        shoot(browser, page, &format!("{}-{shade}", view.width));
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

/// Somebody with one of the histories that come with the program.
fn imported(directory: &Path, example: &str) -> Home {
    let home = Home::new(&programs(), &directory.join("ana")).unwrap();
    let home = home.with("OKR_NOW", "2026-11-23T18:00:00Z");
    home.okr(&["init", "acme", "--handle", "ana"]).unwrap();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/okr/examples");
    let example = examples.join(example).display().to_string();
    home.okr(&["import", &example]).unwrap();
    home
}

/// Writes a page with a command that takes `--to`.
fn written(home: &Home, directory: &Path, name: &str, command: &[&str]) -> PathBuf {
    let page = directory.join(name);
    let mut arguments = command.to_vec();
    arguments.extend(["--to", page.to_str().unwrap()]);
    home.okr(&arguments).unwrap();
    page
}

#[test]
fn a_chart_is_a_page_that_anybody_can_read() {
    let directory = tempfile::tempdir().unwrap();
    let Some(mut browser) = browser(directory.path()) else {
        return;
    };
    let home = imported(directory.path(), "chrome.yaml");
    let command = ["chart", "active-users"];
    let page = written(&home, directory.path(), "chart.html", &command);
    fine(&mut browser, &page, &WINDOWS);
}

#[test]
fn reports_are_pages_that_anybody_can_read() {
    let directory = tempfile::tempdir().unwrap();
    let Some(mut browser) = browser(directory.path()) else {
        return;
    };
    let home = imported(directory.path(), "ipld-2019-q2.yaml");
    for language in ["en", "nb"] {
        let reports: [&[&str]; 3] = [
            &["report", "weekly", "2019-W24"],
            &["report", "mid", "2019-Q2"],
            &["report", "final", "2019-Q2"],
        ];
        for report in reports {
            let name = format!("{}-{language}.html", report[1]);
            let command = [report, &["--lang", language]].concat();
            let page = written(&home, directory.path(), &name, &command);
            fine(
                &mut browser,
                &page,
                if language == "nb" { &WINDOWS } else { &FEW },
            );
            let said = browser.evaluate("document.documentElement.lang").unwrap();
            assert_eq!(said, language);
            fits_on_paper(&mut browser, &page);
        }
    }
}

/// Demands that nothing of a report is wider than a sheet of paper, and that it can be printed.
fn fits_on_paper(browser: &mut Browser, page: &Path) {
    // A4 between its margins, in the pixels of CSS.
    let paper = View {
        is_printed: true,
        ..View::of(680, 970)
    };
    browser.open(page, "", paper).unwrap();
    let wide = "[...document.querySelectorAll('body *')].filter((one) => \
                one.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && \
                !one.closest('svg,caption')).map((one) => one.outerHTML.slice(0, 80))";
    let wide = browser.evaluate(wide).unwrap();
    assert_eq!(wide, json!([]), "{}", page.display());
    shoot(browser, page, "paper");
    let pdf = browser.print().unwrap();
    assert!(pdf.starts_with(b"%PDF-") && pages(&pdf) >= 1);
}

/// Counts the pages of a PDF, each of which says how large it is.
fn pages(pdf: &[u8]) -> usize {
    let size = b"/MediaBox";
    let places = pdf.windows(size.len());
    places.filter(|place| place == size).count()
}

/// Where the presentation stands: its address, and the slides that are seen.
const STANDING: &str = "[location.hash, [...document.querySelectorAll('.slide')]\
                        .map((slide, at) => slide.checkVisibility() ? at + 1 : 0).filter(Boolean)]";

/// Demands that one slide is seen, and that the page says so.
fn on(browser: &mut Browser, (number, count): (u64, u64), how: &str) {
    let standing = browser.evaluate(STANDING).unwrap();
    assert_eq!(standing, json!([format!("#{number}"), [number]]), "{how}");
    let place = browser.evaluate("document.getElementById('place').textContent");
    assert_eq!(place.unwrap(), format!("{number} / {count}"), "{how}");
}

#[test]
fn a_presentation_is_moved_by_keys_buttons_and_its_address() {
    let directory = tempfile::tempdir().unwrap();
    let Some(mut browser) = browser(directory.path()) else {
        return;
    };
    let home = imported(directory.path(), "ipld-2019-q2.yaml");
    let command = ["present", "2019-Q2", "--lang", "nb"];
    let page = written(&home, directory.path(), "slides.html", &command);
    fine(&mut browser, &page, &WINDOWS);
    browser.open(&page, "", View::USUAL).unwrap();
    let count = browser.evaluate("document.querySelectorAll('.slide').length");
    let count = count.unwrap().as_u64().unwrap();
    assert!(
        count >= 6,
        "title, scores, two objectives, changes, outlook: {count}"
    );
    on(&mut browser, (1, count), "at first");
    let keys = [
        ("ArrowLeft", 1),
        ("ArrowRight", 2),
        (" ", 3),
        ("PageDown", 4),
        ("ArrowLeft", 3),
        ("PageUp", 2),
        ("End", count),
        ("ArrowRight", count),
        ("Home", 1),
    ];
    for (key, number) in keys {
        browser.press(key).unwrap();
        on(&mut browser, (number, count), key);
    }
    for expected in [true, false] {
        browser.press("?").unwrap();
        let is_open = browser.evaluate("document.getElementById('keys').open");
        assert_eq!(is_open.unwrap(), expected);
    }
    for (id, number) in [("on", 2), ("on", 3), ("back", 2)] {
        let place = format!(
            "(({{x, y, width, height}}) => [x + width / 2, y + height / 2].map(Math.round))\
             (document.getElementById('{id}').getBoundingClientRect())"
        );
        let place = browser.evaluate(&place).unwrap();
        browser
            .click(serde_json::from_value(place).unwrap())
            .unwrap();
        on(&mut browser, (number, count), id);
    }
    for (address, number) in [("#4", 4), ("#999", count), ("#nonsense", 1)] {
        browser.open(&page, address, View::USUAL).unwrap();
        on(&mut browser, (number, count), address);
    }
    assert!(
        browser.complaints().is_empty(),
        "{:?}",
        browser.complaints()
    );
}

#[test]
fn a_presentation_needs_no_script_and_has_a_page_for_each_slide() {
    let directory = tempfile::tempdir().unwrap();
    let Some(mut browser) = browser(directory.path()) else {
        return;
    };
    let home = imported(directory.path(), "ipld-2019-q1.yaml");
    let page = written(
        &home,
        directory.path(),
        "still.html",
        &["present", "2019-Q1"],
    );
    let still = View {
        runs_scripts: false,
        ..View::USUAL
    };
    browser.open(&page, "", still).unwrap();
    let slides = "document.querySelectorAll('.slide').length";
    let count = browser.evaluate(slides).unwrap().as_u64().unwrap();
    let all: Vec<u64> = (1..=count).collect();
    assert_eq!(browser.evaluate(STANDING).unwrap(), json!(["", all]));
    assert_eq!(browser.evaluate(JUDGE).unwrap(), json!([]));
    let controls = "document.querySelector('nav').checkVisibility()";
    assert_eq!(browser.evaluate(controls).unwrap(), false);
    shoot(&mut browser, &page, "no-script");
    // A slide with much on it goes on overleaf; each begins a page, with a script as without.
    browser.open(&page, "#2", View::USUAL).unwrap();
    let pdf = browser.print().unwrap();
    let pages = u64::try_from(pages(&pdf)).unwrap();
    assert!(
        (count..count + 3).contains(&pages),
        "{pages} pages for {count} slides"
    );
}

#[test]
fn whatever_people_write_pages_stay_pages() {
    let directory = tempfile::tempdir().unwrap();
    let Some(mut browser) = browser(directory.path()) else {
        return;
    };
    let home = planned(&directory.path().join("ana"));
    let attack =
        "</script><script>console.log(1)</script><img src=http://x.test/a onerror=alert(1)>";
    let long = "Lorem ipsum dolor sit amet \u{202e}שלום עולם 👩‍👩‍👧 e\u{301} ".repeat(170);
    let long: String = long.chars().take(7_900).collect();
    let amending = ["--category", "correction", "-m", &long];
    let scripts = "חזק ומהיר 👩‍👩‍👧 目標 <b>bold</b>";
    let comment = |about, text, kind| vec!["comment", about, text, "--kind", kind];
    let commands: [Vec<&str>; 10] = [
        comment("fast", attack, "recognition"),
        comment("@org", &long, "recognition"),
        comment("api-p99", &long, "feedback"),
        comment("fast", scripts, "review"),
        [&["initiative", "add", attack][..], &["--kr", "api-p99"]].concat(),
        [
            &["objective", "set", "fast", "--title", scripts],
            &amending[..],
        ]
        .concat(),
        [&["kr", "set", "api-p99", "--title", attack], &amending[..]].concat(),
        [&["kr", "set", "api-p99", "--target", "250"], &amending[..]].concat(),
        vec!["checkin", "api-p99", "320", "-C", "5", "-m", &long],
        vec![
            "objective",
            "close",
            "fast",
            "--with-krs",
            "--score",
            "0.6",
            "-m",
            &long,
        ],
    ];
    for command in commands {
        home.okr(&command).unwrap();
    }
    let pages: [(&str, &[&str]); 4] = [
        ("hostile-weekly.html", &["report", "weekly"]),
        ("hostile-mid.html", &["report", "mid"]),
        ("hostile-final.html", &["report", "final"]),
        ("hostile-slides.html", &["present"]),
    ];
    for (name, command) in pages {
        let page = written(&home, directory.path(), name, command);
        fine(&mut browser, &page, &FEW);
        let trails = browser.evaluate("document.querySelectorAll('.trail svg').length");
        let trails = trails.unwrap().as_u64().unwrap();
        let draws_each = matches!(command, ["report", "weekly" | "mid"]);
        assert_eq!(trails > 0, draws_each, "{trails} small pictures in {name}");
    }
}

#[test]
fn where_there_is_nothing_pages_say_so() {
    let directory = tempfile::tempdir().unwrap();
    let Some(mut browser) = browser(directory.path()) else {
        return;
    };
    let home = Home::new(&programs(), &directory.path().join("ana")).unwrap();
    let home = home.with("OKR_NOW", "2026-11-23T18:00:00Z");
    home.okr(&["init", "acme", "--handle", "ana"]).unwrap();
    let commands: [&[&str]; 4] = [
        &["report", "weekly"],
        &["report", "mid"],
        &["report", "final"],
        &["present"],
    ];
    for stage in ["no-cycle", "no-goals"] {
        for command in commands {
            let name = format!("{stage}-{}.html", command.last().unwrap());
            let page = written(&home, directory.path(), &name, command);
            fine(&mut browser, &page, &FEW);
        }
        if stage == "no-cycle" {
            home.okr(&["cycle", "add", "2026-Q4", "--open"]).unwrap();
        }
    }
}
