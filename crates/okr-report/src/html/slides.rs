//! A document as a presentation in one HTML file: a slide for the title and one for each section.
//!
//! Keys, buttons and the address move between slides. Without a script they stand below one another, and
//! on paper each begins a page.

use std::fmt::Write as _;

use super::block::{Form, blocks};
use super::inline::text;
use super::page::{Page, Script};
use super::{paragraphs, part};
use crate::chart::Room;
use crate::document::{Block, Document, Section};
use crate::text::escape;
use crate::words::{Language, Phrase};

/// The look of slides.
const STYLE: &str = include_str!("slides.css");
/// What moves between slides. The page allows this script and no other.
const SCRIPT: Script = Script {
    source: include_str!("slides.js"),
    hash: "sha256-Z8LWpeEH7h96qJUneZvmqDnmnM+kai4Y3G+4raqWxcw=",
};
/// The keys, as they are named, with what they do.
const KEYS: [(&[&str], Phrase); 6] = [
    (&["→", "Space", "PgDn"], Phrase::NextSlide),
    (&["←", "Shift+Space", "PgUp"], Phrase::PreviousSlide),
    (&["Home"], Phrase::FirstSlide),
    (&["End"], Phrase::LastSlide),
    (&["F"], Phrase::FullScreen),
    (&["?"], Phrase::Keys),
];

/// The sign of the full screen; not every machine has letters with one.
const CORNERS: &str = "<svg viewBox=\"0 0 16 16\" aria-hidden=\"true\">\
    <path d=\"M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4\"/></svg>";

/// Renders a document as slides.
pub fn slides(document: &Document) -> String {
    let mut main = title(document);
    for (number, section) in (2..).zip(&document.sections) {
        main.push_str(&slide(document.language, section, number));
    }
    let body = format!("<main>\n{main}</main>\n{}", controls(document));
    Page {
        language: document.language,
        title: &document.title,
        style: STYLE,
        script: Some(SCRIPT),
    }
    .render(&body)
}

/// Renders the first slide: what it is about, and what it was made from.
fn title(document: &Document) -> String {
    let language = document.language;
    let title = escape(&document.title);
    let subtitle = paragraphs(language, "subtitle", &document.subtitle);
    let lead = paragraphs(language, "lead", std::slice::from_ref(&document.lead));
    let colophon = paragraphs(language, "colophon", &document.colophon);
    format!(
        "<section class=\"slide first\" id=\"1\" tabindex=\"-1\" aria-labelledby=\"s1h\">\n\
         <h1 id=\"s1h\"><bdi>{title}</bdi></h1>\n{subtitle}{lead}\
         <div class=\"made\">\n{colophon}</div>\n</section>\n"
    )
}

/// Renders a section as a slide: words and numbers on one side, pictures and quotations on the other.
fn slide(language: Language, section: &Section, number: usize) -> String {
    let form = Form {
        language,
        room: Room::Half,
    };
    let id = format!("s{number}");
    let heading = text(language, &section.heading);
    let (beside, main): (Vec<Block>, Vec<Block>) =
        section
            .blocks
            .iter()
            .cloned()
            .partition(|block| match block {
                Block::Chart(_) | Block::Quote(_) => true,
                Block::Paragraph(_) | Block::List(_) | Block::Table(_) | Block::Facts(_) => false,
            });
    let mut content = format!("<div>\n{}", blocks(form, &main, &id));
    for (number, inner) in (1..).zip(&section.parts) {
        content.push_str(&part(form, inner, &format!("{id}p{number}"), 3));
    }
    content.push_str("</div>\n");
    let mut class = "one";
    if !beside.is_empty() {
        class = "two";
        let beside = blocks(form, &beside, &format!("{id}x"));
        let _written = write!(content, "<div>\n{beside}</div>\n");
    }
    format!(
        "<section class=\"slide\" id=\"{number}\" tabindex=\"-1\" aria-labelledby=\"{id}h\">\n\
         <h2 id=\"{id}h\">{heading}</h2>\n<div class=\"{class}\">\n{content}</div>\n</section>\n"
    )
}

/// Renders what the script needs: buttons with the place among the slides, and the help for keys. It is
/// hidden where no script runs.
fn controls(document: &Document) -> String {
    let phrase = |phrase| document.language.phrase(phrase);
    let mut keys = String::new();
    for (names, what) in KEYS {
        // The one key of these whose name is a word.
        let names = names
            .iter()
            .map(|name| key(&name.replace("Space", phrase(Phrase::SpaceBar))));
        let names: Vec<String> = names.collect();
        let (names, what) = (names.join(" "), phrase(what));
        let _written = writeln!(keys, "<div><dt>{names}</dt><dd>{what}</dd></div>");
    }
    let buttons = [
        ("back", Phrase::PreviousSlide, "‹"),
        ("on", Phrase::NextSlide, "›"),
        ("full", Phrase::FullScreen, CORNERS),
        ("help", Phrase::Keys, "?"),
    ];
    let [back, on, full, help] = buttons.map(|(id, what, sign)| {
        let what = phrase(what);
        format!("<button type=\"button\" id=\"{id}\" aria-label=\"{what}\" title=\"{what}\">{sign}</button>")
    });
    format!(
        "<nav aria-label=\"{}\" hidden>\n{back}<p id=\"place\" role=\"status\"></p>{on}{full}{help}\n</nav>\n\
         <dialog id=\"keys\" aria-labelledby=\"keysh\">\n<h2 id=\"keysh\">{}</h2>\n<dl>\n{keys}</dl>\n\
         <form method=\"dialog\"><button>{}</button></form>\n</dialog>\n",
        phrase(Phrase::Slides),
        phrase(Phrase::Keys),
        phrase(Phrase::Close),
    )
}

fn key(name: &str) -> String {
    format!("<kbd>{name}</kbd>")
}

#[cfg(test)]
mod tests;
