//! A self-signed certificate with a key of its own, made when the test runs.
#![expect(clippy::unwrap_used, reason = "tests stop where something fails")]

use rustls::{
    SignatureScheme,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// Ed25519 as an algorithm (RFC 8410, section 3).
const ED25519: &[u8] = &[0x30, 5, 6, 3, 0x2b, 0x65, 0x70];

/// One value of DER: a tag, a length, contents.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let [high, low] = u16::try_from(contents.len()).unwrap().to_be_bytes();
    let head = match contents.len() {
        ..0x80 => vec![tag, low],
        0x80..0x100 => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [head, contents].concat()
}

/// A certificate for one name (RFC 5280), signed by the key that it names, and that key.
pub(crate) fn for_name(name: &str) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let provider = ring::default_provider();
    let mut seed = [0; 32];
    provider.secure_random.fill(&mut seed).unwrap();
    let key = der(0x30, &[&der(2, &[&[0]]), ED25519, &der(4, &[&der(4, &[&seed])])]);
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key));
    let signer = provider.key_provider.load_private_key(key.clone_key()).unwrap();

    let common_name = der(0x30, &[&[6, 3, 0x55, 4, 3], &der(0x0c, &[name.as_bytes()])]);
    let subject = der(0x30, &[&der(0x31, &[&common_name])]);
    let validity = der(0x30, &[&der(0x17, &[b"200101000000Z"]), &der(0x17, &[b"491231235959Z"])]);
    let names = der(0x30, &[&der(0x82, &[name.as_bytes()])]);
    let alternative_names = der(0x30, &[&[6, 3, 0x55, 0x1d, 0x11], &der(4, &[&names])]);
    let extensions = der(0xa3, &[&der(0x30, &[&alternative_names])]);
    let (version, serial) = (der(0xa0, &[&der(2, &[&[2]])]), der(2, &[&[1]]));
    let public = signer.public_key().unwrap();
    let signed = der(0x30, &[&version, &serial, ED25519, &subject, &validity, &subject, &public, &extensions]);
    let signature = signer.choose_scheme(&[SignatureScheme::ED25519]).unwrap().sign(&signed).unwrap();
    (der(0x30, &[&signed, ED25519, &der(3, &[&[0], &signature])]).into(), key)
}

/// A certificate as text (RFC 7468).
pub(crate) fn pem(certificate: &CertificateDer<'_>) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for bytes in certificate.chunks(3) {
        let number = bytes.iter().chain(&[0, 0]).take(3).fold(0usize, |number, byte| number << 8 | usize::from(*byte));
        for place in 0..4 {
            let letter = LETTERS.get(number >> (18 - 6 * place) & 63).unwrap();
            text.push(if place <= bytes.len() { char::from(*letter) } else { '=' });
        }
    }
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}
