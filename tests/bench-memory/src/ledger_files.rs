//! A ledger's files in a folder, without syncs: reading is what is measured.

use std::{cell::OnceCell, fs, io, os::unix::fs::FileExt as _, path::PathBuf};

use cofferdam_ledger::{File, Storage};

/// A folder; handles to read are kept.
pub(crate) struct LedgerFiles {
    path: PathBuf,
    reading: [OnceCell<fs::File>; File::ALL.len()],
}

impl LedgerFiles {
    pub(crate) fn new(path: PathBuf) -> Box<Self> {
        Box::new(Self { path, reading: Default::default() })
    }

    fn write(&self, file: File) -> io::Result<fs::File> {
        fs::OpenOptions::new().create(true).append(true).open(self.path.join(file.name()))
    }
}

impl Storage for LedgerFiles {
    fn len(&self, file: File) -> io::Result<u64> {
        Ok(fs::metadata(self.path.join(file.name())).map_or(0, |metadata| metadata.len()))
    }

    fn read_at(&self, file: File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let place = &self.reading[File::ALL.iter().position(|other| *other == file).expect("one of them")];
        if place.get().is_none() && self.len(file)? > 0 {
            let open = fs::File::open(self.path.join(file.name()))?;
            place.get_or_init(|| open);
        }
        place.get().map_or(Ok(0), |open| open.read_at(buffer, offset))
    }

    fn append(&mut self, file: File, bytes: &[u8]) -> io::Result<()> {
        io::Write::write_all(&mut self.write(file)?, bytes)
    }

    fn truncate(&mut self, file: File, len: u64) -> io::Result<()> {
        self.write(file)?.set_len(len)
    }

    fn sync(&mut self, _: File) -> io::Result<()> {
        Ok(())
    }

    fn replace(&mut self, file: File, bytes: &[u8]) -> io::Result<()> {
        fs::write(self.path.join(file.name()), bytes)
    }
}
