//! Telling a lie natively.

use super::{Bench, Manifest};
use crate::{Lie, Tool, lie::Caught};

impl Lie {
    /// Tells the lie on its arguments, and says who caught it; none if nobody did. `tool` has it as a function, see
    /// [`tool_with_lies`](crate::lie::tool_with_lies), and `manifest` declares the honest one.
    ///
    /// Both are asked, other than in the host, where the first refusal is the last word.
    #[must_use]
    pub fn tell(&self, tool: &Tool, bench: &Bench, manifest: &Manifest) -> Option<Caught> {
        let arguments = serde_json::from_str(self.arguments).expect("the arguments of a lie are JSON");
        let run = bench.run(tool, self.name, arguments);
        match (manifest.check_as(self.honest, &run), run.verdict()) {
            (Err(_), Err(_)) => Some(Caught::Both),
            (Err(_), Ok(_)) => Some(Caught::ByHost),
            (Ok(()), Err(_)) => Some(Caught::ByVerify),
            (Ok(()), Ok(_)) => None,
        }
    }
}
