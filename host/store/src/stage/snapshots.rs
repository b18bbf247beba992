//! The contents that a call has read, kept so that every later read of the call sees the same bytes.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use cofferdam_base::WorkspacePath;

/// Bytes of read contents that are kept. Beyond, the oldest are dropped, and read and digested again when they are wanted:
/// a call that reads the whole workspace costs time, not memory. One file may be larger alone (`file_bytes` bounds it).
pub(super) const SNAPSHOT_BYTES: usize = 64 << 20;

/// Contents of base files by path; the oldest go first.
#[derive(Debug, Clone)]
pub(super) struct Snapshots {
    kept: HashMap<WorkspacePath, Arc<[u8]>>,
    order: VecDeque<WorkspacePath>,
    bytes: usize,
    budget: usize,
}

impl Snapshots {
    /// None yet.
    pub(super) fn with_budget(budget: usize) -> Self {
        Self { kept: HashMap::new(), order: VecDeque::new(), bytes: 0, budget }
    }

    pub(super) fn get(&self, path: &WorkspacePath) -> Option<&Arc<[u8]>> {
        self.kept.get(path)
    }

    /// Keeps a content, and drops the oldest ones that no longer fit beside it.
    pub(super) fn keep(&mut self, path: &WorkspacePath, bytes: &Arc<[u8]>) {
        if self.kept.contains_key(path) {
            return;
        }
        while self.bytes.saturating_add(bytes.len()) > self.budget {
            let Some(oldest) = self.order.pop_front() else { break };
            self.bytes -= self.kept.remove(&oldest).map_or(0, |dropped| dropped.len());
        }
        self.bytes += bytes.len();
        self.order.push_back(path.clone());
        self.kept.insert(path.clone(), Arc::clone(bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> WorkspacePath {
        WorkspacePath::parse(text).unwrap()
    }

    #[test]
    fn drops_the_oldest_beyond_the_budget_and_keeps_one_large_content() {
        let mut snapshots = Snapshots::with_budget(10);
        snapshots.keep(&path("a"), &Arc::from([1; 6]));
        snapshots.keep(&path("b"), &Arc::from([2; 4]));
        assert!(snapshots.get(&path("a")).is_some());
        snapshots.keep(&path("c"), &Arc::from([3; 1]));
        assert!(snapshots.get(&path("a")).is_none() && snapshots.get(&path("b")).is_some());
        snapshots.keep(&path("d"), &Arc::from([4; 50]));
        assert_eq!((snapshots.kept.len(), snapshots.bytes), (1, 50));
        assert_eq!(snapshots.get(&path("d")).map(|bytes| bytes.len()), Some(50));
    }
}
