//! Who hears an answer while it is still coming.

/// Hears the text of an answer as it arrives. It comes from a model: it is to be escaped before it is printed, and nothing may
/// be done with it before the answer is whole.
pub trait Listener {
    /// A piece of the text, after those before it.
    fn heard(&mut self, _piece: &str) {}

    /// What was heard of this answer does not count: it broke off. The request may be sent again.
    fn heard_in_vain(&mut self) {}
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Deaf;

impl Listener for Deaf {}
