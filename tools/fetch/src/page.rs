//! Web pages as text.
//!
//! The parser is html5ever's, the layout html2text's. What is added is where links lead: they are put in when the lines stand, so that no
//! address is broken between columns.

use std::mem;

use html2text::{
    Element, Handle, config,
    render::{TaggedLine, TextDecorator},
};
use url::Url;

use crate::{address, problem::Problem};

/// Largest page in bytes. Its tree takes up to ninety times as much of the call's memory, as measured.
const MAX_PAGE_BYTES: usize = 2 << 20;
/// Columns of a line: more than a paragraph has, so that none is wrapped.
const WIDTH: usize = 10_000;
/// Longest title in characters.
const MAX_TITLE_CHARS: usize = 300;

/// A page.
pub(crate) struct Page {
    pub(crate) title: Option<String>,
    pub(crate) text: String,
}

/// The page that was found at a URL.
pub(crate) fn read(html: &str, url: &Url) -> Result<Page, Problem> {
    if html.len() > MAX_PAGE_BYTES {
        return Err(Problem::PageTooLarge(MAX_PAGE_BYTES));
    }
    let config = config::with_decorator(Links).no_table_borders().allow_width_overflow();
    let dom = config.parse_html(html.as_bytes()).map_err(|_| Problem::Page)?;
    let base = find(&dom.document, "base").and_then(|base| attribute(&base, "href")).and_then(|href| address::join(url, &href).ok());
    let title = find(&dom.document, "title").and_then(|title| words(&title));
    let tree = config.dom_to_render_tree(&dom).map_err(|_| Problem::Page)?;
    let lines = config.render_to_lines(tree, WIDTH).map_err(|_| Problem::Page)?;
    let mut text = String::new();
    for line in &lines {
        push_line(&mut text, line, base.as_ref().unwrap_or(url));
    }
    Ok(Page { title, text: text.trim_matches('\n').to_owned() })
}

/// The first element of a name, in the order of the document.
fn find(document: &Handle, name: &str) -> Option<Handle> {
    let mut stack = vec![document.clone()];
    while let Some(node) = stack.pop() {
        if node.element_name().as_deref() == Some(name) {
            return Some(node);
        }
        stack.extend(node.children.borrow().iter().rev().cloned());
    }
    None
}

fn attribute(node: &Handle, name: &str) -> Option<String> {
    let Element { attrs, .. } = &node.data else { return None };
    attrs.borrow().iter().find(|attribute| &*attribute.name.local == name).map(|attribute| attribute.value.to_string())
}

/// The words of an element, on one line and bounded.
fn words(element: &Handle) -> Option<String> {
    let mut html = Vec::new();
    for child in element.children.borrow().iter() {
        child.serialize(&mut html).ok()?;
    }
    let text = config::with_decorator(Links).string_from_read(html.as_slice(), WIDTH).ok()?;
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let words: String = words.chars().take(MAX_TITLE_CHARS).collect();
    (!words.is_empty()).then_some(words)
}

/// One line, with where its links lead behind their words.
fn push_line(text: &mut String, line: &TaggedLine<Vec<Link>>, base: &Url) {
    let mut open: Option<String> = None;
    let mut written = String::new();
    for piece in line.tagged_strings() {
        let link = piece.tag.iter().rev().find_map(|link| link.0.as_deref());
        let target = link.and_then(|href| base.join(href.trim()).ok()).filter(|url| matches!(url.scheme(), "http" | "https" | "mailto"));
        let target = target.map(String::from);
        if open != target {
            close(&mut written, mem::replace(&mut open, target));
            if open.is_some() {
                written.push('[');
            }
        }
        written.push_str(&piece.s);
    }
    close(&mut written, open);
    text.push_str(written.trim_end());
    text.push('\n');
}

/// Ends the words of a link.
fn close(written: &mut String, target: Option<String>) {
    if let Some(target) = target {
        written.push_str("](");
        written.push_str(&target);
        written.push(')');
    }
}

/// Where a piece of text leads, as the page has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Link(Option<String>);

/// Marks headings, lists, quotes and code as plain text does, and remembers where links lead.
#[derive(Debug, Clone, Copy)]
struct Links;

/// Nothing before it, and no link.
fn bare() -> (String, Link) {
    (String::new(), Link::default())
}

impl TextDecorator for Links {
    type Annotation = Link;

    fn decorate_link_start(&mut self, url: &str) -> (String, Link) {
        (String::new(), Link(Some(url.to_owned())))
    }

    fn decorate_link_end(&mut self) -> String {
        String::new()
    }

    fn decorate_em_start(&self) -> (String, Link) {
        bare()
    }

    fn decorate_em_end(&self) -> String {
        String::new()
    }

    fn decorate_strong_start(&self) -> (String, Link) {
        bare()
    }

    fn decorate_strong_end(&self) -> String {
        String::new()
    }

    fn decorate_strikeout_start(&self) -> (String, Link) {
        bare()
    }

    fn decorate_strikeout_end(&self) -> String {
        String::new()
    }

    fn decorate_code_start(&self) -> (String, Link) {
        ("`".to_owned(), Link::default())
    }

    fn decorate_code_end(&self) -> String {
        "`".to_owned()
    }

    fn decorate_preformat_first(&self) -> Link {
        Link::default()
    }

    fn decorate_preformat_cont(&self) -> Link {
        Link::default()
    }

    fn decorate_image(&mut self, _src: &str, title: &str) -> (String, Link) {
        (title.to_owned(), Link::default())
    }

    fn header_prefix(&self, level: usize) -> String {
        format!("{} ", "#".repeat(level))
    }

    fn quote_prefix(&self) -> String {
        "> ".to_owned()
    }

    fn unordered_item_prefix(&self) -> String {
        "* ".to_owned()
    }

    fn ordered_item_prefix(&self, number: i64) -> String {
        format!("{number}. ")
    }

    fn make_subblock_decorator(&self) -> Self {
        *self
    }
}
