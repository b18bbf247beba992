//! Debug information in binaries.

use std::io::{self, Read as _, SeekFrom};

use super::{Code, Finding};
use crate::tree::Source;

/// Sections looked at; the kernel's own images have a few dozen.
const MAX_SECTIONS: u64 = 4_096;
/// Largest table of section names that is read.
const MAX_NAMES_BYTES: u64 = 256 * 1024;

/// Findings about one binary, from its first bytes and, for ELF, its section names.
pub(super) fn inspect(path: &str, head: &[u8], source: &mut dyn Source, findings: &mut Vec<Finding>) -> io::Result<()> {
    if head.starts_with(b"Microsoft C/C++ MSF 7.00\r\n") || (head.starts_with(b"BSJB") && path.to_lowercase().ends_with(".pdb")) {
        findings.push(Finding::new(Code::DebugSymbols, path, "a program database with debug symbols would be published"));
    } else if head.starts_with(b"\x7fELF") && has_debug_info(head, source)? {
        findings.push(Finding::new(Code::DebugSymbols, path, "the binary has a section `.debug_info`"));
    }
    Ok(())
}

/// Numbers of an ELF file, in its own byte order.
struct Numbers {
    little: bool,
}

impl Numbers {
    fn read(&self, bytes: &[u8], at: usize, size: usize) -> Option<u64> {
        let field = bytes.get(at..at.checked_add(size)?)?;
        let add = |sum: u64, byte: &u8| (sum << 8) | u64::from(*byte);
        Some(if self.little { field.iter().rev().fold(0, add) } else { field.iter().fold(0, add) })
    }
}

/// Where the fields are that are needed (System V ABI, ELF header and section header).
struct Layout {
    word: usize,
    sections: usize,
    entry_size: usize,
    offset: usize,
    size: usize,
}

const LAYOUT_32: Layout = Layout { word: 4, sections: 0x20, entry_size: 0x2e, offset: 0x10, size: 0x14 };
const LAYOUT_64: Layout = Layout { word: 8, sections: 0x28, entry_size: 0x3a, offset: 0x18, size: 0x20 };

/// Whether a section is named `.debug_info` or `.zdebug_info`. A file that is no well-formed ELF has none.
fn has_debug_info(head: &[u8], source: &mut dyn Source) -> io::Result<bool> {
    let Some((table, entry_size, count, names)) = header(head) else { return Ok(false) };
    let layout = if head.get(4) == Some(&2) { LAYOUT_64 } else { LAYOUT_32 };
    let numbers = Numbers { little: head.get(5) == Some(&1) };
    let Some(at) = names.checked_mul(entry_size).and_then(|skip| table.checked_add(skip)).filter(|_| names < count) else {
        return Ok(false);
    };
    let section = read_at(source, at, entry_size)?;
    let place = numbers.read(&section, layout.offset, layout.word).zip(numbers.read(&section, layout.size, layout.word));
    let Some((start, size)) = place else { return Ok(false) };
    let names = read_at(source, start, size.min(MAX_NAMES_BYTES))?;
    Ok(names.split(|byte| *byte == 0).any(|name| matches!(name, b".debug_info" | b".zdebug_info")))
}

/// Offset and entry size of the section table, number of sections, index of the one with the names.
fn header(head: &[u8]) -> Option<(u64, u64, u64, u64)> {
    let layout = match head.get(4)? {
        1 => LAYOUT_32,
        2 => LAYOUT_64,
        _ => return None,
    };
    let numbers = Numbers { little: *head.get(5)? == 1 };
    let table = numbers.read(head, layout.sections, layout.word)?;
    let entry_size = numbers.read(head, layout.entry_size, 2)?;
    let count = numbers.read(head, layout.entry_size + 2, 2)?;
    let names = numbers.read(head, layout.entry_size + 4, 2)?;
    (table > 0 && entry_size >= 40 && count <= MAX_SECTIONS).then_some((table, entry_size, count, names))
}

fn read_at(source: &mut dyn Source, at: u64, size: u64) -> io::Result<Vec<u8>> {
    source.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    source.take(size).read_to_end(&mut bytes)?;
    Ok(bytes)
}
