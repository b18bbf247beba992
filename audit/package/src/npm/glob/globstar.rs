//! Matching component by component, with `**`, in the way of minimatch 10.2.5.
//!
//! Its bound for where a section between two `**` may start adds up the wrong sections when there are several of different
//! length, so some paths that should match do not. npm publishes by that, so it is kept.

use super::{Extent, Segment, part::Part};

/// minimatch gives up on patterns with more sections between `**` than this.
const MAX_SECTIONS: usize = 200;

/// Whether the components match the pattern.
pub(super) fn matches(file: &[&Segment], pattern: &[Part], extent: Extent) -> bool {
    let is_globstar = |part: &Part| matches!(part, Part::Globstar);
    let (Some(first), Some(last)) = (pattern.iter().position(is_globstar), pattern.iter().rposition(is_globstar)) else {
        return plain(file, pattern, extent);
    };
    let head = pattern.get(..first).unwrap_or_default();
    let (body, tail) = match extent {
        Extent::Prefix => (pattern.get(first + 1..), None),
        Extent::Whole => (pattern.get(first + 1..last), pattern.get(last + 1..)),
    };
    let (body, tail) = (body.unwrap_or_default(), tail.unwrap_or_default());
    if !head.is_empty() && !plain(file.get(..head.len()).unwrap_or(file), head, extent) {
        return false;
    }
    let start = head.len();
    let Some(tail_length) = match_tail(file, tail, start, extent) else { return false };
    let end = file.len().saturating_sub(tail_length);
    if body.is_empty() {
        return extent == Extent::Prefix || tail_length > 0 || start < end;
    }
    let sections = Sections::new(body, end);
    sections.matches(file, start, 0, extent, tail_length > 0) == Outcome::Match
}

/// How many components at the end the part behind the last `**` takes; none where it does not match.
fn match_tail(file: &[&Segment], tail: &[Part], start: usize, extent: Extent) -> Option<usize> {
    if tail.is_empty() {
        return Some(0);
    }
    if tail.len() + start > file.len() {
        return None;
    }
    let from = file.len() - tail.len();
    if plain(file.get(from..)?, tail, extent) {
        return Some(tail.len());
    }
    // `a/**/*` also matches `a/b/`: tried without the empty component at the end.
    if !file.last()?.is_empty() || start + tail.len() == file.len() {
        return None;
    }
    plain(file.get(from - 1..)?, tail, extent).then_some(tail.len() + 1)
}

/// Component by component, without `**`.
fn plain(file: &[&Segment], pattern: &[Part], extent: Extent) -> bool {
    if !file.iter().zip(pattern).all(|(segment, part)| part.matches(segment)) {
        return false;
    }
    match file.get(pattern.len()..) {
        Some([]) => true,
        // `a/*` also matches `a/b/`.
        Some([only]) => only.is_empty(),
        Some(_) => false,
        None => extent == Extent::Prefix,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Match,
    /// Not from here, perhaps from further on.
    NotHere,
    /// Nothing further on can match either.
    Never,
}

/// The sections between `**`, each with the last place where minimatch lets it start.
struct Sections<'p> {
    list: Vec<(&'p [Part], i64)>,
}

impl<'p> Sections<'p> {
    fn new(body: &'p [Part], end: usize) -> Self {
        let sections: Vec<&[Part]> = body.split(|part| matches!(part, Part::Globstar)).collect();
        let mut before = Vec::with_capacity(sections.len());
        let mut sum = 0;
        for section in &sections {
            before.push(sum);
            sum += section.len();
        }
        // The sums are used from the end, where they should be those of the sections that follow.
        let last = |(section, sum): (&&'p [Part], usize)| (*section, count(end) - count(sum + section.len()));
        Self { list: sections.iter().zip(before.into_iter().rev()).map(last).collect() }
    }

    fn matches(&self, file: &[&Segment], from: usize, index: usize, extent: Extent, saw_tail: bool) -> Outcome {
        let Some((section, last)) = self.list.get(index) else {
            return if saw_tail || from < file.len() { Outcome::Match } else { Outcome::NotHere };
        };
        let mut at = from;
        while count(at) <= *last {
            let end = file.len().min(at + section.len());
            if index < MAX_SECTIONS && plain(file.get(at..end).unwrap_or_default(), section, extent) {
                let rest = self.matches(file, at + section.len(), index + 1, extent, saw_tail);
                if rest != Outcome::NotHere {
                    return rest;
                }
            }
            at += 1;
        }
        if extent == Extent::Prefix { Outcome::Match } else { Outcome::Never }
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
