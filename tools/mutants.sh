#!/bin/sh
# Builds the first-party tools with every lie about them into tests/fixtures/mutants, which the tests of the gate load, and
# records the toolchain there. Needs no key.
set -eu
cd "$(dirname "$0")/.."
fixtures=tests/fixtures/mutants
mkdir -p "$fixtures"
for tool in files edit package fetch; do
    tools/build.sh --mutants "$tool" "$fixtures/$tool.wasm" > "$fixtures/toolchain"
done
