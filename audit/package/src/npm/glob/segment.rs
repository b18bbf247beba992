//! One component of a path that is matched, in the forms that JavaScript compares.

/// A component. The empty one stands for a leading or trailing slash.
#[derive(Debug, Clone, Default)]
pub(in crate::npm) struct Segment {
    /// Lower case of the whole, for minimatch's shortcuts.
    pub(super) lower: String,
    /// UTF-16 units: JavaScript's expressions count in them.
    pub(super) units: Vec<u16>,
    /// The units as an expression with flag `i` compares them.
    pub(super) folded: Vec<u16>,
}

impl Segment {
    pub(in crate::npm) fn new(text: &str) -> Self {
        let units: Vec<u16> = text.encode_utf16().collect();
        Self { lower: text.to_lowercase(), folded: units.iter().copied().map(fold).collect(), units }
    }

    pub(in crate::npm) fn is_empty(&self) -> bool {
        self.units.is_empty()
    }
}

/// ECMAScript's `Canonicalize` for expressions with flag `i` and without flag `u`: simple upper case, unit by unit.
pub(super) fn fold(unit: u16) -> u16 {
    let Some(c) = char::from_u32(u32::from(unit)) else { return unit };
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        // A non-ASCII letter never becomes an ASCII one, and a letter that becomes two stays.
        (Some(up), None) if c.is_ascii() || !up.is_ascii() => u16::try_from(u32::from(up)).unwrap_or(unit),
        _ => unit,
    }
}

/// The lower-case counterpart, where it is one unit.
pub(super) fn lower(unit: u16) -> u16 {
    let Some(c) = char::from_u32(u32::from(unit)) else { return unit };
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(low), None) => u16::try_from(u32::from(low)).unwrap_or(unit),
        _ => unit,
    }
}
