//! The heartbeat that lets a guest that never calls the host be stopped: one thread raises the engine's epoch while calls run.
//!
//! Each store looks at its own deadline at each beat, so the end of one call does not touch another. The thread is started by the
//! first call (a process that confines itself does so before it has threads). When nothing runs any more it beats on for a moment and then
//! sleeps: waking a thread costs as much as a small call, and calls come in rows.

use std::{
    io,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use wasmtime::Engine;

/// Time between two beats: how late the end of an endless loop can be noticed.
const BEAT: Duration = Duration::from_millis(5);

/// Beats without a call before the thread sleeps: a second.
const IDLE_BEATS: u32 = 200;

/// Raises the epoch of one engine while calls run.
pub(crate) struct Ticker {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
    engine: Engine,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    running: usize,
    stopped: bool,
    /// The thread has to be woken.
    asleep: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is two plain values: no panic leaves them half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn beat(&self, engine: &Engine) {
        let mut state = self.lock();
        let mut idle = 0;
        while !state.stopped {
            if state.running > 0 {
                idle = 0;
            }
            if idle == IDLE_BEATS {
                state.asleep = true;
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.asleep = false;
                idle = 0;
            } else {
                state = self.changed.wait_timeout(state, BEAT).unwrap_or_else(PoisonError::into_inner).0;
                // One beat too many is harmless: it only makes the guests look at their clocks.
                engine.increment_epoch();
                idle += 1;
            }
        }
    }
}

/// Keeps the heartbeat going while it lives.
#[must_use = "the heartbeat stops when this is dropped"]
pub(crate) struct Beating<'a>(&'a Shared);

impl Drop for Beating<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.running = state.running.saturating_sub(1);
    }
}

impl Ticker {
    pub(crate) fn new(engine: Engine) -> Self {
        let shared = Shared { state: Mutex::default(), changed: Condvar::new() };
        Self { shared: Arc::new(shared), thread: Mutex::new(None), engine }
    }

    /// Starts the heartbeat, or joins in where it goes already.
    ///
    /// # Errors
    /// The thread cannot be made: then no call may run, since nothing could stop it.
    pub(crate) fn start(&self) -> io::Result<Beating<'_>> {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_none() {
            let (shared, engine) = (Arc::clone(&self.shared), self.engine.clone());
            *thread = Some(std::thread::Builder::new().name("cofferdam-epoch".to_owned()).spawn(move || shared.beat(&engine))?);
        }
        drop(thread);
        let mut state = self.shared.lock();
        state.running += 1;
        if state.asleep {
            self.shared.changed.notify_one();
        }
        drop(state);
        Ok(Beating(&self.shared))
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.changed.notify_one();
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A panic of that thread has nothing to tell: it owns nothing.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_calls_that_run_and_ends_with_its_owner() {
        let ticker = Ticker::new(Engine::default());
        let (first, second) = (ticker.start().unwrap(), ticker.start().unwrap());
        assert_eq!(ticker.shared.lock().running, 2);
        drop(first);
        drop(second);
        assert_eq!(ticker.shared.lock().running, 0);
        let shared = Arc::downgrade(&ticker.shared);
        drop(ticker);
        assert!(shared.upgrade().is_none(), "the thread still holds it");
    }
}
