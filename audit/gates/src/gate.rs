//! Gates that CI runs over this repository and over packages.

mod metadata;
pub(crate) mod package;
pub(crate) mod packages;
pub(crate) mod shape;
