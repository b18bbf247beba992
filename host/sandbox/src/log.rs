//! Standard output and standard error of the guest, captured together in the order of writing.

use std::sync::{Arc, Mutex, PoisonError};

use cofferdam_base::Limits;
use wasmtime::{
    Result,
    component::{Resource, ResourceTable},
};
use wasmtime_wasi::p2::{
    DynOutputStream, OutputStream, Pollable, StreamError, StreamResult,
    bindings::cli::{stderr, stdout},
};
use wasmtime_wasi_io::bytes::Bytes;

use crate::limit::{Limit, LimitReached};

/// Bytes that the guest may write at once. Only sizes the guest's pieces; the whole is bounded by `log_bytes`.
const PERMIT: usize = 64 * 1024;

/// What the guest wrote. Copies share the same text.
#[derive(Clone)]
pub(crate) struct Log {
    bytes: Arc<Mutex<Vec<u8>>>,
    allowed: u64,
}

impl Log {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { bytes: Arc::default(), allowed: limits.log_bytes }
    }

    /// Takes the text. What is no UTF-8 becomes U+FFFD; nothing else is changed, so printing it needs escaping.
    pub(crate) fn take(&self) -> String {
        let bytes = std::mem::take(&mut *self.bytes.lock().unwrap_or_else(PoisonError::into_inner));
        String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Log {
    async fn ready(&mut self) {}
}

impl OutputStream for Log {
    fn write(&mut self, written: Bytes) -> StreamResult<()> {
        // A Vec is whole whenever the lock is free, even after a panic.
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        if (bytes.len() as u64).saturating_add(written.len() as u64) > self.allowed {
            return Err(StreamError::Trap(LimitReached::trap(Limit::Log)));
        }
        bytes.extend_from_slice(&written);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PERMIT)
    }
}

/// The log of one call, and where its streams go.
pub(crate) struct Logs<'a> {
    pub(crate) log: &'a Log,
    pub(crate) table: &'a mut ResourceTable,
}

impl Logs<'_> {
    fn stream(&mut self) -> Result<Resource<DynOutputStream>> {
        let stream: DynOutputStream = Box::new(self.log.clone());
        Ok(self.table.push(stream)?)
    }
}

impl stdout::Host for Logs<'_> {
    fn get_stdout(&mut self) -> Result<Resource<DynOutputStream>> {
        self.stream()
    }
}

impl stderr::Host for Logs<'_> {
    fn get_stderr(&mut self) -> Result<Resource<DynOutputStream>> {
        self.stream()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_an_error_and_what_came_before_stays() {
        let mut log = Log::new(&Limits { log_bytes: 4, ..Limits::default() });
        log.write(Bytes::from_static(b"abc")).unwrap();
        assert!(matches!(log.write(Bytes::from_static(b"de")), Err(StreamError::Trap(error)) if error.is::<LimitReached>()));
        log.write(Bytes::from_static(b"\xff")).unwrap();
        assert_eq!(log.take(), "abc\u{fffd}");
    }
}
