//! Ctrl-C: the first asks the run to stop after its step, the second stops at once, which loses nothing either.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use cofferdam_base::Interrupt;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};

use crate::{failure::CliError, output};

/// Exit code of a program that a person interrupted.
const INTERRUPTED: i32 = 130;

/// Raises `interrupt` at Ctrl-C and at a polite request to end from now on.
///
/// # Errors
/// The operating system's.
pub(crate) fn watch(interrupt: &Interrupt) -> Result<(), CliError> {
    let pressed = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // In this order: the second signal finds the flag of the first.
        let second = flag::register_conditional_shutdown(signal, INTERRUPTED, Arc::clone(&pressed));
        second.and_then(|_| flag::register(signal, Arc::clone(&pressed))).map_err(CliError::Signals)?;
    }
    let raised = interrupt.clone();
    // A signal handler may only store a flag; what waits for it is a thread of its own, which ends with the program.
    std::thread::spawn(move || {
        while !pressed.load(Ordering::SeqCst) {
            std::thread::park_timeout(std::time::Duration::from_millis(50));
        }
        raised.raise();
        output::say("stopping after this step; press Ctrl-C again to stop at once");
    });
    Ok(())
}
