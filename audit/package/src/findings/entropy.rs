//! How random a value looks.

/// Bits for each character from which a value looks random: base64 of random bytes has 5 and more, words have less than 4.
const RANDOM_BITS: f64 = 4.2;
/// Shorter values say too little.
const MIN_CHARACTERS: usize = 20;

/// Whether a value looks like random characters: long, mixed, and evenly spread.
pub(super) fn looks_random(value: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| value.iter().any(test);
    value.len() >= MIN_CHARACTERS && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) && bits_per_character(value) >= RANDOM_BITS
}

/// Shannon entropy of the characters.
fn bits_per_character(value: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in value {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    // Values are at most a line long: the conversion is exact.
    let total = f64::from(u32::try_from(value.len()).unwrap_or(u32::MAX));
    let bits = |count: &u32| {
        let share = f64::from(*count) / total;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(bits).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_random_values_from_words() {
        for random in ["q8Zt3LkV0xWn5RbY2mHc7PsJ", "9fK2mPq7XzR4tLw8VbN3cYh6"] {
            assert!(looks_random(random.as_bytes()), "{random}");
        }
        for plain in [
            "aaaaaaaaaaaaaaaaaaaaaaaa1",
            "your_secret_token_here_1",
            "change-me-please-change-me-1",
            "short1",
            "00000000-0000-0000-0000-000000000000",
        ] {
            assert!(!looks_random(plain.as_bytes()), "{plain}");
        }
    }
}
