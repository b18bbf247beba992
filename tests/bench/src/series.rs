//! Durations of one thing done many times.

use std::time::Duration;

/// Durations.
#[derive(Default)]
pub(crate) struct Series(Vec<Duration>);

impl Series {
    pub(crate) fn push(&mut self, duration: Duration) {
        self.0.push(duration);
    }

    /// The duration in microseconds that this share of them does not exceed.
    pub(crate) fn quantile(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort();
        let index = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
        sorted.get(index).map_or(0.0, |duration| duration.as_secs_f64() * 1e6)
    }

    /// One row, with the ratio of the medians.
    pub(crate) fn print(&self, what: &str, baseline: &Self) {
        println!("{what:<58} {:>9.1} {:>9.1} {:>7.2}", self.quantile(50), self.quantile(99), self.quantile(50) / baseline.quantile(50));
    }
}

/// The most memory that this process had, in KiB; 0 where the system does not tell.
pub(crate) fn peak_memory_kib() -> u64 {
    peak_memory_kib_of("self")
}

/// The same of another process.
pub(crate) fn peak_memory_kib_of(process: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok()).unwrap_or(0)
}
