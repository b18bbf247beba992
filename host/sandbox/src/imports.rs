//! The imports that a tool may have: one list, which is both what is linked and what is allowed.

use wasmtime::{
    Engine, Result,
    component::{Component, Linker},
};
use wasmtime_wasi::{
    cli::WasiCli,
    p2::bindings::{cli, clocks, random, sync},
};
use wasmtime_wasi_io::bindings::wasi::io::error;

use crate::{
    bindings::{filesystem::wasi::filesystem, http::wasi::http},
    guest::{Guest, HasClocks, HasFilesystem, HasHttp, HasIo, HasLogs, HasRandom},
};

type Add = fn(&mut Linker<Guest>) -> Result<()>;

/// Every interface of WASI 0.2 that is served, without its version: WASI's 0.2 releases are compatible with each other.
///
/// No sockets, no processes, no terminal: what is not here does not exist. `wasi:http` sends what the call's client sends, and without
/// one nothing.
const SERVED: &[(&str, Add)] = &[
    ("wasi:cli/environment", |l| cli::environment::add_to_linker::<_, WasiCli>(l, Guest::cli)),
    ("wasi:cli/exit", |l| cli::exit::add_to_linker::<_, WasiCli>(l, Guest::cli)),
    ("wasi:cli/stdin", |l| cli::stdin::add_to_linker::<_, WasiCli>(l, Guest::cli)),
    ("wasi:cli/stdout", |l| cli::stdout::add_to_linker::<_, HasLogs>(l, Guest::logs)),
    ("wasi:cli/stderr", |l| cli::stderr::add_to_linker::<_, HasLogs>(l, Guest::logs)),
    ("wasi:cli/terminal-input", |l| cli::terminal_input::add_to_linker::<_, WasiCli>(l, Guest::cli)),
    ("wasi:cli/terminal-output", |l| cli::terminal_output::add_to_linker::<_, WasiCli>(l, Guest::cli)),
    ("wasi:cli/terminal-stdin", |l| cli::terminal_stdin::add_to_linker::<_, WasiCli>(l, Guest::cli)),
    ("wasi:cli/terminal-stdout", |l| cli::terminal_stdout::add_to_linker::<_, WasiCli>(l, Guest::cli)),
    ("wasi:cli/terminal-stderr", |l| cli::terminal_stderr::add_to_linker::<_, WasiCli>(l, Guest::cli)),
    ("wasi:clocks/monotonic-clock", |l| clocks::monotonic_clock::add_to_linker::<_, HasClocks>(l, Guest::clocks)),
    ("wasi:clocks/wall-clock", |l| clocks::wall_clock::add_to_linker::<_, HasClocks>(l, Guest::clocks)),
    ("wasi:filesystem/preopens", |l| filesystem::preopens::add_to_linker::<_, HasFilesystem>(l, Guest::filesystem)),
    ("wasi:filesystem/types", |l| filesystem::types::add_to_linker::<_, HasFilesystem>(l, Guest::filesystem)),
    ("wasi:http/outgoing-handler", |l| http::outgoing_handler::add_to_linker::<_, HasHttp>(l, Guest::http)),
    ("wasi:http/types", |l| http::types::add_to_linker::<_, HasHttp>(l, &http::types::LinkOptions::default(), Guest::http)),
    ("wasi:io/error", |l| error::add_to_linker::<_, HasIo>(l, Guest::io)),
    ("wasi:io/poll", |l| sync::io::poll::add_to_linker::<_, HasIo>(l, Guest::io)),
    ("wasi:io/streams", |l| sync::io::streams::add_to_linker::<_, HasIo>(l, Guest::io)),
    ("wasi:random/insecure", |l| random::insecure::add_to_linker::<_, HasRandom>(l, |guest| &mut guest.random)),
    ("wasi:random/insecure-seed", |l| random::insecure_seed::add_to_linker::<_, HasRandom>(l, |guest| &mut guest.random)),
    ("wasi:random/random", |l| random::random::add_to_linker::<_, HasRandom>(l, |guest| &mut guest.random)),
];

/// The names of the interfaces that tools may import, without versions.
pub fn served_interfaces() -> impl Iterator<Item = &'static str> {
    SERVED.iter().map(|(name, _)| *name)
}

/// A linker with every interface that is served, and nothing else.
pub(crate) fn linker(engine: &Engine) -> Result<Linker<Guest>> {
    let mut linker = Linker::new(engine);
    for (_, add) in SERVED {
        add(&mut linker)?;
    }
    Ok(linker)
}

/// The first import of a component that is not served.
pub(crate) fn undeclared(engine: &Engine, component: &Component) -> Option<String> {
    let component = component.component_type();
    let mut imports = component.imports(engine).map(|(name, _)| name);
    imports.find(|name| !served_interfaces().any(|served| name.split('@').next() == Some(served))).map(ToOwned::to_owned)
}
