#!/bin/sh
# Compiles one first-party tool into a component.
#
#   tools/build.sh TOOL OUT              OUT is a file, or a folder that gets TOOL.wasm
#   tools/build.sh --mutants TOOL OUT    the tool with every lie about it (tests/mutants), to try the gate with
#
# Prints the toolchain, one line, for the provenance in the tool's manifest. The same sources and the same toolchain give
# the same bytes, wherever the checkout, the home folder and the target folder are.
#
# Two toolchains are known:
#   - any with the target installed (`rustup target add wasm32-wasip2`); used if the compiler at hand has it;
#   - Debian's rustc-web, rust-web-src, lld and wasi-libc, with wasm-component-ld on PATH; then the standard library is
#     compiled from the distribution's sources.
set -eu

mutants=
if [ "${1:-}" = --mutants ]; then
    mutants=yes
    shift
fi
if [ $# -ne 2 ]; then
    echo "usage: tools/build.sh [--mutants] TOOL OUT" >&2
    exit 2
fi
tool=$1 out=$2
if [ -d "$out" ]; then
    out=$out/$tool.wasm
fi
checkout=$(cd "$(dirname "$0")/.." && pwd -P)
target=wasm32-wasip2
package=cofferdam-tool-$tool
if [ ! -f "$checkout/tools/$tool/tool.toml" ]; then
    echo "error: there is no tool \`$tool\` in $checkout/tools" >&2
    exit 2
fi

# What came from the environment could change the bytes.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS CARGO_BUILD_TARGET RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER
cargo_home=${CARGO_HOME:-$HOME/.cargo}
target_dir=${CARGO_TARGET_DIR:-$checkout/target}
rustc=${RUSTC:-rustc}

if [ -d "$("$rustc" --print sysroot)/lib/rustlib/$target/lib" ]; then
    linker=built-in
    set --
else
    # -Z flags and the standard library's sources belong to exactly this compiler, so that "unstable" changes nothing:
    # the toolchain line names it.
    rustc=/usr/bin/rustc
    if [ ! -x "$rustc" ] || [ ! -d /usr/lib/wasm32-wasi ] || ! command -v wasm-component-ld >/dev/null; then
        echo "error: the compiler has no target $target" >&2
        echo "hint: rustup target add $target, or install Debian's rustc-web rust-web-src lld wasi-libc and wasm-component-ld" >&2
        exit 1
    fi
    export RUSTC_BOOTSTRAP=1
    linker="$(wasm-component-ld --version | head -n 1), $(dpkg-query --show --showformat='${Package} ${Version}, ' lld-* wasi-libc rust-web-src 2>/dev/null)std from source"
    set -- -Zbuild-std=std,panic_abort
fi
export RUSTC="$rustc"

# One flag per line: a path may hold a space.
flags="--remap-path-prefix=$checkout=/cofferdam"
for source in "$cargo_home"/registry/src/*/; do
    flags="$flags
--remap-path-prefix=${source%/}=/crates"
done
flags="$flags
--remap-path-prefix=$cargo_home=/cargo
--remap-path-prefix=$("$rustc" --print sysroot)=/rust
--remap-path-prefix=$target_dir=/target"
if [ $# -gt 0 ]; then
    flags="$flags
--remap-path-prefix=$(readlink -f "$("$rustc" --print sysroot)/lib/rustlib/src/rust")=/rust/src
-Zlocation-detail=none
-L/usr/lib/wasm32-wasi"
fi
# A heap from the beginning: every page that a tool asks for later is a change of the address space, and one more when its memory is made
# as new for the next call.
flags="$flags
-Clink-arg=--initial-memory=2097152"
CARGO_ENCODED_RUSTFLAGS=$(printf '%s' "$flags" | tr '\n' '\037')
export CARGO_ENCODED_RUSTFLAGS

cd "$checkout"
if [ "$mutants" ]; then
    set -- --package cofferdam-mutants --example "$tool" "$@"
    built=examples/$tool
else
    set -- --package "$package" --lib --crate-type cdylib "$@"
    built=$(printf '%s' "$package" | tr - _)
fi
# The standard library speaks to an adapter, which the linker adds. The usual one imports the file system whether or not the tool does; a
# tool that declares none gets the one without.
if ! grep -q '^filesystem = "read' "tools/$tool/tool.toml"; then
    set -- "$@" -- -C link-arg=--wasi-adapter=proxy
fi
cargo rustc --locked --quiet --profile component --target "$target" --target-dir "$target_dir" "$@"
cp "$target_dir/$target/component/$built.wasm" "$out"
echo "$("$rustc" --version); $(cargo --version); linker: $linker"
