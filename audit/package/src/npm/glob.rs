//! The pattern dialect of npm: minimatch 10 with the options of ignore-walk (`matchBase`, `dot`, `flipNegate`, `nocase`).
//!
//! It is not gitignore: `[a-z]`, `{a,b}`, `!(a|b)` and `?` mean something else, a trailing slash matches folders only in
//! part, and a negated rule can bring a file back from an excluded folder. So it is modelled here on minimatch 10.2.5,
//! quirks included, and compared with npm itself over generated trees. What is not modelled (POSIX classes, nested or empty
//! extended globs, very long patterns) is a [`PatternFault`], never an approximation.

mod braces;
mod class;
mod globstar;
mod part;
mod segment;
mod sequence;

use std::{collections::BTreeSet, fmt};

use part::Part;
pub(super) use segment::Segment;

/// Longest pattern: bounds the work of one match.
const MAX_PATTERN_BYTES: usize = 1024;

/// A pattern whose meaning is not modelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PatternFault {
    /// Longer than [`MAX_PATTERN_BYTES`].
    TooLong,
    /// Its braces expand to too many alternatives.
    TooManyAlternatives,
    /// An extended glob inside or behind a negated one, or inside another.
    NestedExtglob,
    /// An extended glob without any alternative, which minimatch turns into a broken expression.
    EmptyExtglob,
    /// `[[:alpha:]]` and its like.
    PosixClass,
}

impl fmt::Display for PatternFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "is too long",
            Self::TooManyAlternatives => "expands to too many alternatives",
            Self::NestedExtglob => "nests extended globs",
            Self::EmptyExtglob => "has an empty extended glob",
            Self::PosixClass => "uses a POSIX character class",
        })
    }
}

/// Whether a candidate that ends before the pattern does still matches: a folder above something that may match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Whole,
    Prefix,
}

/// One rule.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// An odd number of `!` stood in front: what matches is included.
    pub negate: bool,
    /// It has an alternative of one component (and perhaps a trailing slash), which applies in folders below too.
    pub relative: bool,
    alternatives: Vec<Vec<Part>>,
}

impl Pattern {
    /// Reads one rule, without surrounding white space.
    pub(super) fn parse(rule: &str) -> Result<Self, PatternFault> {
        if rule.len() > MAX_PATTERN_BYTES {
            return Err(PatternFault::TooLong);
        }
        let body = rule.trim_start_matches('!');
        let negate = (rule.len() - body.len()) % 2 == 1;
        if rule.starts_with('#') || rule.is_empty() {
            return Ok(Self { negate: false, relative: false, alternatives: Vec::new() });
        }
        let mut seen = BTreeSet::new();
        let mut relative = false;
        let mut alternatives = Vec::new();
        for text in braces::expand(body)? {
            if !seen.insert(text.clone()) {
                continue;
            }
            let parts = reduce(split(&text));
            relative |= match parts.as_slice() {
                [_] => true,
                [_, last] => last.is_empty(),
                _ => false,
            };
            alternatives.push(parts.into_iter().map(|part| Part::parse(&part)).collect::<Result<_, _>>()?);
        }
        Ok(Self { negate, relative, alternatives })
    }

    /// Whether the candidate matches; an empty first or last segment is a leading or trailing slash.
    ///
    /// A negated pattern matches what its body matches (`flipNegate`).
    pub(super) fn matches(&self, candidate: &[&Segment], extent: Extent) -> bool {
        let name = candidate.iter().rev().find(|segment| !segment.is_empty()).or(candidate.last());
        self.alternatives.iter().any(|parts| match (parts.as_slice(), name) {
            // matchBase: a single component is compared with the last one of the candidate.
            ([only], Some(name)) => globstar::matches(&[name], std::slice::from_ref(only), extent),
            _ => globstar::matches(candidate, parts, extent),
        })
    }
}

/// JavaScript's `split(/\/+/)`.
fn split(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut after_slash = false;
    for c in text.chars() {
        match (c, after_slash) {
            ('/', true) => {}
            ('/', false) => parts.push(String::new()),
            _ => {
                if let Some(last) = parts.last_mut() {
                    last.push(c);
                }
            }
        }
        after_slash = c == '/';
    }
    parts
}

/// minimatch's first level of simplification: adjacent `**` become one, `name/..` disappears.
fn reduce(parts: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(parts.len());
    for part in parts {
        let before = kept.last().map(String::as_str);
        match (part.as_str(), before) {
            ("**", Some("**")) => {}
            ("..", Some(name)) if !matches!(name, "" | ".." | "." | "**") => {
                kept.pop();
            }
            _ => kept.push(part),
        }
    }
    if kept.is_empty() { vec![String::new()] } else { kept }
}

#[cfg(test)]
mod tests;
