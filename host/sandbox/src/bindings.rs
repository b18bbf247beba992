//! Generated bindings: the tool's handler, and the filesystem interfaces that the sandbox implements itself.
//!
//! Everything else of WASI 0.2 uses the bindings of `wasmtime-wasi`.

/// `cofferdam:tool/handler`, which a tool exports.
pub(crate) mod tool {
    wasmtime::component::bindgen!({
        path: "../../tools/wit",
        world: "tool",
    });
}

/// `wasi:filesystem`, over our own descriptors; its streams and clocks are the types of `wasmtime-wasi`.
pub(crate) mod filesystem {
    wasmtime::component::bindgen!({
        path: "wit",
        world: "filesystem",
        imports: { default: trappable },
        trappable_error_type: {
            "wasi:filesystem/types.error-code" => crate::filesystem::FileError,
        },
        with: {
            "wasi:io/error": wasmtime_wasi_io::bindings::wasi::io::error,
            "wasi:io/poll": wasmtime_wasi::p2::bindings::sync::io::poll,
            "wasi:io/streams": wasmtime_wasi::p2::bindings::sync::io::streams,
            "wasi:clocks/wall-clock": wasmtime_wasi::p2::bindings::clocks::wall_clock,
            "wasi:filesystem/types.descriptor": crate::filesystem::Descriptor,
            "wasi:filesystem/types.directory-entry-stream": crate::filesystem::Listing,
        },
    });
}
