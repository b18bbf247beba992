//! Lists in pages. A cursor is the number of the first entry of its page; nothing else is read out of it.

use rmcp::{ErrorData, model::PaginatedRequestParams};

use crate::limits::PAGE;

/// One page of a list, and the cursor of the next.
pub(crate) fn page<T: Clone>(all: &[T], request: Option<PaginatedRequestParams>) -> Result<(Vec<T>, Option<String>), ErrorData> {
    let cursor = request.and_then(|request| request.cursor);
    let start = match cursor {
        None => 0,
        Some(cursor) => match cursor.parse::<usize>() {
            Ok(start) if start <= all.len() => start,
            Ok(_) | Err(_) => return Err(ErrorData::invalid_params("the cursor is not one of this list", None)),
        },
    };
    let entries: Vec<T> = all.iter().skip(start).take(PAGE).cloned().collect();
    let end = start.saturating_add(entries.len());
    Ok((entries, (end < all.len()).then(|| end.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_a_list_have_each_entry_once() {
        let all: Vec<usize> = (0..PAGE * 2 + 1).collect();
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let request = PaginatedRequestParams::default().with_cursor(cursor);
            let (entries, next) = page(&all, Some(request)).unwrap();
            seen.extend(entries);
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
        for strange in ["-1", "x", "999999", ""] {
            let request = PaginatedRequestParams::default().with_cursor(Some(strange.to_owned()));
            assert!(page(&all, Some(request)).is_err(), "{strange}");
        }
    }
}
