//! The test that anybody can run: tries what a confined process must not be able to do.
//!
//! Each attempt is made twice. Before the process confines itself it has to succeed, or it would prove nothing; afterwards the
//! kernel has to refuse it. What an attempt makes, it removes again.

mod attempt;
mod outside;

use std::io;

pub use outside::{Outside, Places};

use self::attempt::{ATTEMPTS, Attempt};
use crate::{Confined, Restriction};

/// What the attempts came to while the process still reached everything.
#[derive(Debug)]
#[must_use = "nothing is proved before the process confined itself and tried again"]
pub struct Rehearsed {
    outside: Outside,
    attempts: Vec<(&'static Attempt, io::Result<()>)>,
}

/// What an attempt of the confined process came to.
#[derive(Debug)]
pub struct Tried {
    /// What was tried: `read a file`.
    pub what: &'static str,
    /// What is there to refuse it.
    pub restriction: Restriction,
    /// How it ended.
    pub end: End,
}

/// How an attempt ended.
#[derive(Debug)]
pub enum End {
    /// Refused by the kernel, and not before.
    Refused,
    /// It succeeded.
    Escaped,
    /// It failed for another reason, or did so before already: it proves nothing.
    Unproved(io::Error),
}

/// Makes every attempt while nothing keeps it from succeeding.
pub fn rehearse(outside: Outside) -> Rehearsed {
    let attempts = ATTEMPTS.iter().map(|attempt| (attempt, (attempt.act)(&outside))).collect();
    Rehearsed { outside, attempts }
}

impl Rehearsed {
    /// Makes every attempt again, confined.
    #[must_use]
    pub fn try_confined(self, _: &Confined) -> Vec<Tried> {
        let Self { outside, attempts } = self;
        let tried = attempts.into_iter().map(|(attempt, before)| {
            let end = match (before, (attempt.act)(&outside)) {
                (_, Ok(())) => End::Escaped,
                (Ok(()), Err(error)) if error.kind() == io::ErrorKind::PermissionDenied => End::Refused,
                (Ok(()), Err(error)) | (Err(error), Err(_)) => End::Unproved(error),
            };
            Tried { what: attempt.what, restriction: attempt.restriction, end }
        });
        tried.collect()
    }
}
