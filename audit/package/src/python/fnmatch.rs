//! Shell-style patterns as Python's fnmatch, setuptools' MANIFEST.in and gitignore files read by pathspec understand them.
//!
//! One matcher for three readings of the same signs. Positions are matched as sets: the work is bounded by pattern times text.

/// What may stand for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `fnmatch.fnmatchcase`: `*` and `?` match `/` too, `[a-c]` is a range.
    Fnmatch,
    /// One component of a gitignore pattern: `\` escapes, `[^a]` negates too.
    Gitignore,
    /// `setuptools.command.egg_info.translate_pattern`: `**` spans folders, `[a-c]` are three characters.
    Manifest,
}

#[derive(Debug, Clone)]
enum Token {
    Char(char),
    /// Any character.
    Any,
    /// Any number of any characters.
    Star,
    NotSlash,
    NotSlashes,
    Class {
        negate: bool,
        ranges: Vec<(char, char)>,
    },
    /// Any number of `name/`.
    Folders,
}

/// A pattern that matches a whole text.
#[derive(Debug, Clone)]
pub(super) struct Pattern(Vec<Token>);

/// A pattern that has no meaning in its dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadPattern {
    /// A bracket that is never closed: pathspec leaves the whole pattern out.
    OpenBracket,
    /// An escape of nothing, a range that runs backwards, a POSIX class: refused, or not modelled.
    Refused,
}

/// Whether a text is a pattern at all.
pub(super) fn has_magic(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

impl Pattern {
    pub(super) fn parse(text: &str, dialect: Dialect) -> Result<Self, BadPattern> {
        let mut tokens = Vec::new();
        if dialect == Dialect::Manifest {
            let chunks: Vec<&str> = text.split('/').collect();
            for (index, chunk) in chunks.iter().enumerate() {
                let last = index + 1 == chunks.len();
                match (*chunk, last) {
                    ("**", true) => tokens.push(Token::Star),
                    ("**", false) => tokens.push(Token::Folders),
                    _ => {
                        component(chunk, dialect, &mut tokens)?;
                        if !last {
                            tokens.push(Token::Char('/'));
                        }
                    }
                }
            }
        } else {
            component(text, dialect, &mut tokens)?;
        }
        Ok(Self(tokens))
    }

    /// Whether it matches the whole text.
    pub(super) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let mut reached = vec![false; text.len() + 1];
        if let Some(start) = reached.first_mut() {
            *start = true;
        }
        let end = self.0.iter().fold(reached, |reached, token| step(token, &text, &reached));
        end.last().copied().unwrap_or(false)
    }
}

fn step(token: &Token, text: &[char], from: &[bool]) -> Vec<bool> {
    match token {
        Token::Char(c) => advance(from, text, |known| known == *c),
        Token::Any => advance(from, text, |_| true),
        Token::NotSlash => advance(from, text, |c| c != '/'),
        Token::Class { negate, ranges } => {
            advance(from, text, |c| ranges.iter().any(|(first, last)| (*first..=*last).contains(&c)) != *negate)
        }
        Token::Star => repeat(from, text, |_| true),
        Token::NotSlashes => repeat(from, text, |c| c != '/'),
        Token::Folders => {
            let mut reached = from.to_vec();
            // Inside a name that began at a reached place, and how.
            let mut inside = false;
            for (at, c) in text.iter().enumerate() {
                let starts = reached.get(at).copied().unwrap_or(false);
                let closes = *c == '/' && inside;
                inside = *c != '/' && (inside || starts);
                if let Some(next) = reached.get_mut(at + 1).filter(|_| closes) {
                    *next = true;
                }
            }
            reached
        }
    }
}

fn advance(from: &[bool], text: &[char], accepts: impl Fn(char) -> bool) -> Vec<bool> {
    std::iter::once(false).chain(from.iter().zip(text).map(|(reached, c)| *reached && accepts(*c))).collect()
}

fn repeat(from: &[bool], text: &[char], accepts: impl Fn(char) -> bool) -> Vec<bool> {
    let mut reached = from.to_vec();
    for (at, c) in text.iter().enumerate() {
        let goes_on = reached.get(at).copied().unwrap_or(false) && accepts(*c);
        if let Some(next) = reached.get_mut(at + 1) {
            *next |= goes_on;
        }
    }
    reached
}

