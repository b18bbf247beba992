//! Signature checks against Project Wycheproof.

use serde_json::Value;

use super::PublicKey;

/// Vectors that RFC 8032 accepts and `verify_strict` refuses. There are none: it is stricter about keys and commitments of
/// small order only, and no vector of the file that is valid has one.
const STRICTER_THAN_RFC_8032: &[u64] = &[];

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes().chunks(2).map(|digits| u8::from_str_radix(str::from_utf8(digits).unwrap(), 16).unwrap()).collect()
}

#[test]
fn agrees_with_every_wycheproof_vector() {
    let file: Value = serde_json::from_str(include_str!("../../tests/fixtures/wycheproof/ed25519.json")).unwrap();
    let mut checked = 0;
    for group in file["testGroups"].as_array().unwrap() {
        let key = PublicKey::from_pem(group["publicKeyPem"].as_str().unwrap()).unwrap();
        for test in group["tests"].as_array().unwrap() {
            let id = test["tcId"].as_u64().unwrap();
            let message = bytes(test["msg"].as_str().unwrap());
            let signature = bytes(test["sig"].as_str().unwrap());
            // A signature of another length cannot even be asked about.
            let accepted = <[u8; 64]>::try_from(signature).is_ok_and(|signature| key.verify(&message, &signature).is_some());
            let expected = test["result"] == "valid" && !STRICTER_THAN_RFC_8032.contains(&id);
            assert_eq!(accepted, expected, "tcId {id}: {}", test["comment"]);
            checked += 1;
        }
    }
    assert_eq!(checked, 151);
}
