//! Proofs out of the file.

use cofferdam_base::Diagnostic;
use cofferdam_ledger::{File, LeafProof, Signer, log::LeafIndex, parse_leaf_proof};

use super::support::*;

#[test]
fn every_covered_leaf_is_proved_and_the_proof_survives_as_text() {
    let disk = disk();
    let mut ledger = disk.open().unwrap();
    ledger.checkpoint().unwrap();
    let text = disk.text(File::Leaves);
    for (index, line) in (0..).zip(text.lines()) {
        let proof = ledger.prove(LeafIndex(index)).unwrap();
        let read = parse_leaf_proof(&proof.to_string()).unwrap();
        assert_eq!(read, proof);
        assert_eq!(serde_json::from_str::<LeafProof>(&serde_json::to_string(&proof).unwrap()).unwrap(), proof);
        let included = read.verify(line.as_bytes(), &[ledger.verifier_key()]).unwrap();
        assert_eq!((included.index(), included.head()), (index, ledger.head()));
        let other = proof.clone().verify(b"other", &[ledger.verifier_key()]).unwrap_err();
        assert_eq!(other.code(), "ledger.not-included");
        let unknown = proof.verify(line.as_bytes(), &[signer_of(5).verifier_key()]).unwrap_err();
        assert_eq!(unknown.code(), "ledger.untrusted-checkpoint");
    }
}

#[test]
fn a_leaf_without_a_checkpoint_is_not_proved() {
    let ledger = disk().open().unwrap();
    ledger.prove(LeafIndex(2)).unwrap();
    assert_eq!(code(ledger.prove(LeafIndex(3))), "ledger.not-covered");
}

#[test]
fn a_changed_file_gives_no_proof() {
    let disk = disk();
    let ledger = disk.open().unwrap();
    disk.change(File::Leaves, |bytes| bytes[3] ^= 1);
    assert_eq!(code(ledger.prove(LeafIndex(0))), "ledger.not-included");
    assert_eq!(code(ledger.prove(LeafIndex(2))), "ledger.not-included");
    disk.change(File::Leaves, Vec::clear);
    assert_eq!(code(ledger.prove(LeafIndex(2))), "ledger.other-root");
}

#[test]
fn every_earlier_head_is_the_beginning_of_the_newest_and_no_other_is() {
    let disk = Disk::default();
    let mut ledger = disk.create();
    let mut heads = vec![ledger.head()];
    for number in 0..9 {
        ledger.append(&refused(number)).unwrap();
        heads.push(ledger.head());
    }
    let newest = ledger.checkpoint().unwrap().head();
    for old in heads {
        let consistent = ledger.prove_consistency(old).unwrap().verify(old, newest).unwrap();
        assert_eq!((consistent.earlier(), consistent.later()), (old, newest));
        let mut other = old;
        other.root = cofferdam_base::Digest::of(b"other");
        assert_eq!(code(ledger.prove_consistency(other)), "ledger.not-consistent");
    }
}

#[test]
fn refuses_a_text_that_is_no_proof() {
    let ledger = disk().open().unwrap();
    let good = ledger.prove(LeafIndex(0)).unwrap().to_string();
    let lines: Vec<&str> = good.lines().collect();
    for bad in [
        String::new(),
        good.replace("@v1", "@v2"),
        good.replace("index 0", "index 00"),
        good.replace("index 0", "extra AAAA\nindex 0"),
        good.replace("index 0", &format!("index 0\n{}", vec![lines[2]; 64].join("\n"))),
        good.replace(lines[2], "AAAA"),
        good.replace("\n\n", "\n"),
        good.clone() + &" ".repeat(140_000),
    ] {
        assert_eq!(parse_leaf_proof(&bad).unwrap_err().code(), "ledger.bad-proof", "{bad}");
    }
    let cut = good.trim_end().to_owned();
    let key: Signer = signer();
    assert_eq!(parse_leaf_proof(&cut).unwrap().verify(b"", &[key.verifier_key()]).unwrap_err().code(), "ledger.bad-checkpoint");
}

#[test]
fn leaves_are_found_by_what_they_say_and_only_in_the_ledgers_own_file() {
    let disk = Disk::default();
    let mut ledger = disk.create();
    for number in 0..9 {
        ledger.append(&refused(number)).unwrap();
    }
    let name = call(4);
    let found = ledger.find(|line| String::from_utf8_lossy(line).contains(name.as_str())).unwrap();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [(4, refused(4))]);
    assert!(ledger.find(|_| false).unwrap().is_empty());
    disk.change(File::Leaves, |bytes| bytes[3] ^= 1);
    assert_eq!(code(ledger.find(|_| false)), "ledger.other-root");
}
