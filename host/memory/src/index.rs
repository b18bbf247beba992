//! The index, `MEMORY.md`: a line a topic, always in context. Pointers only.

use cofferdam_base::text::inline;

use crate::{Found, MemoryError, Topic};

/// Most lines of the index.
pub const MAX_INDEX_LINES: usize = 200;
/// Most bytes of the index.
pub const MAX_INDEX_BYTES: usize = 25 * 1024;
/// Longest beginning of an entry's words that a line shows, in characters.
const MAX_SHOWN: usize = 80;

const HEADING: &str = "# Memory\n\n";

/// The index over all topics, in their order.
///
/// # Errors
/// [`MemoryError::IndexFull`]: it is never cut.
pub(crate) fn render<'a>(topics: impl Iterator<Item = (&'a Topic, &'a [Found])>) -> Result<String, MemoryError> {
    let mut text = HEADING.to_owned();
    for (topic, found) in topics {
        let mut entries = found.iter().filter_map(|found| if let Found::Entry(entry) = found { Some(entry) } else { None });
        let count = entries.clone().count();
        let newest = entries.next_back().map(|entry| format!("; newest: {}", inline(entry.text(), MAX_SHOWN))).unwrap_or_default();
        text.push_str(&format!("- [{topic}](topics/{topic}.md): {count} entries{newest}\n"));
    }
    if text.lines().count() > MAX_INDEX_LINES || text.len() > MAX_INDEX_BYTES {
        return Err(MemoryError::IndexFull);
    }
    Ok(text)
}
