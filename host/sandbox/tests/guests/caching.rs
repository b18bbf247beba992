//! Compiled code is used only when it is exactly what the host stored.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use cofferdam_base::{Class, Diagnostic, Digest};
use cofferdam_sandbox::{CacheKey, CodeCache, Component, KeyedCache, Prepared, Sandbox, SandboxError};

use crate::support::{SANDBOX, component, guest, invoke, limits};

#[derive(Default)]
struct Memory {
    files: RefCell<BTreeMap<String, Vec<u8>>>,
    stores: Cell<usize>,
}

impl CodeCache for Memory {
    fn load(&self, name: &str) -> Option<Vec<u8>> {
        self.files.borrow().get(name).cloned()
    }

    fn store(&self, name: &str, bytes: &[u8]) {
        self.stores.set(self.stores.get() + 1);
        self.files.borrow_mut().insert(name.to_owned(), bytes.to_vec());
    }
}

fn prepare(bytes: &[u8], files: &Memory, key: u8) -> Result<Prepared, SandboxError> {
    let key = CacheKey::new([key; 32]);
    SANDBOX.prepare(Component { bytes, digest: Digest::of(bytes) }, Some(KeyedCache { key: &key, files }))
}

#[test]
fn code_is_compiled_once_and_then_loaded() {
    let (bytes, files) = (component(guest!("panic")), Memory::default());
    for _ in 0..2 {
        let guest = prepare(&bytes, &files, 1).unwrap();
        assert_eq!(guest.digest(), &Digest::of(&bytes));
        assert_eq!(invoke(&guest, "go", "{}", &limits()).err().unwrap().code(), "sandbox.guest-panic");
    }
    assert_eq!(files.stores.get(), 1);
}

#[test]
fn refuses_code_with_any_bit_changed() {
    let (bytes, files) = (component(guest!("panic")), Memory::default());
    prepare(&bytes, &files, 1).unwrap();
    let (name, sealed) = files.files.borrow().first_key_value().map(|(name, sealed)| (name.clone(), sealed.clone())).unwrap();
    // Every byte of label and tag, and then positions all over the code.
    let positions = (0..60).chain((60..sealed.len()).step_by(sealed.len() / 200));
    let mut refused = 0;
    for position in positions {
        let mut changed = sealed.clone();
        changed[position] ^= 1 << (position % 8);
        files.files.borrow_mut().insert(name.clone(), changed);
        let error = prepare(&bytes, &files, 1).err().unwrap();
        assert_eq!((error.code(), error.class()), ("sandbox.cache-tampered", Class::NotVerified), "at {position}");
        assert!(error.hint().unwrap().contains("cofferdam doctor --clear-cache"));
        refused += 1;
    }
    assert!(refused > 200, "{refused}");
    assert_eq!(files.stores.get(), 1, "what was tampered with is not replaced");
}

#[test]
fn refuses_code_that_is_cut_or_longer() {
    let (bytes, files) = (component(guest!("panic")), Memory::default());
    prepare(&bytes, &files, 1).unwrap();
    let (name, sealed) = files.files.borrow().first_key_value().map(|(name, sealed)| (name.clone(), sealed.clone())).unwrap();
    for changed in
        [Vec::new(), sealed[..20].to_vec(), sealed[..56].to_vec(), sealed[..sealed.len() - 1].to_vec(), [&sealed[..], b"\0"].concat()]
    {
        files.files.borrow_mut().insert(name.clone(), changed);
        assert_eq!(prepare(&bytes, &files, 1).err().unwrap().code(), "sandbox.cache-tampered");
    }
}

#[test]
fn refuses_code_under_another_key_or_of_another_component() {
    let (bytes, other, files) = (component(guest!("panic")), component(guest!("trap")), Memory::default());
    prepare(&bytes, &files, 1).unwrap();
    assert_eq!(prepare(&bytes, &files, 2).err().unwrap().code(), "sandbox.cache-tampered");
    prepare(&other, &files, 1).unwrap();
    let mut sealed: Vec<_> = files.files.borrow().values().cloned().collect();
    sealed.reverse();
    for (stored, swapped) in files.files.borrow_mut().values_mut().zip(sealed) {
        *stored = swapped;
    }
    for bytes in [&bytes, &other] {
        assert_eq!(prepare(bytes, &files, 1).err().unwrap().code(), "sandbox.cache-tampered");
    }
}

#[test]
fn another_engine_with_the_same_configuration_takes_the_code() {
    let (bytes, files) = (component(guest!("panic")), Memory::default());
    prepare(&bytes, &files, 1).unwrap();
    let key = CacheKey::new([1; 32]);
    let source = Component { bytes: &bytes, digest: Digest::of(&bytes) };
    Sandbox::new().unwrap().prepare(source, Some(KeyedCache { key: &key, files: &files })).unwrap();
    assert_eq!(files.stores.get(), 1);
}

#[test]
fn the_key_is_not_printed() {
    assert_eq!(format!("{:?}", CacheKey::new([0x41; 32])), "CacheKey(..)");
}
