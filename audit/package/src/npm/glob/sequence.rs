//! Matching inside one component: what minimatch hands to a regular expression, without one.
//!
//! Positions are matched as sets, so the work is bounded by pattern times text, whatever the pattern: no backtracking.

use super::{class::Class, segment::Segment};

/// One element of a component's pattern.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// This unit, folded.
    Unit(u16),
    /// Any unit.
    Any,
    /// Any number of units.
    Star { at_least_one: bool },
    /// One unit of a set.
    Class(Class),
    /// `@(a|b)`, `?(a|b)`, `*(a|b)`, `+(a|b)`.
    Group { repeat: Repeat, alternatives: Vec<Vec<Node>> },
    /// `!(a|b)`: any number of units, unless an alternative (which carries all that follows the group) matches up to the end.
    Not { alternatives: Vec<Vec<Node>> },
    /// Nothing matches.
    Never,
}

/// How often a group is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    Once,
    Optional,
    ZeroOrMore,
    OneOrMore,
}

/// Positions in the text that have been reached: one for each unit, and the end.
type Positions = Vec<bool>;

/// Whether the nodes match the whole component.
pub(super) fn matches(nodes: &[Node], text: &Segment) -> bool {
    reaches_end(nodes, text, 0)
}

fn reaches_end(nodes: &[Node], text: &Segment, from: usize) -> bool {
    let mut start = vec![false; text.units.len() + 1];
    if let Some(place) = start.get_mut(from) {
        *place = true;
    }
    run(nodes, text, start).last().copied().unwrap_or(false)
}

fn run(nodes: &[Node], text: &Segment, from: Positions) -> Positions {
    nodes.iter().fold(from, |reached, node| step(node, text, &reached))
}

fn step(node: &Node, text: &Segment, from: &Positions) -> Positions {
    match node {
        Node::Unit(unit) => advance(from, &text.folded, |folded| folded == *unit),
        Node::Any => advance(from, &text.units, |_| true),
        Node::Class(class) => advance(from, &text.units, |unit| class.contains(unit)),
        Node::Star { at_least_one: false } => onwards(from),
        Node::Star { at_least_one: true } => onwards(&advance(from, &text.units, |_| true)),
        Node::Never => vec![false; from.len()],
        Node::Group { repeat, alternatives } => {
            let once = any_of(alternatives, text, from);
            match repeat {
                Repeat::Once => once,
                Repeat::Optional => union(from, &once),
                Repeat::OneOrMore => repeated(alternatives, text, once),
                Repeat::ZeroOrMore => repeated(alternatives, text, union(from, &once)),
            }
        }
        Node::Not { alternatives } => {
            let allowed: Positions = from
                .iter()
                .enumerate()
                .map(|(at, reached)| *reached && !alternatives.iter().any(|nodes| reaches_end(nodes, text, at)))
                .collect();
            onwards(&allowed)
        }
    }
}

fn any_of(alternatives: &[Vec<Node>], text: &Segment, from: &Positions) -> Positions {
    let none = vec![false; from.len()];
    alternatives.iter().fold(none, |reached, nodes| union(&reached, &run(nodes, text, from.clone())))
}

/// Repeats until nothing new is reached; each round reaches at least one more position, so it ends.
fn repeated(alternatives: &[Vec<Node>], text: &Segment, mut reached: Positions) -> Positions {
    loop {
        let more = union(&reached, &any_of(alternatives, text, &reached));
        if more == reached {
            return reached;
        }
        reached = more;
    }
}

fn advance(from: &Positions, units: &[u16], accepts: impl Fn(u16) -> bool) -> Positions {
    let stepped = from.iter().zip(units).map(|(reached, unit)| *reached && accepts(*unit));
    std::iter::once(false).chain(stepped).collect()
}

fn onwards(from: &Positions) -> Positions {
    from.iter()
        .scan(false, |seen, reached| {
            *seen |= *reached;
            Some(*seen)
        })
        .collect()
}

fn union(a: &Positions, b: &Positions) -> Positions {
    a.iter().zip(b).map(|(a, b)| *a || *b).collect()
}
