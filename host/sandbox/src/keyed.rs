//! HMAC-SHA-256 (RFC 2104) under a key of 32 bytes.

use hmac::{Hmac, KeyInit};
use sha2::Sha256;

/// Starts a keyed hash. Cannot fail: the key is padded with zeros to one block here, as the RFC says.
pub(crate) fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = [0; 64];
    for (padded, byte) in block.iter_mut().zip(key) {
        *padded = *byte;
    }
    Hmac::new(&block.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hmac::Mac;

    #[test]
    fn is_hmac_as_published() {
        // RFC 4231, test case 2, has a key of four bytes: zeros behind it change nothing.
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let mut mac = keyed(&key);
        mac.update(b"what do ya want for nothing?");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(cofferdam_base::digest::hex(&mac.finalize().into_bytes()), expected);
    }
}
