//! What one call takes of linear memory and tables, over all its instances together.

use cofferdam_base::Limits;
use wasmtime::{ResourceLimiter, Result};

use crate::{engine::COUNTS, limit::Limit};

/// Counts the memory and the tables of one call, and denies more than the limits.
///
/// The guest sees a denial as WebAssembly says (`memory.grow` gives -1), and most guests then abort: so the denial is remembered.
pub(crate) struct Meter {
    memory: Quota,
    tables: Quota,
    denied: Option<Limit>,
}

struct Quota {
    used: u64,
    allowed: u64,
}

impl Quota {
    /// Takes what a growth needs, or nothing.
    fn take(&mut self, current: usize, desired: usize) -> bool {
        let more = (desired as u64).saturating_sub(current as u64);
        match self.used.checked_add(more) {
            Some(used) if used <= self.allowed => {
                self.used = used;
                true
            }
            _ => false,
        }
    }
}

impl Meter {
    pub(crate) fn new(limits: &Limits) -> Self {
        let quota = |allowed| Quota { used: 0, allowed };
        Self { memory: quota(limits.memory_bytes), tables: quota(limits.table_elements), denied: None }
    }

    /// Bytes of linear memory. Memory is never given back before the call ends, so this is also the peak.
    pub(crate) fn memory_bytes(&self) -> u64 {
        self.memory.used
    }

    /// What was denied, if anything was.
    pub(crate) fn denied(&self) -> Option<Limit> {
        self.denied
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        let allowed = self.memory.take(current, desired);
        if !allowed {
            self.denied = Some(Limit::Memory);
        }
        Ok(allowed)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> Result<()> {
        // The pool's own cap, which is the ceiling of the same limit, or a machine without memory.
        self.denied = Some(Limit::Memory);
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        let allowed = self.tables.take(current, desired);
        if !allowed {
            self.denied = Some(Limit::Tables);
        }
        Ok(allowed)
    }

    fn table_grow_failed(&mut self, _error: wasmtime::Error) -> Result<()> {
        self.denied = Some(Limit::Tables);
        Ok(())
    }

    fn instances(&self) -> usize {
        COUNTS.instances
    }

    fn memories(&self) -> usize {
        COUNTS.memories
    }

    fn tables(&self) -> usize {
        COUNTS.tables
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_all_memories_of_a_call_together() {
        let mut meter = Meter::new(&Limits { memory_bytes: 100, table_elements: 10, ..Limits::default() });
        assert!(meter.memory_growing(0, 60, None).unwrap());
        assert!(!meter.memory_growing(0, 60, None).unwrap(), "a second memory");
        assert_eq!(meter.denied(), Some(Limit::Memory));
        assert!(meter.memory_growing(60, 100, None).unwrap());
        assert_eq!(meter.memory_bytes(), 100);
        assert!(!meter.table_growing(0, usize::MAX, None).unwrap());
        assert_eq!(meter.denied(), Some(Limit::Tables));
    }
}
