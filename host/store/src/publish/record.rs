//! The record of one publish: the contents of every path on both sides, then the plan, then a footer.
//!
//! ```text
//! <old content, new content of each path in order> <plan, canonical JSON> \n <footer, 104 bytes>
//! footer: cofferdam-publish-1 <length of the plan, 10 digits> sha256:<digest of the plan>\n
//! ```
//!
//! One file, written once and never changed, so that one sync makes all of it survive: it is the journal while the call is
//! being published and the undo record afterwards. It has both sides, so recovery can always go forward and back, and relies
//! on no file in the workspace.

use std::{fs::File, io, os::unix::fs::FileExt as _};

use cofferdam_base::{Digest, canonical};
use rustix::fs::OFlags;

use crate::{
    publish::{
        error::PublishError,
        plan::{Entry, Plan, Side, UncheckedPlan},
    },
    state::{Folder, StateError, disk::Disk},
};

/// First word of the footer; its number changes with the format.
const MAGIC: &str = "cofferdam-publish-1";
/// Length of the footer: magic, 10 digits, `sha256:` and 64 digits, two spaces and a line feed.
const FOOTER_BYTES: u64 = 19 + 1 + 10 + 1 + 71 + 1;
/// Largest plan: room for the paths of `limits.staged_files` changes, and an end for a reader.
const MAX_PLAN_BYTES: u64 = 64 << 20;
/// Bytes gathered before they are written: few system calls for many small files, and little memory for large ones.
const BUFFER_BYTES: usize = 1 << 20;

/// A record that can be read. Every content is checked against the plan's digest when it is read.
#[derive(Debug)]
pub(super) struct Record {
    plan: Plan,
    digest: Digest,
    file: File,
    name: String,
    /// Where the contents of each transition begin: the old one, then the new one.
    offsets: Vec<u64>,
}

impl Record {
    /// Opens a record; none when there is no such file.
    pub(super) fn open(folder: &Folder, name: &str) -> Result<Option<Self>, PublishError> {
        let Some(file) = folder.open_file(name, OFlags::RDONLY)? else { return Ok(None) };
        let damaged = |why| PublishError::Damaged { name: name.to_owned(), why };
        let unreadable = |_: io::Error| damaged("cannot be read");
        let len = file.metadata().map_err(unreadable)?.len();
        let footer_at = len.checked_sub(FOOTER_BYTES).ok_or_else(|| damaged("is cut short"))?;
        let footer = read_exact(&file, footer_at, FOOTER_BYTES).map_err(unreadable)?;
        let (plan_len, digest) = parse_footer(&footer).ok_or_else(|| damaged("has no footer"))?;
        let plan_at = footer_at.checked_sub(plan_len + 1).ok_or_else(|| damaged("is cut short"))?;
        let bytes = read_exact(&file, plan_at, plan_len).map_err(unreadable)?;
        if Digest::of(&bytes) != digest {
            return Err(damaged("has a plan with another digest"));
        }
        let plan = serde_json::from_slice::<UncheckedPlan>(&bytes).map_err(|_| damaged("has a plan that cannot be read"))?;
        let plan = plan.verify().map_err(|_| damaged("has a plan that contradicts itself"))?;
        let (offsets, end) = offsets(&plan);
        if end != plan_at {
            return Err(damaged("has more or fewer contents than its plan"));
        }
        Ok(Some(Self { plan, digest, file, name: name.to_owned(), offsets }))
    }

    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The digest of the plan's canonical bytes.
    pub(super) fn digest(&self) -> Digest {
        self.digest
    }

