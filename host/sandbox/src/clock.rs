//! Time as the guest sees it: it starts where the call says, moves a fixed step at each look, and jumps when the guest sleeps.
//!
//! So a call can be repeated exactly, nobody learns the machine's time or speed from it, and sleeping costs nothing.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
};

use cofferdam_base::Timestamp;
use wasmtime::{
    Result,
    component::{Resource, ResourceTable},
};
use wasmtime_wasi::p2::{
    DynPollable, Pollable,
    bindings::clocks::{monotonic_clock, wall_clock},
    subscribe,
};

/// Nanoseconds that one look at a clock takes. More than nothing, so that a guest that waits in a loop gets on.
const STEP: u64 = 1_000;
/// Nanoseconds of a second.
const SECOND: u64 = 1_000_000_000;

/// The clock of one call. Copies share the same time.
#[derive(Clone)]
pub(crate) struct VirtualClock {
    start: Timestamp,
    time: Arc<Time>,
}

struct Time {
    /// Nanoseconds since the call began.
    elapsed: AtomicU64,
    /// The earliest time that a sleeper waits for.
    wanted: AtomicU64,
    /// Nothing will happen by itself any more.
    hopeless: AtomicBool,
}

/// A guest that waits for something that cannot happen.
#[derive(Debug)]
pub(crate) struct WaitsForNothing;

impl std::fmt::Display for WaitsForNothing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the guest waits for something that cannot happen")
    }
}

impl std::error::Error for WaitsForNothing {}

impl VirtualClock {
    pub(crate) fn new(start: Timestamp) -> Self {
        let time = Time { elapsed: AtomicU64::new(0), wanted: AtomicU64::new(u64::MAX), hopeless: AtomicBool::new(false) };
        Self { start, time: Arc::new(time) }
    }

    /// Nanoseconds since the call began; the look itself takes a step. Only the thread of the call uses it, so plain loads and
    /// stores are enough.
    fn look(&self) -> u64 {
        let now = self.time.elapsed.load(Ordering::Relaxed).saturating_add(STEP);
        self.time.elapsed.store(now, Ordering::Relaxed);
        now
    }

    fn sleep_until(&self, when: u64) -> Sleep {
        Sleep { when, time: Arc::clone(&self.time) }
    }

    /// Whether nothing will happen any more while the guest does nothing but wait: the last time to give up rather than to wait.
    pub(crate) fn is_hopeless(&self) -> bool {
        self.time.hopeless.load(Ordering::Relaxed)
    }

    /// Runs what a guest waits for, on this thread. Nothing here waits for the outside, so what is pending waits for the time: then
    /// the time moves to the earliest moment that somebody wants, and no further. Where nobody wants any, each is asked once more,
    /// [hopeless](Self::is_hopeless) as it is.
    pub(crate) fn run<F: Future>(&self, future: F) -> Result<F::Output, WaitsForNothing> {
        let output = self.run_until_ready(future);
        self.time.hopeless.store(false, Ordering::Relaxed);
        output
    }

    fn run_until_ready<F: Future>(&self, future: F) -> Result<F::Output, WaitsForNothing> {
        let mut future = pin!(future);
        let mut context = Context::from_waker(Waker::noop());
        loop {
            self.time.wanted.store(u64::MAX, Ordering::Relaxed);
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return Ok(output);
            }
            let (now, wanted) = (self.time.elapsed.load(Ordering::Relaxed), self.time.wanted.load(Ordering::Relaxed));
            if wanted > now && wanted < u64::MAX {
                self.time.elapsed.store(wanted, Ordering::Relaxed);
            } else if self.time.hopeless.swap(true, Ordering::Relaxed) {
                return Err(WaitsForNothing);
            }
        }
    }
}

/// Ready when the virtual time has come.
struct Sleep {
    when: u64,
    time: Arc<Time>,
}

#[wasmtime_wasi::async_trait]
impl Pollable for Sleep {
    async fn ready(&mut self) {
        poll_fn(|_| {
            if self.time.elapsed.load(Ordering::Relaxed) >= self.when {
                return Poll::Ready(());
            }
            self.time.wanted.fetch_min(self.when, Ordering::Relaxed);
            Poll::Pending
        })
        .await;
    }
}

/// The clocks of one call, and where their pollables go.
pub(crate) struct Clocks<'a> {
    pub(crate) clock: &'a VirtualClock,
    pub(crate) table: &'a mut ResourceTable,
}

impl wall_clock::Host for Clocks<'_> {
    fn now(&mut self) -> Result<wall_clock::Datetime> {
        let elapsed = self.clock.look();
        let start = self.clock.start.0;
        let nanoseconds = (start % 1000) * 1_000_000 + elapsed % SECOND;
        let seconds = (start / 1000).saturating_add(elapsed / SECOND).saturating_add(nanoseconds / SECOND);
        Ok(wall_clock::Datetime { seconds, nanoseconds: u32::try_from(nanoseconds % SECOND)? })
    }

    fn resolution(&mut self) -> Result<wall_clock::Datetime> {
        Ok(wall_clock::Datetime { seconds: 0, nanoseconds: u32::try_from(STEP)? })
    }
}

impl monotonic_clock::Host for Clocks<'_> {
    fn now(&mut self) -> Result<u64> {
        Ok(self.clock.look())
    }

    fn resolution(&mut self) -> Result<u64> {
        Ok(STEP)
    }

    fn subscribe_instant(&mut self, when: u64) -> Result<Resource<DynPollable>> {
        let sleep = self.table.push(self.clock.sleep_until(when))?;
        subscribe(self.table, sleep)
    }

    fn subscribe_duration(&mut self, duration: u64) -> Result<Resource<DynPollable>> {
        let when = self.clock.look().saturating_add(duration);
        self.subscribe_instant(when)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_starts_where_the_call_says_and_moves_by_steps() {
        let clock = VirtualClock::new(Timestamp(1_999));
        let mut table = ResourceTable::new();
        let mut clocks = Clocks { clock: &clock, table: &mut table };
        let first = wall_clock::Host::now(&mut clocks).unwrap();
        assert_eq!((first.seconds, first.nanoseconds), (1, 999_001_000));
        assert_eq!(monotonic_clock::Host::now(&mut clocks).unwrap(), 2_000);
        clock.run(clock.sleep_until(1_500_000_000).ready()).unwrap();
        let later = wall_clock::Host::now(&mut clocks).unwrap();
        assert_eq!((later.seconds, later.nanoseconds), (3, 499_001_000));
    }

    #[test]
    fn only_the_earliest_sleeper_wakes() {
        let clock = VirtualClock::new(Timestamp(0));
        let (mut hour, mut second) = (clock.sleep_until(3_600 * SECOND), clock.sleep_until(SECOND));
        let (mut hour, mut second) = (hour.ready(), second.ready());
        let woken = clock
            .run(poll_fn(|context| match (hour.as_mut().poll(context), second.as_mut().poll(context)) {
                (Poll::Pending, Poll::Ready(())) => Poll::Ready("second"),
                (Poll::Ready(()), _) => Poll::Ready("hour"),
                (Poll::Pending, Poll::Pending) => Poll::Pending,
            }))
            .unwrap();
        assert_eq!(woken, "second");
        assert_eq!(clock.time.elapsed.load(Ordering::Relaxed), SECOND);
    }

    #[test]
    fn waiting_for_nothing_is_an_error_and_not_a_hang() {
        let clock = VirtualClock::new(Timestamp(0));
        assert!(clock.run(std::future::pending::<()>()).is_err());
    }
}
