//! gitignore patterns as pathspec 1 reads them (`GitIgnoreSpec`): what hatchling matches with.
//!
//! It differs from git: a file can be brought back from an excluded folder, because a match of the file itself beats a match
//! of a folder above.

use cofferdam_base::text;

use crate::{
    plan::NoPlan,
    python::fnmatch::{BadPattern, Dialect, Pattern},
};

/// Patterns in order.
#[derive(Debug)]
pub(super) struct Spec {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    includes: bool,
    shape: Shape,
}

#[derive(Debug)]
enum Shape {
    /// Every path.
    All,
    /// Every path in a folder.
    Nested { as_folder: bool },
    /// Component by component.
    Parts { parts: Vec<Part>, end: End },
}

#[derive(Debug)]
enum Part {
    Folders,
    Name(Pattern),
    AnyName,
}

/// What may follow the components.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Nothing, or more below.
    Open,
    /// More below; counts as a match of the folder.
    Folder,
    /// More below; counts as a match of the file.
    Below,
}

/// How a path was matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Folder,
    File,
}

impl Spec {
    pub(super) fn parse(lines: &[String]) -> Result<Self, NoPlan> {
        let mut rules = Vec::new();
        for line in lines {
            rules.extend(Rule::parse(line)?);
        }
        Ok(Self { rules })
    }

    /// Whether the path is matched in the end.
    pub(super) fn matches(&self, path: &str) -> bool {
        let path: Vec<&str> = path.split('/').collect();
        let mut best: Option<(Strength, bool)> = None;
        for rule in self.rules.iter().rev() {
            let Some(strength) = rule.strength(&path) else { continue };
            if best.is_none_or(|(known, _)| strength > known) {
                best = Some((strength, rule.includes));
            }
            if strength == Strength::File {
                break;
            }
        }
        best.is_some_and(|(_, includes)| includes)
    }
}

impl Rule {
    fn parse(line: &str) -> Result<Option<Self>, NoPlan> {
        let text = if line.ends_with("\\ ") { line } else { line.trim_end() };
        if text.is_empty() || text.starts_with('#') || text == "/" {
            return Ok(None);
        }
        let refused = || NoPlan::unsupported(format!("hatchling refuses the pattern `{}`, or it is not modelled", text::inline(line, 80)));
        let (includes, text) = text.strip_prefix('!').map_or((true, text), |rest| (false, rest));
        let mut parts: Vec<&str> = text.split('/').collect();
        let as_folder = parts.last() == Some(&"");
        match parts.as_slice() {
            ["", ..] => drop(parts.remove(0)),
            [first] | [first, ""] if *first != "**" => parts.insert(0, "**"),
            _ => {}
        }
        if let Some(last) = parts.last_mut().filter(|last| last.is_empty()) {
            *last = "**";
        }
        parts.dedup_by(|a, b| *a == "**" && *b == "**");
        let shape = match parts.as_slice() {
            [] => return Err(refused()),
            ["**"] if as_folder => Shape::Nested { as_folder: true },
            ["**"] | ["**", "*"] => Shape::All,
            ["**", "*", "**"] => Shape::Nested { as_folder },
            [..] => {
                let below = parts.last() == Some(&"**");
                let end = match (below, as_folder) {
                    (true, true) => End::Folder,
                    (true, false) => End::Below,
                    (false, _) => End::Open,
                };
                let kept = parts.get(..parts.len() - usize::from(below)).unwrap_or_default();
                let mut compiled = Vec::new();
                for part in kept {
                    compiled.push(match *part {
                        "**" => Part::Folders,
                        "*" => Part::AnyName,
                        name => match Pattern::parse(name, Dialect::Gitignore) {
                            Ok(pattern) => Part::Name(pattern),
                            Err(BadPattern::OpenBracket) => return Ok(None),
                            Err(BadPattern::Refused) => return Err(refused()),
                        },
                    });
                }
                Shape::Parts { parts: compiled, end }
            }
        };
        Ok(Some(Self { includes, shape }))
    }

    fn strength(&self, path: &[&str]) -> Option<Strength> {
        match &self.shape {
            Shape::All => Some(Strength::File),
            Shape::Nested { as_folder } => (path.len() > 1).then_some(if *as_folder { Strength::Folder } else { Strength::File }),
            Shape::Parts { parts, end } => {
                let below = (1..path.len()).any(|count| matches(parts, path.get(..count).unwrap_or_default()));
                match end {
                    End::Open if matches(parts, path) => Some(Strength::File),
                    End::Open | End::Folder => below.then_some(Strength::Folder),
                    End::Below => below.then_some(Strength::File),
                }
            }
        }
    }
}

fn matches(parts: &[Part], path: &[&str]) -> bool {
    let Some((part, rest)) = parts.split_first() else { return path.is_empty() };
    if matches!(part, Part::Folders) {
        return (0..=path.len()).any(|skipped| path.get(skipped..).is_some_and(|path| matches(rest, path)));
    }
    let Some((name, below)) = path.split_first() else { return false };
    let fits = match part {
        Part::Folders => false,
        Part::AnyName => !name.is_empty(),
        Part::Name(pattern) => pattern.matches(name),
    };
    fits && matches(rest, below)
}

#[cfg(test)]
mod tests {
    use ignore::gitignore::GitignoreBuilder;
    use proptest::prelude::*;

    use super::*;

    fn spec(lines: &[&str]) -> Spec {
        Spec::parse(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_match_of_the_file_beats_a_match_of_a_folder() {
        assert!(!spec(&["a/", "!a/b"]).matches("a/b"));
        assert!(spec(&["!a/b", "a/b"]).matches("a/b"));
        assert!(!spec(&["!a/b", "a/"]).matches("a/b"));
        assert!(spec(&["a/**"]).matches("a/b") && !spec(&["a/**"]).matches("a"));
    }

    proptest! {
        #[test]
        fn agrees_with_the_ignore_crate_on_plain_patterns(
            pattern in "/?([ab]\\*?|\\?)(/([ab]\\*?|\\?)){0,2}/?", path in "[ab]{1,2}(/[ab]{1,2}){0,3}",
        ) {
            let mut builder = GitignoreBuilder::new("/root");
            builder.add_line(None, &pattern).unwrap();
            let expected = builder.build().unwrap().matched_path_or_any_parents(&path, false).is_ignore();
            prop_assert_eq!(spec(&[&pattern]).matches(&path), expected);
        }
    }
}
