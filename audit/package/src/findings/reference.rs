//! References from scripts and style sheets to source maps.

use std::{collections::BTreeMap, sync::LazyLock};

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use cofferdam_base::text;
use regex::bytes::Regex;

use super::{Code, Finding, map};
use crate::plan::Origin;

// The comment of ECMA-426, in scripts and in style sheets, in its old spelling too.
static REFERENCE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?-u)(?://|/\*)[#@][ \t]{0,8}sourceMappingURL=([^\s'"*]+)"#).ok());

// Tools write data URLs with and without padding.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// Whether references are looked for in a file of this name.
pub(super) fn may_refer(path: &str) -> bool {
    let lower = path.to_lowercase();
    [".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".css"].iter().any(|end| lower.ends_with(end))
}

/// Findings about the references in one file. `files` are those of the package.
pub(super) fn inspect(path: &str, bytes: &[u8], files: &BTreeMap<String, Origin>, findings: &mut Vec<Finding>) {
    let Some(expression) = REFERENCE.as_ref() else { return };
    let mut refers = false;
    let mut inline: Option<map::Map> = None;
    for url in expression.captures_iter(bytes).filter_map(|captures| captures.get(1)) {
        let url = url.as_bytes();
        if let Some(found) = data_url(url) {
            let known = inline.get_or_insert_with(map::Map::default);
            known.sources += found.sources;
            known.lines += found.lines;
        } else if let Some(target) = std::str::from_utf8(url).ok().and_then(|url| resolve(path, url)).filter(|_| !refers)
            && files.contains_key(&target)
        {
            refers = true;
            let shown = text::inline(&target, 200);
            findings.push(Finding::new(Code::SourceMapReference, path, format!("it names the map `{shown}`, which is in the package")));
        }
    }
    match inline {
        Some(map) if map.sources > 0 => {
            let detail = format!("a map in the file carries {} sources with {} lines", map.sources, map.lines);
            findings.push(Finding::new(Code::InlineSourceMapWithSources, path, detail));
        }
        Some(_) => findings.push(Finding::new(Code::InlineSourceMap, path, "a map is in the file")),
        None => {}
    }
}

/// What the map in a `data:` URL carries; none where it is no data URL of JSON.
fn data_url(url: &[u8]) -> Option<map::Map> {
    let comma = url.iter().position(|byte| *byte == b',')?;
    let (head, body) = (url.get(..comma)?, url.get(comma + 1..)?);
    let head = std::str::from_utf8(head).ok()?.to_ascii_lowercase();
    let kind = head.strip_prefix("data:")?;
    if !kind.contains("json") {
        return None;
    }
    if kind.ends_with(";base64") {
        // Cut where it stops being base64: the map is then counted up to there.
        let end = body.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"+/=".contains(byte)).unwrap_or(body.len());
        let whole = body.get(..end)?;
        let whole = whole.strip_suffix(b"==").or_else(|| whole.strip_suffix(b"=")).unwrap_or(whole);
        let usable = if whole.len() % 4 == 1 { whole.get(..whole.len() - 1)? } else { whole };
        return Some(BASE64.decode(usable).map_or_else(|_| map::Map::default(), |bytes| map::count(&bytes)));
    }
    Some(map::count(&percent_decoded(body)))
}

fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, tail)) = rest.split_first() {
        let hex = tail.get(..2).filter(|_| *byte == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                out.push(*byte);
                rest = tail;
            }
        }
    }
    out
}

/// The path in the package that a relative URL names.
fn resolve(path: &str, url: &str) -> Option<String> {
    let url = url.split(['?', '#']).next().filter(|url| !url.is_empty() && !url.starts_with('/') && !url.contains("://"))?;
    let url = String::from_utf8(percent_decoded(url.as_bytes())).ok()?;
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in url.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
