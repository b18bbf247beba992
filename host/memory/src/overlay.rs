//! What one text of a topic changed about another, done to a third: what else stands there stays.

use crate::{
    Topic,
    topic_file::{Segment, heading, segments},
};

/// What came of it.
pub(crate) struct Applied {
    /// The text.
    pub(crate) text: String,
    /// How many pieces were to go and are not there.
    pub(crate) missing: usize,
}

/// Does to `now` what leads from `from` to `to`: pieces that only `from` has go, pieces that only `to` has come, each after the
/// piece that stands before it in `to`. Pieces are compared without the white space at their end.
pub(crate) fn apply(topic: &Topic, now: &str, from: &str, to: &str) -> Applied {
    if now == from {
        return Applied { text: to.to_owned(), missing: 0 };
    }
    let heading = heading(topic);
    let pieces = |text| -> Vec<&str> {
        let blank = |segment: &Segment<'_>| segment.text.trim().is_empty() || segment.text == heading;
        segments(topic, text).into_iter().filter(|segment| !blank(segment)).map(|segment| segment.text).collect()
    };
    let (mut result, from, to) = (pieces(now), pieces(from), pieces(to));
    let at = |pieces: &[&str], wanted: &str| pieces.iter().position(|piece| piece.trim_end() == wanted.trim_end());
    let mut missing = 0;
    for gone in without(&from, &to) {
        match at(&result, gone) {
            Some(place) => drop(result.remove(place)),
            None => missing += 1,
        }
    }
    let mut coming = without(&to, &from);
    // Where the last piece of `to` that is there stands: the next one comes after it.
    let mut place = 0;
    for piece in to {
        if let Some(next) = at(&coming, piece) {
            coming.remove(next);
            // What somebody put back already does not come twice.
            if at(&result, piece).is_none() {
                result.insert(place, piece);
                place += 1;
                continue;
            }
        }
        if let Some(there) = at(&result, piece) {
            place = there + 1;
        }
    }
    let mut text = heading;
    for piece in result {
        push(&mut text, piece);
    }
    Applied { text, missing }
}

/// Puts a piece after a text, on a line of its own.
pub(crate) fn push(text: &mut String, piece: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(piece);
}

/// The pieces of one text that another does not have, as often as it has them less.
fn without<'t>(one: &[&'t str], other: &[&str]) -> Vec<&'t str> {
    let mut other: Vec<&str> = other.iter().map(|piece| piece.trim_end()).collect();
    let only = one.iter().filter(|piece| match other.iter().position(|same| *same == piece.trim_end()) {
        Some(at) => {
            other.swap_remove(at);
            false
        }
        None => true,
    });
    only.copied().collect()
}
