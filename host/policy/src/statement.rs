//! Cuts a policy file into its rules before Cedar parses them, so that each has its line and its own limits.
//!
//! Cedar's parser and type checker recurse over what they read, and a project's rules come from whoever wrote the
//! repository: length and nesting are bounded here, on plain text. Where this reading and Cedar's ever differed, Cedar would
//! fail to parse the piece; nothing is enforced that Cedar did not parse as one whole rule.

use cofferdam_base::text::is_deceptive;

/// Longest rule in bytes. With [`MAX_NESTING`], bounds the depth of the syntax tree and so the stack that Cedar needs.
pub(crate) const MAX_RULE_BYTES: usize = 8 * 1024;
/// Deepest nesting of brackets in a rule.
pub(crate) const MAX_NESTING: usize = 24;
/// Most operators, member accesses and conditionals (these count [`IF_WEIGHT`] each) in a rule: each can deepen the syntax
/// tree by one. Where the stack ends, Cedar's parser aborts the process and its validator silently stops checking; with
/// these limits, half of the 2 MiB that Rust gives a thread is enough for both (tested).
pub(crate) const MAX_OPERATORS: usize = 128;
/// What a conditional counts for: Cedar needs about that much more stack for it.
const IF_WEIGHT: usize = 4;
/// Most rules in a file. Bounds the time of one decision.
pub(crate) const MAX_RULES: usize = 500;

/// One rule as text, from its first token to its semicolon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Statement<'a> {
    pub(crate) text: &'a str,
    /// The line of its first token, from 1.
    pub(crate) line: u32,
}

/// Why a text cannot be cut into rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatementFault {
    /// A character that hides or reorders what a person reads (CVE-2021-42574).
    Deceptive { line: u32, character: char },
    /// A limit was reached.
    TooLarge { line: u32, what: &'static str, limit: usize },
    /// The text ends inside a rule.
    Unfinished { line: u32 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Code,
    Comment,
    Text,
    /// After a backslash in a text.
    Escape,
}

/// The rule that is being read.
#[derive(Debug, Clone, Copy)]
struct Open {
    start: usize,
    line: u32,
    nesting: usize,
    operators: usize,
}

/// Cuts `text` into rules.
pub(crate) fn split(text: &str) -> Result<Vec<Statement<'_>>, StatementFault> {
    let mut statements = Vec::new();
    let (mut mode, mut line, mut open) = (Mode::Code, 1u32, None::<Open>);
    let mut before = ' ';
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        // A lone carriage return ends a comment for Cedar, and no line for many editors.
        if is_deceptive(c) && c != '\n' && c != '\t' && !(c == '\r' && next == Some('\n')) {
            return Err(StatementFault::Deceptive { line, character: c });
        }
        mode = match (mode, c) {
            (Mode::Code, '/') if next == Some('/') => Mode::Comment,
            (Mode::Comment, '\n' | '\r') | (Mode::Text, '"') => Mode::Code,
            (Mode::Text, '\\') => Mode::Escape,
            (Mode::Escape, _) => Mode::Text,
            (Mode::Code, c) if !c.is_whitespace() => {
                let mut rule = open.take().unwrap_or(Open { start: at, line, nesting: 0, operators: 0 });
                rule.count(c, before, next);
                if let Some((what, limit)) = rule.exceeds(at) {
                    return Err(StatementFault::TooLarge { line: rule.line, what, limit });
                }
                if c == ';' {
                    let text = text.get(rule.start..=at).unwrap_or_default();
                    statements.push(Statement { text, line: rule.line });
                    if statements.len() > MAX_RULES {
                        return Err(StatementFault::TooLarge { line, what: "rules in a file", limit: MAX_RULES });
                    }
                } else {
                    open = Some(rule);
                }
                if c == '"' { Mode::Text } else { Mode::Code }
            }
            (mode, _) => mode,
        };
        line = line.saturating_add(u32::from(c == '\n'));
        before = c;
    }
    match open {
        Some(rule) => Err(StatementFault::Unfinished { line: rule.line }),
        None => Ok(statements),
    }
}

impl Open {
    fn count(&mut self, c: char, before: char, next: Option<char>) {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        match c {
            '(' | '[' | '{' => self.nesting += 1,
            ')' | ']' | '}' => self.nesting = self.nesting.saturating_sub(1),
            // `||`, `&&` and `==` are one each.
            '.' | '|' | '&' | '+' | '-' | '*' | '!' | '<' | '>' | '=' if c != before => self.operators += 1,
            // Words that start like `if`, and like `in`, `is`, `has` and `like`, stand for these operators.
            'i' if !word(before) && next == Some('f') => self.operators += IF_WEIGHT,
            'i' | 'h' | 'l' if !word(before) && next.is_some_and(|next| matches!(next, 'n' | 's' | 'a' | 'i')) => self.operators += 1,
            _ => {}
        }
    }

    fn exceeds(&self, at: usize) -> Option<(&'static str, usize)> {
        if at.saturating_sub(self.start) >= MAX_RULE_BYTES {
            Some(("bytes in a rule", MAX_RULE_BYTES))
        } else if self.nesting > MAX_NESTING {
            Some(("nested brackets in a rule", MAX_NESTING))
        } else if self.operators > MAX_OPERATORS {
            Some(("operators in a rule", MAX_OPERATORS))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(u32, &str)> {
        split(text).unwrap().into_iter().map(|statement| (statement.line, statement.text)).collect()
    }

    #[test]
    fn cuts_at_semicolons_outside_texts_and_comments() {
        assert_eq!(lines("// a;\n\n@id(\"x;\\\";\")\npermit; // b;\r\n forbid;"), [(3, "@id(\"x;\\\";\")\npermit;"), (5, "forbid;")]);
        assert_eq!(lines("a / b; \"//\"; c//\n;"), [(1, "a / b;"), (1, "\"//\";"), (1, "c//\n;")]);
        assert_eq!(lines(" \n// only a comment"), []);
    }

    #[test]
    fn rejects_characters_that_hide_a_rule() {
        for (text, character) in [
            ("// \u{202e}", '\u{202e}'),
            ("a\rb;", '\r'),
            ("a\u{200b};", '\u{200b}'),
            ("\"\u{1b}\";", '\u{1b}'),
            ("\u{feff}a;", '\u{feff}'),
        ] {
            assert_eq!(split(text), Err(StatementFault::Deceptive { line: 1, character }), "{text:?}");
        }
    }

    #[test]
    fn rejects_a_rule_without_an_end() {
        assert_eq!(split("a;\nb"), Err(StatementFault::Unfinished { line: 2 }));
        assert_eq!(split("\"a;"), Err(StatementFault::Unfinished { line: 1 }));
    }

    #[test]
    fn rejects_rules_that_would_exhaust_the_stack() {
        for (text, what) in [
            ("(".repeat(MAX_NESTING + 1), "nested brackets in a rule"),
            ("a.".repeat(MAX_OPERATORS + 1), "operators in a rule"),
            ("if 1 ".repeat(MAX_OPERATORS + 1), "operators in a rule"),
            ("a ".repeat(MAX_RULE_BYTES), "bytes in a rule"),
            ("a;".repeat(MAX_RULES + 1), "rules in a file"),
        ] {
            assert!(matches!(split(&text), Err(StatementFault::TooLarge { what: found, .. }) if found == what), "{what}");
        }
    }
}
