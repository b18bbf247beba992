//! What a component may import and has to export.

use cofferdam_base::Class;
use cofferdam_trust::{
    TrustError,
    manifest::{Capabilities, Filesystem, Http},
    verify::{MAX_COMPONENT_BYTES, MAX_IMPORTS, Surface, verify_surface},
};
use proptest::prelude::*;

use crate::example::{IMPORTS, component_of, component_text, refused};

fn surface(component: &[u8], filesystem: Filesystem) -> Result<Surface, TrustError> {
    verify_surface(component, &Capabilities { filesystem, ..Capabilities::default() })
}

const HANDLER: &str = "(export \"cofferdam:tool/handler@0.1.0\" (instance $handler))";

#[test]
fn accepts_baseline_and_declared_capabilities() {
    let surface = surface(&component_of(IMPORTS), Filesystem::ReadOnly).unwrap();
    assert_eq!(surface.imports(), IMPORTS);
    assert_eq!(surface.handler().to_string(), "0.1.0");
    verify_surface(&component_text("", "(export \"cofferdam:tool/handler@0.1.7\" (instance $handler))"), &Capabilities::default()).unwrap();
}

#[test]
fn refuses_the_filesystem_where_it_is_not_declared() {
    let refusal = surface(&component_of(&["wasi:filesystem/types@0.2.0"]), Filesystem::None);
    assert!(matches!(refusal, Err(TrustError::ForbiddenImport { undeclared: Some("filesystem"), .. })));
    refused("trust.forbidden-import", Class::NotVerified, refusal);
}

#[test]
fn outgoing_http_comes_with_its_capability_and_serving_with_none() {
    let outgoing = ["wasi:http/types@0.2.12", "wasi:http/outgoing-handler@0.2.0"];
    for name in outgoing {
        let refusal = surface(&component_of(&[name]), Filesystem::ReadWrite);
        assert!(matches!(refusal, Err(TrustError::ForbiddenImport { undeclared: Some("http"), .. })));
        refused("trust.forbidden-import", Class::NotVerified, refusal);
    }
    let capabilities = Capabilities { http: Http::Outgoing, ..Capabilities::default() };
    assert_eq!(verify_surface(&component_of(&outgoing), &capabilities).unwrap().imports(), outgoing);
    for name in ["wasi:http/incoming-handler@0.2.0", "wasi:http/proxy@0.2.0", "wasi:http/types@0.3.0", "wasi:filesystem/types@0.2.0"] {
        refused("trust.forbidden-import", Class::NotVerified, verify_surface(&component_of(&[name]), &capabilities));
    }
}

#[test]
fn refuses_every_other_interface() {
    for name in [
        "wasi:sockets/tcp@0.2.0",
        "wasi:http/outgoing-handler@0.2.0",
        "wasi:clocks/timezone@0.2.0",
        "wasi:cli/run@0.2.0",
        "wasi:io/poll@0.3.0",
        "wasi:io/poll@0.2.0-rc-2023-11-10",
        "wasi:io/poll@1.2.0",
        "wasi:io/poll",
        "wasi:filesystem/everything@0.2.0",
        "evil:io/poll@0.2.0",
        "cofferdam:tool/handler@0.1.0",
        "poll",
    ] {
        refused("trust.forbidden-import", Class::NotVerified, surface(&component_of(&[name]), Filesystem::ReadWrite));
    }
}

#[test]
fn refuses_imports_that_are_no_interface() {
    for import in [
        "(import \"wasi:io/poll@0.2.0\" (func))",
        "(import \"wasi:io/poll@0.2.0\" (core module))",
        "(import \"wasi:io/poll@0.2.0\" (component))",
        "(import \"run\" (func))",
        "(import \"t\" (type (sub resource)))",
    ] {
        refused("trust.forbidden-import", Class::NotVerified, surface(&component_text(import, HANDLER), Filesystem::ReadWrite));
    }
    let many: Vec<String> = (0..=MAX_IMPORTS).map(|patch| format!("wasi:io/poll@0.2.{patch}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    refused("trust.forbidden-import", Class::NotVerified, surface(&component_of(&many), Filesystem::None));
}

#[test]
fn looks_at_the_outermost_component_only() {
    let nested = "(component (import \"wasi:sockets/tcp@0.2.0\" (instance)) (export \"wasi:sockets/udp@0.2.0\" (instance 0)))";
    assert!(surface(&component_text(nested, HANDLER), Filesystem::None).unwrap().imports().is_empty());
}

#[test]
fn refuses_exports_that_are_not_the_handler_alone() {
    for exports in [
        "".to_owned(),
        "(export \"cofferdam:tool/handler@0.2.0\" (instance $handler))".to_owned(),
        "(export \"cofferdam:tool/handler@0.1.0-rc1\" (instance $handler))".to_owned(),
        "(export \"cofferdam:tool/handler\" (instance $handler))".to_owned(),
        "(export \"evil:tool/handler@0.1.0\" (instance $handler))".to_owned(),
        "(export \"cofferdam:tool/handler@0.1.0\" (func $f))".to_owned(),
        "(instance $less (export \"invoke\" (func $f))) (export \"cofferdam:tool/handler@0.1.0\" (instance $less))".to_owned(),
        format!("{HANDLER} (export \"run\" (func $f))"),
        format!("{HANDLER} (export \"cofferdam:tool/handler@0.1.1\" (instance $handler))"),
        format!("{HANDLER} (export \"m\" (core module $m))"),
    ] {
        refused("trust.no-handler", Class::NotVerified, surface(&component_text("", &exports), Filesystem::None));
    }
}

#[test]
fn refuses_what_is_no_component() {
    for bytes in [&b""[..], b"\0asm", b"not wasm at all", &wat::parse_str("(module)").unwrap(), &component_of(&[])[..60]] {
        refused("trust.component-malformed", Class::NotVerified, surface(bytes, Filesystem::None));
    }
    refused("trust.component-too-large", Class::NotVerified, surface(&vec![0; MAX_COMPONENT_BYTES + 1], Filesystem::None));
}

proptest! {
    #[test]
    fn damaged_components_never_panic(position in any::<prop::sample::Index>(), byte in any::<u8>(), length in any::<prop::sample::Index>()) {
        let mut bytes = component_of(IMPORTS).to_vec();
        *position.get_mut(&mut bytes) = byte;
        let _ = surface(&bytes, Filesystem::ReadWrite);
        bytes.truncate(length.index(bytes.len()));
        let _ = surface(&bytes, Filesystem::ReadWrite);
    }
}
