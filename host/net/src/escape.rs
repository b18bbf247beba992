//! The byte behind two hexadecimal digits, for whatever undoes an escape.

/// The byte that two digits stand for, in either case; none where one of them is no digit.
pub(crate) fn byte(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_of_either_case_are_a_byte_and_nothing_else_is() {
        for value in 0..=u8::MAX {
            for text in [format!("{value:02x}"), format!("{value:02X}")] {
                assert_eq!(byte(text.as_bytes()[0], text.as_bytes()[1]), Some(value), "{text}");
            }
        }
        for [high, low] in [*b"g0", *b"0G", *b"+1", *b" 1", *b"1%", [0xff, b'0']] {
            assert_eq!(byte(high, low), None, "{high} {low}");
        }
    }
}
