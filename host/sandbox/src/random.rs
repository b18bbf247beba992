//! Random bytes for the guest: unguessable to it, and the same again for the same seed.
//!
//! HMAC-SHA-256 in counter mode (NIST SP 800-108r1, section 4.1): the same on every machine and in every version, which a random
//! number crate's "standard" generator does not promise.

use cofferdam_base::Limits;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use wasmtime::Result;
use wasmtime_wasi::p2::bindings::random::{insecure, insecure_seed, random};

use crate::{
    keyed::keyed,
    limit::{Limit, LimitReached},
};

/// Bytes of one block of HMAC-SHA-256.
const BLOCK: usize = 32;
/// What the bytes are for, so that the same seed used elsewhere gives other bytes.
const LABEL: &[u8] = b"cofferdam guest random\0";

/// The random bytes of one call.
pub(crate) struct Random {
    key: Hmac<Sha256>,
    counter: u64,
    block: [u8; BLOCK],
    used: usize,
    left: u64,
}

impl Random {
    pub(crate) fn new(seed: &[u8; 32], limits: &Limits) -> Self {
        let mut key = keyed(seed);
        key.update(LABEL);
        Self { key, counter: 0, block: [0; BLOCK], used: BLOCK, left: limits.random_bytes }
    }

    fn byte(&mut self) -> u8 {
        if self.used == BLOCK {
            let mut mac = self.key.clone();
            mac.update(&self.counter.to_be_bytes());
            self.block = mac.finalize().into_bytes().into();
            self.counter += 1;
            self.used = 0;
        }
        let byte = self.block.get(self.used).copied().unwrap_or_default();
        self.used += 1;
        byte
    }

    /// The limit is checked before anything is allocated.
    fn bytes(&mut self, len: u64) -> Result<Vec<u8>> {
        self.left = self.left.checked_sub(len).ok_or_else(|| LimitReached::trap(Limit::Random))?;
        Ok((0..len).map(|_| self.byte()).collect())
    }

    fn number(&mut self) -> Result<u64> {
        Ok(self.bytes(8)?.into_iter().fold(0, |number, byte| (number << 8) | u64::from(byte)))
    }
}

impl random::Host for Random {
    fn get_random_bytes(&mut self, len: u64) -> Result<Vec<u8>> {
        self.bytes(len)
    }

    fn get_random_u64(&mut self) -> Result<u64> {
        self.number()
    }
}

impl insecure::Host for Random {
    fn get_insecure_random_bytes(&mut self, len: u64) -> Result<Vec<u8>> {
        self.bytes(len)
    }

    fn get_insecure_random_u64(&mut self) -> Result<u64> {
        self.number()
    }
}

impl insecure_seed::Host for Random {
    fn insecure_seed(&mut self) -> Result<(u64, u64)> {
        Ok((self.number()?, self.number()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_others() {
        let bytes = |seed: [u8; 32]| Random::new(&seed, &Limits::default()).bytes(100).unwrap();
        assert_eq!(bytes([1; 32]), bytes([1; 32]));
        assert_ne!(bytes([1; 32]), bytes([2; 32]));
        let mut pieces = Random::new(&[1; 32], &Limits::default());
        let joined = [pieces.bytes(33).unwrap(), pieces.bytes(67).unwrap()].concat();
        assert_eq!(joined, bytes([1; 32]), "no byte is given twice or lost");
    }

    #[test]
    fn bytes_are_counted_before_they_are_made() {
        let mut random = Random::new(&[1; 32], &Limits { random_bytes: 10, ..Limits::default() });
        random.number().unwrap();
        for len in [3, u64::MAX] {
            assert_eq!(random.bytes(len).unwrap_err().downcast_ref(), Some(&LimitReached(Limit::Random)));
        }
    }
}
