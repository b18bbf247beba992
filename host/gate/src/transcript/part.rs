//! A part of a run's transcript: one file.

use cofferdam_base::RunId;

/// How a part's file name ends.
const SUFFIX: &str = ".jsonl";

/// A part of the transcript of a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// The run, as the ledger knows it.
    pub run: RunId,
    /// Its number, from 1.
    pub number: u32,
    /// Its length in bytes, when it was listed. It only grows, unless `rewritten` changes.
    pub bytes: u64,
    /// How often a redaction wrote it anew: with another number, no offset into it means what it meant.
    pub rewritten: u64,
}

impl Part {
    /// The name of its file.
    #[must_use]
    pub fn file_name(&self) -> String {
        file_name(&self.run, self.number)
    }
}

/// The name of the file of a part: `<run>.jsonl`, then `<run>.2.jsonl` and so on.
pub(crate) fn file_name(run: &RunId, number: u32) -> String {
    if number == 1 { format!("{run}{SUFFIX}") } else { format!("{run}.{number}{SUFFIX}") }
}

/// The run and the number that a file's name says; none for a file that is no part.
pub(crate) fn parse_name(name: &str) -> Option<(RunId, u32)> {
    let stem = name.strip_suffix(SUFFIX)?;
    let (run, number) = match stem.split_once('.') {
        Some((run, number)) => (run.parse().ok()?, number.parse().ok()?),
        None => (stem.parse().ok()?, 1),
    };
    // One spelling for each: no `.1`, no leading zero.
    (file_name(&run, number) == name).then_some((run, number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cofferdam_base::Timestamp;

    #[test]
    fn a_part_has_one_name() {
        let run = RunId::new(Timestamp(1), [1; 10]);
        for number in [1, 2, 10, u32::MAX] {
            assert_eq!(parse_name(&file_name(&run, number)), Some((run.clone(), number)));
        }
        for name in ["x.jsonl", &format!("{run}.1.jsonl"), &format!("{run}.02.jsonl"), &format!("{run}.json"), &format!("{run}.2.2.jsonl")]
        {
            assert_eq!(parse_name(name), None, "{name}");
        }
    }
}
