//! The commands `ledger verify`, `ledger prove` and `ledger check-inclusion`.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{
    entry::MAX_LINE_BYTES,
    fault::LedgerFault,
    merkle::path as audit_path,
    note::{Key, MAX_NOTE_BYTES},
    proof::{verify_proof, write_proof},
    verify::{Evidence, Kept, Verified, spell, verify as verify_evidence},
};
use crate::{
    files::{is_folder, open, read},
    output::{Faults, Report},
    text::inline,
};

/// Largest file of checkpoints: some 200,000 of them. Prevents a file that fills the memory.
const MAX_HISTORY_BYTES: u64 = 64 * 1024 * 1024;

pub(crate) fn verify(path: &Path, keys: &[String], checkpoints: &[PathBuf]) -> Result<Report, Faults> {
    let keys = keys.iter().map(|key| Key::parse(key)).collect::<Result<Vec<_>, _>>()?;
    let kept = checkpoints
        .iter()
        .map(|path| Ok(Kept { name: path.to_string_lossy().into_owned(), note: read(path, MAX_NOTE_BYTES as u64)? }))
        .collect::<Result<Vec<_>, Faults>>()?;
    let (leaves, history) = if is_folder(path)? {
        (path.join("ledger.jsonl"), Some(read(&path.join("checkpoints"), MAX_HISTORY_BYTES)?))
    } else {
        (path.to_owned(), None)
    };
    let evidence = Evidence { leaves: open(&leaves)?, history: history.as_deref(), kept: &kept, keys: &keys };
    let verified = verify_evidence(evidence)?;
    Ok(describe(&verified, keys.len(), kept.len()))
}

fn describe(verified: &Verified, keys: usize, kept: usize) -> Report {
    let Verified { leaves, root, covered, checkpoints, origin, open_intents, events } = verified;
    let signatures = if keys == 0 { "not checked: no key was given" } else { "verified" };
    let anchor = if kept == 0 {
        "unanchored: without a checkpoint kept elsewhere (`--checkpoint FILE`) a ledger that was rolled back as a whole looks like this one"
            .to_owned()
    } else {
        format!("consistent with {kept} checkpoint(s) kept elsewhere")
    };
    let mut text = format!(
        "log: {}\nleaves: {}, of which {covered} are covered by a checkpoint\nroot: {}\ncheckpoints: {checkpoints}\nsignatures: {signatures}\nanchor: {anchor}\n",
        inline(origin, 200),
        leaves.len(),
        spell(root)
    );
    for (event, count) in events {
        text.push_str(&format!("events: {event} {count}\n"));
    }
    for (call, intent) in open_intents {
        text.push_str(&format!("open intent: call {call}, {}, announced by leaf {}\n", intent.effect, intent.leaf));
    }
    let open: Vec<_> =
        open_intents.iter().map(|(call, intent)| json!({"call": call, "effect": intent.effect, "leaf": intent.leaf})).collect();
    let json = json!({
        "log": origin, "leaves": leaves.len(), "covered": covered, "root": spell(root), "checkpoints": checkpoints,
        "signatures": if keys == 0 { "not-checked" } else { "verified" },
        "anchor": if kept == 0 { "unanchored" } else { "anchored" },
        "events": events, "open_intents": open,
    });
    Report { text, json }
}

pub(crate) fn prove(leaf: u64, folder: &Path) -> Result<Report, Faults> {
    let history = read(&folder.join("checkpoints"), MAX_HISTORY_BYTES)?;
    let leaves = open(&folder.join("ledger.jsonl"))?;
    let verified = verify_evidence(Evidence { leaves, history: Some(&history), kept: &[], keys: &[] })?;
    let covered = usize::try_from(verified.covered).ok().and_then(|covered| verified.leaves.get(..covered));
    let path = usize::try_from(leaf).ok().and_then(|leaf| audit_path(leaf, covered?)).ok_or(LedgerFault::NoSuchLeaf { leaf })?;
    let text = write_proof(leaf, &path, &newest_note(&history).ok_or(LedgerFault::NoCheckpoint)?);
    Ok(Report { json: json!({"leaf": leaf, "proof": text}), text })
}

/// The last record of the file of checkpoints, as the note that it is.
fn newest_note(history: &[u8]) -> Option<String> {
    let mut blocks = std::str::from_utf8(history).ok()?.strip_suffix("\n\n")?.rsplit("\n\n");
    let (signatures, text) = (blocks.next()?, blocks.next()?);
    Some(format!("{text}\n\n{signatures}\n"))
}

pub(crate) fn check_inclusion(proof: &Path, line: &Path, keys: &[String]) -> Result<Report, Faults> {
    let keys = keys.iter().map(|key| Key::parse(key)).collect::<Result<Vec<_>, _>>()?;
    let proof = read(proof, 2 * MAX_NOTE_BYTES as u64)?;
    let line = read(line, MAX_LINE_BYTES as u64 + 1)?;
    let shown = verify_proof(&proof, line.strip_suffix(b"\n").unwrap_or(&line), &keys)?;
    let text = format!("log: {}\nleaf: {} of {}\n", inline(&shown.origin, 200), shown.index, shown.size);
    Ok(Report { text, json: json!({"log": shown.origin, "leaf": shown.index, "size": shown.size}) })
}
