#!/bin/sh
# Builds, describes, signs and locks the first-party tools into tools/dist, and builds their lies anew (tools/mutants.sh).
#
#   tools/release.sh KEY.pem
#
# The key never enters the project; its public half is host/trust/keys/first-party.pub.pem. The first run needs a `cofferdam`
# binary: it builds one, with whatever tools/dist holds.
set -eu
key=$(readlink -f "$1")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# One binary for all of it: a new one would be made of half of what it is to make.
profile=${PROFILE:-release}
cargo build --quiet --locked --profile "$profile" -p cofferdam
cp "${CARGO_TARGET_DIR:-target}/$profile/cofferdam" "$work/cofferdam"
cofferdam=$work/cofferdam
for tool in files edit package fetch; do
    toolchain=$(tools/build.sh "$tool" "$work/$tool.wasm")
    $cofferdam tool build "tools/$tool" --component "$work/$tool.wasm" --toolchain "$toolchain" --out "$work/out"
    $cofferdam tool sign "$work/out/$tool.manifest.json" --key "$key"
    cp "$work/out/$tool.wasm" "$work/out/$tool.dsse.json" tools/dist/
done
rm -f tools/dist/tools.lock
for tool in files edit package fetch; do
    $cofferdam tool add "tools/dist/$tool.wasm" --builtin-lock tools/dist/tools.lock
done
tools/mutants.sh