    /// The bytes of the file that the transition with this index has on this side; none when it has no file there.
    pub(super) fn content(&self, index: usize, side: Side) -> Result<Option<Vec<u8>>, PublishError> {
        let damaged = |why| PublishError::Damaged { name: self.name.clone(), why };
        let (Some(transition), Some(start)) = (self.plan.transitions().get(index), self.offsets.get(index)) else { return Ok(None) };
        let Some(Entry::File { digest, size, .. }) = transition.on(side) else { return Ok(None) };
        let offset = match side {
            Side::Before => *start,
            Side::After => *start + transition.before.as_ref().and_then(Entry::size).unwrap_or(0),
        };
        let bytes = read_exact(&self.file, offset, *size).map_err(|_| damaged("cannot be read"))?;
        if Digest::of(&bytes) == *digest { Ok(Some(bytes)) } else { Err(damaged("has a content with another digest")) }
    }
}

/// A record that is being written.
pub(super) struct RecordWriter<'disk> {
    disk: &'disk dyn Disk,
    file: File,
    name: String,
    buffer: Vec<u8>,
}

impl<'disk> RecordWriter<'disk> {
    /// Writes to a file that is empty.
    pub(super) fn new(disk: &'disk dyn Disk, file: File, name: String) -> Self {
        Self { disk, file, name, buffer: Vec::new() }
    }

    /// Adds the next content: of each transition the old one, then the new one.
    pub(super) fn add(&mut self, bytes: &[u8]) -> Result<(), PublishError> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER_BYTES { self.flush() } else { Ok(()) }
    }

    /// Adds the plan and the footer and syncs the file.
    pub(super) fn finish(mut self, plan: Plan) -> Result<Record, PublishError> {
        let damaged = |name: &str| PublishError::Damaged { name: name.to_owned(), why: "cannot be written as JSON" };
        let bytes = canonical::to_vec(&plan).map_err(|_| damaged(&self.name))?;
        let too_long = || PublishError::TooMuch { what: "the list of the changed paths", limit: MAX_PLAN_BYTES };
        let len = u64::try_from(bytes.len()).ok().filter(|len| *len <= MAX_PLAN_BYTES).ok_or_else(too_long)?;
        let digest = Digest::of(&bytes);
        self.buffer.extend_from_slice(&bytes);
        self.buffer.extend_from_slice(format!("\n{MAGIC} {len:010} {digest}\n").as_bytes());
        self.flush()?;
        self.disk.sync_file(&self.file).map_err(|cause| self.failed(cause))?;
        let (offsets, _) = offsets(&plan);
        Ok(Record { plan, digest, file: self.file, name: self.name, offsets })
    }

    fn flush(&mut self) -> Result<(), PublishError> {
        self.disk.write(&self.file, &self.buffer).map_err(|cause| self.failed(cause))?;
        self.buffer.clear();
        Ok(())
    }

    fn failed(&self, cause: io::Error) -> PublishError {
        StateError::Io { doing: "write", name: self.name.clone(), cause }.into()
    }
}

/// Where each transition's contents begin, and where the last one ends.
fn offsets(plan: &Plan) -> (Vec<u64>, u64) {
    let mut end = 0u64;
    let starts = plan.transitions().iter().map(|transition| {
        let start = end;
        let sizes = [&transition.before, &transition.after].into_iter().flatten().filter_map(Entry::size);
        // Saturated sizes end nowhere in a file, so such a record is refused.
        end = sizes.fold(end, u64::saturating_add);
        start
    });
    (starts.collect(), end)
}

fn parse_footer(footer: &[u8]) -> Option<(u64, Digest)> {
    let rest = std::str::from_utf8(footer).ok()?.strip_prefix(MAGIC)?.strip_prefix(' ')?.strip_suffix('\n')?;
    let (len, digest) = rest.split_once(' ')?;
    if len.len() != 10 || !len.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let len = len.parse().ok().filter(|len| *len <= MAX_PLAN_BYTES)?;
    Some((len, digest.parse().ok()?))
}

/// Reads exactly `len` bytes. The caller has bounded `len` by the file's own length or by a limit.
fn read_exact(file: &File, offset: u64, len: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(len).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?];
    file.read_exact_at(&mut bytes, offset)?;
    Ok(bytes)
}
