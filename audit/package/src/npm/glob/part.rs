//! One component of a pattern, compiled.

use super::{
    PatternFault,
    class::Bracket,
    segment::{Segment, fold},
    sequence::{self, Node, Repeat},
};

/// A component of a pattern.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// `**`: any number of components.
    Globstar,
    /// Exactly this text, case ignored; empty for a leading or trailing slash.
    Literal(Vec<u16>),
    /// One of minimatch's shortcuts, which differ from its expressions in detail (an escape in `*\.js` is not one).
    Shortcut(Shortcut),
    /// Everything else.
    Nodes(Vec<Node>),
}

/// The forms that minimatch does not hand to an expression.
#[derive(Debug, Clone)]
pub(super) enum Shortcut {
    /// `*`
    Star,
    /// `*.js`: ends with this text in lower case.
    StarThen(String),
    /// `??.js`: as many units as the pattern has, ends with this text in lower case.
    Marks { units: usize, end: String },
    /// `*.*`
    StarDotStar,
    /// `.*`
    DotStar,
}

impl Part {
    pub(super) fn parse(text: &str) -> Result<Self, PatternFault> {
        if text == "**" {
            return Ok(Self::Globstar);
        }
        if let Some(shortcut) = Shortcut::parse(text) {
            return Ok(Self::Shortcut(shortcut));
        }
        let units: Vec<u16> = text.encode_utf16().collect();
        let nodes = compile(&pieces(&units)?)?;
        let literal: Option<Vec<u16>> = nodes
            .iter()
            .map(|node| match node {
                Node::Unit(unit) => Some(*unit),
                Node::Any | Node::Star { .. } | Node::Class(_) | Node::Group { .. } | Node::Not { .. } | Node::Never => None,
            })
            .collect();
        Ok(literal.map_or(Self::Nodes(nodes), Self::Literal))
    }

    /// Whether it matches one component; `**` never does.
    pub(super) fn matches(&self, segment: &Segment) -> bool {
        match self {
            Self::Globstar => false,
            Self::Literal(folded) => segment.folded == *folded,
            Self::Nodes(nodes) => sequence::matches(nodes, segment),
            Self::Shortcut(shortcut) => shortcut.matches(segment),
        }
    }
}

impl Shortcut {
    fn parse(text: &str) -> Option<Self> {
        // None of these may be in what follows the stars or marks.
        let plain = |rest: &str| !rest.contains(['+', '@', '!', '?', '*', '[', '(']);
        let after_stars = text.trim_start_matches('*');
        if after_stars.len() < text.len() {
            if after_stars.is_empty() {
                return Some(Self::Star);
            }
            if plain(after_stars) {
                return Some(Self::StarThen(after_stars.to_lowercase()));
            }
            return after_stars.strip_prefix('.').filter(|rest| stars(rest)).map(|_| Self::StarDotStar);
        }
        let after_marks = text.trim_start_matches('?');
        if after_marks.len() < text.len() {
            return plain(after_marks).then(|| Self::Marks { units: text.encode_utf16().count(), end: after_marks.to_lowercase() });
        }
        text.strip_prefix('.').filter(|rest| stars(rest)).map(|_| Self::DotStar)
    }

    fn matches(&self, segment: &Segment) -> bool {
        match self {
            Self::Star => !segment.is_empty(),
            Self::StarThen(end) => segment.lower.ends_with(end),
            Self::Marks { units, end } => segment.units.len() == *units && segment.lower.ends_with(end),
            Self::StarDotStar => segment.lower.contains('.'),
            Self::DotStar => segment.lower.starts_with('.'),
        }
    }
}

fn stars(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte == b'*')
}

/// A component cut at its extended globs.
enum Piece<'p> {
    Text(&'p [u16]),
    Group {
        kind: u8,
        alternatives: Vec<&'p [u16]>,
    },
    /// From the start of an extended glob that is never closed.
    Unclosed(&'p [u16]),
}

/// Follows escapes and brackets while a component is cut.
#[derive(Default)]
struct Reader {
    escaping: bool,
    bracket: Option<(usize, bool)>,
}

impl Reader {
    /// Whether the unit before `next` is plain: neither escaped nor in brackets. `next` is the index after it.
    fn is_plain(&mut self, unit: u16, next: usize) -> bool {
        if self.escaping || unit == u16::from(b'\\') {
            self.escaping = !self.escaping;
            return false;
        }
        if let Some((start, negated)) = &mut self.bracket {
            if next == *start + 1 && (unit == u16::from(b'^') || unit == u16::from(b'!')) {
                *negated = true;
            } else if unit == u16::from(b']') && !(next == *start + 2 && *negated) && next != *start + 1 {
                // A `]` that comes first ends nothing.
                self.bracket = None;
            }
            return false;
        }
        if unit == u16::from(b'[') {
            self.bracket = Some((next, false));
            return false;
        }
        true
    }
}

fn opens_group(units: &[u16], at: usize) -> Option<u8> {
    let kind = u8::try_from(*units.get(at)?).ok().filter(|kind| b"!?+*@".contains(kind))?;
    (units.get(at + 1) == Some(&u16::from(b'('))).then_some(kind)
}

fn pieces(units: &[u16]) -> Result<Vec<Piece<'_>>, PatternFault> {
    let mut pieces = Vec::new();
    let mut reader = Reader::default();
    let (mut from, mut at) = (0, 0);
    while let Some(unit) = units.get(at) {
        let kind = reader.is_plain(*unit, at + 1).then(|| opens_group(units, at)).flatten();
        let Some(kind) = kind else {
            at += 1;
            continue;
        };
        if let Some(text) = units.get(from..at).filter(|text| !text.is_empty()) {
            pieces.push(Piece::Text(text));
        }
        match group(units, at + 2)? {
            Some((alternatives, end)) => {
                pieces.push(Piece::Group { kind, alternatives });
                at = end;
                from = end;
            }
            None => {
                pieces.extend(units.get(at..).map(Piece::Unclosed));
                return Ok(pieces);
            }
        }
    }
    pieces.extend(units.get(from..).filter(|text| !text.is_empty()).map(Piece::Text));
    Ok(pieces)
}

