//! What is not a tool is refused before it runs.

use cofferdam_base::{Class, Diagnostic, Digest};
use cofferdam_sandbox::{Allocator, Component, SandboxError, served_interfaces};

use crate::support::{SANDBOX, guest};

fn refused(text: &str) -> SandboxError {
    let bytes = wat::parse_str(text).unwrap();
    SANDBOX.prepare(Component { bytes: &bytes, digest: Digest::of(&bytes) }, None).err().unwrap()
}

#[test]
fn the_pool_is_there_on_an_ordinary_machine() {
    assert_eq!(SANDBOX.allocator(), Allocator::Pooled);
}

#[test]
fn an_undeclared_import_is_named() {
    let error = refused(guest!("undeclared-import"));
    assert_eq!((error.code(), error.class()), ("sandbox.undeclared-import", Class::Failed));
    assert_eq!(error.to_string(), "the tool imports `wasi:sockets/instance-network@0.2.0`, which no tool gets");
}

#[test]
fn a_component_without_the_exports_is_no_tool() {
    assert_eq!(refused(guest!("no-exports")).code(), "sandbox.wrong-world");
}

#[test]
fn an_import_in_another_form_is_not_linked() {
    assert_eq!(refused(guest!("wrong-import")).code(), "sandbox.wrong-world");
}

#[test]
fn what_is_no_component_is_not_compiled() {
    assert_eq!(refused("(module)").code(), "sandbox.not-a-component");
    let error = SANDBOX.prepare(Component { bytes: b"\0asm", digest: Digest::of(b"\0asm") }, None).err().unwrap();
    assert_eq!(error.code(), "sandbox.not-a-component");
    assert!(!cofferdam_base::error::causes(&error).is_empty());
}

#[test]
fn what_is_switched_off_does_not_compile() {
    for fields in [
        "(memory 1 1 shared)",
        "(memory i64 1)",
        "(func (return_call 0))",
        "(func (param v128) (result v128) (i32x4.relaxed_trunc_f32x4_s (local.get 0)))",
        "(tag)",
        "(type (struct))",
    ] {
        assert_eq!(refused(&format!("(component (core module {fields}))")).code(), "sandbox.not-a-component", "{fields}");
    }
}

#[test]
fn no_interface_reaches_the_network_by_itself_or_other_programs() {
    for interface in served_interfaces() {
        assert!(!interface.contains('@'), "{interface}");
        let package = interface.split('/').next().unwrap();
        assert!(["wasi:cli", "wasi:clocks", "wasi:filesystem", "wasi:http", "wasi:io", "wasi:random"].contains(&package), "{interface}");
    }
    let http: Vec<_> = served_interfaces().filter(|interface| interface.starts_with("wasi:http/")).collect();
    assert_eq!(http, ["wasi:http/outgoing-handler", "wasi:http/types"], "what is sent is sent by the call's client");
}
