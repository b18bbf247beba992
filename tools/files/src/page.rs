//! The bounded beginning of a long result.

/// Most bytes of names and text in one result, before JSON escapes them. Keeps a result far below the host's limit for
/// outputs (4 MiB) even if every byte needs an escape of six.
pub const MAX_RESULT_BYTES: usize = 256 * 1024;

/// Takes items until the call's `limit` or [`MAX_RESULT_BYTES`] is reached.
#[derive(Debug, Clone)]
pub(crate) struct Page<T> {
    items: Vec<T>,
    limit: usize,
    bytes: usize,
    rest: Rest,
}

/// Whether the page holds everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    /// It does.
    Nothing,
    /// At least one more item did not fit.
    More,
}

impl<T> Page<T> {
    pub(crate) fn new(limit: u32) -> Self {
        Self { items: Vec::new(), limit: usize::try_from(limit).unwrap_or(usize::MAX), bytes: 0, rest: Rest::Nothing }
    }

    /// Adds an item that has `bytes` of text. Once an item did not fit, none is taken any more, so that the page is the
    /// beginning of the result without a gap.
    pub(crate) fn push(&mut self, item: T, bytes: usize) -> Rest {
        let sum = self.bytes.saturating_add(bytes);
        if self.rest == Rest::More || self.items.len() >= self.limit || sum > MAX_RESULT_BYTES {
            self.rest = Rest::More;
        } else {
            self.items.push(item);
            self.bytes = sum;
        }
        self.rest
    }

    /// Whether an item did not fit.
    pub(crate) fn rest(&self) -> Rest {
        self.rest
    }

    /// The items, and whether there are more.
    pub(crate) fn into_parts(self) -> (Vec<T>, Rest) {
        (self.items, self.rest)
    }
}

impl Rest {
    /// As the `truncated` member of an output.
    pub(crate) fn truncated(self) -> bool {
        self == Self::More
    }

    /// As the `advice` member of an output.
    pub(crate) fn advice(self, text: impl FnOnce() -> String) -> Option<String> {
        self.truncated().then(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_no_item_after_one_that_did_not_fit() {
        let mut page = Page::new(3);
        assert_eq!(page.push('a', 1), Rest::Nothing);
        assert_eq!(page.push('b', MAX_RESULT_BYTES), Rest::More);
        assert_eq!(page.push('c', 1), Rest::More);
        assert_eq!(page.into_parts(), (vec!['a'], Rest::More));
        let mut page = Page::new(1);
        page.push('a', 1);
        assert_eq!(page.clone().into_parts().1, Rest::Nothing);
        assert_eq!(page.push('b', 1), Rest::More);
    }
}
