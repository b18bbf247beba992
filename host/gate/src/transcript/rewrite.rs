//! Takes out of the files what the ledger says is removed. Done again, it changes nothing more.

use cofferdam_base::{CallId, RunId};
use cofferdam_ledger::commitment::Commitment;
use cofferdam_store::{FileLine, StateError};

use super::{
    error::TranscriptError,
    line::{Body, Line, Parsed, Redacted, parse_line},
    reader::Transcripts,
    said::Said,
};

/// Lines of a call, each with what stands in its place from now on.
pub(super) struct Marks<'a> {
    pub(super) call: &'a CallId,
    pub(super) lines: &'a [Commitment],
    /// For a line of this commitment.
    pub(super) mark: &'a dyn Fn(Commitment) -> Redacted,
}

impl Transcripts {
    /// The texts that a call has in the transcript of a run, by their commitments.
    ///
    /// # Errors
    /// A damaged line: what it says is not known, so that nobody can say that the text is gone.
    pub(super) fn texts_of(&self, run: &RunId, call: &CallId, kinds: &[Said]) -> Result<Vec<Commitment>, TranscriptError> {
        let mut found = Vec::new();
        for part in self.parts_of(run)? {
            for line in self.lines(&part, 0)? {
                let (_, line) = line?;
                if let Body::Said(opening) = &line.body
                    && line.call == *call
                    && kinds.contains(&line.said)
                {
                    found.push(opening.commitment());
                }
            }
        }
        Ok(found)
    }

    /// Puts marks in the place of lines, in every part of a run. A last line without its end goes too: a crash left it, the
    /// ledger knows nothing of it, and it may be the beginning of what is to go.
    pub(super) fn put_marks(&self, run: &RunId, marks: &Marks<'_>) -> Result<(), TranscriptError> {
        for part in self.parts_of(run)? {
            let name = part.file_name();
            if self.needs(&name, marks)? {
                self.write_anew(&name, part.rewritten.saturating_add(1), marks)?;
            }
        }
        Ok(())
    }

    /// Removes every part of a run, the last one first, so that what is left is a beginning.
    pub(super) fn remove_parts(&self, run: &RunId) -> Result<(), TranscriptError> {
        for part in self.parts_of(run)?.into_iter().rev() {
            self.folder().remove(&part.file_name())?;
        }
        Ok(self.folder().sync()?)
    }

    /// Every line of a file; a damaged one is kept as it is, and one that is too long ends it.
    fn each(&self, name: &str, mut act: impl FnMut(&FileLine) -> Result<(), TranscriptError>) -> Result<(), TranscriptError> {
        for line in self.file_lines(name, 0)?.into_iter().flatten() {
            let (_, line) = line.map_err(|cause| StateError::Io { doing: "read", name: name.to_owned(), cause })?;
            act(&line)?;
        }
        Ok(())
    }

    fn needs(&self, name: &str, marks: &Marks<'_>) -> Result<bool, TranscriptError> {
        let mut needs = false;
        self.each(name, |line| {
            needs |= match line {
                FileLine::Whole(bytes) => marks.of(bytes).is_some(),
                FileLine::Torn => true,
                FileLine::TooLong => false,
            };
            Ok(())
        })?;
        Ok(needs)
    }

    fn write_anew(&self, name: &str, rewritten: u64, marks: &Marks<'_>) -> Result<(), TranscriptError> {
        let mut new = self.folder().replacing(name)?;
        new.write(&Parsed::Rewritten(rewritten).to_bytes().map_err(TranscriptError::Write)?)?;
        self.each(name, |line| match line {
            FileLine::Whole(bytes) => {
                match (marks.of(bytes), parse_line(bytes)) {
                    (Some(marked), _) => new.write(&Parsed::Line(marked).to_bytes().map_err(TranscriptError::Write)?)?,
                    // How often the old file was written anew is in the first line of the new one.
                    (None, Ok(Parsed::Rewritten(_))) => {}
                    (None, Ok(Parsed::Line(_)) | Err(_)) => {
                        new.write(bytes)?;
                        new.write(b"\n")?;
                    }
                }
                Ok(())
            }
            FileLine::Torn => Ok(()),
            // What comes after it cannot be told apart, so it would be lost.
            FileLine::TooLong => Err(TranscriptError::Damaged { file: name.to_owned(), line: 1, why: super::line::LineFault::TooLong }),
        })?;
        Ok(new.publish()?)
    }
}

impl Marks<'_> {
    /// The line with its mark; none for a line that stays.
    fn of(&self, bytes: &[u8]) -> Option<Line> {
        let Ok(Parsed::Line(line)) = parse_line(bytes) else { return None };
        let Body::Said(opening) = &line.body else { return None };
        let commitment = opening.commitment();
        let goes = line.call == *self.call && self.lines.contains(&commitment);
        goes.then(|| Line { body: Body::Redacted((self.mark)(commitment)), ..line })
    }
}