fn component(text: &str, dialect: Dialect, tokens: &mut Vec<Token>) -> Result<(), BadPattern> {
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        at += 1;
        match (c, dialect) {
            ('*', Dialect::Fnmatch) => tokens.push(Token::Star),
            ('*', Dialect::Gitignore | Dialect::Manifest) => tokens.push(Token::NotSlashes),
            ('?', Dialect::Fnmatch) => tokens.push(Token::Any),
            ('?', Dialect::Gitignore | Dialect::Manifest) => tokens.push(Token::NotSlash),
            ('\\', Dialect::Gitignore) => {
                tokens.push(Token::Char(*chars.get(at).ok_or(BadPattern::Refused)?));
                at += 1;
            }
            ('[', _) => match class(&chars, at, dialect)? {
                Some((class, end)) => {
                    tokens.push(class);
                    at = end;
                }
                None if dialect == Dialect::Gitignore => return Err(BadPattern::OpenBracket),
                None => tokens.push(Token::Char('[')),
            },
            (c, _) => tokens.push(Token::Char(*c)),
        }
    }
    Ok(())
}

/// The class whose first character is at `start`, and the place behind its `]`; none where it is never closed.
fn class(chars: &[char], start: usize, dialect: Dialect) -> Result<Option<(Token, usize)>, BadPattern> {
    let negates = |c: &char| *c == '!' || (*c == '^' && dialect == Dialect::Gitignore);
    let negate = chars.get(start).is_some_and(negates);
    let first = start + usize::from(negate);
    // A `]` that comes first stands for itself.
    let skip = usize::from(chars.get(first) == Some(&']'));
    let Some(length) = chars.get(first + skip..).and_then(|rest| rest.iter().position(|c| *c == ']')) else { return Ok(None) };
    let end = first + skip + length;
    let inner = chars.get(first..end).unwrap_or_default();
    if dialect == Dialect::Gitignore && inner.contains(&'[') {
        // Perhaps a POSIX class: not modelled.
        return Err(BadPattern::Refused);
    }
    let mut ranges = Vec::new();
    let mut at = 0;
    while let Some(from) = inner.get(at) {
        match (inner.get(at + 1), inner.get(at + 2)) {
            (Some('-'), Some(to)) if dialect != Dialect::Manifest => {
                if to < from && dialect == Dialect::Gitignore {
                    return Err(BadPattern::Refused);
                }
                ranges.push((*from, *to));
                at += 3;
            }
            _ => {
                ranges.push((*from, *from));
                at += 1;
            }
        }
    }
    Ok(Some((Token::Class { negate, ranges }, end + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str, dialect: Dialect) -> bool {
        Pattern::parse(pattern, dialect).unwrap().matches(text)
    }

    #[test]
    fn a_star_stops_at_a_slash_except_in_fnmatch() {
        assert!(matches("a*", "a/b", Dialect::Fnmatch));
        assert!(!matches("a*", "a/b", Dialect::Manifest));
        assert!(!matches("a?b", "a/b", Dialect::Gitignore));
    }

    #[test]
    fn two_stars_span_folders_in_a_manifest() {
        for text in ["a.py", "x/a.py", "x/y/a.py"] {
            assert!(matches("**/*.py", text, Dialect::Manifest), "{text}");
        }
        assert!(matches("a/**", "a/b/c", Dialect::Manifest));
        assert!(!matches("a/**/b", "ab", Dialect::Manifest));
        assert!(!matches("**/b", "/b", Dialect::Manifest));
    }

    #[test]
    fn a_class_is_a_range_except_in_a_manifest() {
        assert!(matches("[a-c]", "b", Dialect::Fnmatch));
        assert!(!matches("[a-c]", "b", Dialect::Manifest));
        assert!(matches("[!a]", "b", Dialect::Manifest));
        assert!(matches("[^a]", "b", Dialect::Gitignore));
        assert!(!matches("[^a]", "b", Dialect::Fnmatch));
        assert!(matches("[]a]", "]", Dialect::Fnmatch));
    }

    #[test]
    fn an_open_bracket_stands_for_itself_except_in_gitignore() {
        assert!(matches("a[b", "a[b", Dialect::Fnmatch));
        assert!(matches("a[b", "a[b", Dialect::Manifest));
        assert_eq!(Pattern::parse("a[b", Dialect::Gitignore).unwrap_err(), BadPattern::OpenBracket);
    }
}
