//! What reading costs with a million leaves, in files. No assertion on time:
//! `cargo test --release -p cofferdam-ledger --test ledger -- --ignored --nocapture measuring`.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a measurement in a temporary folder of its own")]

use std::{fs, io, os::unix::fs::FileExt, path::PathBuf, time::Instant};

use cofferdam_base::Timestamp;
use cofferdam_ledger::{File, Ledger, Storage, log::LeafIndex};

use super::support::*;

const LEAVES: u64 = 1_000_000;

/// A folder; handles to read are kept.
struct Folder {
    path: PathBuf,
    reading: [std::cell::OnceCell<fs::File>; 4],
}

impl Folder {
    fn new(path: PathBuf) -> Box<Self> {
        Box::new(Self { path, reading: Default::default() })
    }

    fn write(&self, file: File) -> io::Result<fs::File> {
        fs::OpenOptions::new().create(true).append(true).open(self.path.join(file.name()))
    }
}

impl Storage for Folder {
    fn len(&self, file: File) -> io::Result<u64> {
        Ok(fs::metadata(self.path.join(file.name())).map_or(0, |metadata| metadata.len()))
    }

    fn read_at(&self, file: File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let place = &self.reading[File::ALL.iter().position(|other| *other == file).unwrap()];
        if place.get().is_none() && self.len(file)? > 0 {
            place.get_or_init(|| fs::File::open(self.path.join(file.name())).unwrap());
        }
        place.get().map_or(Ok(0), |open| open.read_at(buffer, offset))
    }

    fn append(&mut self, file: File, bytes: &[u8]) -> io::Result<()> {
        io::Write::write_all(&mut self.write(file)?, bytes)
    }

    fn truncate(&mut self, file: File, len: u64) -> io::Result<()> {
        self.write(file)?.set_len(len)
    }

    fn sync(&mut self, _file: File) -> io::Result<()> {
        Ok(())
    }

    fn replace(&mut self, file: File, bytes: &[u8]) -> io::Result<()> {
        fs::write(self.path.join(file.name()), bytes)
    }
}

fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = run();
    println!("{what}: {:?}", start.elapsed());
    result
}

#[test]
#[ignore = "a measurement"]
fn a_million_leaves() {
    let path = std::env::temp_dir().join(format!("cofferdam-ledger-{}", std::process::id()));
    fs::create_dir(&path).unwrap();
    let mut ledger = Ledger::create(Folder::new(path.clone()), signer()).unwrap();
    timed("appending, 1000 at a time", || {
        for batch in 0..LEAVES / 1000 {
            ledger.append_all(&(0..1000).map(|number| refused((batch + number) as u8)).collect::<Vec<_>>()).unwrap();
        }
    });
    drop(ledger);
    let open = || Ledger::open(Folder::new(path.clone()), signer(), &[], &run(), Timestamp(77)).unwrap();
    let mut ledger = timed("opening", open);
    timed("first read: catching up from nothing", || ledger.read(&[5].into()).unwrap());
    let numbers = |count: u64, seed: u64| (0..count).map(|number| (seed * 7919 + number * 49_979) % LEAVES).collect();
    for count in [1, 20, 1000] {
        timed(&format!("100 reads of {count}"), || {
            for seed in 0..100 {
                assert_eq!(ledger.read(&numbers(count, seed)).unwrap().len() as u64, count);
            }
        });
    }
    timed("1000 proofs", || (0..1000).for_each(|leaf| drop(ledger.prove(LeafIndex(leaf * 900)).unwrap())));
    timed("all entries in order", || assert_eq!(ledger.entries_from(LeafIndex(0)).filter(Result::is_ok).count() as u64, LEAVES));
    ledger.append(&refused(1)).unwrap();
    timed("catching up by one, and a read of it", || ledger.read(&[LEAVES].into()).unwrap());
    drop(ledger);
    let mut ledger = timed("opening again", open);
    timed("first read of a new process", || ledger.read(&[LEAVES / 3].into()).unwrap());
    for file in File::ALL {
        println!("{}: {} bytes", file.name(), fs::metadata(path.join(file.name())).unwrap().len());
    }
    fs::remove_dir_all(&path).unwrap();
}
