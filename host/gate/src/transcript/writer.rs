//! Writes the transcript of the process's own run: appends, begins a new part where one is full, and knows when there is no
//! room for a further call.

use cofferdam_base::RunId;
use cofferdam_store::{AppendFile, FileLine, Folder, StateError};

use super::{
    FOLDER, Transcripts,
    error::TranscriptError,
    limits::{PART_BYTES, PROJECT_BYTES, RUN_BYTES},
    part,
};

/// The transcript of one run, as the process writes it that makes the run's calls. No other process appends to it, but a
/// redaction may put a new file in a part's place.
pub(crate) struct Writer {
    run: RunId,
    /// The part that is written.
    number: u32,
    open: Option<AppendFile>,
    /// Bytes that this run has written.
    written: u64,
    /// Bytes of all transcripts when they were counted last, and what this run had written then.
    counted: Option<(u64, u64)>,
}

/// There is room for what a call says.
#[derive(Debug)]
#[must_use]
pub(crate) struct Room(());

impl Writer {
    pub(crate) fn new(run: RunId) -> Self {
        Self { run, number: 1, open: None, written: 0, counted: None }
    }

    /// Asked before a call runs, so that none runs whose words have no place. A call that began below a limit may end above it.
    ///
    /// What other processes write meanwhile is counted when the count reaches the limit, or with the next process.
    ///
    /// # Errors
    /// [`TranscriptError::RunFull`], [`TranscriptError::ProjectFull`]; the state folder's.
    pub(crate) fn room(&mut self, state: &Folder) -> Result<Room, TranscriptError> {
        if self.written >= RUN_BYTES {
            return Err(TranscriptError::RunFull);
        }
        let known = self.counted.map(|(all, own)| all.saturating_add(self.written.saturating_sub(own)));
        if known.is_some_and(|bytes| bytes < PROJECT_BYTES) {
            return Ok(Room(()));
        }
        // Another process may have removed some since.
        let all = Transcripts::open(state)?.bytes()?;
        self.counted = Some((all, self.written));
        if all < PROJECT_BYTES { Ok(Room(())) } else { Err(TranscriptError::ProjectFull) }
    }

    /// Appends whole lines, each ended by its line feed. Not durable before [`Writer::sync`].
    ///
    /// # Errors
    /// The state folder's; then what was written of them is taken away again, as far as the disk lets it.
    pub(crate) fn append(&mut self, state: &Folder, lines: &[u8]) -> Result<(), TranscriptError> {
        let folder = state.folder(FOLDER)?;
        let mut file = self.take_open(&folder)?;
        // Lines that are said at once stay together: who looks at a call reads one part, or two where it was announced before it was made.
        if !file.is_empty() && file.len().saturating_add(lines.len() as u64) > PART_BYTES {
            // What is in a part that is done survives a power loss before the next one is begun.
            file.sync()?;
            self.number = self.number.saturating_add(1);
            file = folder.append(&part::file_name(&self.run, self.number))?;
        }
        self.open = Some(self.put(file, lines)?);
        Ok(())
    }

    /// Makes what was appended survive a power loss.
    ///
    /// # Errors
    /// The state folder's.
    pub(crate) fn sync(&mut self) -> Result<(), StateError> {
        self.open.as_mut().map_or(Ok(()), AppendFile::sync)
    }

    /// As if this run had written so much.
    #[cfg(test)]
    pub(super) fn pretend_written(&mut self, bytes: u64) {
        self.written = bytes;
    }

    fn put(&mut self, mut file: AppendFile, bytes: &[u8]) -> Result<AppendFile, StateError> {
        let before = file.len();
        match file.append(bytes) {
            Ok(()) => {
                self.written = self.written.saturating_add(bytes.len() as u64);
                Ok(file)
            }
            Err(error) => {
                // The cause is what the caller has to hear; what stays is found when the part is opened again.
                let _ = file.cut(before);
                Err(error)
            }
        }
    }

    /// The part that is written: as it was left, or opened anew where a redaction put another file in its place.
    fn take_open(&mut self, folder: &Folder) -> Result<AppendFile, TranscriptError> {
        let name = part::file_name(&self.run, self.number);
        if let Some(open) = self.open.take()
            && folder.is_named(&open, &name)?
        {
            return Ok(open);
        }
        let mut file = folder.append(&name)?;
        let lines = folder.reading(&name)?.map(|file| file.lines(0, u64::MAX));
        for line in lines.into_iter().flatten() {
            let failed = |cause| StateError::Io { doing: "read", name: format!("{FOLDER}/{name}"), cause };
            if let (at, FileLine::Torn) = line.map_err(failed)? {
                file.cut(at)?;
            }
        }
        Ok(file)
    }
}
