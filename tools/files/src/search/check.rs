//! Verification of a search: every hit is looked up in its file, and a second search must find no others.

use cofferdam_tool_sdk::{Evidence, Refuted, Verdict, View, WorkspacePath};
use regex::Regex;

use super::{Hit, MAX_TEXT_BYTES, Search, Searched, budget::Budget, load};
use crate::{
    page::{Page, Rest},
    problem::Problem,
    rescan::rescan,
    skipped::Skips,
    text::{CUT, MAX_LINE_CHARS, decode},
};

pub(super) fn verify(call: &Search, output: &Searched, view: &View) -> Verdict {
    let expression = call.expression()?;
    let mut places = Vec::new();
    for hits in output.hits.chunk_by(|a, b| a.path == b.path) {
        let content = hits.first().map(|hit| view.read(&hit.path)).transpose()?.unwrap_or_default();
        let lines = decode(&content).map(split);
        for hit in hits {
            places.push(check_hit(call, &expression, hit, lines.as_deref())?);
        }
    }
    let second = second_search(call, &expression, view)?;
    Evidence::new()
        .check(
            format!("the {} hits are matching lines, the same that a second search finds, in order and within the limit", places.len()),
            places == second.places,
        )?
        .check(
            "the result says correctly whether there are more",
            output.truncated == second.rest.truncated() && output.advice == second.rest.advice(super::advice),
        )?
        .check(
            format!("{} text files were searched and {} binary files left out", output.files, output.binary),
            (output.files, output.binary) == (second.files, second.binary),
        )?
        .check("what could not be searched is named", output.skipped == second.skipped)
}

/// Looks a hit up in the lines of its file (none if the file is binary); gives the place where it was found to be true.
fn check_hit(call: &Search, expression: &Regex, hit: &Hit, lines: Option<&[&str]>) -> Result<Place, Refuted> {
    let refuted = |what: &str| Refuted::new(format!("the hit in line {} of `{}` {what}", hit.line, hit.path));
    let lines = lines.ok_or_else(|| refuted("is in a binary file"))?;
    let index = usize::try_from(hit.line).ok().and_then(|line| line.checked_sub(1)).ok_or_else(|| refuted("is before the first line"))?;
    let line = lines.get(index).ok_or_else(|| refuted("is behind the last line"))?;
    let start = expression.find(line).ok_or_else(|| refuted("does not match"))?.start();
    let column = line.char_indices().take_while(|(at, _)| *at < start).count();
    if usize::try_from(hit.column) != Ok(column + 1) {
        return Err(refuted("is in another column"));
    }
    if !is_part_of(&hit.text, line, column) {
        return Err(refuted("has another text"));
    }
    let before = lines.get(index.saturating_sub(call.context())..index).unwrap_or_default();
    let after = lines.get(index + 1..(index + 1 + call.context()).min(lines.len())).unwrap_or_default();
    for (given, wanted) in [(&hit.before, before), (&hit.after, after)] {
        let given = given.as_deref().unwrap_or_default();
        if given.len() != wanted.len() || !given.iter().zip(wanted).all(|(given, line)| is_part_of(given, line, 0)) {
            return Err(refuted("has other lines around it"));
        }
    }
    Ok((hit.path.clone(), hit.line))
}

/// Whether `shown` is `line`, or the part of a long line that holds the character `focus`.
fn is_part_of(shown: &str, line: &str, focus: usize) -> bool {
    if line.chars().count() <= MAX_LINE_CHARS {
        return shown == line;
    }
    let covers = |part: &str, from: usize| part.chars().count() == MAX_LINE_CHARS && (from..=from + MAX_LINE_CHARS).contains(&focus);
    // A part that does not start the line is marked as cut, and so is one that does not end it.
    let cut_before = shown.strip_prefix(CUT);
    let cut_after = shown.strip_suffix(CUT);
    let head = cut_after.is_some_and(|part| line.starts_with(part) && covers(part, 0));
    let tail = cut_before.is_some_and(|part| line.ends_with(part) && covers(part, line.chars().count() - MAX_LINE_CHARS));
    let middle = cut_before
        .and_then(|part| part.strip_suffix(CUT))
        .is_some_and(|part| line.match_indices(part).any(|(at, _)| covers(part, line.get(..at).unwrap_or_default().chars().count())));
    head || tail || middle
}

/// A file and a line in it.
type Place = (WorkspacePath, u32);

/// What a second search found, in the order of a walk.
struct Second {
    places: Vec<Place>,
    rest: Rest,
    files: u32,
    binary: u32,
    skipped: Option<Skips>,
}

/// Searches again, over a rescan and with lines split by hand.
fn second_search(call: &Search, expression: &Regex, view: &View) -> Result<Second, Problem> {
    let found = rescan(view, &call.path, call.scope())?;
    let mut skipped = found.skipped;
    let mut page = Page::new(call.limit);
    let (mut files, mut binary, mut budget) = (0, 0, Budget::new(MAX_TEXT_BYTES));
    for path in call.files(found.entries)? {
        let bytes = match load(view, &path) {
            Ok(bytes) => bytes,
            Err(reason) => {
                skipped.push(reason);
                continue;
            }
        };
        let Some(text) = decode(&bytes) else {
            binary += 1;
            continue;
        };
        budget = budget.spend(&call.path, text.len())?;
        files += 1;
        let lines = split(text);
        for (number, line) in (1..).zip(&lines) {
            if expression.is_match(line) {
                let start = expression.find(line).map_or(0, |place| place.start());
                // Built only for its size, which bounds the result.
                let size = Hit::new(&path, &lines, number - 1, start, call.context()).size();
                page.push((path.clone(), u32::try_from(number).unwrap_or(u32::MAX)), size);
            }
        }
        if page.rest() == Rest::More {
            break;
        }
    }
    let (places, rest) = page.into_parts();
    Ok(Second { places, rest, files, binary, skipped: Skips::of(skipped) })
}

/// The lines of a text without their ends; what follows the last line end is a line only if it is not empty.
fn split(text: &str) -> Vec<&str> {
    let (ended, open) = text.rsplit_once('\n').map_or((None, text), |(ended, open)| (Some(ended), open));
    let ended = ended.into_iter().flat_map(|ended| ended.split('\n')).map(|line| line.strip_suffix('\r').unwrap_or(line));
    ended.chain((!open.is_empty()).then_some(open)).collect()
}
