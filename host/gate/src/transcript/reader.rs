//! Reading transcripts: which there are, and their lines from any byte on.

use cofferdam_base::RunId;
use cofferdam_store::{FileLine, FileLines, Folder, StateError};

use super::{
    FOLDER,
    error::TranscriptError,
    limits::MAX_LINE_BYTES,
    line::{Line, LineFault, Parsed, parse_line},
    part::{self, Part},
};

/// The transcripts of a project. They are only read here, so no lock is needed.
#[derive(Debug, Clone)]
pub struct Transcripts {
    folder: Folder,
}

impl Transcripts {
    /// Opens the transcripts in a project's state folder.
    ///
    /// # Errors
    /// The state folder's.
    pub fn open(state: &Folder) -> Result<Self, TranscriptError> {
        Ok(Self { folder: state.folder(FOLDER)? })
    }

    /// Every part of every run: runs from the oldest, parts from the first. A file of another name is passed over.
    ///
    /// # Errors
    /// The state folder's.
    pub fn parts(&self) -> Result<Vec<Part>, TranscriptError> {
        self.parts_where(|_| true)
    }

    /// The parts of one run, from the first; none where it has no transcript.
    ///
    /// # Errors
    /// The state folder's.
    pub fn parts_of(&self, run: &RunId) -> Result<Vec<Part>, TranscriptError> {
        self.parts_where(|other| other == run)
    }

    /// How many bytes all parts have together.
    ///
    /// # Errors
    /// The state folder's.
    pub fn bytes(&self) -> Result<u64, TranscriptError> {
        let mut bytes = 0u64;
        for name in self.folder.list()?.iter().filter(|name| part::parse_name(name).is_some()) {
            bytes = bytes.saturating_add(self.folder.len_of(name)?.unwrap_or_default());
        }
        Ok(bytes)
    }

    /// The lines of a part from byte `from`, which begins one, to where it ended when it was listed; each with the byte at which
    /// it begins. A last line without its end is passed over: a crash left it, or it was being written. After a damaged line the
    /// next one follows.
    ///
    /// # Errors
    /// [`TranscriptError::Rewritten`] where a redaction came since the part was listed; the state folder's.
    pub fn lines(&self, part: &Part, from: u64) -> Result<Lines, TranscriptError> {
        let name = part.file_name();
        if self.rewritten(&name)? != Some(part.rewritten) {
            return Err(TranscriptError::Rewritten { file: name });
        }
        let file = self.folder.reading(&name)?.ok_or_else(|| TranscriptError::Rewritten { file: name.clone() })?;
        let lines = file.lines_within(from..part.bytes, MAX_LINE_BYTES);
        Ok(Lines { transcripts: self.clone(), name, lines })
    }

    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    pub(super) fn file_lines(&self, name: &str, from: u64) -> Result<Option<FileLines>, StateError> {
        Ok(self.folder.reading(name)?.map(|file| file.lines(from, MAX_LINE_BYTES)))
    }

    fn parts_where(&self, wanted: impl Fn(&RunId) -> bool) -> Result<Vec<Part>, TranscriptError> {
        let mut parts = Vec::new();
        for (run, number) in self.folder.list()?.iter().filter_map(|name| part::parse_name(name)).filter(|(run, _)| wanted(run)) {
            let name = part::file_name(&run, number);
            // Removed since it was listed: it is not there.
            if let (Some(bytes), Some(rewritten)) = (self.folder.len_of(&name)?, self.rewritten(&name)?) {
                parts.push(Part { run, number, bytes, rewritten });
            }
        }
        parts.sort();
        Ok(parts)
    }

    /// How often a file was written anew; none where there is no such file.
    pub(super) fn rewritten(&self, name: &str) -> Result<Option<u64>, StateError> {
        /// More than the longest line that says so.
        const FIRST_BYTES: u64 = 64;
        let Some(file) = self.folder.reading(name)? else { return Ok(None) };
        let first = file.lines(0, FIRST_BYTES).next().transpose().map_err(|cause| io(name, cause))?;
        Ok(Some(match first {
            Some((_, FileLine::Whole(line))) => match parse_line(&line) {
                Ok(Parsed::Rewritten(times)) => times,
                Ok(Parsed::Line(_)) | Err(_) => 0,
            },
            Some((_, FileLine::Torn | FileLine::TooLong)) | None => 0,
        }))
    }

    /// The number of the line that begins at a byte, from 1.
    fn line_number(&self, name: &str, at: u64) -> Result<u64, TranscriptError> {
        let mut number = 1;
        if let Some(lines) = self.file_lines(name, 0)? {
            for line in lines {
                let (begins, _) = line.map_err(|cause| io(name, cause))?;
                if begins >= at {
                    break;
                }
                number += 1;
            }
        }
        Ok(number)
    }
}

/// The lines of a part.
#[derive(Debug)]
pub struct Lines {
    transcripts: Transcripts,
    name: String,
    lines: FileLines,
}

impl Iterator for Lines {
    type Item = Result<(u64, Line), TranscriptError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (at, line) = match self.lines.next()? {
                Ok(line) => line,
                Err(cause) => return Some(Err(io(&self.name, cause).into())),
            };
            let why = match line {
                FileLine::Torn => return None,
                FileLine::TooLong => LineFault::TooLong,
                FileLine::Whole(line) => match parse_line(&line) {
                    Ok(Parsed::Line(line)) => return Some(Ok((at, line))),
                    Ok(Parsed::Rewritten(_)) if at == 0 => continue,
                    Ok(Parsed::Rewritten(_)) => LineFault::Members,
                    Err(why) => why,
                },
            };
            return Some(Err(match self.transcripts.line_number(&self.name, at) {
                Ok(line) => TranscriptError::Damaged { file: self.name.clone(), line, why },
                Err(error) => error,
            }));
        }
    }
}

fn io(name: &str, cause: std::io::Error) -> StateError {
    StateError::Io { doing: "read", name: format!("{FOLDER}/{name}"), cause }
}