type Alternatives<'p> = Vec<&'p [u16]>;

/// The alternatives from the index after `(`, and the index after `)`; none when it is never closed.
fn group(units: &[u16], start: usize) -> Result<Option<(Alternatives<'_>, usize)>, PatternFault> {
    let mut reader = Reader::default();
    let mut alternatives = Vec::new();
    let (mut from, mut at) = (start, start);
    let mut nested = false;
    while let Some(unit) = units.get(at) {
        if reader.is_plain(*unit, at + 1) {
            nested |= opens_group(units, at).is_some();
            let ends = *unit == u16::from(b')');
            if ends || *unit == u16::from(b'|') {
                alternatives.extend(units.get(from..at));
                from = at + 1;
            }
            if ends {
                return if nested { Err(PatternFault::NestedExtglob) } else { Ok(Some((alternatives, at + 1))) };
            }
        }
        at += 1;
    }
    if nested { Err(PatternFault::NestedExtglob) } else { Ok(None) }
}

fn compile(pieces: &[Piece<'_>]) -> Result<Vec<Node>, PatternFault> {
    let mut nodes = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(text) => glob(text, pieces.len() == 1, &mut nodes)?,
            Piece::Unclosed(text) => glob(text, false, &mut nodes)?,
            Piece::Group { kind, alternatives } => {
                let tail = pieces.get(index + 1..).unwrap_or_default();
                // minimatch counts everything behind leading negations as the start.
                let starts = pieces.iter().take(index).all(|before| matches!(before, Piece::Group { kind: b'!', .. }));
                nodes.push(compile_group(*kind, alternatives, tail, starts)?);
            }
        }
    }
    Ok(nodes)
}

fn compile_group(kind: u8, alternatives: &[&[u16]], tail: &[Piece<'_>], starts: bool) -> Result<Node, PatternFault> {
    let whole = starts && tail.is_empty();
    if kind == b'!' {
        // `!(a|)` is taken for an empty one.
        if alternatives.last().is_none_or(|last| last.is_empty()) {
            return Ok(Node::Star { at_least_one: true });
        }
        if tail.iter().any(|piece| !matches!(piece, Piece::Text(_))) {
            return Err(PatternFault::NestedExtglob);
        }
    }
    let mut compiled = Vec::new();
    for alternative in alternatives {
        if whole && kind != b'!' && alternative.is_empty() {
            continue;
        }
        let mut nodes = Vec::new();
        glob(alternative, if kind == b'!' { starts } else { whole }, &mut nodes)?;
        if kind == b'!' {
            for piece in tail {
                if let Piece::Text(text) = piece {
                    glob(text, starts, &mut nodes)?;
                }
            }
        }
        compiled.push(nodes);
    }
    if compiled.is_empty() {
        return Err(PatternFault::EmptyExtglob);
    }
    let repeat = match kind {
        b'!' => return Ok(Node::Not { alternatives: compiled }),
        b'?' => Repeat::Optional,
        b'*' => Repeat::ZeroOrMore,
        b'+' => Repeat::OneOrMore,
        _ => Repeat::Once,
    };
    Ok(Node::Group { repeat, alternatives: compiled })
}

/// A text without extended globs. Where it is nothing but stars and `alone`, it needs at least one unit.
fn glob(text: &[u16], alone: bool, nodes: &mut Vec<Node>) -> Result<(), PatternFault> {
    let star = u16::from(b'*');
    let at_least_one = alone && text.iter().all(|unit| *unit == star);
    let mut at = 0;
    let mut in_star = false;
    while let Some(unit) = text.get(at) {
        at += 1;
        if *unit == star {
            if !in_star {
                nodes.push(Node::Star { at_least_one });
            }
            in_star = true;
            continue;
        }
        in_star = false;
        if *unit == u16::from(b'\\') {
            // At the end it stands for itself.
            nodes.push(Node::Unit(fold(text.get(at).copied().unwrap_or(*unit))));
            at += 1;
        } else if *unit == u16::from(b'?') {
            nodes.push(Node::Any);
        } else if *unit == u16::from(b'[') {
            match Bracket::parse(text.get(at - 1..).unwrap_or_default())? {
                Bracket::Literal => nodes.push(Node::Unit(*unit)),
                Bracket::Unit { unit, length } => {
                    nodes.push(Node::Unit(fold(unit)));
                    at += length - 1;
                }
                Bracket::Class { class, length } => {
                    nodes.push(Node::Class(class));
                    at += length - 1;
                }
                Bracket::Nothing => {
                    nodes.push(Node::Never);
                    return Ok(());
                }
            }
        } else {
            nodes.push(Node::Unit(fold(*unit)));
        }
    }
    Ok(())
}
