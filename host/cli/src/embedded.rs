//! The first-party tools that come inside the binary, so that one file is a working product.
//!
//! They are pinned by a lock of their own and verified at every load like any other tool.

/// The lock that is used where a workspace has none.
pub(crate) const LOCK: &str = include_str!("../../../tools/dist/tools.lock");

/// Component and signed statement of a first-party tool.
pub(crate) fn tool(name: &str) -> Option<(&'static [u8], &'static [u8])> {
    macro_rules! embedded {
        ($name:literal) => {
            Some((
                include_bytes!(concat!("../../../tools/dist/", $name, ".wasm")),
                include_bytes!(concat!("../../../tools/dist/", $name, ".dsse.json")),
            ))
        };
    }
    match name {
        "files" => embedded!("files"),
        "edit" => embedded!("edit"),
        "package" => embedded!("package"),
        "fetch" => embedded!("fetch"),
        _ => None,
    }
}
