//! Brace expansion as brace-expansion 5 does it (and Bash): `a{b,c}` is `ab` and `ac`, `{1..3}` is `1`, `2` and `3`.

use super::PatternFault;

/// Alternatives of one pattern, and characters of all of them together: a short pattern must not fill the memory.
const MAX_ALTERNATIVES: usize = 1_000;
const MAX_EXPANDED_BYTES: usize = 64 * 1024;
/// Braces in braces.
const MAX_DEPTH: usize = 16;

// Escaped characters are put aside as private-use characters while braces are looked for; a pattern that already holds one is
// compared as it is, since none of them has a meaning of its own.
const ESCAPES: [(char, char); 5] = [('\\', '\u{f8f0}'), ('{', '\u{f8f1}'), ('}', '\u{f8f2}'), (',', '\u{f8f3}'), ('.', '\u{f8f4}')];

/// All alternatives, in order. A pattern without a complete brace is its only one, escapes kept.
pub(super) fn expand(pattern: &str) -> Result<Vec<String>, PatternFault> {
    let Some(open) = pattern.find('{') else { return Ok(vec![pattern.to_owned()]) };
    if !pattern.get(open..).is_some_and(|rest| rest.contains('}')) {
        return Ok(vec![pattern.to_owned()]);
    }
    if pattern.chars().any(|c| ESCAPES.iter().any(|(_, aside)| c == *aside)) {
        return Err(PatternFault::TooManyAlternatives);
    }
    let pattern = match pattern.strip_prefix("{}") {
        Some(rest) => format!("\\{{\\}}{rest}"),
        None => pattern.to_owned(),
    };
    let expanded = Expansion::default().expand(&put_aside(&pattern), true, 0)?;
    Ok(expanded.iter().map(|text| bring_back(text)).collect())
}

fn put_aside(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let aside = (c == '\\').then(|| chars.peek()).flatten().and_then(|next| ESCAPES.iter().find(|(plain, _)| plain == next));
        match aside {
            Some((_, aside)) => {
                chars.next();
                out.push(*aside);
            }
            None => out.push(c),
        }
    }
    out
}

fn bring_back(text: &str) -> String {
    text.chars().map(|c| ESCAPES.iter().find(|(_, aside)| *aside == c).map_or(c, |(plain, _)| *plain)).collect()
}

#[derive(Default)]
struct Expansion {
    bytes: usize,
}

impl Expansion {
    fn expand(&mut self, text: &str, top: bool, depth: usize) -> Result<Vec<String>, PatternFault> {
        if depth > MAX_DEPTH {
            return Err(PatternFault::TooManyAlternatives);
        }
        let mut top = top;
        let mut text = text.to_owned();
        let mut done = vec![String::new()];
        let mut drop_empty = None;
        loop {
            let Some((pre, body, post)) = balanced(&text) else {
                return self.combine(&done, &text, &[String::new()], drop_empty.unwrap_or(false));
            };
            let (pre, body, post) = (pre.to_owned(), body.to_owned(), post.to_owned());
            let last = post.is_empty();
            if pre.ends_with('$') {
                let dropping = drop_empty.unwrap_or(false) && last;
                done = self.combine(&done, &format!("{pre}{{{body}}}"), &[String::new()], dropping)?;
                drop_empty = drop_empty.or(Some(false));
                if last {
                    return Ok(done);
                }
                text = post;
                continue;
            }
            let sequence = sequence(&body)?;
            if sequence.is_none() && !body.contains(',') {
                if comma_before_close(&post) {
                    text = format!("{pre}{{{body}\u{f8f2}{post}");
                    top = true;
                    continue;
                }
                return self.combine(&done, &text, &[String::new()], drop_empty.unwrap_or(false));
            }
            let dropping = *drop_empty.get_or_insert(top && sequence.is_none()) && last;
            let values = match sequence {
                Some(values) => values,
                None => self.members(&body, depth)?,
            };
            done = self.combine(&done, &pre, &values, dropping)?;
            if last {
                return Ok(done);
            }
            text = post;
        }
    }

    fn members(&mut self, body: &str, depth: usize) -> Result<Vec<String>, PatternFault> {
        let members = comma_parts(body);
        if let [only] = members.as_slice() {
            // x{{a,b}}y is x{a}y and x{b}y
            return Ok(self.expand(only, false, depth + 1)?.into_iter().map(|text| format!("{{{text}}}")).collect());
        }
        let mut values = Vec::new();
        for member in &members {
            values.extend(self.expand(member, false, depth + 1)?);
        }
        Ok(values)
    }

