//! What every page has around its content: the head, and the rules of what it may load.

use crate::chart::LOOK;
use crate::text::escape;
use crate::words::Language;

/// The look of a report.
pub(crate) const STYLE: &str = include_str!("report.css");
/// The colours and letters that all pages have in common.
const BASE: &str = include_str!("base.css");

/// A page without its content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page<'a> {
    /// The language of everything on it.
    pub(crate) language: Language,
    /// What it is about.
    pub(crate) title: &'a str,
    /// How it looks, beyond what all pages have in common.
    pub(crate) style: &'a str,
    /// The one script that may run.
    pub(crate) script: Option<Script>,
}

/// A script of our own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Script {
    /// What it does.
    pub(crate) source: &'static str,
    /// By what a browser knows it: `sha256-` and the hash of the source in Base64.
    pub(crate) hash: &'static str,
}

impl Page<'_> {
    /// Makes the file.
    ///
    /// A browser that reads it loads nothing and runs nothing but the script, whatever the content is.
    pub(crate) fn render(&self, body: &str) -> String {
        let language = self.language.tag();
        let title = escape(self.title);
        let style = self.style;
        let (allowed, script) = match self.script {
            Some(Script { source, hash }) => (
                format!("; script-src '{hash}'"),
                format!("<script>{source}</script>\n"),
            ),
            None => (String::new(), String::new()),
        };
        format!(
            "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
             style-src 'unsafe-inline'{allowed}\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
             <style>\n{BASE}{LOOK}{style}</style>\n</head>\n<body>\n{body}{script}</body>\n</html>\n"
        )
    }
}
