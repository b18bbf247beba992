//! What an argument is for: where the effect goes, or what it says there.

/// Names of arguments that hold what is said, where a signed manifest does not say which do. What is not named so decides where
/// an effect goes, which is the stricter of the two.
const CONTENT_NAMES: &[&str] =
    &["body", "comment", "content", "contents", "description", "message", "note", "notes", "subject", "summary", "text", "title"];

/// What an argument is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It decides where the effect goes and what it does: a recipient, an address, an id, an amount.
    Target,
    /// It is what is said there: the body of a message, the title of an event.
    Content,
}

impl Role {
    /// By the name of the argument.
    #[must_use]
    pub fn of(name: &str) -> Self {
        if CONTENT_NAMES.binary_search(&name).is_ok() { Self::Content } else { Self::Target }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_in_order() {
        assert!(CONTENT_NAMES.is_sorted());
        assert_eq!((Role::of("body"), Role::of("to"), Role::of("")), (Role::Content, Role::Target, Role::Target));
    }
}
