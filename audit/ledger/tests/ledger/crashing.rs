//! A write that fails at any place, and what a later process finds.

use cofferdam_base::{Class, Diagnostic};
use cofferdam_ledger::{File, Ledger, LedgerError};

use super::support::*;

/// One story: entries, a durable intent, its end, checkpoints. Gives how many leaves were promised durable before the error.
fn story(disk: &Disk) -> (u64, Option<LedgerError>) {
    let mut durable = 0;
    let mut tell = || -> Result<(), LedgerError> {
        let mut ledger = Ledger::create(disk.storage(), signer())?;
        ledger.append(&refused(1))?;
        ledger.append(&key_event(2))?;
        durable = ledger.append_durably(&intent(3))?.index().0 + 1;
        ledger.append(&published(3))?;
        durable = ledger.checkpoint()?.head().size;
        ledger.append(&refused(4))?;
        ledger.sync()?;
        durable = ledger.head().size;
        ledger.checkpoint()?;
        Ok(())
    };
    let error = tell().err();
    (durable, error)
}

#[test]
fn after_a_failure_at_any_write_the_ledger_opens_and_has_everything_that_was_promised() {
    for writes in 0.. {
        let disk = Disk::default();
        disk.fail_after(writes);
        let (durable, error) = story(&disk);
        let Some(error) = error else {
            assert!(writes > 15, "the story writes {writes} times");
            break;
        };
        assert_eq!((error.code(), error.class()), ("ledger.io", Class::Failed));
        assert!(error.hint().unwrap().contains("disk space"));
        let later = disk.copy();
        let mut ledger = match later.open() {
            Ok(ledger) => ledger,
            // The first checkpoint was not finished: nothing was promised, and it can be begun again.
            Err(LedgerError::Missing) if durable == 0 => Ledger::create(later.storage(), signer()).unwrap(),
            Err(error) => panic!("{writes}: {error:?}"),
        };
        assert!(ledger.head().size >= durable, "{writes}");
        if ledger.open_intents().first().is_some() {
            ledger.append_durably(&recovered(3)).map(|_leaf| ()).unwrap();
        }
        ledger.checkpoint().unwrap();
        assert_eq!(later.open().unwrap().head(), ledger.head(), "{writes}");
    }
}

#[test]
fn after_a_failed_write_every_write_is_refused() {
    for writes in 0..3 {
        let disk = disk();
        let mut ledger = disk.open().unwrap();
        disk.fail_after(writes);
        while ledger.append_durably(&refused(1)).is_ok() {}
        disk.fail_after(usize::MAX);
        let before = disk.bytes(File::Leaves);
        assert_eq!(code(ledger.append(&refused(1))), "ledger.poisoned");
        assert_eq!(code(ledger.sync()), "ledger.poisoned");
        assert_eq!(code(ledger.checkpoint()), "ledger.poisoned");
        assert_eq!(disk.bytes(File::Leaves), before);
    }
}
