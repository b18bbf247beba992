//! `[a-z]` as minimatch reads it.

use super::{
    PatternFault,
    segment::{fold, lower},
};

/// A set of UTF-16 units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Class {
    negate: bool,
    ranges: Vec<(u16, u16)>,
}

/// What stands at a `[`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bracket {
    /// No class: the `[` stands for itself.
    Literal,
    /// A class of exactly one unit.
    Unit { unit: u16, length: usize },
    /// A class.
    Class { class: Class, length: usize },
    /// A class that nothing can be in: the whole component matches nothing.
    Nothing,
}

const POSIX: [&str; 14] = [
    "[:alnum:]",
    "[:alpha:]",
    "[:ascii:]",
    "[:blank:]",
    "[:cntrl:]",
    "[:digit:]",
    "[:graph:]",
    "[:lower:]",
    "[:print:]",
    "[:punct:]",
    "[:space:]",
    "[:upper:]",
    "[:word:]",
    "[:xdigit:]",
];

fn is(unit: Option<&u16>, c: char) -> bool {
    unit.is_some_and(|unit| u32::from(*unit) == u32::from(c))
}

impl Bracket {
    /// Reads the class that starts with the first unit, which is a `[`.
    pub(super) fn parse(glob: &[u16]) -> Result<Self, PatternFault> {
        let mut negate = false;
        let mut ranges: Vec<(u16, u16)> = Vec::new();
        let mut start: Option<u16> = None;
        let mut saw_start = false;
        let mut escaping = false;
        let mut at = 1;
        loop {
            let Some(unit) = glob.get(at) else { return Ok(Self::Literal) };
            if at == 1 && (is(Some(unit), '!') || is(Some(unit), '^')) {
                negate = true;
                at += 1;
                continue;
            }
            if is(Some(unit), ']') && saw_start && !escaping {
                break;
            }
            saw_start = true;
            if is(Some(unit), '\\') && !escaping {
                escaping = true;
                at += 1;
                continue;
            }
            if is(Some(unit), '[') && !escaping && starts_posix(glob.get(at..).unwrap_or_default()) {
                return Err(PatternFault::PosixClass);
            }
            escaping = false;
            if let Some(from) = start.take() {
                // A range that runs backwards is left out; the others still count.
                if *unit >= from {
                    ranges.push((from, *unit));
                }
                at += 1;
            } else if is(glob.get(at + 1), '-') && is(glob.get(at + 2), ']') {
                ranges.push((*unit, *unit));
                ranges.push((u16::from(b'-'), u16::from(b'-')));
                at += 2;
            } else if is(glob.get(at + 1), '-') {
                start = Some(*unit);
                at += 2;
            } else {
                ranges.push((*unit, *unit));
                at += 1;
            }
        }
        Ok(match (ranges.as_slice(), negate) {
            ([], _) => Self::Nothing,
            ([(from, to)], false) if from == to => Self::Unit { unit: *from, length: at + 1 },
            _ => Self::Class { class: Class { negate, ranges }, length: at + 1 },
        })
    }
}

fn starts_posix(glob: &[u16]) -> bool {
    POSIX.iter().any(|name| glob.len() >= name.len() && name.encode_utf16().zip(glob).all(|(a, b)| a == *b))
}

impl Class {
    /// Whether the unit is in the set, case ignored.
    pub(super) fn contains(&self, unit: u16) -> bool {
        let upper = fold(unit);
        let forms = [unit, upper, lower(upper)];
        let inside = self.ranges.iter().any(|(from, to)| forms.iter().any(|form| (from..=to).contains(&form) && fold(*form) == upper));
        inside != self.negate
    }
}