    fn combine(&mut self, done: &[String], pre: &str, values: &[String], drop_empty: bool) -> Result<Vec<String>, PatternFault> {
        let mut out = Vec::new();
        for head in done {
            for value in values {
                let text = format!("{head}{pre}{value}");
                if drop_empty && text.is_empty() {
                    continue;
                }
                self.bytes = self.bytes.saturating_add(text.len());
                if out.len() >= MAX_ALTERNATIVES || self.bytes > MAX_EXPANDED_BYTES {
                    return Err(PatternFault::TooManyAlternatives);
                }
                out.push(text);
            }
        }
        Ok(out)
    }
}

/// The first `{` that has its own `}`, as balanced-match finds it: before, between, after.
fn balanced(text: &str) -> Option<(&str, &str, &str)> {
    let mut open = Vec::new();
    let mut widest: Option<(usize, usize)> = None;
    for (at, c) in text.char_indices() {
        match c {
            '{' => open.push(at),
            '}' => {
                if let Some(start) = open.pop() {
                    if open.is_empty() {
                        return cut(text, start, at);
                    }
                    // Kept for the case that the outer ones are never closed: the leftmost closed one counts.
                    if widest.is_none_or(|(left, _)| start < left) {
                        widest = Some((start, at));
                    }
                }
            }
            _ => {}
        }
    }
    widest.and_then(|(start, end)| cut(text, start, end))
}

fn cut(text: &str, start: usize, end: usize) -> Option<(&str, &str, &str)> {
    Some((text.get(..start)?, text.get(start + 1..end)?, text.get(end + 1..)?))
}

/// `body.split(",")`, except that commas in complete braces do not count.
fn comma_parts(body: &str) -> Vec<String> {
    let Some((pre, inner, post)) = balanced(body) else { return body.split(',').map(str::to_owned).collect() };
    let mut parts: Vec<String> = pre.split(',').map(str::to_owned).collect();
    let mut rest = if post.is_empty() { Vec::new() } else { comma_parts(post) }.into_iter();
    if let Some(last) = parts.last_mut() {
        last.push_str(&format!("{{{inner}}}"));
        last.push_str(&rest.next().unwrap_or_default());
    }
    parts.extend(rest);
    parts
}

/// JavaScript's `/,(?!,).*\}/`: a comma that no other follows, and a `}` later on the same line.
fn comma_before_close(text: &str) -> bool {
    text.lines().any(|line| {
        line.char_indices().any(|(at, c)| {
            let rest = line.get(at + 1..).unwrap_or_default();
            c == ',' && !rest.starts_with(',') && rest.contains('}')
        })
    })
}

/// `1..5`, `a..e`, `01..10..2`; none where the body is no sequence.
fn sequence(body: &str) -> Result<Option<Vec<String>>, PatternFault> {
    let fields: Vec<&str> = body.split("..").collect();
    let (first, last, step) = match fields.as_slice() {
        [first, last] => (*first, *last, None),
        [first, last, step] => (*first, *last, Some(*step)),
        _ => return Ok(None),
    };
    if step.is_some_and(|step| !is_integer(step)) {
        return Ok(None);
    }
    let number = |text: &str| text.parse::<i64>().map_err(|_| PatternFault::TooManyAlternatives);
    let step = match step {
        Some(step) => number(step)?.saturating_abs().max(1),
        None => 1,
    };
    let letter = |text: &str| match text.as_bytes() {
        [byte] if byte.is_ascii_alphabetic() => Some(i64::from(*byte)),
        _ => None,
    };
    let (from, to, letters) = match (letter(first), letter(last)) {
        (Some(from), Some(to)) => (from, to, true),
        _ if is_integer(first) && is_integer(last) => (number(first)?, number(last)?, false),
        _ => return Ok(None),
    };
    let width = first.len().max(last.len());
    let padded = fields.iter().any(|field| {
        let digits = field.strip_prefix('-').unwrap_or(field).as_bytes();
        matches!(digits, [b'0', next, ..] if next.is_ascii_digit())
    });
    let mut values = Vec::new();
    let mut at = from;
    while if from <= to { at <= to } else { at >= to } {
        if values.len() >= MAX_ALTERNATIVES {
            return Err(PatternFault::TooManyAlternatives);
        }
        values.push(match (letters, padded) {
            (true, _) => u8::try_from(at).ok().map(char::from).filter(|c| *c != '\\').map(String::from).unwrap_or_default(),
            (false, true) => format!("{at:0width$}"),
            (false, false) => at.to_string(),
        });
        at = if from <= to { at.saturating_add(step) } else { at.saturating_sub(step) };
    }
    Ok(Some(values))
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}
