//! Generated bindings: the tool's handler, and the interfaces that the sandbox implements itself.
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

/// `wasi:http`, over our own resources; its streams, pollables and errors are the types of `wasmtime-wasi`.
pub(crate) mod http {
    wasmtime::component::bindgen!({
        path: "wit",
        world: "http",
        imports: { default: trappable },
        trappable_error_type: {
            "wasi:http/types.error-code" => crate::http::HttpError,
            "wasi:http/types.header-error" => crate::http::FieldsError,
        },
        with: {
            "wasi:io/error": wasmtime_wasi_io::bindings::wasi::io::error,
            "wasi:io/poll": wasmtime_wasi::p2::bindings::sync::io::poll,
            "wasi:io/streams": wasmtime_wasi::p2::bindings::sync::io::streams,
            "wasi:clocks/monotonic-clock": wasmtime_wasi::p2::bindings::clocks::monotonic_clock,
            "wasi:http/types.fields": crate::http::Fields,
            "wasi:http/types.outgoing-request": crate::http::OutgoingRequest,
            "wasi:http/types.outgoing-body": crate::http::OutgoingBody,
            "wasi:http/types.request-options": crate::http::RequestOptions,
            "wasi:http/types.future-incoming-response": crate::http::FutureResponse,
            "wasi:http/types.incoming-response": crate::http::IncomingResponse,
            "wasi:http/types.incoming-body": crate::http::IncomingBody,
            "wasi:http/types.future-trailers": crate::http::FutureTrailers,
            "wasi:http/types.incoming-request": crate::http::IncomingRequest,
            "wasi:http/types.outgoing-response": crate::http::OutgoingResponse,
            "wasi:http/types.response-outparam": crate::http::ResponseOutparam,
        },
    });
}
