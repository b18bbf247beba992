//! Nobody is at this terminal: a question waits for an answer from another one, for some time, or is refused.

use std::time::{Duration, Instant};

use cofferdam_base::{Clock as _, Diagnostic as _, Interrupt, Timestamp};
use cofferdam_gate::{
    ApprovalError, Asked, PendingQuestion, Reply, Waiting,
    approval::limits::{MAX_QUESTIONS, MAX_WAIT_SECONDS, QUESTIONS, WAIT_SECONDS},
};
use cofferdam_store::Folder;

use crate::{
    output,
    system::{SystemClock, pause},
};

/// How often it is looked whether an answer came.
const LOOK: Duration = Duration::from_millis(100);

/// What becomes of a question where nobody is at the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Questions {
    /// It is refused.
    #[default]
    Refuse,
    /// It waits for `cofferdam approve`, for so many seconds.
    Wait { seconds: u64 },
}

impl std::fmt::Display for Questions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refuse => f.write_str("refuse"),
            Self::Wait { seconds } => write!(f, "wait={seconds}"),
        }
    }
}

impl std::str::FromStr for Questions {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let seconds = match text {
            "refuse" => return Ok(Self::Refuse),
            "wait" => WAIT_SECONDS,
            other => {
                other.strip_prefix("wait=").and_then(|seconds| seconds.parse().ok()).ok_or("it is not refuse, wait or wait=SECONDS")?
            }
        };
        if (1..=MAX_WAIT_SECONDS).contains(&seconds) {
            Ok(Self::Wait { seconds })
        } else {
            Err(format!("a question waits from 1 to {MAX_WAIT_SECONDS} seconds"))
        }
    }
}

/// The choice on the command line.
#[derive(clap::Args, Debug, Clone, Copy)]
pub(crate) struct QuestionsChoice {
    /// What becomes of a question where nobody is at a terminal: refuse, wait or wait=SECONDS; `cofferdam approve` answers one that waits
    #[arg(long, value_name = "HOW", default_value = "refuse")]
    pub(crate) questions: Questions,
    /// Most questions that the model may put before they are refused
    #[arg(long, value_name = "NUMBER", default_value_t = QUESTIONS, value_parser = parse_most)]
    pub(crate) most_questions: usize,
}

/// A number of questions on the command line.
pub(crate) fn parse_most(text: &str) -> Result<usize, String> {
    let most = text.parse().map_err(|error: std::num::ParseIntError| error.to_string())?;
    if most <= MAX_QUESTIONS { Ok(most) } else { Err(format!("it is more than {MAX_QUESTIONS}")) }
}

/// Where questions wait, and for how long.
pub(crate) struct Away {
    /// The project's state.
    pub(crate) state: Folder,
    /// How long.
    pub(crate) seconds: u64,
}

impl Away {
    /// Puts a question down and waits for its answer. One that cannot be put down is answered by nobody, and the person is told.
    ///
    /// `begun` is called once it is there to be answered.
    pub(crate) fn answer(&self, asked: &Asked<'_>, shown: String, interrupt: &Interrupt, begun: &mut dyn FnMut()) -> Reply {
        self.wait(asked, shown, interrupt, begun).unwrap_or_else(|error| {
            output::say(&format!("warning[{}]: the question cannot wait for an answer: {error}", error.code()));
            Reply::Nobody
        })
    }

    fn wait(&self, asked: &Asked<'_>, shown: String, interrupt: &Interrupt, begun: &mut dyn FnMut()) -> Result<Reply, ApprovalError> {
        let (now, wait) = (SystemClock.now(), Duration::from_secs(self.seconds));
        let until = Timestamp(now.0.saturating_add(self.seconds.saturating_mul(1000)));
        let waiting = Waiting::begin(&self.state, PendingQuestion::new(asked, shown, now, until), pause)?;
        output::say(&format!("a question waits until {until}: answer it with `cofferdam approve {}`", waiting.question().id()));
        begun();
        let since = Instant::now();
        loop {
            // Once more after the time is over: an answer in its last moment counts.
            let is_over = since.elapsed() >= wait;
            if let Some(word) = waiting.look()? {
                return Ok(Reply::Said(word));
            }
            if interrupt.is_raised() {
                return Ok(Reply::Nobody);
            }
            if is_over {
                return Ok(Reply::Late);
            }
            pause(LOOK);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_how_long_a_question_waits_and_bounds_it() {
        let read = |text: &str| text.parse::<Questions>().ok();
        assert_eq!(read("refuse"), Some(Questions::Refuse));
        assert_eq!(read("wait"), Some(Questions::Wait { seconds: WAIT_SECONDS }));
        assert_eq!(read("wait=5"), Some(Questions::Wait { seconds: 5 }));
        for bad in ["", "wait=0", "wait=86401", "wait=", "wait=x", "yes", "approve"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!((parse_most("0"), parse_most("1000")), (Ok(0), Ok(1000)));
        assert!(parse_most("1001").is_err() && parse_most("-1").is_err());
    }
}
