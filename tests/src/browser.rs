//! A real browser without a window: pages are opened, keys are pressed, and everything that it complains of or asks
//! the network for is kept.
//!
//! Speaks the `DevTools` protocol (Chromium's own, of which only what is used here is known) over a pair of pipes, so
//! that no port is opened.

mod pipe;

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use pipe::Pipe;

/// What a page is seen through.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// The width of the window in pixels.
    pub width: u32,
    /// The height of the window in pixels.
    pub height: u32,
    /// Whether the person prefers dark colours.
    pub is_dark: bool,
    /// Whether the page looks as it does on paper.
    pub is_printed: bool,
    /// Whether the page may run scripts.
    pub runs_scripts: bool,
}

impl View {
    /// A usual window, light, with scripts.
    pub const USUAL: Self = Self::of(1280, 800);

    /// A light window of a size, with scripts.
    pub const fn of(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            is_dark: false,
            is_printed: false,
            runs_scripts: true,
        }
    }

    /// The same for somebody who prefers dark colours.
    pub const fn dark(self) -> Self {
        Self {
            is_dark: true,
            ..self
        }
    }
}

/// A running browser with one page. Dropping it ends it.
#[derive(Debug)]
pub struct Browser {
    pipe: Pipe,
    /// The page that is spoken to.
    session: Option<String>,
    complaints: Vec<String>,
    requests: BTreeSet<String>,
}

impl Browser {
    /// Starts the browser that `OKR_TEST_BROWSER` names, or Chromium; none when there is none.
    ///
    /// `profile` is a directory that it may fill.
    pub fn start(profile: &Path) -> Result<Option<Self>> {
        let Some(pipe) = Pipe::start(profile)? else {
            return Ok(None);
        };
        let mut browser = Self {
            pipe,
            session: None,
            complaints: Vec::new(),
            requests: BTreeSet::new(),
        };
        let page = browser.ask("Target.createTarget", &json!({"url": "about:blank"}))?;
        let attach = json!({"targetId": page["targetId"], "flatten": true});
        let attached = browser.ask("Target.attachToTarget", &attach)?;
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network", "Security"] {
            browser.ask(&format!("{domain}.enable"), &json!({}))?;
        }
        Ok(Some(browser))
    }

    /// Opens a file, and waits until it is there as a whole. What was complained of before is forgotten.
    pub fn open(&mut self, file: &Path, fragment: &str, view: View) -> Result<()> {
        let scripts = json!({"value": !view.runs_scripts});
        self.ask("Emulation.setScriptExecutionDisabled", &scripts)?;
        self.look(view)?;
        // From nowhere, so that a file which differs in the fragment alone is loaded again, too.
        self.load("about:blank")?;
        self.complaints.clear();
        self.requests.clear();
        let file = file.canonicalize().context("there is no such page")?;
        self.load(&format!("file://{}{fragment}", file.display()))
    }

    /// Looks at the page through another window.
    pub fn look(&mut self, view: View) -> Result<()> {
        let size = json!({"width": view.width, "height": view.height, "deviceScaleFactor": 1, "mobile": false});
        self.ask("Emulation.setDeviceMetricsOverride", &size)?;
        let scheme = if view.is_dark { "dark" } else { "light" };
        let medium = if view.is_printed { "print" } else { "" };
        let media = json!({"media": medium, "features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.ask("Emulation.setEmulatedMedia", &media).map(drop)
    }

    fn load(&mut self, address: &str) -> Result<()> {
        let answer = self.ask("Page.navigate", &json!({"url": address}))?;
        if let Some(error) = answer["errorText"].as_str() {
            bail!("{address} cannot be opened: {error}");
        }
        while self.heard()? != "Page.loadEventFired" {}
        Ok(())
    }

    /// Returns what an expression of JavaScript is in the page.
    pub fn evaluate(&mut self, expression: &str) -> Result<Value> {
        let question =
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let mut answer = self.ask("Runtime.evaluate", &question)?;
        if !answer["exceptionDetails"].is_null() {
            bail!("{expression}: {}", answer["exceptionDetails"]);
        }
        Ok(answer["result"]["value"].take())
    }

    /// Presses a key and lets it go, by its name in the standard of key events: `ArrowRight`, `?`.
    pub fn press(&mut self, key: &str) -> Result<()> {
        let text = if key.chars().count() == 1 { key } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let event = json!({"type": kind, "key": key, "text": text});
            self.ask("Input.dispatchKeyEvent", &event)?;
        }
        Ok(())
    }

    /// Presses the button of the pointer on a place, and lets it go.
    pub fn click(&mut self, (x, y): (u32, u32)) -> Result<()> {
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1});
            self.ask("Input.dispatchMouseEvent", &event)?;
        }
        Ok(())
    }

    /// Returns the page as PNG: what is seen of it, or all of it.
    pub fn screenshot(&mut self, whole: bool) -> Result<Vec<u8>> {
        let question = json!({"format": "png", "captureBeyondViewport": whole});
        let answer = self.ask("Page.captureScreenshot", &question)?;
        bytes(&answer["data"])
    }

    /// Prints the page as PDF, as its own rules for printing say.
    pub fn print(&mut self) -> Result<Vec<u8>> {
        let question = json!({"preferCSSPageSize": true, "printBackground": true});
        let answer = self.ask("Page.printToPDF", &question)?;
        bytes(&answer["data"])
    }

    /// Returns what the browser or the page complained of since the page was opened.
    pub fn complaints(&self) -> &[String] {
        &self.complaints
    }

    /// Returns the addresses that the page asked for, its own among them.
    pub fn requests(&self) -> &BTreeSet<String> {
        &self.requests
    }

    /// Sends a command, and returns what it is answered with.
    fn ask(&mut self, method: &str, parameters: &Value) -> Result<Value> {
        let mut message = json!({"method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let id = self.pipe.send(message)?;
        loop {
            let mut message = self.pipe.receive().context(method.to_owned())?;
            if message["id"] == json!(id) {
                if !message["error"].is_null() {
                    bail!("{method}: {}", message["error"]);
                }
                return Ok(message["result"].take());
            }
            self.note(&message);
        }
    }

    /// Waits for an event, and returns its name.
    fn heard(&mut self) -> Result<String> {
        let message = self.pipe.receive()?;
        Ok(self.note(&message))
    }

    /// Keeps what an event tells that somebody may ask for.
    fn note(&mut self, event: &Value) -> String {
        let facts = &event["params"];
        let method = event["method"].as_str().unwrap_or_default();
        match method {
            "Runtime.exceptionThrown" => {
                self.complaints.push(facts["exceptionDetails"].to_string());
            }
            "Runtime.consoleAPICalled" => self.complaints.push(facts["args"].to_string()),
            "Log.entryAdded" => self.complaints.push(facts["entry"].to_string()),
            "Network.requestWillBeSent" => {
                let address = facts["request"]["url"].as_str().unwrap_or_default();
                self.requests.insert(address.to_owned());
            }
            _ => {}
        }
        method.to_owned()
    }
}

fn bytes(data: &Value) -> Result<Vec<u8>> {
    let text = data.as_str().context("the browser sent nothing")?;
    STANDARD.decode(text).context("the browser sent no Base64")
}
